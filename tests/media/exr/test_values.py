"""Attribute values: stored as OpenEXR stores them."""

import io
from fractions import Fraction
from typing import Any

import OpenEXR
import pytest

from answerprint.color.primaries import AP1
from answerprint.errors import UsageError
from answerprint.media.exr.fix import fixed
from answerprint.media.exr.values import STRUCTURAL, ExrValue, attribute, packed_timecode
from answerprint.timing import Timecode
from tests.made import exr

NTSC = Fraction(30000, 1001)
PLAIN = exr()


def _read_back(name: str, value: ExrValue) -> Any:
    """What OpenEXR reads after the attribute is set."""
    target = io.BytesIO(b"".join(fixed(PLAIN, {name: value})))
    return OpenEXR.File(target, header_only=True).header()[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("framesPerSecond", Fraction(24000, 1001)),
        ("framesPerSecond", 24),
        ("owner", "Änne & Söhne"),
        ("owner", ""),
        ("colorInteropID", "lin_ap1_scene"),
        ("pixelAspectRatio", 2.0),
        ("pixelAspectRatio", 1),
        ("imageCounter", 1001),
        ("studio", "north"),
        ("take", 7),
        ("gain", 0.5),
        ("ratio", Fraction(1, 3)),
    ],
)
def test_openexr_reads_what_was_set(name: str, value: ExrValue) -> None:
    assert _read_back(name, value) == value


def test_chromaticities_windows_and_points_are_read() -> None:
    assert _read_back("chromaticities", AP1) == pytest.approx(AP1)
    assert [[*map(int, p)] for p in _read_back("displayWindow", (0, 1, 2, 3))] == [[0, 1], [2, 3]]
    assert [*_read_back("adoptedNeutral", (0.25, 0.5))] == [0.25, 0.5]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("01:02:03:04", Fraction(24)), ("23:59:59:23", Fraction(24)), ("00:10:59;29", NTSC)],
)
def test_timecode_is_read(text: str, rate: Fraction) -> None:
    read = _read_back("timeCode", Timecode.parse(text, rate))
    numbers = tuple(int(n) for n in text.replace(";", ":").split(":"))
    assert (read.hours, read.minutes, read.seconds, read.frame) == numbers
    assert bool(read.dropFrame) is (";" in text)
    assert not read.userData


def test_timecode_above_thirty_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="up to 30"):
        packed_timecode(Timecode(0, 48))


@pytest.mark.parametrize("name", ["", "n" * 256, "a\0b", *sorted(STRUCTURAL)])
def test_names_that_cannot_be_set(name: str) -> None:
    with pytest.raises(UsageError):
        attribute(name, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("framesPerSecond", "fast"),
        ("framesPerSecond", Fraction(1 << 40)),
        ("framesPerSecond", Fraction(1, 1 << 40)),
        ("timeCode", "01:02:03:04"),
        ("timeCode", Timecode(0, 60)),
        ("chromaticities", (0.1, 0.2)),
        ("owner", 3),
        ("take", 1 << 40),
        ("things", (1.0, 2.0, 3.0)),
    ],
)
def test_values_that_do_not_fit(name: str, value: ExrValue) -> None:
    with pytest.raises(UsageError, match=name):
        attribute(name, value)
