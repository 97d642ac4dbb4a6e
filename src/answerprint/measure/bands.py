"""Damage that has the shape of a chunk: a run of lines that was compressed as one.

A broken chunk is wrong from its first line to its last and nowhere else, so what
is sought are lines unlike both the frame before and the frame after, up to a border
of chunks and not beyond it.
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

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
    nearer = cv2.min(cv2.absdiff(frame, before), cv2.absdiff(frame, after))
    lit = cv2.max(cv2.max(before, after), frame) > DARKEST_BITS
    lit_cells = np.maximum(_row_sums(lit.astype(np.uint8)), LIT * frame.shape[1])
    garbage = (_row_sums(nearer) - _row_sums(cv2.absdiff(before, after))) / lit_cells
    earlier, own, later = (_row_sums(each) / frame.shape[1] for each in (before, frame, after))
    nearest = np.minimum(np.abs(own - earlier), np.abs(own - later))
    most = np.maximum(garbage, nearest - np.abs(later - earlier)) / ONE_STOP
    return np.asarray(most.max(axis=1), np.float32)


def _row_sums(cells: NDArray[Any]) -> NDArray[np.float32]:
    """Return the sum of every row by channel, (rows, channels)."""
    sums = cv2.reduce(cells, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
    return np.asarray(sums, np.float32).reshape(len(cells), -1)


def _jump(own: NDArray[np.float32], top: int, bottom: int) -> tuple[float, float]:
    """Return how far the rows of a chunk stand out, and those just outside it."""
    above, below = own[max(0, top - BESIDE) : top], own[bottom : bottom + BESIDE]
    beside = [float(side.mean()) for side in (above, below) if side.size]
    # Where the picture is wrong as a whole some chunk always stands out a little more than its sides.
    others = np.concatenate([own[:top], own[bottom:]])
    return float(np.quantile(own[top:bottom], LEAST)), max(*beside, float(np.median(others)))
