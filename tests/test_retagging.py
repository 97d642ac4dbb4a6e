"""Sequences that say something else and show the same, by two decoders."""

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import OpenEXR
import pytest

import answerprint as ap
from answerprint.color.primaries import AP0, AP1
from answerprint.errors import ArchiveError, FrameError, SourceError, StorageError, UsageError
from answerprint.ingest.archive import ArchiveLimits
from answerprint.media.exr.chunks import read_offsets
from answerprint.media.exr.door import read_header
from answerprint.media.exr.layout import parse_start, value_of
from tests.made import codes, exr, folder, frames, movie, zipped
from tests.media.exrkinds import every, oiio_pixels

FRAMES = frames(5)


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return folder(tmp_path / "shot", FRAMES)


def chunks(content: bytes) -> bytes:
    """Everything behind the offset tables."""
    start = parse_start(content)
    return content[start.size + read_offsets(start, content).nbytes :]


def pixels(content: bytes) -> dict[str, bytes]:
    opened = OpenEXR.File(io.BytesIO(content), separate_channels=True)
    return {name: channel.pixels.tobytes() for name, channel in opened.channels().items()}


def timecodes(out: Path) -> list[str | None]:
    return [read_header(path).main.timecode for path in sorted(out.iterdir())]


@pytest.mark.parametrize("packed", [False, True])
def test_every_frame_says_it_and_shows_the_same(tmp_path: Path, packed: bool) -> None:
    source = (
        zipped(tmp_path / "exr.zip", FRAMES, name="job/frame_{:05}.exr")
        if packed
        else folder(tmp_path / "shot", FRAMES, name="frame_{:05}.exr", first=0)
    )
    out = tmp_path / "new" / "fixed"
    made = ap.retag(
        source, out, color_space="AP1", fps="23.976", owner="me", timecode="01:00:00:22"
    )
    assert made.label == "frame_0-4@@@@@.exr"
    assert made.frames == 5
    written = sorted(out.iterdir())
    assert [path.name for path in written] == [f"frame_{n:05}.exr" for n in range(5)]
    for path, content in zip(written, FRAMES, strict=True):
        main = read_header(path).main
        assert (main.color_interop_id, main.chromaticities) == ("lin_ap1_scene", AP1)
        assert main.rate == Fraction(24000, 1001)
        assert value_of(parse_start(path.read_bytes()).headers[0], "owner") == b"me"
        assert chunks(path.read_bytes()) == chunks(content)
        assert pixels(path.read_bytes()) == pixels(content)
        before = tmp_path / "before.exr"
        before.write_bytes(content)
        assert oiio_pixels(path) == oiio_pixels(before)
    assert timecodes(out)[:3] == ["01:00:00:22", "01:00:00:23", "01:00:01:00"]
    assert made.timecodes == ("01:00:00:22", "01:00:01:02")


def test_kinds_of_every_storage_are_copied(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    for number, (kind, content) in enumerate(every(tmp_path / "made").items()):
        source = tmp_path / f"kind{number}.exr"
        source.write_bytes(content)
        made = ap.retag(source, tmp_path / f"out{number}", owner="me")
        assert made.frames == 1, kind
        assert oiio_pixels(tmp_path / f"out{number}" / source.name) == oiio_pixels(source), kind


def test_a_gap_keeps_its_time_and_is_told(shot: Path, tmp_path: Path) -> None:
    (shot / "shot.1003.exr").unlink()
    made = ap.retag(shot, tmp_path / "out", fps="24", timecode="00:00:00:00")
    assert timecodes(tmp_path / "out") == [f"00:00:00:0{n}" for n in (0, 1, 3, 4)]
    assert made.notes == ("frames are missing: 1003",)


def test_the_rate_of_timecodes_is_the_frames_own_or_assumed(tmp_path: Path) -> None:
    stated = folder(tmp_path / "stated", [exr(framesPerSecond=Fraction(25))] * 27)
    made = ap.retag(stated, tmp_path / "a", timecode="10:00:00:00")
    assert made.timecodes == ("10:00:00:00", "10:00:01:01")
    assert made.notes == ()
    silent = folder(tmp_path / "silent", [exr()])
    made = ap.retag(silent, tmp_path / "b", timecode="10:00:00:00")
    assert made.notes == ("no rate is stated: timecodes count at 24",)
    assert read_header(tmp_path / "b" / "shot.1001.exr").main.rate is None


def test_attributes_are_removed_and_what_was_not_there_is_told(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", [exr(owner="me", comments="draft")] * 2)
    made = ap.retag(shot, tmp_path / "out", remove=["owner", "absent"])
    for path in (tmp_path / "out").iterdir():
        (header,) = parse_start(path.read_bytes()).headers
        assert value_of(header, "owner") is None
        assert value_of(header, "comments") == b"draft"
    assert (made.changed, made.removed) == ((), ("owner",))
    assert made.notes == ("absent was in none of the frames",)


def test_why_frames_are_no_aces_containers_is_told_until_they_are(tmp_path: Path) -> None:
    lossy = ap.retag(folder(tmp_path / "lossy", FRAMES[:1]), tmp_path / "a", color_space="AP0")
    assert "compression is not none" in lossy.not_st2065_4
    plain = folder(tmp_path / "plain", [exr(compression="none")] * 2)
    made = ap.retag(
        plain, tmp_path / "b", color_space="lin_ap0_scene", attributes={"acesImageContainerFlag": 1}
    )
    assert made.not_st2065_4 == ()
    assert read_header(tmp_path / "b" / "shot.1002.exr").main.aces_container


def test_a_container_does_not_silently_become_a_false_one(tmp_path: Path) -> None:
    said: dict[str, Any] = {"acesImageContainerFlag": 1, "colorInteropID": "lin_ap0_scene"}
    shot = folder(tmp_path / "shot", [exr(compression="none", **said)])
    with pytest.raises(UsageError, match="no longer be an ST 2065-4"):
        ap.retag(shot, tmp_path / "out", color_space="AP1")
    ap.retag(shot, tmp_path / "out", color_space="AP1", remove=["acesImageContainerFlag"])
    assert read_header(tmp_path / "out" / "shot.1001.exr").main.chromaticities == AP1


def test_colors_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", [exr(chromaticities=AP0)])
    made = ap.retag(shot, tmp_path / "out", attributes={"colorInteropID": "lin_ap1_scene"})
    assert made.notes == ("colorInteropID is lin_ap1_scene, and the chromaticities are AP0",)


def test_a_header_that_openexr_could_not_read_can_be_mended(tmp_path: Path) -> None:
    content = exr(owner="cafe").replace(b"cafe", b"caf\xe9")
    shot = folder(tmp_path / "shot", [content])
    with pytest.raises(FrameError, match="not UTF-8"):
        ap.retag(shot, tmp_path / "out", fps="24")
    ap.retag(shot, tmp_path / "out", owner="café")
    assert pixels((tmp_path / "out" / "shot.1001.exr").read_bytes()) == pixels(exr())


def test_what_is_left_out_is_named(shot: Path, tmp_path: Path) -> None:
    (shot / "shot.01002.exr").write_bytes(FRAMES[0])
    made = ap.retag(shot, tmp_path / "out", owner="me")
    assert made.frames == 5
    assert made.notes == ("left out, numbers that other files have: 'shot.01002.exr'",)


@pytest.mark.parametrize("spoiled", [0, 3])
@pytest.mark.parametrize(
    "spoil",
    [lambda c: c[:-40], lambda c: c[:300], lambda c: c[:0], lambda c: c[4:]],
    ids=["in its chunks", "in its header", "empty", "another kind"],
)
def test_a_damaged_frame_is_named_and_nothing_is_written(
    tmp_path: Path, spoiled: int, spoil: Callable[[bytes], bytes]
) -> None:
    spoiled_frames = [spoil(c) if n == spoiled else c for n, c in enumerate(FRAMES)]
    shot = folder(tmp_path / "shot", spoiled_frames)
    with pytest.raises(FrameError, match=f"shot.{1001 + spoiled}.exr"):
        ap.retag(shot, tmp_path / "new" / "out", owner="me")
    assert [p for p in tmp_path.rglob("*") if "out" in p.name] == []


def test_a_frame_that_goes_while_others_are_read_is_named(shot: Path, tmp_path: Path) -> None:
    def remove(station: str, done: int, total: int | None) -> None:
        (shot / "shot.1005.exr").unlink(missing_ok=True)

    with pytest.raises(FrameError, match="shot.1005.exr: cannot be read"):
        ap.retag(shot, tmp_path / "out", owner="me", progress=remove)
    assert [p.name for p in tmp_path.iterdir()] == ["shot"]


def test_a_damaged_zip_writes_nothing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "exr.zip", FRAMES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ArchiveError):
        ap.retag(path, tmp_path / "out", owner="me")
    assert [p.name for p in tmp_path.iterdir()] == ["exr.zip"]


def test_sources_without_frames_are_refused(tmp_path: Path) -> None:
    film = movie(tmp_path / "film.mp4", codes(2))
    for source, said in ((film, "holds no EXR frames"), (tmp_path / "none", "no such file")):
        with pytest.raises(SourceError, match=said):
            ap.retag(source, tmp_path / "out", owner="me")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "nothing is to be changed; name it: --set"),
        ({"color_space": "AP3"}, "did you mean 'AP"),
        ({"fps": "fast"}, "framesPerSecond: a number reads"),
        ({"timecode": "1h"}, "timecode: 1h at 24 .*reads HH:MM:SS:FF"),
        ({"timecode": "01:00:00:00", "fps": "60"}, "up to 30 frames"),
        ({"attributes": {"timeCode": "01:00:00:00"}}, "counts up frame by frame"),
        ({"attributes": {"owner": "a"}, "owner": "b"}, "owner: is to be changed in two ways"),
        ({"attributes": {"tiles": 3}}, "tiles: says how pixels are stored"),
        ({"remove": ["displayWindow"]}, "displayWindow: every OpenEXR file has it"),
        ({"attributes": {"acesImageContainerFlag": 1}}, "compression is not none"),
        ({"attributes": {"pixelAspectRatio": 0.0}}, "OpenEXR does not read .*pixelAspectRatio"),
    ],
)
def test_changes_that_make_no_sense_are_refused_before_anything_is_written(
    shot: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        ap.retag(shot, shot.parent / "new" / "out", **asked)
    assert [p.name for p in shot.parent.iterdir()] == ["shot"]


def test_frames_are_never_changed_in_place(shot: Path, tmp_path: Path) -> None:
    for source, out in ((shot, shot), (shot / "shot.1001.exr", shot), (shot, tmp_path)):
        with pytest.raises(UsageError, match="not changed in place"):
            ap.retag(source, out, owner="me", overwrite=True)
    link = tmp_path / "link"
    link.symlink_to(shot)
    with pytest.raises(UsageError, match="not changed in place"):
        ap.retag(shot, link, owner="me", overwrite=True)
    assert [path.read_bytes() for path in sorted(shot.iterdir())] == FRAMES


def test_a_folder_is_replaced_only_where_that_is_asked_for(shot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ap.retag(shot, out, owner="me")
    with pytest.raises(StorageError, match="--overwrite"):
        ap.retag(shot, out, owner="you")
    (shot / "shot.1005.exr").unlink()
    ap.retag(shot, out, owner="you", overwrite=True)
    assert len(list(out.iterdir())) == 4
    for path in out.iterdir():
        assert value_of(parse_start(path.read_bytes()).headers[0], "owner") == b"you"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "shot"]


def test_a_failed_run_leaves_what_it_would_have_replaced(shot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ap.retag(shot, out, owner="me")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (shot / "shot.1005.exr").write_bytes(b"")
    with pytest.raises(FrameError):
        ap.retag(shot, out, owner="you", overwrite=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "shot"]


def test_progress_is_told_and_can_stop_the_work(shot: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    ap.retag(shot, tmp_path / "a", owner="me", progress=lambda *step: told.append(step))
    assert told == [("retagging frames", n, 5) for n in range(6)]

    def stop(station: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ap.retag(shot, tmp_path / "b", owner="me", progress=stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "shot"]


def test_the_users_limits_of_a_zip_hold(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "exr.zip", FRAMES)
    limits = ap.Limits(archive=ArchiveLimits(members=4))
    with pytest.raises(ArchiveError, match="5"):
        ap.retag(packed, tmp_path / "out", owner="me", limits=limits)
    with pytest.raises(ArchiveError, match="5"):
        ap.deliver(packed, "h264-web", tmp_path / "out.mp4", limits=limits)
    assert [path.name for path in tmp_path.iterdir()] == ["exr.zip"]
