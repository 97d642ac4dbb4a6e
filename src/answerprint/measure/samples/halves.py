"""One read of a plane of half floats: its levels exactly, and the cells it shrinks to.

A half float is an integer in disguise: patterns are compared and averaged as integers of
16 bits, dozens at a time, and every four rows are done with while they lie in the
processor's nearest cache. Only the mean needs values; a sum of halves is exact in
double precision as long as the mean is under 256. What is rare is looked for
where maxima say that it is there. A 1080p plane takes 0.6 ms.

Memory: the cells, a few rows, and a histogram of what is brighter than 1024.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.samples import halfloops as loops
from answerprint.measure.samples.halfloops import BRIGHT, CELL, INFINITE, LARGEST, SIGN, Bits
from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels

_BRIGHTS: Final = LARGEST + 1 - BRIGHT


@dataclass(frozen=True, slots=True)
class HalfPlane:
    """A plane of half floats once it has been read. Cells are bit patterns, (rows, columns), whole ones only."""

    levels: ChannelLevels
    averages: Bits
    """The mean pattern of every cell, nearly the geometric mean of its light; from DARKEST_BITS to LARGEST."""
    peaks: Bits
    """The highest pattern of every cell, in the same range."""
    corners: Bits
    """The first pattern of every cell; from 0 to LARGEST."""


def read_halves(plane: NDArray[np.float16]) -> HalfPlane:
    """Return levels and cells of a plane of half floats of any size; one smaller than a cell is one cell."""
    bits = np.ascontiguousarray(plane).view(np.uint16)
    counts, total = np.zeros(loops.NEGATIVE + len(_STEPS), np.int64), np.zeros(1, np.float64)
    brights = np.zeros(_BRIGHTS, np.uint32)
    rows, columns = (n // CELL for n in bits.shape)
    averages, peaks, corners = (np.empty((rows, columns), np.uint16) for _ in range(3))
    loops.read_rows(bits, _STEPS, counts, total, brights, averages, peaks, corners)
    levels = _levels(counts, float(total[0]), int(brights.max()))
    if rows and columns:
        return HalfPlane(levels, averages, peaks, corners)
    padding = [(0, max(0, CELL - n)) for n in bits.shape]
    whole = read_halves(np.pad(plane, padding, mode="edge"))
    return HalfPlane(levels, whole.averages, whole.peaks, whole.corners)


def value_of_bits(pattern: int) -> float:
    """Return the value of a half float by its bit pattern; of both zeros 0.0."""
    return float(np.array(pattern, np.uint16).view(np.float16)) + 0.0


def _levels(counts: loops.Counts, total: float, plateau: int) -> ChannelLevels:
    seen = [int(count) for count in counts]
    high, low, deep, finite = (seen[n] for n in (loops.HIGH, loops.LOW, loops.DEEP, loops.FINITE))
    return ChannelLevels(
        minimum=value_of_bits(deep if deep >= SIGN else low) if finite else None,
        # Of nothing but negatives the least integer is the one nearest to zero.
        maximum=value_of_bits(high if high >= 0 else low & 0xFFFF) if finite else None,
        mean=total / finite if finite else None,
        nan=seen[loops.NAN],
        infinite=seen[loops.INFINITIES],
        negative=tuple(seen[loops.NEGATIVE :]),
        overflow=seen[loops.OVERFLOW],
        plateau=plateau,
        denormal=seen[loops.DENORMAL],
    )


def _first_below() -> Bits:
    """Return the first bit pattern whose value lies under each of NEGATIVE_STEPS: patterns of negatives fall."""
    patterns = np.arange(SIGN, SIGN + INFINITE, dtype=np.uint16)
    values = patterns.view(np.float16).astype(np.float64)
    return np.array([patterns[np.argmax(values < step)] for step in NEGATIVE_STEPS], np.uint16)


_STEPS: Final = _first_below()
