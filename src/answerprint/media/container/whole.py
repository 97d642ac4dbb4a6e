"""Whether a container file is all there and nothing else: what it claims to hold, against its bytes.

MP4, MOV, Matroska, WebM, AVI, WebP and GIF are known here. Memory: the tables of the
samples of an MP4, twelve bytes each.
"""

import re
import struct
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measured.container import Whole
from answerprint.media.container import ebml
from answerprint.media.container.boxes import (
    Box,
    boxes_within,
    chunks_of,
    find_box,
    sizes_of,
    table_rows,
)
from answerprint.media.container.statement import File

_KIND: Final = re.compile(rb"[A-Za-z0-9 _.\-\xa9]{4}")
"""What the type of a box is spelled with."""
_SEGMENT: Final = 0x18538067
_LEVEL_ONE: Final = {
    0x114D9B74: "SeekHead", 0x1549A966: "Info", 0x1654AE6B: "Tracks", 0x1F43B675: "Cluster", 0x1C53BB6B: "Cues",
    0x1941A469: "Attachments", 0x1043A770: "Chapters", 0x1254C367: "Tags", 0xEC: "Void", 0xBF: "CRC-32",
}  # fmt: skip
"""Elements a Matroska segment consists of (RFC 9559)."""
_GIF_BLOCKS: Final = (0x21, 0x2C)
"""What introduces an extension, and an image."""
_GIF_TRAILER: Final = 0x3B
_TAIL_READ: Final = 1 << 20
"""Bytes of a tail that are looked at."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """How far the parts of a file reach, by their own word."""

    end: int
    part: str
    tail: int


def wholeness(file: File) -> Whole | None:
    """Return whether `file` is whole; None where its container is none that is known here."""
    if file[:4] == ebml.SIGNATURE:
        return _matroska(file)
    if file[:4] == b"RIFF":
        end = 8 + int.from_bytes(file[4:8], "little")
        return Whole(size=len(file), claimed=end, part="RIFF chunk")
    if file[:6] in (b"GIF87a", b"GIF89a"):
        return _gif(file)
    if file[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"):
        return _iso(file)
    return None


def _iso(file: File) -> Whole:
    at, kinds, end, part = 0, [], 0, ""
    while at + 8 <= len(file):
        size, kind = struct.unpack_from(">I4s", file, at)
        if size == 1:
            size = int.from_bytes(file[at + 8 : at + 16], "big")
        elif size == 0 and any(kind):
            size = len(file) - at
        if size < 8 or not _KIND.fullmatch(kind):
            break
        kinds.append(kind)
        end, part = at + size, f"{kind.decode('latin-1')} box"
        at = end
    moov = find_box(file, Box(b"", 0, len(file)), b"moov")
    lost, last = _lost_samples(file, moov) if moov else (0, 0)
    if last > max(end, len(file)):
        end, part = last, "samples"
    return Whole(
        size=len(file),
        claimed=end,
        part=part,
        lost=lost,
        headless=_headless(kinds),
        tail=_tail(file, at),
        files=max(1, kinds.count(b"ftyp")),
    )


def _lost_samples(file: File, moov: Box) -> tuple[int, int]:
    """Count the samples that end beyond the file, and return the byte the last one ends at."""
    lost, last = 0, 0
    for track in boxes_within(file, moov.start, moov.end):
        table = find_box(file, track, b"mdia", b"minf", b"stbl") if track.kind == b"trak" else None
        if table is not None:
            try:
                ends = _sample_ends(file, table)
            except (ValueError, IndexError, struct.error):
                continue
            lost += int((ends > len(file)).sum())
            last = max(last, int(ends.max(initial=0)))
    return lost, last


def _sample_ends(file: File, table: Box) -> NDArray[np.int64]:
    sizes, chunks = sizes_of(file, table), chunks_of(file, table)
    runs = table_rows(file, find_box(file, table, b"stsc"), skip=4, width=4, columns=3).reshape(
        -1, 3
    )
    counts = np.repeat(runs[:, 1], np.diff(runs[:, 0], append=len(chunks) + 1))
    if counts.sum() != len(sizes) or len(counts) != len(chunks):
        raise ValueError("the tables of samples and chunks contradict each other")
    upto = np.cumsum(sizes)
    firsts = np.cumsum(counts) - counts
    before = (upto - sizes)[np.minimum(firsts, len(sizes) - 1)]
    return np.repeat(chunks - before, counts) + upto


def _gif(file: File) -> Whole:
    """Walk the blocks of a GIF, which a trailer ends (GIF89a specification, section 27)."""
    at, end = 13 + _color_table(file, 10), len(file)
    while at < end and (introducer := file[at]) != _GIF_TRAILER:
        if introducer not in _GIF_BLOCKS:
            return Whole(size=end, claimed=at, part="GIF block", tail=_tail(file, at))
        # An image has its place, its color table and the size of its codes before its pieces.
        at += 2 if introducer == 0x21 else 11 + _color_table(file, at + 9)
        while at < end and file[at]:
            at += 1 + file[at]
        at += 1
    return Whole(size=end, claimed=at + 1, part="GIF trailer", tail=_tail(file, at + 1))


def _color_table(file: File, at: int) -> int:
    """Return the bytes of the color table that the flags at a place announce; none where the file ends before."""
    flags = file[at] if at < len(file) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _headless(kinds: list[bytes]) -> bool:
    """Tell whether the last fragment has a head and no pictures."""
    if b"moof" not in kinds:
        return False
    return b"mdat" not in kinds[len(kinds) - kinds[::-1].index(b"moof") :]


def _matroska(file: File) -> Whole:
    claim = _segment_claim(file)
    return Whole(size=len(file), claimed=claim.end, part=claim.part, tail=claim.tail)


def _segment_claim(file: File) -> _Claim:
    """Walk what stands in the segment; clusters of unknown size are gone into, as a live recording needs."""
    at, claim, end = 0, _Claim(0, "EBML header", 0), len(file)
    while at < end:
        try:
            number, content, size = _head(file, at)
        except (IndexError, ValueError):
            # Zeros may pad a file behind its segment; inside of it they stand for bytes that never came.
            return replace(claim, tail=len(file) - at)
        if number == _SEGMENT:
            whole = content + size if size is not None else len(file)
            claim, at, end = _Claim(whole, "Segment", 0), content, min(whole, len(file))
        elif number not in _LEVEL_ONE and size is None:
            return claim
        else:
            at = content if size is None else content + size
            name = _LEVEL_ONE.get(number, claim.part)
            claim = _Claim(at, name, 0) if at > claim.end else claim
    return replace(claim, tail=_tail(file, end))


def _head(file: File, at: int) -> tuple[int, int, int | None]:
    """Read an element's id, where its content starts, and its size; None where that is unknown."""
    number, behind = ebml.read_coded(file, at, keep_marker=True)
    size, content = ebml.read_coded(file, behind, keep_marker=False)
    unknown = size == (1 << 7 * (content - behind)) - 1
    return number, content, None if unknown else size


def _tail(file: File, at: int) -> int:
    """Return how many bytes stand behind `at`; 0 where all of them are zero, which some writers pad with."""
    return len(file) - at if any(file[at : at + _TAIL_READ]) else 0
