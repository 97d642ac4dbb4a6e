"""Values of header attributes as OpenEXR stores them.

Types and names are those of OpenEXR's "Standard Optional Attributes"; where a name
is standard its type is settled, and any other name takes the type its value has.
"""

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from answerprint.errors import UsageError
from answerprint.media.exr.layout import LONG_NAME, Attribute
from answerprint.timing import Timecode

ExrValue = int | float | str | Fraction | Timecode | Sequence[float]
"""What an attribute can be set to; eight numbers are chromaticities, four a box, two a point."""

STRUCTURAL: Final = frozenset(
    {
        "channels",
        "chunkCount",
        "compression",
        "dataWindow",
        "lineOrder",
        "maxSamplesPerPixel",
        "name",
        "tiles",
        "type",
        "version",
    }
)
"""Attributes that say how the pixels are stored: changing one without them makes the file unreadable."""

_STANDARD: Final = {
    "acesImageContainerFlag": "int",
    "adoptedNeutral": "v2f",
    "capDate": "string",
    "chromaticities": "chromaticities",
    "colorInteropID": "string",
    "comments": "string",
    "creator": "string",
    "displayWindow": "box2i",
    "dwaCompressionLevel": "float",
    "framesPerSecond": "rational",
    "imageCounter": "int",
    "originalImageFlag": "int",
    "owner": "string",
    "pixelAspectRatio": "float",
    "reelName": "string",
    "screenWindowCenter": "v2f",
    "screenWindowWidth": "float",
    "timeCode": "timecode",
    "whiteLuminance": "float",
}
_HIGHEST_TIMECODE: Final = 30
"""Frames a second up to which a `timeCode` can count every frame: its tens of frames have two bits, and above 30 ST 12-1 counts pairs."""


def attribute(name: str, value: ExrValue) -> Attribute:
    """Return the attribute that holds `value` under `name`.

    Raises UsageError for a name no header can hold or that says how pixels are
    stored, and for a value its type does not take.
    """
    if not 0 < len(name.encode()) <= LONG_NAME or "\0" in name:
        raise UsageError(f"an attribute's name has 1 to {LONG_NAME} bytes", where=name[:40])
    if name in STRUCTURAL:
        raise UsageError("says how pixels are stored and cannot be set alone", where=name)
    kind = _STANDARD.get(name) or _kind_of(value)
    try:
        return Attribute(name, kind, _PACKED[kind](value))
    except (struct.error, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise UsageError(f"a {kind} cannot be {value!r:.60} ({problem})", where=name) from None


def packed_timecode(timecode: Timecode) -> int:
    """Return the time address and flags as one integer: SMPTE ST 12-1 binary-coded decimals, packed for 60-field video.

    Raises ValueError above 30 frames a second.

    >>> hex(packed_timecode(Timecode.parse("01:02:03;04", Fraction(30000, 1001))))
    '0x1020344'
    """
    if timecode.nominal > _HIGHEST_TIMECODE:
        raise ValueError(f"it counts every frame up to {_HIGHEST_TIMECODE} frames a second")
    hours, minutes, seconds, frames = (int(n) for n in str(timecode).replace(";", ":").split(":"))
    decimals = (_bcd(hours), _bcd(minutes), _bcd(seconds), _bcd(frames) | timecode.drop << 6)
    return int.from_bytes(bytes(decimals), "big")


def _bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


def _kind_of(value: ExrValue) -> str:
    match value:
        case str():
            return "string"
        case Timecode():
            return "timecode"
        case Fraction():
            return "rational"
        case int():
            return "int"
        case float():
            return "float"
    return {2: "v2f", 4: "box2i", 8: "chromaticities"}.get(len(value), "chromaticities")


def _pack_rational(value: Any) -> bytes:
    ratio = Fraction(value)
    return struct.pack("<iI", ratio.numerator, ratio.denominator)


_PACKED: Final[dict[str, Callable[[Any], bytes]]] = {
    "box2i": lambda value: struct.pack("<4i", *value),
    "chromaticities": lambda value: struct.pack("<8f", *value),
    "float": lambda value: struct.pack("<f", value),
    "int": lambda value: struct.pack("<i", value),
    "rational": _pack_rational,
    "string": lambda value: value.encode(),
    "timecode": lambda value: struct.pack("<II", packed_timecode(value), 0),
    "v2f": lambda value: struct.pack("<2f", *value),
}
