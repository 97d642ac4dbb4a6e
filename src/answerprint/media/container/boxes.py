"""The boxes of MP4 and MOV (ISO/IEC 14496-12, QuickTime), as far as a picture track and its static metadata go.

Memory: the sample tables, twelve bytes a picture. A fragmented file has its
pictures elsewhere and shows none here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.media.container.statement import (
    File,
    PictureTrack,
    Span,
    Statement,
    light_statement,
    st2086_statement,
)

_CODECS: Final = {b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1"}
_ENTRY_FIELDS: Final = 78
"""Bytes of a visual sample entry before the boxes in it."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type, and where its content starts and ends."""

    kind: bytes
    start: int
    end: int


def boxes_within(file: File, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes one after another between two offsets; what is no whole box ends it."""
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", file[start : start + 8])
        content = start + 8
        if size == 1 and content + 8 <= end:
            size, content = int.from_bytes(file[content : content + 8], "big"), content + 8
        stop = end if size == 0 else start + size
        if stop < content or stop > end:
            return
        yield Box(kind, content, stop)
        start = stop


def picture_track(file: File) -> PictureTrack | None:
    """Return the first picture track; None where there is none.

    Raises ValueError, IndexError or struct.error where the tables contradict each other.
    """
    movie = find_box(file, Box(b"", 0, len(file)), b"moov")
    tracks = boxes_within(file, movie.start, movie.end) if movie else ()
    for track in (box for box in tracks if box.kind == b"trak"):
        handler = find_box(file, track, b"mdia", b"hdlr")
        table = find_box(file, track, b"mdia", b"minf", b"stbl")
        if handler and table and file[handler.start + 8 : handler.start + 12] == b"vide":
            return _described(file, table)
    return None


def _described(file: File, table: Box) -> PictureTrack | None:
    descriptions = find_box(file, table, b"stsd")
    if descriptions is None:
        return None
    entry = next(boxes_within(file, descriptions.start + 8, descriptions.end), None)
    if entry is None:
        return None
    inside = list(boxes_within(file, entry.start + _ENTRY_FIELDS, entry.end))
    setup = next((box for box in inside if box.kind in (b"hvcC", b"av1C")), None)
    return PictureTrack(
        codec=_CODECS.get(entry.kind, entry.kind.decode("latin-1")),
        stated=tuple(statement for box in inside for statement in _statements(file, box)),
        samples=_samples(file, table),
        setup=(setup.start, setup.end) if setup else None,
    )


def _statements(file: File, box: Box) -> Iterator[Statement]:
    content = file[box.start : box.end] if box.kind in (b"clli", b"mdcv") else b""
    if box.kind == b"clli":
        yield light_statement(content, range(box.start, box.end))
    elif box.kind == b"mdcv":
        yield st2086_statement(content)


def _samples(file: File, table: Box) -> Iterator[Span]:
    """Yield where every sample lies, by the tables of sizes, chunks and samples to a chunk."""
    sizes, chunks = sizes_of(file, table), chunks_of(file, table)
    runs = table_rows(file, find_box(file, table, b"stsc"), skip=4, width=4, columns=3).reshape(
        -1, 3
    )
    lengths = np.diff(runs[:, 0], append=len(chunks) + 1)
    number = 0
    for place, count in zip(chunks, np.repeat(runs[:, 1], lengths), strict=True):
        at = int(place)
        for size in sizes[number : number + int(count)]:
            yield at, min(at + int(size), len(file))
            at += int(size)
        number += int(count)


def sizes_of(file: File, table: Box) -> NDArray[np.int64]:
    """Return the size of every sample of an `stbl` box. Raises ValueError where they exceed the file."""
    box = find_box(file, table, b"stsz")
    if box is None:
        return np.zeros(0, np.int64)
    size, count = struct.unpack(">2I", file[box.start + 4 : box.start + 12])
    if size == 0:
        return table_rows(file, box, skip=8, width=4)
    if size * count > len(file):
        raise ValueError("the samples are larger than the file")
    return np.full(count, size, np.int64)


def chunks_of(file: File, table: Box) -> NDArray[np.int64]:
    """Return where every chunk of an `stbl` box starts."""
    wide = find_box(file, table, b"co64")
    if wide:
        return table_rows(file, wide, skip=4, width=8)
    return table_rows(file, find_box(file, table, b"stco"), skip=4, width=4)


def table_rows(
    file: File, box: Box | None, *, skip: int, width: int, columns: int = 1
) -> NDArray[np.int64]:
    """Return the rows of a table box, whose count stands after `skip` bytes."""
    if box is None:
        return np.zeros(0, np.int64)
    start = box.start + skip + 4
    count = int.from_bytes(file[start - 4 : start], "big") * columns
    content = file[start : min(start + count * width, box.end)]
    return np.frombuffer(content, f">u{width}", count).astype(np.int64)


def find_box(file: File, box: Box, *path: bytes) -> Box | None:
    """Return the first box of each type of `path`, one inside the other."""
    found: Box | None = box
    for kind in path:
        if found is None:
            return None
        inside = boxes_within(file, found.start, found.end)
        found = next((each for each in inside if each.kind == kind), None)
    return found
