"""The bytes of an OpenEXR file ahead of its pixels, read and written without the library.

The layout is that of "OpenEXR File Layout" (openexr.com): magic number, version
field, then for every part its attributes (name, type, size, value) closed by an
empty name; a file of many parts closes the list of headers with an empty header.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from answerprint.errors import FrameError
from answerprint.media.exr.start import MAGIC, START, ExrSource, contradiction

TILED: Final = 0x200
LONG_NAMES: Final = 0x400
DEEP: Final = 0x800
MULTIPART: Final = 0x1000
"""Flags of the version field."""

SHORT_NAME: Final = 31
"""Bytes a name may have where the version field does not say that names are long."""
LONG_NAME: Final = 255
"""Bytes a name may have at all."""

_FORMAT: Final = 2
"""The one version of the file format that is in use; the version field's lowest byte."""
_FLAGS: Final = TILED | LONG_NAMES | DEEP | MULTIPART
_MAX_PARTS: Final = 1 << 16
"""Parts believed of a file, as a bound on what a crafted one can cost."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a header: its name, the name of its type, and its value as it is stored."""

    name: str
    kind: str
    value: bytes


Header = tuple[Attribute, ...]
"""The attributes of one part, in the file's order."""


@dataclass(frozen=True, slots=True)
class Start:
    """What stands ahead of the offset tables: the version field and the header of every part.

    `version` is the version field with its flags; `size` is the number of bytes the start
    takes, which is where the tables begin.
    """

    version: int
    headers: tuple[Header, ...]
    size: int

    @property
    def multipart(self) -> bool:
        """Whether the file has the layout of many parts, even if it has one."""
        return bool(self.version & MULTIPART)


def value_of(header: Header, name: str) -> bytes | None:
    """Return the stored value of an attribute, None where the header lacks it."""
    return next((a.value for a in header if a.name == name), None)


def parse_start(content: bytes) -> Start:
    """Read the headers of a file of which `content` is the whole, or at least all of the headers.

    Raises FrameError where they are no OpenEXR headers, are cut off, or contradict
    the version field.
    """
    if content[:4] != MAGIC:
        raise FrameError("is not an OpenEXR file" if content else "is empty (0 bytes)")
    version = int.from_bytes(content[4:8], "little")
    if len(content) < 8 or version & 0xFF != _FORMAT or version & ~0xFF & ~_FLAGS:
        raise FrameError(f"has a version field that is not OpenEXR's ({version:#x})")
    if (twice := contradiction(content)) is not None:
        raise FrameError(twice)
    headers, at = _headers(content, 8, many=bool(version & MULTIPART))
    return Start(version, headers, at)


def read_start(source: ExrSource) -> Start:
    """Read the headers of a file without the rest of it. Raises FrameError as `parse_start` does, or where it cannot be opened."""
    if isinstance(source, bytes):
        return parse_start(source)
    try:
        with source.open("rb") as file:
            content = file.read(START)
            try:
                return parse_start(content)
            except (
                FrameError
            ):  # unless the header is longer, previews and manifests being what they are
                return parse_start(content + file.read())
    except OSError as problem:
        raise FrameError(f"cannot be opened ({problem.strerror})") from None


def start_of(version: int, headers: Sequence[Header]) -> Start:
    """Return the start that says `headers`; the version field learns of names that are long."""
    names = (text for header in headers for a in header for text in (a.name, a.kind))
    if any(len(_stored(name)) > SHORT_NAME for name in names):
        version |= LONG_NAMES
    start = Start(version, tuple(headers), 0)
    return Start(version, tuple(headers), len(encode_start(start)))


def encode_start(start: Start) -> bytes:
    """Return the bytes that `parse_start` reads."""
    parts = b"".join(b"".join(map(_encoded, header)) + b"\0" for header in start.headers)
    end = b"\0" if start.multipart else b""
    return MAGIC + struct.pack("<I", start.version) + parts + end


def _headers(content: bytes, at: int, *, many: bool) -> tuple[tuple[Header, ...], int]:
    headers: list[Header] = []
    while len(headers) < _MAX_PARTS:
        header, at = _header(content, at)
        if many and not header:
            break
        headers.append(header)
        if not many:
            break
    if not headers or not all(headers):
        raise FrameError("header is damaged (it is empty)")
    return tuple(headers), at


def _header(content: bytes, at: int) -> tuple[Header, int]:
    header: list[Attribute] = []
    while True:
        name, at = _name(content, at)
        if not name:
            break
        kind, at = _name(content, at)
        size = int.from_bytes(content[at : at + 4], "little", signed=True)
        at += 4
        if not 0 <= size <= len(content) - at:
            raise FrameError(f"header is damaged (attribute {name[:40]!r} of {size} bytes)")
        header.append(Attribute(name, kind, content[at : at + size]))
        at += size
    if len({a.name for a in header}) < len(header):
        raise FrameError("header is damaged (an attribute stands in it twice)")
    return tuple(header), at


def _name(content: bytes, at: int) -> tuple[str, int]:
    end = content.find(b"\0", at, at + LONG_NAME + 1)
    if end < 0:
        raise FrameError("header is damaged (a name has no end)")
    return content[at:end].decode("utf-8", "surrogateescape"), end + 1


def _encoded(attribute: Attribute) -> bytes:
    names = _stored(attribute.name) + b"\0" + _stored(attribute.kind) + b"\0"
    return names + struct.pack("<i", len(attribute.value)) + attribute.value


def _stored(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
