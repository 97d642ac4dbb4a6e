"""Where a movie states its HDR static metadata: what the readers of containers and bitstreams hand on."""

import mmap
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from answerprint.measured.light import ContentLight, MasteringDisplay

File = mmap.mmap | bytes
Span = tuple[int, int]
"""Start and end of a run of bytes in the file."""

_DIGITS: Final = 5
"""Decimals kept: the finest coding has steps of 0.00002 in x and y and of 0.0001 cd/m2."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, and which bytes of the file spell it."""

    value: ContentLight | MasteringDisplay
    at: tuple[int, ...] = ()
    """File offsets of the four bytes of MaxCLL and MaxFALL, high byte first; empty where they are not two 16-bit numbers."""
    escaped: bool = False
    """Whether the bytes stand in a NAL unit, where 00 00 may not be followed by a byte under 4."""


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """The first picture track of a movie, as far as static metadata goes."""

    codec: str
    """`hevc`, `av1`, or the container's own name of another one."""
    stated: tuple[Statement, ...]
    """What the container states."""
    samples: Iterable[Span]
    """Every coded picture."""
    setup: Span | None = None
    """The decoder's configuration: the hvcC or av1C record."""


def light_statement(payload: bytes, at: Sequence[int], *, escaped: bool = False) -> Statement:
    """Read MaxCLL and MaxFALL, two 16-bit numbers in boxes, SEI messages and OBUs alike. Raises struct.error."""
    cll, fall = struct.unpack_from(">2H", payload)
    return Statement(ContentLight(max_cll=cll, max_fall=fall), tuple(at[:4]), escaped)


def st2086_statement(payload: bytes) -> Statement:
    """Read a mastering display as `mdcv` boxes (ISO/IEC 14496-12) and SEI messages (H.265 D.3.28) code it.

    Green, blue, red and white in steps of 0.00002, luminance in steps of 0.0001 cd/m2.
    """
    numbers = struct.unpack_from(">8H2I", payload)
    green, blue, red, white = _pairs(numbers[:8], 50000)
    return _mastering((red, green, blue, white), numbers[8] / 10000, numbers[9] / 10000)


def av1_mastering_statement(payload: bytes) -> Statement:
    """Read a mastering display as AV1 codes it (section 6.7.4): red first, and fixed-point numbers."""
    numbers = struct.unpack_from(">8H2I", payload)
    return _mastering(_pairs(numbers[:8], 1 << 16), numbers[8] / (1 << 8), numbers[9] / (1 << 14))


def _pairs(numbers: Sequence[int], scale: int) -> tuple[tuple[float, float], ...]:
    values = [round(number / scale, _DIGITS) for number in numbers]
    return tuple(zip(values[::2], values[1::2], strict=True))


def _mastering(points: Sequence[tuple[float, float]], maximum: float, minimum: float) -> Statement:
    red, green, blue, white = points
    return Statement(
        MasteringDisplay(
            red=red,
            green=green,
            blue=blue,
            white=white,
            maximum=round(maximum, _DIGITS),
            minimum=round(minimum, _DIGITS),
        )
    )
