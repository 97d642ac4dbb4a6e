"""What the boxes of MP4 and MOV say of the picture track: its size, shape, color, edit list and length.

Memory: the track's table of times, eight bytes a picture.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measured.container import Description, Edit, Lengths
from answerprint.measured.movie import ColorTags
from answerprint.media.container.boxes import Box, boxes_within, find_box, table_rows
from answerprint.media.container.statement import File
from answerprint.media.movie.codepoints import color_tags

MOST_SAMPLES: Final = 1 << 22
"""Samples whose times are looked at; a crafted table claims billions in a few bytes."""

_ENTRY: Final = 78
"""Bytes of a visual sample entry before the boxes in it (ISO/IEC 14496-12 12.1.3)."""
_EMPTY: Final = -1
"""Media time of an edit that shows nothing (ISO/IEC 14496-12 8.6.6)."""
_NEVER: Final = frozenset({0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF})
"""Durations that mean "not known"."""


@dataclass(frozen=True, slots=True)
class TrackStatement:
    """What the container says of its first picture track."""

    description: Description
    shown: tuple[float, float] | None = None
    edits: tuple[Edit, ...] = ()
    lengths: Lengths = field(default_factory=Lengths)
    starts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Second of the track's own time at which each picture is shown, rising."""
    ends: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Second at which it makes place for the next."""


def picture_statement(file: File) -> TrackStatement | None:
    """Return what is said of the first picture track; None where there is none.

    Raises ValueError, IndexError or struct.error where the boxes contradict each other.
    """
    movie = find_box(file, Box(b"", 0, len(file)), b"moov")
    tracks = (
        [b for b in boxes_within(file, movie.start, movie.end) if b.kind == b"trak"]
        if movie
        else []
    )
    pictures = next((track for track in tracks if _handler(file, track) == b"vide"), None)
    if movie is None or pictures is None:
        return None
    scale, length = _clock(file, find_box(file, movie, b"mvhd"))
    longest = max(_track_length(file, track) for track in tracks)
    ticks, media = _clock(file, find_box(file, pictures, b"mdia", b"mdhd"))
    starts, ends = _times(file, find_box(file, pictures, b"mdia", b"minf", b"stbl"), ticks)
    return TrackStatement(
        description=_description(file, pictures),
        shown=_shown(file, find_box(file, pictures, b"tkhd")),
        edits=tuple(_edits(file, find_box(file, pictures, b"edts", b"elst"), scale, ticks)),
        # The index of a fragmented file tells of its first part at most.
        lengths=Lengths(
            movie=length,
            longest=longest / scale if longest and scale else None,
            track=(_track_length(file, pictures) / scale or None) if scale else None,
            media=media,
            samples=float(ends.max() - starts.min()) if len(starts) else None,
        )
        if find_box(file, movie, b"mvex") is None
        else Lengths(),
        starts=starts,
        ends=ends,
    )


def _handler(file: File, track: Box) -> bytes:
    box = find_box(file, track, b"mdia", b"hdlr")
    return file[box.start + 8 : box.start + 12] if box else b""


def _clock(file: File, box: Box | None) -> tuple[int, float | None]:
    """Return ticks a second and length in seconds of an mvhd or mdhd box."""
    if box is None:
        return 0, None
    wide = file[box.start] == 1
    at = box.start + (20 if wide else 12)
    scale, length = struct.unpack_from(">IQ" if wide else ">II", file, at)
    return scale, length / scale if scale and length not in _NEVER else None


def _track_length(file: File, track: Box) -> int:
    box = find_box(file, track, b"tkhd")
    if box is None:
        return 0
    wide = file[box.start] == 1
    (length,) = struct.unpack_from(">Q" if wide else ">I", file, box.start + (28 if wide else 20))
    return 0 if length in _NEVER else int(length)


def _shown(file: File, box: Box | None) -> tuple[float, float] | None:
    if box is None:
        return None
    width, height = struct.unpack_from(">2I", file, box.end - 8)
    return (width / 65536, height / 65536) if width and height else None


def _edits(file: File, box: Box | None, scale: int, ticks: int) -> Iterator[Edit]:
    if box is None or not scale or not ticks:
        return
    wide = file[box.start] == 1
    layout = struct.Struct(">QqhH" if wide else ">IihH")
    count = int.from_bytes(file[box.start + 4 : box.start + 8], "big")
    content = file[box.start + 8 : min(box.start + 8 + count * layout.size, box.end)]
    for length, start, whole, part in layout.iter_unpack(
        content[: len(content) // layout.size * layout.size]
    ):
        yield Edit(
            seconds=length / scale,
            start=None if start == _EMPTY else start / ticks,
            speed=whole + part / 65536,
        )


def _times(
    file: File, table: Box | None, ticks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when each sample starts and ends to be shown, in the order of showing."""
    none = np.zeros(0)
    if table is None or not ticks:
        return none, none
    runs = table_rows(file, find_box(file, table, b"stts"), skip=4, width=4, columns=2).reshape(
        -1, 2
    )
    shifts = table_rows(file, find_box(file, table, b"ctts"), skip=4, width=4, columns=2).reshape(
        -1, 2
    )
    count = int(runs[:, 0].sum())
    if not 0 < count <= MOST_SAMPLES or int(shifts[:, 0].sum()) > MOST_SAMPLES:
        return none, none
    lengths = np.repeat(runs[:, 1], runs[:, 0])
    shown = np.cumsum(lengths) - lengths
    if len(shifts):
        # Version 0 of ctts is unsigned by the standard, and written signed all the same.
        signed = np.repeat(shifts[:, 1].astype(np.uint32).view(np.int32), shifts[:, 0])[:count]
        shown[: len(signed)] += signed
    order = np.argsort(shown, kind="stable")
    starts = shown[order]
    ends = np.append(starts[1:], starts[-1] + lengths[-1])
    return starts / ticks, ends / ticks


def _description(file: File, track: Box) -> Description:
    described = find_box(file, track, b"mdia", b"minf", b"stbl", b"stsd")
    entry = (
        next(boxes_within(file, described.start + 8, described.end), None) if described else None
    )
    if entry is None or entry.end - entry.start < _ENTRY:
        return Description()
    size = struct.unpack_from(">2H", file, entry.start + 24)
    inside = {box.kind: box for box in boxes_within(file, entry.start + _ENTRY, entry.end)}
    aspect = inside.get(b"pasp")
    return Description(
        size=(size[0], size[1]) if all(size) else None,
        pixel_aspect=_ratio(*struct.unpack_from(">2I", file, aspect.start)) if aspect else None,
        color=_colors(file, entry),
    )


def _colors(file: File, entry: Box) -> ColorTags:
    """Read the first colr box that spells code points: `nclx` of ISO, or QuickTime's `nclc`, which tells no range."""
    for box in boxes_within(file, entry.start + _ENTRY, entry.end):
        kind = file[box.start : box.start + 4] if box.kind == b"colr" else b""
        if kind in (b"nclx", b"nclc"):
            codes = struct.unpack_from(">3H", file, box.start + 4)
            ranged = kind == b"nclx" and box.end - box.start >= 11
            return color_tags(*codes, full=file[box.start + 10] >= 128 if ranged else None)
    return ColorTags()


def _ratio(wide: int, high: int) -> str | None:
    common = gcd(wide, high)
    return f"{wide // common}:{high // common}" if wide and high else None
