"""Profiles, levels and groups of pictures, as encoders make them."""

from pathlib import Path
from typing import Any

import pytest

from answerprint.checks.files.levels import is_lower, needed_level
from tests import made
from tests.checks.remade import filtered, found_in, moving, patched

CLOSED = {"codec": {"closed_gop": True}}


@pytest.mark.parametrize(
    ("name", "options", "profile"),
    [
        ("a.mp4", {"pix_fmt": "yuv444p"}, "High 4:4:4 Predictive"),
        ("a.mp4", {"pix_fmt": "yuv420p10le"}, "High 10"),
        ("a.mov", {"pix_fmt": "yuv422p10le"}, None),
        ("a.mp4", {"profile:v": "baseline"}, None),
    ],
)
def test_profiles_that_players_do_not_decode(
    tmp_path: Path, name: str, options: dict[str, Any], profile: str | None
) -> None:
    found = found_in(made.movie(tmp_path / name, moving(3), **options))
    assert [b.measured for b in found.get("codec.profile", [])] == ([profile] if profile else [])


def test_a_level_too_low(tmp_path: Path) -> None:
    right = made.movie(tmp_path / "a.mp4", moving(3, size=(320, 180)))
    assert found_in(right) == {}
    (found,) = found_in(filtered(tmp_path / "b.mp4", right, "level=1"))["codec.level"]
    assert (found.measured, found.limit) == ("1", "1.2")
    assert "320x180 at 24/s" in found.message


def test_a_configuration_of_another_level(tmp_path: Path) -> None:
    right = made.movie(tmp_path / "a.mp4", moving(3), level="3.1")
    (found,) = found_in(patched(tmp_path / "b.mp4", right, b"avcC", 3, b"\x32"))["codec.level"]
    assert (found.measured, found.limit) == ("5", "3.1")


@pytest.mark.parametrize(
    ("codec", "size", "rate", "level"),
    [
        ("h264", (1280, 720), 30, "3.1"), ("h264", (1920, 1080), 30, "4"), ("h264", (1920, 1080), 60, "4.2"),
        ("h264", (3840, 2160), 30, "5.1"), ("h264", (4096, 64), 1, "4"), ("h264", (1280, 720), 30.03, "3.1"),
        ("hevc", (1920, 1080), 30, "4"), ("hevc", (1920, 1080), 60, "4.1"), ("hevc", (3840, 2160), 24, "5"),
        ("av1", (1920, 1080), 24, "4.0"), ("av1", (3840, 2160), 60, "5.1"), ("vp9", (1920, 1080), 24, None),
        ("h264", (60000, 60000), 24, None),
    ],
)  # fmt: skip
def test_levels_by_the_standards_tables(
    codec: str, size: tuple[int, int], rate: float, level: str | None
) -> None:
    assert needed_level(codec, size, rate) == level


def test_levels_have_an_order() -> None:
    assert is_lower("h264", "1b", "1.1")
    assert is_lower("hevc", "3.1", "4")
    assert not is_lower("h264", "4", "4")
    assert not is_lower("h264", "9.9", "4")
    assert not is_lower("vp9", "1", "2")


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        ({"x264-params": "keyint=12:bframes=2:scenecut=0:open-gop=1"}, (12,)),
        ({"x264-params": "keyint=12:bframes=2:scenecut=0"}, None),
        ({"vcodec": "libx265", "x265-params": "keyint=12:min-keyint=12:scenecut=0:open-gop=1:log-level=none"}, (12,)),
        ({"vcodec": "libx265", "x265-params": "keyint=12:min-keyint=12:scenecut=0:open-gop=0:log-level=none"}, None),
    ],
)  # fmt: skip
def test_groups_of_pictures_open_and_closed(
    tmp_path: Path, options: dict[str, Any], frames: tuple[int, ...] | None
) -> None:
    path = made.movie(tmp_path / "a.mp4", moving(24), **options)
    found = found_in(path, CLOSED).get("codec.open-gop", [])
    assert [b.frames for b in found] == ([frames] if frames else [])
    assert "codec.open-gop" not in found_in(path)


def test_groups_that_are_too_long(tmp_path: Path) -> None:
    path = made.movie(tmp_path / "a.mp4", moving(24), g=12)
    (found,) = found_in(path, {"codec": {"longest_gop": 8}})["codec.open-gop"]
    assert (found.measured, found.limit) == (12, 8)
    assert found_in(path, {"codec": {"longest_gop": 12}}) == {}
