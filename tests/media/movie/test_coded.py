"""What coded pictures say of themselves, without their container."""

from pathlib import Path
from typing import Any

import pytest

from answerprint.media.movie.coded import (
    CodedPictures,
    first_slice,
    length_width,
    setup_level,
    spell_level,
)
from answerprint.media.movie.door import Reading, read_frames
from tests import made
from tests.checks.remade import moving


def coded(path: Path) -> CodedPictures:
    reading = Reading(coded=CodedPictures())
    for _ in read_frames(path, reading):
        pass
    assert reading.coded is not None
    return reading.coded


@pytest.mark.parametrize(
    ("suffix", "options", "profile", "level"),
    [
        ("mp4", {"level": "3.1"}, "High", "3.1"),
        ("mkv", {"pix_fmt": "yuv444p"}, "High 4:4:4 Predictive", "1"),
        ("mp4", {"vcodec": "libx265", "tag:v": "hvc1", "x265-params": "level-idc=41:log-level=none"}, "Main", "4.1"),
        ("webm", {"vcodec": "libvpx-vp9", "crf": 40, "preset": None}, "Profile 0", None),
        ("mp4", {"vcodec": "libsvtav1", "crf": 50, "preset": 12}, "Main", "2.0"),
    ],
)  # fmt: skip
def test_pictures_say_size_profile_level_and_color_by_themselves(
    tmp_path: Path, suffix: str, options: dict[str, Any], profile: str, level: str | None
) -> None:
    found = coded(made.movie(tmp_path / f"a.{suffix}", moving(3), **options))
    said = found.description
    assert said is not None
    assert (said.size, said.profile, said.level) == (made.SIZE, profile, level)
    assert said.color.matrix == "bt709"
    assert said.color.range == "tv"
    assert setup_level(found.codec, found.setup) == level
    assert len(found.stamps) == 3
    assert found.stamps[0].key
    assert not any(stamp.blank for stamp in found.stamps)


def test_rate_and_pixel_aspect_come_from_the_stream(tmp_path: Path) -> None:
    said = coded(made.movie(tmp_path / "a.mp4", moving(2), rate=30, aspect="64:27")).description
    assert said is not None
    assert said.rate == 30
    assert said.pixel_aspect == "4:3"


def test_masters_of_single_pictures_have_no_level(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "vcodec": "prores_ks",
        "pix_fmt": "yuv422p10le",
        "crf": None,
        "preset": None,
    }
    found = coded(made.movie(tmp_path / "a.mov", moving(2), **options))
    assert found.description is not None
    assert found.description.size == made.SIZE
    assert found.description.level is None
    assert setup_level(found.codec, found.setup) is None
    assert [stamp.unit for stamp in found.stamps] == [None, None]


@pytest.mark.parametrize(
    ("codec", "number", "level"),
    [("h264", 9, "1b"), ("h264", 40, "4"), ("hevc", 153, "5.1"), ("libdav1d", 0, "2.0"), ("libdav1d", 31, None),
     ("h264", -99, None), ("vp9", 10, None)],
)  # fmt: skip
def test_levels_are_spelled_as_their_standards_do(
    codec: str, number: int, level: str | None
) -> None:
    assert spell_level(codec, number) == level


def test_slices_are_found_behind_other_units() -> None:
    sps, sei, idr = b"\x67\x64\0\x1f", b"\x06\x05\x01", b"\x65\x88\x84"
    lengths = b"".join(len(unit).to_bytes(2, "big") + unit for unit in (sps, sei, idr))
    codes = b"".join(b"\0\0\1" + unit for unit in (sps, sei, idr))
    assert first_slice(lengths, "h264", 2) == first_slice(codes, "h264", 0) == 5
    assert first_slice(codes[:8], "h264", 0) is None
    assert first_slice(b"\0\0\1\x40\1\0\0\1\x2a\1", "hevc", 0) == 21
    assert first_slice(codes, "vp9", 0) is None
    assert length_width("h264", b"\1\x64\0\x1f\xfd") == 2
    assert length_width("h264", codes) == 0
    assert setup_level("h264", b"\1\x42\x10\x0b\xff\xe1\0") == "1b"
