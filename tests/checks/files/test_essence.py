"""Containers that describe other pictures than they hold."""

from pathlib import Path

import pytest

from answerprint.measured.container import Container
from tests import made
from tests.checks.remade import filtered, found_in, moving, patched, remuxed
from tests.checks.subjects import breaches, movie


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of H.264 whose container tells its color."""
    path = tmp_path_factory.mktemp("clean") / "a.mp4"
    found = made.movie(path, moving(24), movflags="+faststart+write_colr")
    assert found_in(found) == {}
    return found


def test_a_size_that_is_not_the_pictures(clean: Path, tmp_path: Path) -> None:
    path = patched(tmp_path / "a.mp4", clean, b"avc1", 24, (320).to_bytes(2, "big"))
    (found,) = found_in(path)["container.size-disagrees"]
    assert (found.measured, found.limit) == ("320x90", "160x90")


def test_a_track_that_is_stretched(clean: Path, tmp_path: Path) -> None:
    path = patched(tmp_path / "a.mp4", clean, b"tkhd", 76, (200 << 16).to_bytes(4, "big"))
    (found,) = found_in(path)["container.size-disagrees"]
    assert "is to be shown at 200x90" in found.message
    near = patched(tmp_path / "b.mp4", clean, b"tkhd", 76, (161 << 16).to_bytes(4, "big"))
    assert found_in(near) == {}


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_pixels_that_are_not_square(tmp_path: Path, suffix: str) -> None:
    path = made.movie(tmp_path / f"a.{suffix}", moving(4), aspect="64:27")
    assert found_in(path) == {}


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_pixels_of_two_shapes(clean: Path, tmp_path: Path, suffix: str) -> None:
    first = filtered(tmp_path / "a.mp4", clean, "sample_aspect_ratio=4/3")
    path = remuxed(tmp_path / f"b.{suffix}", first, "-aspect", "16:9")
    (found,) = found_in(path)["container.aspect-disagrees"]
    assert (found.measured, found.limit) == ("1:1", "4:3")


def test_the_container_alone_may_tell_the_shape(clean: Path, tmp_path: Path) -> None:
    bare = filtered(tmp_path / "a.mp4", clean, "sample_aspect_ratio=0/1")
    assert found_in(remuxed(tmp_path / "b.mp4", bare, "-aspect", "64:27")) == {}


@pytest.mark.parametrize(
    ("metadata", "kinds"),
    [
        ("video_full_range_flag=1", ["range"]),
        ("colour_primaries=9:matrix_coefficients=9", ["primaries", "matrix"]),
        ("transfer_characteristics=16", ["transfer"]),
        ("transfer_characteristics=6", []),
        ("transfer_characteristics=2", []),
    ],
)
def test_colors_that_contradict(
    clean: Path, tmp_path: Path, metadata: str, kinds: list[str]
) -> None:
    found = found_in(filtered(tmp_path / "a.mp4", clean, metadata))
    assert [b.channel for b in found.get("container.range-disagrees", [])] == kinds
    assert set(found) <= {"container.range-disagrees"}


@pytest.mark.parametrize(("tick", "said"), [("50", 25.0), ("48000/1001", 23.976), ("96", 48.0)])
def test_a_rate_that_is_not_the_streams(
    clean: Path, tmp_path: Path, tick: str, said: float
) -> None:
    (found,) = found_in(filtered(tmp_path / "a.mp4", clean, f"tick_rate={tick}"))[
        "container.rate-disagrees"
    ]
    assert (found.measured, found.limit) == (24.0, said)
    assert "the coded pictures say" in found.message


def test_a_clocks_tick_is_no_rate(clean: Path, tmp_path: Path) -> None:
    assert found_in(filtered(tmp_path / "a.mp4", clean, "tick_rate=1200")) == {}


def test_a_default_duration_that_is_not_the_frames() -> None:
    stated = {"stated": {"rate": "24000/1001"}}
    measured = movie(240, tick=0.001).model_copy(update={"container": Container(**stated)})
    (found,) = breaches("container.rate-disagrees", measured)
    assert "the container says 23.976/s" in found.message
    jittery = {n: round(n / 24, 3) for n in range(240)}
    rounded = movie(240, times=jittery, tick=0.001).model_copy(
        update={"container": Container(stated={"rate": "24"})}
    )
    assert breaches("container.rate-disagrees", rounded) == []


@pytest.mark.parametrize(
    ("kind", "offset", "said"),
    [
        (b"mvhd", 16, ["the movie header says 3.000 s and the longest track 1.000 s"]),
        (b"tkhd", 20, ["the movie header says 1.000 s and the longest track 3.000 s",
                       "the track header says 3.000 s and the last frame ends at 1.000 s"]),
    ],
)  # fmt: skip
def test_lengths_that_differ(
    clean: Path, tmp_path: Path, kind: bytes, offset: int, said: list[str]
) -> None:
    path = patched(tmp_path / "a.mp4", clean, kind, offset, (3000).to_bytes(4, "big"))
    assert [b.message for b in found_in(path)["container.duration-disagrees"]] == said


def test_a_matroska_that_ends_before_its_frames() -> None:
    early = movie(container="matroska,webm", container_seconds=4.0)
    early = early.model_copy(update={"container": Container()})
    (found,) = breaches("container.duration-disagrees", early)
    assert found.message == "the container says 4.000 s and the last frame ends at 5.000 s"
    whole = movie(container="matroska,webm", container_seconds=4.98)
    assert (
        breaches(
            "container.duration-disagrees", whole.model_copy(update={"container": Container()})
        )
        == []
    )
