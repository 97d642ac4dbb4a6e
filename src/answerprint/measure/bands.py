"""Damage that has the shape of a chunk: a run of lines that was compressed as one.

A broken chunk is wrong from its first line to its last and nowhere else, so what
is sought are lines unlike both the frame before and the frame after, up to a border
of chunks and not beyond it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measure.pixels import CELL, DARKEST_BITS, ONE_STOP
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
    before: NDArray[np.int16], frame: NDArray[np.int16], after: NDArray[np.int16], lines: int
) -> BandJump | None:
    """Return the chunk of `lines` scan lines that stands out most between the frames before and after.

    The three are cells of equal shape, at 1024 to the stop. None where the picture
    is no more than one chunk, or chunks are single lines.
    """
    rows, run = len(frame), lines // CELL
    if not 0 < run < rows:
        return None
    own = _excess_of_rows(before, frame, after)
    jumps = [_jump(own, top, min(top + run, rows)) for top in range(0, rows, run)]
    best = max(range(len(jumps)), key=lambda n: jumps[n][0] - max(0.0, jumps[n][1]))
    inside, beside = jumps[best]
    return BandJump(
        lines=(best * lines, min((best + 1) * lines, rows * CELL) - 1),
        stops=round(inside, 4),
        beside=round(beside, 4),
    )


def _excess_of_rows(
    before: NDArray[np.int16], frame: NDArray[np.int16], after: NDArray[np.int16]
) -> NDArray[np.float32]:
    """Return, in stops, how far each row is from the nearer neighbour beyond what the two differ.

    Taken cell by cell, over those that are not black, which tells garbage; and of the row's mean,
    which grain leaves alone, and which tells light that is off. The greater of the two, in
    the channel that differs most.
    """
    shape = (*frame.shape[:2], -1)  # luminance alone has no axis of channels
    lit, nearer, apart, earlier, own, later = row_sums(
        before.reshape(shape), frame.reshape(shape), after.reshape(shape), DARKEST_BITS
    )
    columns = np.float32(frame.shape[1])
    garbage = (nearer - apart) / np.maximum(lit, LIT * columns)
    nearest = np.minimum(np.abs(own - earlier), np.abs(own - later)) / columns
    most = np.maximum(garbage, nearest - np.abs(later - earlier) / columns) / ONE_STOP
    return np.asarray(most.max(axis=1), np.float32)


@compiled
def row_sums(
    before: NDArray[np.int16], frame: NDArray[np.int16], after: NDArray[np.int16], dark: int
) -> NDArray[np.float32]:
    """Return six sums of every row by channel, (6, rows, channels).

    Cells above `dark` in any frame; how far `frame` is from the nearer neighbour;
    how far the neighbours are apart; and the values before, in the frame and after.
    """
    rows, columns, channels = frame.shape
    sums = np.empty((6, rows, channels), np.float32)
    for row in range(rows):
        for channel in range(channels):
            lit = nearer = apart = earlier = own = later = np.int64(0)
            for column in range(columns):
                a = np.int32(before[row, column, channel])
                b = np.int32(frame[row, column, channel])
                c = np.int32(after[row, column, channel])
                lit += max(a, b, c) > dark
                nearer += min(abs(b - a), abs(b - c))
                apart += abs(c - a)
                earlier, own, later = earlier + a, own + b, later + c
            sums[:, row, channel] = lit, nearer, apart, earlier, own, later
    return sums


def _jump(own: NDArray[np.float32], top: int, bottom: int) -> tuple[float, float]:
    """Return how far the rows of a chunk stand out, and those just outside it."""
    above, below = own[max(0, top - BESIDE) : top], own[bottom : bottom + BESIDE]
    beside = [float(side.mean()) for side in (above, below) if side.size]
    # Where the picture is wrong as a whole some chunk always stands out a little more than its sides.
    others = np.concatenate([own[:top], own[bottom:]])
    return float(np.quantile(own[top:bottom], LEAST)), max(*beside, float(np.median(others)))
