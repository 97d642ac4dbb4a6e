"""The first bytes of an OpenEXR file, read without the library: what it declares twice, and need not agree on."""

import struct
from pathlib import Path
from typing import Final

ExrSource = Path | bytes
"""A file by its path, or its whole content."""

MAGIC: Final = b"\x76\x2f\x31\x01"
"""The first four bytes of every OpenEXR file."""

START: Final = 1 << 16
"""Bytes read of a header; one that is longer is taken to agree with itself."""

_TILED, _DEEP, _MULTIPART = 0x200, 0x800, 0x1000
_FLAGS = {
    "scanlineimage": 0,
    "tiledimage": _TILED,
    "deepscanline": _DEEP,
    "deeptile": _DEEP,
}


def contradiction(start: bytes) -> str | None:
    """Return how the version field and the `type` attribute of a single-part file contradict each other.

    None where they agree, where there is no `type`, and for files of many parts,
    whose version field says nothing of tiles. Readers go by the one or by the
    other (OpenEXR file layout, "Version field"), so such a file opens as two
    different pictures.
    """
    if len(start) < 8:
        return None
    (version,) = struct.unpack_from("<I", start, 4)
    declared = _attribute(start, b"type")
    if declared is None or version & _MULTIPART:
        return None
    name = declared.rstrip(b"\0").decode("ascii", "replace")
    if name not in _FLAGS:
        return f"header is damaged: its type {name[:20]!r} is none of OpenEXR's"
    if _FLAGS[name] == version & (_TILED | _DEEP):
        return None
    flagged = "tiles" if version & _TILED else "deep samples" if version & _DEEP else "scanlines"
    return f"header contradicts itself: its version field says {flagged}, its type {name}"


def _attribute(start: bytes, wanted: bytes) -> bytes | None:
    """Return the value of one attribute of the first header; None where it is not within `start`."""
    at = 8
    while (end := start.find(b"\0", at)) - at > 0:
        name = start[at:end]
        kind_end = start.find(b"\0", end + 1)
        if kind_end < 0 or kind_end + 5 > len(start):
            return None
        (size,) = struct.unpack_from("<i", start, kind_end + 1)
        value = kind_end + 5
        if name == wanted:
            return start[value : value + max(size, 0)]
        at = value + max(size, 0)
    return None
