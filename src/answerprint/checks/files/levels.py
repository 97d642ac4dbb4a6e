"""What codec levels allow, and which profiles players decode.

Levels by H.264 table A-1, H.265 tables A.8 and A.9, and the AV1 specification's
annex A.3, as far as the size of a picture and their number a second go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt
from typing import Final

from answerprint.order import Size
from answerprint.record import Record

SLACK: Final = 1.01
"""Times a level's rate that still passes: a clock of milliseconds makes 30 frames a second 30.03."""


class CodecLimits(Record):
    """Limits of how pictures are coded."""

    profiles: dict[str, tuple[str, ...]] = {
        "h264": ("Baseline", "Constrained Baseline", "Main", "High"),
        "hevc": ("Main Still Picture", "Main", "Main 10"),
        "av1": ("Main",),
        "vp9": ("Profile 0", "Profile 2"),
    }
    """Profiles that browsers and hardware decode, by codec; one that is not named here is not judged.

    All of them are 4:2:0: the ASWF Encoding Guidelines warn of 4:2:2, 4:4:4 and
    H.264 in 10 bit, which software players decode and browsers mostly do not.
    """
    closed_gop: bool = False
    """Whether every keyframe has to begin a closed group of pictures, as packagers and some presets ask."""
    longest_gop: int = 0
    """Most frames from keyframe to keyframe; 0 where it does not matter."""


@dataclass(frozen=True, slots=True)
class Level:
    """What one level allows, in the units of its table: blocks or samples."""

    name: str
    picture: int
    """Largest picture."""
    second: int
    """Most of it in a second."""
    sides: Size
    """Largest width and height."""


def _square(*rows: tuple[str, int, int]) -> tuple[Level, ...]:
    """Make levels whose sides may be as long as the square root of eight pictures."""
    return tuple(Level(name, p, s, (isqrt(8 * p), isqrt(8 * p))) for name, p, s in rows)


_H264: Final = _square(
    ("1", 99, 1485), ("1b", 99, 1485), ("1.1", 396, 3000), ("1.2", 396, 6000), ("1.3", 396, 11880),
    ("2", 396, 11880), ("2.1", 792, 19800), ("2.2", 1620, 20250), ("3", 1620, 40500), ("3.1", 3600, 108000),
    ("3.2", 5120, 216000), ("4", 8192, 245760), ("4.1", 8192, 245760), ("4.2", 8704, 522240),
    ("5", 22080, 589824), ("5.1", 36864, 983040), ("5.2", 36864, 2073600), ("6", 139264, 4177920),
    ("6.1", 139264, 8355840), ("6.2", 139264, 16711680),
)  # fmt: skip
_HEVC: Final = _square(
    ("1", 36864, 552960), ("2", 122880, 3686400), ("2.1", 245760, 7372800), ("3", 552960, 16588800),
    ("3.1", 983040, 33177600), ("4", 2228224, 66846720), ("4.1", 2228224, 133693440), ("5", 8912896, 267386880),
    ("5.1", 8912896, 534773760), ("5.2", 8912896, 1069547520), ("6", 35651584, 1069547520),
    ("6.1", 35651584, 2139095040), ("6.2", 35651584, 4278190080),
)  # fmt: skip
_AV1: Final = tuple(
    Level(*row)
    for row in (
        ("2.0", 147456, 4423680, (2048, 1152)), ("2.1", 278784, 8363520, (2816, 1584)),
        ("3.0", 665856, 19975680, (4352, 2448)), ("3.1", 1065024, 31950720, (5504, 3096)),
        ("4.0", 2359296, 70778880, (6144, 3456)), ("4.1", 2359296, 141557760, (6144, 3456)),
        ("5.0", 8912896, 267386880, (8192, 4352)), ("5.1", 8912896, 534773760, (8192, 4352)),
        ("5.2", 8912896, 1069547520, (8192, 4352)), ("5.3", 8912896, 1069547520, (8192, 4352)),
        ("6.0", 35651584, 1069547520, (16384, 8704)), ("6.1", 35651584, 2139095040, (16384, 8704)),
        ("6.2", 35651584, 4278190080, (16384, 8704)), ("6.3", 35651584, 4278190080, (16384, 8704)),
    )
)  # fmt: skip


def _in_blocks(size: Size) -> Size:
    return -(-size[0] // 16), -(-size[1] // 16)


def _in_eights(size: Size) -> Size:
    return -(-size[0] // 8) * 8, -(-size[1] // 8) * 8


_TABLES: Final[dict[str, tuple[tuple[Level, ...], Callable[[Size], Size]]]] = {
    "h264": (_H264, _in_blocks),
    "hevc": (_HEVC, _in_eights),
    "av1": (_AV1, _in_eights),
}


def plain_codec(decoder: str) -> str:
    """Return a codec's name without that of the library that decodes it here.

    >>> plain_codec("libdav1d"), plain_codec("h264")
    ('av1', 'h264')
    """
    return "av1" if decoder in ("libdav1d", "libaom-av1") else decoder


def needed_level(codec: str, size: Size, rate: float) -> str | None:
    """Return the lowest level that allows pictures of that size at that rate; None where none is known.

    >>> needed_level("h264", (1920, 1080), 24), needed_level("hevc", (1280, 720), 24)
    ('4', '3.1')
    """
    levels, measure = _TABLES.get(codec, ((), _in_blocks))
    width, height = measure(size)
    area = width * height
    fitting = (
        level.name
        for level in levels
        if area <= level.picture
        and area * rate <= level.second * SLACK
        and width <= level.sides[0]
        and height <= level.sides[1]
    )
    return next(fitting, None)


def is_lower(codec: str, stated: str, needed: str) -> bool:
    """Tell whether level `stated` stands before `needed`; a level that is in no table does not."""
    names = [level.name for level in _TABLES[codec][0]] if codec in _TABLES else []
    return stated in names and needed in names and names.index(stated) < names.index(needed)
