"""Where the pixels of an OpenEXR file lie: its offset tables, and whether every chunk is where they say.

Chunks are the units pixels are compressed in: runs of scan lines, or tiles. Each
begins with its own coordinates and size, which have to agree with the table and
with the header ("OpenEXR File Layout", "Chunk Data" and "Offset Tables").
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.errors import FrameError
from answerprint.media.exr.layout import DEEP, TILED, Header, Start, value_of

_LINES: Final = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1)
"""Scan lines of a chunk by the number of the compression, as OpenEXR 3.5.3 writes them."""

_STORAGE: Final = {
    "scanlineimage": 0,
    "tiledimage": TILED,
    "deepscanline": DEEP,
    "deeptile": DEEP | TILED,
}

Offsets = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the chunks of one part begin, and how many there are."""

    tiled: bool
    deep: bool
    window: tuple[int, int, int, int]
    lines: int
    levels: tuple[tuple[int, int, int, int], ...]
    """Of tiled parts: level in x and y, tiles across and down."""

    @property
    def count(self) -> int:
        if self.tiled:
            return sum(across * down for _, _, across, down in self.levels)
        return -(-(self.window[3] - self.window[1] + 1) // self.lines)

    def places(self) -> Iterator[tuple[int, ...]]:
        """Yield the coordinates every chunk begins with, in the order of the offset table."""
        if not self.tiled:
            for y in range(self.window[1], self.window[3] + 1, self.lines):
                yield (y,)
        for x_level, y_level, across, down in self.levels:
            for y in range(down):
                for x in range(across):
                    yield x, y, x_level, y_level


def read_offsets(start: Start, content: bytes) -> Offsets:
    """Return the offsets of all chunks, part after part, every one of them proven against its chunk.

    Raises FrameError where a table is cut off or incomplete, where a chunk does not
    begin with its own coordinates or does not end within the file, and for
    storage or compression that is not known. Whether the pixels in a chunk can
    be decoded is not looked at.
    """
    layouts = [_layout(start, header) for header in start.headers]
    total = sum(layout.count for layout in layouts)
    if start.size + 8 * total > len(content):
        raise FrameError(f"is cut off in its table of {total} chunks")
    offsets = np.frombuffer(content, "<u8", total, start.size)
    first = start.size + 8 * total
    missing = int(np.count_nonzero(offsets == 0))
    if missing:
        raise FrameError(f"is incomplete: {missing} of {total} chunks were never written")
    each = iter(offsets.tolist())
    for part, layout in enumerate(layouts):
        prefix = (part,) if start.multipart else ()
        head = _head(layout, prefix)
        for place, offset in zip(layout.places(), each, strict=False):
            _prove(content, offset, head, (*prefix, *place), first)
    return offsets


def _head(layout: _Layout, prefix: tuple[int, ...]) -> struct.Struct:
    """Return how a chunk begins: part, coordinates, then its size, or the three sizes of deep chunks."""
    numbers = len(prefix) + (4 if layout.tiled else 1)
    return struct.Struct(f"<{numbers}i" + ("QQQ" if layout.deep else "i"))


def _prove(
    content: bytes, offset: int, head: struct.Struct, place: tuple[int, ...], first: int
) -> None:
    if not first <= offset <= len(content) - head.size:
        raise FrameError(f"is damaged or cut off: chunk {place} lies outside the file")
    found = head.unpack_from(content, offset)
    if found[: len(place)] != place:
        raise FrameError(f"is damaged: where chunk {place} should be is another")
    # Of a deep chunk's three sizes the third is that of its samples unpacked.
    sizes = found[len(place) :][:2]
    if min(sizes) < 0 or offset + head.size + sum(sizes) > len(content):
        raise FrameError(f"is damaged or cut off: chunk {place} ends outside the file")


def _layout(start: Start, header: Header) -> _Layout:
    flags = _storage(start, header)
    try:
        window = struct.unpack("<4i", value_of(header, "dataWindow") or b"")
        lines = _LINES[(value_of(header, "compression") or b"\xff")[0]]
        tiles = struct.unpack("<2IB", value_of(header, "tiles") or b"") if flags & TILED else None
        declared = value_of(header, "chunkCount")
        count = None if declared is None else struct.unpack("<i", declared)[0]
    except (struct.error, IndexError):
        raise FrameError("header is damaged (what its chunks are is not in it)") from None
    if window[2] < window[0] or window[3] < window[1]:
        raise FrameError("header is damaged (its data window is empty)")
    levels = () if tiles is None else _levels(window, *tiles)
    layout = _Layout(tiles is not None, bool(flags & DEEP), window, lines, levels)
    if count is not None and count != layout.count:
        raise FrameError(f"declares {count} chunks where its pixels need {layout.count}")
    return layout


def _storage(start: Start, header: Header) -> int:
    """Return the flags of a part's storage: a single part's are the version field's, but for deep tiles."""
    kind = value_of(header, "type")
    name = None if kind is None else kind.rstrip(b"\0").decode("ascii", "replace")
    if name in _STORAGE:
        return _STORAGE[name]
    if name is None and not start.version & DEEP and not start.multipart:
        return start.version & TILED
    raise FrameError(f"holds a part of a type that is not known ({name!r:.40})")


def _levels(
    window: tuple[int, ...], wide: int, high: int, mode: int
) -> tuple[tuple[int, int, int, int], ...]:
    """Return level in x, level in y, tiles across and down of every level, in the order of the table."""
    if not wide or not high or mode & 15 > 2 or mode >> 4 > 1:
        raise FrameError("header is damaged (its tiles are none)")
    up = mode >> 4
    width, height = window[2] - window[0] + 1, window[3] - window[1] + 1
    across = [-(-_halved(width, n, up) // wide) for n in range(_depth(width, up))]
    down = [-(-_halved(height, n, up) // high) for n in range(_depth(height, up))]
    match mode & 15:
        case 0:
            return ((0, 0, across[0], down[0]),)
        case 1:
            depth = max(len(across), len(down))
            across += [1] * (depth - len(across))
            down += [1] * (depth - len(down))
            return tuple((n, n, across[n], down[n]) for n in range(depth))
        case _:
            return tuple((x, y, a, d) for y, d in enumerate(down) for x, a in enumerate(across))


def _depth(size: int, up: int) -> int:
    """Return how many levels there are from `size` down to one pixel."""
    return (size - 1).bit_length() + 1 if up else size.bit_length()


def _halved(size: int, times: int, up: int) -> int:
    """Return `size` halved so many times, rounded up or down as a whole, at least 1."""
    return max(1, -(-size >> times) if up else size >> times)
