"""Damage that has the shape of a chunk: a run of lines that was compressed as one.

A broken chunk is wrong from its first line to its last and nowhere else, so what
is sought are lines unlike both the frame before and the frame after, up to a border
of chunks and not beyond it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measure.samples.halfloops import CELL, DARKEST_BITS, Bits
from answerprint.measure.samples.pixels import ONE_STOP
from answerprint.measured.exr import ExrPart
from answerprint.measured.samples import BandJump

BESIDE: Final = 2
"""Rows of cells looked at outside either border of a chunk: eight lines."""
LEAST: Final = 0.25
"""Share of a chunk's rows that may stand out less than is said of it."""
LIT: Final = 0.1
"""Share of a row that counts as lit at least: a few cells in the dark are not a row."""

_LINES: Final = {
    "zip": 16, "piz": 32, "pxr24": 16, "b44": 32, "b44a": 32, "dwaa": 32, "dwab": 256,
    "htj2k32": 32, "htj2k256": 256,
}  # fmt: skip
"""Scan lines of a chunk by compression ("OpenEXR File Layout"); others have one."""


def chunk_lines(part: ExrPart) -> int:
    """Return the scan lines of a chunk of the part; 0 where chunks are single lines or tiles."""
    return _LINES.get(part.compression, 0) if part.storage == "scanline" else 0


def band_jump(
    before: Sequence[Bits], frame: Sequence[Bits], after: Sequence[Bits], *, lines: int
) -> BandJump | None:
    """Return the chunk of `lines` scan lines that stands out most between the frames before and after.

    The three are averages of cells by channel, all of one shape, at 1024 to the
    stop. None where the picture is no more than one chunk, or chunks are single lines.
    """
    rows, run = len(frame[0]), lines // CELL
    if not 0 < run < rows:
        return None
    inside, beside = _jumps(_excess_of_rows(before, frame, after), run)
    best = int(np.argmax(inside - np.maximum(beside, 0)))
    return BandJump(
        lines=(best * lines, min((best + 1) * lines, rows * CELL) - 1),
        stops=round(float(inside[best]), 4),
        beside=round(float(beside[best]), 4),
    )


def _excess_of_rows(
    before: Sequence[Bits], frame: Sequence[Bits], after: Sequence[Bits]
) -> NDArray[np.float32]:
    """Return, in stops, how far each row is from the nearer neighbour beyond what the two differ.

    Taken cell by cell, over those that are not black, which tells garbage; and of the row's mean,
    which grain leaves alone, and which tells light that is off. The greater of the two, in
    the channel that differs most.
    """
    sums = np.empty((6, len(frame[0]), len(frame)), np.float32)
    for channel, planes in enumerate(zip(before, frame, after, strict=True)):
        _sum_rows(*planes, DARKEST_BITS, sums[..., channel])
    lit, nearer, apart, earlier, own, later = sums
    columns = np.float32(frame[0].shape[1])
    garbage = (nearer - apart) / np.maximum(lit, LIT * columns)
    nearest = np.minimum(np.abs(own - earlier), np.abs(own - later)) / columns
    most = np.maximum(garbage, nearest - np.abs(later - earlier) / columns) / ONE_STOP
    return np.asarray(most.max(axis=1), np.float32)


@compiled
def _sum_rows(before: Bits, frame: Bits, after: Bits, dark: int, sums: NDArray[np.float32]) -> None:
    """Fill (6, rows) with sums of every row.

    Cells above `dark` in any frame; how far `frame` is from the nearer neighbour;
    how far the neighbours are apart; and the values before, in the frame and after.
    """
    for row in range(frame.shape[0]):
        a, b, c = before[row], frame[row], after[row]
        lit = nearer = apart = earlier = own = later = np.int32(0)
        for column in range(b.size):
            x, y, z = np.int32(a[column]), np.int32(b[column]), np.int32(c[column])
            lit = np.int32(lit + np.int32(max(x, y, z) > np.int32(dark)))
            nearer = np.int32(nearer + min(abs(y - x), abs(y - z)))
            apart = np.int32(apart + abs(z - x))
            earlier, own, later = np.int32(earlier + x), np.int32(own + y), np.int32(later + z)
        sums[0, row], sums[1, row], sums[2, row] = lit, nearer, apart
        sums[3, row], sums[4, row], sums[5, row] = earlier, own, later


def _jumps(own: NDArray[np.float32], run: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the rows of every chunk of `run` rows stand out, and those just outside it."""
    inside, beside = [], []
    for top in range(0, len(own), run):
        bottom = min(top + run, len(own))
        inside.append(_ranked(np.sort(own[top:bottom]), LEAST))
        # Where the picture is wrong as a whole some chunk always stands out a little more than its sides.
        others = np.sort(np.concatenate([own[:top], own[bottom:]]))
        sides = own[max(0, top - BESIDE) : top], own[bottom : bottom + BESIDE]
        beside.append(max(_ranked(others, 0.5), *(float(s.mean()) for s in sides if s.size)))
    return np.array(inside), np.array(beside)


def _ranked(ordered: NDArray[np.float32], share: float) -> float:
    """Return the value that `share` of the values lie below, linear between two: numpy's own takes 0.2 ms."""
    place = share * (ordered.size - 1)
    below = int(place)
    above = min(below + 1, ordered.size - 1)
    step = float(ordered[above]) - float(ordered[below])
    return float(ordered[below]) + step * (place - below)
