"""Banding: staircases of flat plateaus where a smooth gradient should be.

numba compiles the loop once a machine; it holds no lock. Memory: one line's plateaus.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measure.look.cells import Cells
from answerprint.measured.look import BAND_STEPS, Banding

FLAT: Final = 0.4
"""Spread inside a plateau, as a share of the smallest step that is looked for: a ramp without steps never has one this flat."""
STEPS: Final = (1.5, 4.0)
"""Smallest steps that are looked for in turn, in 8-bit codes, those over the smallest that counts: larger ones survive more ripple."""
NARROWEST: Final = 1 / 64
"""Narrowest plateau, as a share of the picture's longer side: 30 pixels of 1920."""
THINNEST: Final = 4 / 5
"""The same of a part of a plateau, as a share of that: the channels of a tinted gradient step at different places."""
MINOR: Final = 0.4
"""Share of a staircase's step under which a rise divides a plateau: red's and blue's beside green's."""
PART: Final = 0.7
"""Share of a step that such rises may add up to between two steps."""
EVERY: Final = 2
"""Rows and columns of cells of which one is followed: bands are wide."""
MARGIN: Final = 2
"""Cells between two plateaus that the step itself may take."""


def banding(cells: Cells, plane: NDArray[np.uint16], *, unit: float, smallest: float) -> Banding:
    """Find staircases along rows and columns of an averaged plane of `cells`; `unit` of its values make an 8-bit code.

    A staircase is three or more plateaus, each higher than the last (or lower)
    by steps of `smallest` to 24 codes that are alike. Rises much smaller than these, as the channels
    of a tint make them in turns, divide a plateau but do not end it. They are looked for by
    each of STEPS, as coding ripples a plateau by a part of the steps beside it. The axis with more of them tells the share.
    """
    narrowest = max(5, round(NARROWEST * max(plane.shape)))
    best, where = np.zeros(len(BAND_STEPS) - 1, np.int64), (0, 0)
    for turned, across in ((False, plane), (True, plane.T)):
        lines = np.ascontiguousarray(across[::EVERY])
        counts, at = _counts(lines, narrowest, unit, smallest)
        if counts.sum() > best.sum():
            line, start = int(at[0]) * EVERY, int(at[1])
            best, where = counts, (line, start) if turned else (start, line)
    shares = tuple(float(f"{min(1.0, EVERY * count / plane.size):.3g}") for count in best)
    return Banding(shares=shares, at=cells.pixel(where))


def _counts(
    lines: NDArray[np.uint16], narrowest: int, unit: float, smallest: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the cells in staircases by size of step, at the scale that finds most; and where the longest of these is."""
    best, where = np.zeros(len(BAND_STEPS) - 1, np.int64), np.zeros(3, np.int64)
    for step in (smallest, *(step for step in STEPS if step > smallest)):
        bounds = np.maximum(np.array(BAND_STEPS, np.float64), step) * unit
        counts, at = np.zeros_like(best), np.zeros(3, np.int64)
        # Values are whole numbers, and so is what they may be apart.
        _staircases(lines, narrowest, int(FLAT * step * unit), bounds, counts, at)
        if counts.sum() > best.sum():
            best, where = counts, at
    return best, where


@compiled
def _staircases(
    plane: NDArray[np.uint16],
    narrowest: int,
    flat: int,
    bounds: NDArray[np.float64],
    counts: NDArray[np.int64],
    at: NDArray[np.int64],
) -> None:
    """Count by size of step the cells that lie in staircases; `at` becomes row, column and length of the longest."""
    height, width = plane.shape
    starts, ends = np.zeros(width, np.int64), np.zeros(width, np.int64)
    means, spreads = np.zeros(width, np.float64), np.zeros(width, np.uint16)
    thinnest = int(np.ceil(THINNEST * narrowest))
    for y in range(height):
        found = _plateaus(plane[y], thinnest, flat, spreads, starts, ends, means)
        first = 0
        while first < found - 1:
            last, steps, step = _climb(starts, ends, means, first, found, narrowest, bounds)
            if steps >= 2:
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
            else:
                first += 1


@compiled
def _climb(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
    first: int,
    found: int,
    narrowest: int,
    bounds: NDArray[np.float64],
) -> tuple[int, int, float]:
    """Follow a staircase from plateau `first`; return its last plateau, how many steps it has, and their size."""
    last, steps, taken, step = first, 0, 0, 0.0
    wide, drift = ends[first] - starts[first], 0.0
    for n in range(first + 1, found):
        rise = means[n] - means[n - 1]
        if starts[n] - ends[n - 1] > MARGIN or abs(rise) >= bounds[-1]:
            break
        if step != 0.0 and abs(rise) < MINOR * abs(step):
            drift += rise
            if abs(drift) >= PART * abs(step):
                break
        # A plateau too narrow is an edge's flank.
        elif (
            abs(rise) < bounds[0]
            or wide < narrowest
            or (step != 0.0 and not 0 < rise / step <= 2.5)
        ):
            break
        else:
            step = rise if step == 0.0 else 0.5 * (step + rise)
            taken, wide, drift = taken + 1, np.int64(0), 0.0
        wide += ends[n] - starts[n]
        if wide >= narrowest:
            last, steps = n, taken
    return last, steps, step


@compiled
def _plateaus(
    line: NDArray[np.uint16],
    narrowest: int,
    flat: int,
    spreads: NDArray[np.uint16],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
) -> int:
    """List the runs of a line whose values stay within `flat` of each other; return how many.

    A run never goes over a step larger than `flat`, so that what lies between two of
    these is gone through by itself, and only where it may hold a run that
    is wide enough. `spreads` is a line's scratch.
    """
    _spread_ahead(line, narrowest, spreads)
    found, past, x = 0, 0, 0
    while x < line.size - narrowest + 1:
        if spreads[x] > flat:
            x += 1
            continue
        start, end = x, x + narrowest
        while start > past and _apart(line[start - 1], line[start]) <= flat:
            start -= 1
        while end < line.size and _apart(line[end - 1], line[end]) <= flat:
            end += 1
        found = _runs(line[start:end], start, narrowest, flat, found, starts, ends, means)
        past = x = end
    return found


@compiled
def _apart(one: np.uint16, other: np.uint16) -> np.uint16:
    return np.uint16(max(one, other) - min(one, other))


@compiled
def _spread_ahead(line: NDArray[np.uint16], count: int, spreads: NDArray[np.uint16]) -> None:
    """Fill in how far the next `count` values, a place's own among them, get from it."""
    last = line.size - count + 1
    spreads[:] = 0
    for ahead in range(1, count):
        later = line[ahead:]
        for x in range(last):
            spreads[x] = max(spreads[x], _apart(line[x], later[x]))


@compiled
def _runs(
    part: NDArray[np.uint16],
    offset: int,
    narrowest: int,
    flat: int,
    found: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
) -> int:
    """Add the runs of a part of a line, which begins at `offset`, to those found; return how many that makes."""
    start = 0
    low = high = np.int32(part[0])
    total = np.int64(part[0])
    for x in range(1, part.size + 1):
        ends_here = x == part.size
        if not ends_here:
            value = np.int32(part[x])
            new_low, new_high = min(low, value), max(high, value)
            ends_here = bool(new_high - new_low > flat)
        if not ends_here:
            low, high = new_low, new_high
            total += value
            continue
        if x - start >= narrowest:
            starts[found], ends[found] = offset + start, offset + x
            means[found] = total / (x - start)
            found += 1
        if x < part.size:
            start, low, high, total = x, value, value, np.int64(value)
    return found
