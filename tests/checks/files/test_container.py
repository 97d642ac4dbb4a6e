"""Containers that were cut, patched, delayed and edited, made of one real movie."""

from pathlib import Path
from typing import Any

import pytest

from answerprint.measure.movies import measure_movie
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.container import Container
from answerprint.measured.movie import MovieFacts
from tests import made
from tests.checks.remade import described, filtered, found_in, found_of, moving, patched, remuxed
from tests.checks.subjects import breaches, movie

TWO_FRAMES = 2 / 24


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of H.264 with reordered frames, its index first, its color told twice."""
    path = tmp_path_factory.mktemp("clean") / "a.mp4"
    options: dict[str, Any] = {
        "x264-params": "keyint=12:bframes=2:scenecut=0",
        "movflags": "+faststart+write_colr",
    }
    return made.movie(path, moving(24), **options)


@pytest.mark.parametrize(
    "options", [(), ("-movflags", "frag_keyframe+empty_moov"), ("-f", "matroska"), ("-f", "mov")]
)
def test_a_clean_movie_in_any_container(
    clean: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    copy = remuxed(tmp_path / "a.mp4", clean, *options)
    assert found_in(copy) == {}


def test_the_pass_over_a_movie_measures_its_container(clean: Path) -> None:
    container = measure_movie(clean).container
    assert container == described(clean).container
    assert container is not None
    assert container.coding.keyframes == (0, 12)
    assert (
        MovieMeasures.model_validate_json(measure_movie(clean).model_dump_json()).container
        == container
    )


def test_other_codecs_in_webm(tmp_path: Path) -> None:
    options: dict[str, Any] = {"vcodec": "libvpx-vp9", "crf": 40, "preset": None, "cpu-used": 8}
    assert found_in(made.movie(tmp_path / "a.webm", moving(6), **options)) == {}


def test_an_edit_list_that_hides_frames(clean: Path, tmp_path: Path) -> None:
    found = found_in(remuxed(tmp_path / "a.mp4", clean, before=("-ss", "0.7")))
    (edit,) = found["container.edit-list"]
    assert "hides 5 pictures at the start, 0 between and 0 at the end" in edit.message
    assert edit.measured == 5
    ends = patched(tmp_path / "b.mp4", clean, b"elst", 8, (750).to_bytes(4, "big"))
    (edit,) = found_in(ends)["container.edit-list"]
    assert "0 between and 6 at the end" in edit.message


def test_an_edit_list_that_starts_late_or_changes_speed(clean: Path, tmp_path: Path) -> None:
    late = found_in(remuxed(tmp_path / "a.mp4", clean, before=("-itsoffset", "0.5")))
    assert list(late) == ["container.edit-list"]
    (edit,) = late["container.edit-list"]
    assert "shows nothing for 0.500 s" in edit.message
    assert (edit.measured, edit.unit) == (12, "frames")
    fast = patched(tmp_path / "b.mp4", clean, b"elst", 16, (2).to_bytes(2, "big"))
    (edit,) = found_in(fast)["container.edit-list"]
    assert "plays at 2 times the speed" in edit.message


def test_an_edit_list_that_shows_pictures_twice() -> None:
    measured = movie().model_copy(update={"container": Container(stated={}, doubled=7)})
    (edit,) = breaches("container.edit-list", measured)
    assert "shows 7 pictures more than once" in edit.message


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({50: 49 / 24}, "frame 50 is shown no later than"),
        ({50: 48.5 / 24}, "frame 50 is shown no later than"),
        (dict.fromkeys(range(60, 80), 3.0), "and more is shown no later than"),
    ],
)
def test_frames_that_do_not_move_on_in_time(times: dict[int, float], said: str) -> None:
    measured = movie(times=times).model_copy(update={"container": Container()})
    (found,) = breaches("container.timestamps", measured)
    assert said in found.message
    assert min(found.frames) >= 50


def test_frames_without_a_time_and_packets_out_of_order() -> None:
    plain = movie()
    untimed = tuple(
        f.model_copy(update={"time": None}) if f.number == 9 else f for f in plain.frames
    )
    coding = {"coding": {"backward": (30, 31)}}
    measured = plain.model_copy(update={"frames": untimed, "container": Container(**coding)})
    first, second = breaches("container.timestamps", measured)
    assert first.frames == (9,)
    assert "packet 30-31" in second.message
    assert (
        breaches("container.timestamps", plain.model_copy(update={"container": Container()})) == []
    )


def test_a_gap_before_the_first_frame(clean: Path, tmp_path: Path) -> None:
    found = found_in(remuxed(tmp_path / "a.mkv", clean, before=("-itsoffset", "1")))
    (gap,) = found["container.timestamps"]
    assert gap.frames == (0,)
    assert gap.measured == pytest.approx(24, abs=0.5)


def test_the_delay_of_reordered_frames_is_no_gap(clean: Path, tmp_path: Path) -> None:
    copy = remuxed(tmp_path / "a.mp4", clean, "-use_editlist", "0")
    measured = described(copy)
    assert measured.frames[0].time == pytest.approx(TWO_FRAMES)
    assert found_of(measured) == {}


def test_a_transport_stream_has_no_zero_to_start_from(clean: Path, tmp_path: Path) -> None:
    copy = remuxed(tmp_path / "a.ts", clean, "-muxdelay", "3")
    measured = described(copy)
    assert (measured.frames[0].time or 0) > 1
    assert breaches("container.timestamps", measured) == []


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_file_that_was_cut_off(clean: Path, tmp_path: Path, suffix: str) -> None:
    whole = remuxed(tmp_path / f"a.{suffix}", clean, "-movflags", "+faststart")
    assert found_in(whole) == {}
    cut = tmp_path / f"b.{suffix}"
    cut.write_bytes(whole.read_bytes()[:-2000])
    (found,) = found_in(cut)["container.cut-off"]
    assert "2000 bytes are missing" in found.message
    assert found.frames[0] < 23


def test_room_for_bytes_that_never_came(clean: Path, tmp_path: Path) -> None:
    file = clean.read_bytes()
    holed = tmp_path / "a.mp4"
    holed.write_bytes(file[:-6000] + bytes(6000))
    (found,) = found_in(holed)["container.cut-off"]
    assert "holds zeros where a picture should begin" in found.message


@pytest.mark.parametrize(
    ("times", "tail", "said"),
    [(1, b"<html>502 Bad Gateway</html>", "the last 28 bytes"), (2, b"", "2 files are joined"), (1, bytes(64), None)],
)  # fmt: skip
def test_what_stands_behind_the_end(
    clean: Path, tmp_path: Path, times: int, tail: bytes, said: str | None
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(clean.read_bytes() * times + tail)
    found = found_in(path).get("container.cut-off", [])
    assert [said in breach.message for breach in found if said] == ([True] if said else [])
    assert bool(found) == bool(said)


def test_a_fragment_without_its_pictures(clean: Path, tmp_path: Path) -> None:
    whole = remuxed(tmp_path / "a.mp4", clean, "-movflags", "frag_keyframe+empty_moov")
    file = whole.read_bytes()
    cut = tmp_path / "b.mp4"
    cut.write_bytes(file[: file.rindex(b"mdat") - 4])
    (found,) = found_in(cut)["container.cut-off"]
    assert found.message.startswith("the last fragment has no pictures")
    assert found.frames == (11,)


def test_an_index_behind_the_pictures(clean: Path, tmp_path: Path) -> None:
    slow = described(remuxed(tmp_path / "a.mp4", clean))
    assert slow.facts.faststart is False
    assert found_of(slow) == {}
    (found,) = found_of(slow, {"container": {"faststart_bytes": 1000}})["container.not-faststart"]
    assert "faststart" in found.message
    assert found_in(clean, {"container": {"faststart_bytes": 1000}}) == {}
    master = slow.model_copy(update={"facts": _as(slow.facts, codec="prores")})
    assert "container.not-faststart" not in found_of(
        master, {"container": {"faststart_bytes": 1000}}
    )


def test_the_headers_of_h264_can_be_changed_without_harm(clean: Path, tmp_path: Path) -> None:
    assert found_in(filtered(tmp_path / "a.mp4", clean, "aud=insert")) == {}


def _as(facts: MovieFacts, **changes: Any) -> MovieFacts:
    return facts.model_copy(update=changes)
