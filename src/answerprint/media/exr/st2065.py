"""What makes an OpenEXR file an ACES image container (SMPTE ST 2065-4), told from its header.

The rules are those three public readings of the standard agree on: OpenEXR's page
on `exr2aces`, the Academy's reference writer (ampas/aces_container), and
OpenImageIO's strict `openexr:ACESContainerPolicy`. The standard's own text was not
at hand.
"""

import struct
from collections.abc import Iterator
from typing import Final

from answerprint.color.primaries import AP0
from answerprint.media.exr.layout import LONG_NAMES, SHORT_NAME, Header, Start, value_of

FLAG: Final = "acesImageContainerFlag"
"""The attribute by which a file claims to be an ACES container."""

INTEROP_ID: Final = "lin_ap0_scene"
"""What the Color Interop Forum calls the color of every ACES container."""

_REQUIRED: Final = {
    FLAG: "int",
    "channels": "chlist",
    "chromaticities": "chromaticities",
    "compression": "compression",
    "dataWindow": "box2i",
    "displayWindow": "box2i",
    "lineOrder": "lineOrder",
    "pixelAspectRatio": "float",
    "screenWindowCenter": "v2f",
    "screenWindowWidth": "float",
}
_CHANNELS: Final = tuple(
    frozenset(names.split())
    for names in (
        "B G R",
        "A B G R",
        "B G R left.B left.G left.R",
        "A B G R left.A left.B left.G left.R",
    )
)
_NEVER_EMPTY: Final = frozenset(
    {
        "cameraFirmwareVersion",
        "cameraIdentifier",
        "cameraLabel",
        "cameraMake",
        "cameraModel",
        "cameraSerialNumber",
        "comments",
        "creator",
        "lensAttributes",
        "lensFirmwareVersion",
        "lensMake",
        "lensModel",
        "lensSerialNumber",
        "owner",
        "recorderFirmwareVersion",
        "recorderMake",
        "recorderModel",
        "recorderSerialNumber",
        "reelName",
        "storageMediaSerialNumber",
    }
)
_VERSIONS: Final = (2, 2 | LONG_NAMES)
_LARGEST_HEADER: Final = 1 << 20
"""Bytes a header may take, by the Academy's reference writer."""
_PLAIN_CHANNEL: Final = struct.pack("<i4B2i", 1, 0, 0, 0, 0, 1, 1)
"""A channel's entry behind its name: half, not perceptually linear, a sample for every pixel."""


def st2065_4_reasons(start: Start) -> tuple[str, ...]:
    """Return every reason why a file with this start is no ST 2065-4 container; none where it is one.

    AP0 is compared exactly, as single-precision floats, which is what other
    implementations do. The offset table and the pixels are not looked at.
    """
    if len(start.headers) != 1 or start.version not in _VERSIONS:
        return (
            f"version field is {start.version}, not 2 or 1026: scan lines of one flat part only",
        )
    return tuple(_reasons(start, start.headers[0]))


def _reasons(start: Start, header: Header) -> Iterator[str]:
    kinds = {a.name: a.kind for a in header}
    for name, kind in _REQUIRED.items():
        if name not in kinds:
            yield f"{name} is missing"
        elif kinds[name] != kind:
            yield f"{name} is stored as {kinds[name]}, not {kind}"
    yield from _wrong_values(header)
    yield from _wrong_channels(value_of(header, "channels") or b"")
    for a in header:
        if a.name in _NEVER_EMPTY and not a.value.strip(b"\0"):
            yield f"{a.name} is there and empty"
        if len(a.name.encode("utf-8", "surrogateescape")) > SHORT_NAME and start.version == 2:
            yield f"{a.name} is a long name, which version 2 does not allow"
    if "tiles" in kinds:
        yield "tiles are declared"
    if start.size > _LARGEST_HEADER:
        yield f"header has {start.size} bytes, more than {_LARGEST_HEADER}"


def _wrong_values(header: Header) -> Iterator[str]:
    """Yield what is wrong with values that the standard settles; one that is missing is told elsewhere."""
    settled = {
        FLAG: ((struct.pack("<i", 1),), "is not 1"),
        "chromaticities": ((struct.pack("<8f", *AP0),), "are not those of AP0 with the ACES white"),
        "compression": ((b"\0",), "is not none"),
        "lineOrder": ((b"\0", b"\1"), "is neither increasing nor decreasing"),
        "colorInteropID": ((INTEROP_ID.encode(),), f"is not {INTEROP_ID}"),
    }
    for name, (allowed, wrong) in settled.items():
        value = value_of(header, name)
        if value is not None and value not in allowed:
            yield f"{name} {wrong}"


def _wrong_channels(value: bytes) -> Iterator[str]:
    names, at = [], 0
    while (end := value.find(b"\0", at)) > at:
        names.append(value[at:end].decode("utf-8", "replace"))
        if value[end + 1 : end + 1 + len(_PLAIN_CHANNEL)] != _PLAIN_CHANNEL:
            yield f"channel {names[-1]} is not half, linear and fully sampled"
        at = end + 1 + len(_PLAIN_CHANNEL)
    if frozenset(names) not in _CHANNELS:
        yield f"channels are {', '.join(names)}, not RGB, RGBA or a stereo pair of them"
