"""Banding: staircases of flat plateaus where a smooth gradient should be.

numba compiles the loop once a machine; it holds no lock. Memory: one line's plateaus.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.cells import Cells
from answerprint.measure.compiling import compiled
from answerprint.measured.look import BAND_STEPS, Banding

FLAT: Final = 0.4
"""Spread inside a plateau, as a share of the smallest step that counts: a ramp without steps never has one this flat."""
NARROWEST: Final = 1 / 64
"""Narrowest plateau, as a share of the picture's longer side: 30 pixels of 1920."""
EVERY: Final = 2
"""Rows and columns of cells of which one is followed: bands are wide."""
MARGIN: Final = 2
"""Cells between two plateaus that the step itself may take."""


def banding(cells: Cells, plane: NDArray[np.uint16], *, unit: float, smallest: float) -> Banding:
    """Find staircases along rows and columns of an averaged plane of `cells`; `unit` of its values make an 8-bit code.

    A staircase is three or more plateaus, each higher than the last (or lower)
    by steps of `smallest` to 24 codes that are alike. The axis with more of them tells the share.
    """
    narrowest = max(5, round(NARROWEST * max(plane.shape)))
    bounds = np.array([step * unit for step in BAND_STEPS], np.float64)
    bounds[0] = smallest * unit
    best, where = np.zeros(len(BAND_STEPS) - 1, np.int64), (0, 0)
    for turned, across in ((False, plane), (True, plane.T)):
        lines = np.ascontiguousarray(across[::EVERY])
        counts, at = np.zeros_like(best), np.zeros(3, np.int64)
        _staircases(lines, narrowest, FLAT * smallest * unit, bounds, counts, at)
        if counts.sum() > best.sum():
            line, start = int(at[0]) * EVERY, int(at[1])
            best, where = counts, (line, start) if turned else (start, line)
    shares = tuple(float(f"{min(1.0, EVERY * count / plane.size):.3g}") for count in best)
    return Banding(shares=shares, at=cells.pixel(where))


@compiled
def _staircases(
    plane: NDArray[np.uint16],
    narrowest: int,
    flat: float,
    bounds: NDArray[np.float64],
    counts: NDArray[np.int64],
    at: NDArray[np.int64],
) -> None:
    """Count by size of step the cells that lie in staircases; `at` becomes row, column and length of the longest."""
    height, width = plane.shape
    starts, ends = np.zeros(width, np.int64), np.zeros(width, np.int64)
    means = np.zeros(width, np.float64)
    for y in range(height):
        found = _plateaus(plane[y], narrowest, flat, starts, ends, means)
        first = 0
        while first < found - 1:
            last = first
            step = 0.0
            while last < found - 1 and _follows(starts, ends, means, last, step, bounds):
                rise = means[last + 1] - means[last]
                step = rise if step == 0.0 else 0.5 * (step + rise)
                last += 1
            if last >= first + 2:
                length = np.int64(0)
                for n in range(first, last + 1):
                    length += ends[n] - starts[n]
                kind = 0
                while kind < counts.size - 1 and abs(step) >= bounds[kind + 1]:
                    kind += 1
                counts[kind] += length
                if length > at[2]:
                    at[0], at[1], at[2] = y, starts[first], length
            first = max(last, first + 1)


@compiled
def _plateaus(
    line: NDArray[np.uint16],
    narrowest: int,
    flat: float,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
) -> int:
    """List the runs of a line whose values stay within `flat` of each other; return how many."""
    found, start = 0, 0
    low = high = np.int32(line[0])
    total = np.int64(line[0])
    for x in range(1, line.size + 1):
        ends_here = x == line.size
        if not ends_here:
            value = np.int32(line[x])
            new_low, new_high = min(low, value), max(high, value)
            ends_here = bool(new_high - new_low > flat)
        if not ends_here:
            low, high = new_low, new_high
            total += value
            continue
        if x - start >= narrowest:
            starts[found], ends[found], means[found] = start, x, total / (x - start)
            found += 1
        if x < line.size:
            start, low, high, total = x, value, value, np.int64(value)
    return found


@compiled
def _follows(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
    n: int,
    step: float,
    bounds: NDArray[np.float64],
) -> bool:
    """Tell whether plateau n + 1 goes on the staircase that came to plateau n by `step` (0 at its beginning)."""
    if starts[n + 1] - ends[n] > MARGIN:
        return False
    rise = means[n + 1] - means[n]
    if not bounds[0] <= abs(rise) < bounds[-1]:
        return False
    return step == 0.0 or (0.4 <= rise / step <= 2.5)
