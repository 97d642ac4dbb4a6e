"""The inner loops over half floats: their bit patterns counted row by row, and averaged four rows at a time.

Loops are written so that registers hold as many patterns as they can: every result is told how
many bits it has, which numba would else make 64. numba compiles them once a machine; they hold no lock.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled_loosely

CELL: Final = 4
"""Width of a cell in pixels: half an 8x8 DWA block, so that a block's damage fills whole cells."""

DARKEST_BITS: Final = 0x1400
"""Bit pattern of 2^-10, a thousandth of diffuse white: what is darker counts as that in cells."""

LARGEST: Final = 0x7BFF
"""Bit pattern of 65504, the largest half."""

BRIGHT: Final = 0x6400
"""Bit pattern of 1024, ten stops above diffuse white."""
INFINITE: Final = 0x7C00
"""Bit pattern of infinity: what is larger is not a number."""
SIGN: Final = 0x8000
"""Bit of a negative, and the pattern of its zero."""
_NORMAL: Final = 0x0400
"""Bit pattern of 2^-14, the smallest normal half."""

Bits = NDArray[np.uint16]
Counts = NDArray[np.int64]

HIGH, LOW, DEEP, FINITE, NAN, INFINITIES, OVERFLOW, DENORMAL, NEGATIVE = range(9)
"""Places in what is counted: the highest and the lowest pattern as signed integers, the highest as an unsigned one,
how many are of each kind, and from NEGATIVE on how many lie under each step."""


@compiled_loosely
def read_rows(
    bits: Bits,
    steps: Bits,
    counts: Counts,
    total: NDArray[np.float64],
    brights: NDArray[np.uint32],
    averages: Bits,
    peaks: Bits,
    corners: Bits,
) -> None:
    """Count the patterns of a plane, and fill in average, peak and corner of its cells.

    `steps` are patterns of negatives, rising; `total` becomes the sum of what is finite, and
    `brights` how often each pattern from BRIGHT on occurs.
    """
    counts[HIGH], counts[LOW] = -32768, 32767
    rows, columns = averages.shape
    four = np.empty((CELL, columns * CELL), np.uint16)
    scratch, finite = np.empty((5, columns * CELL), np.uint16), np.empty(bits.shape[1], np.uint16)
    for y in range(bits.shape[0]):
        row, at = y // CELL, y % CELL
        _count_row(bits[y], steps, counts, total, brights, finite)
        if row < rows and columns > 0:
            _clamp_row(bits[y], four[at])
            if at == 0:
                _corner_row(bits[y], corners[row])
            if at == CELL - 1:
                _cell_row(four, scratch, averages[row], peaks[row])


@compiled_loosely
def _count_row(
    row: Bits,
    steps: Bits,
    counts: Counts,
    total: NDArray[np.float64],
    brights: NDArray[np.uint32],
    finite: Bits,
) -> None:
    """Add a row to what is counted; `finite` is a row's scratch."""
    high, low, deep = _extremes(row)
    if high >= INFINITE or deep >= SIGN + INFINITE:
        row = finite[: _sort_out(row, counts, finite)]
        high, low, deep = _extremes(row)
    counts[HIGH], counts[LOW] = max(counts[HIGH], high), min(counts[LOW], low)
    counts[DEEP] = max(counts[DEEP], deep)
    counts[FINITE] += row.size
    total[0] += _sum_of(row)
    if low < _NORMAL:
        counts[DENORMAL] += _denormals(row)
    if deep > SIGN:
        for k in range(steps.size):
            counts[NEGATIVE + k] += _from(row, steps[k])
    if high == LARGEST or deep == SIGN + LARGEST:
        counts[OVERFLOW] += _largest(row)
    if high >= BRIGHT:
        for x in range(row.size):
            if BRIGHT <= row[x] < SIGN:
                brights[row[x] - BRIGHT] += np.uint32(1)


@compiled_loosely
def _extremes(row: Bits) -> tuple[np.int64, np.int64, np.int64]:
    """Return the highest and the lowest pattern as signed integers, and the highest as an unsigned one."""
    high, low, deep = np.int16(-32768), np.int16(32767), np.uint16(0)
    for x in range(row.size):
        signed = np.int16(row[x])
        high, low, deep = max(high, signed), min(low, signed), max(deep, row[x])
    return np.int64(high), np.int64(low), np.int64(deep)


@compiled_loosely
def _sort_out(row: Bits, counts: Counts, finite: Bits) -> int:
    """Count infinities and what is not a number, and copy all else; return how many these are."""
    kept = 0
    for x in range(row.size):
        size = row[x] & np.uint16(0x7FFF)
        if size < INFINITE:
            finite[kept] = row[x]
            kept += 1
        else:
            counts[INFINITIES if size == INFINITE else NAN] += 1
    return kept


@compiled_loosely
def _sum_of(row: Bits) -> np.float64:
    """Return the sum of a row of finite halves."""
    total = np.float64(0)
    for x in range(row.size):
        bits = np.uint32(row[x])
        size = (bits & np.uint32(0x7FFF)) << np.uint32(13)
        # The fields of a half in those of a float, whose exponent is 112 more.
        wide = np.uint32(size | ((bits & np.uint32(SIGN)) << np.uint32(16)))
        total += np.float64(wide.view(np.float32) * np.float32(2.0**112))
    return total


@compiled_loosely
def _denormals(row: Bits) -> np.uint32:
    """Count the patterns nearer to zero than the smallest normal half, zeros left out."""
    count = np.uint32(0)
    for x in range(row.size):
        # Zeros wrap around to the largest.
        size = np.uint16(np.uint16(row[x] & np.uint16(0x7FFF)) - np.uint16(1))
        count = np.uint32(count + np.uint32(size < np.uint16(_NORMAL - 1)))
    return count


@compiled_loosely
def _from(row: Bits, least: np.uint16) -> np.uint32:
    """Count the patterns from `least` on."""
    count = np.uint32(0)
    for x in range(row.size):
        count = np.uint32(count + np.uint32(row[x] >= least))
    return count


@compiled_loosely
def _largest(row: Bits) -> np.uint32:
    count = np.uint32(0)
    for x in range(row.size):
        count = np.uint32(count + np.uint32((row[x] & np.uint16(0x7FFF)) == np.uint16(LARGEST)))
    return count


@compiled_loosely
def _clamp_row(row: Bits, out: Bits) -> None:
    for x in range(out.size):
        # As signed integers negatives lie below zero: DWA leaves thousands of tiny ones, whose patterns are enormous.
        signed = max(np.int16(row[x]), np.int16(DARKEST_BITS))
        out[x] = np.uint16(min(signed, np.int16(LARGEST)))


@compiled_loosely
def _corner_row(row: Bits, out: Bits) -> None:
    for x in range(out.size):
        signed = max(np.int16(row[CELL * x]), np.int16(0))
        out[x] = np.uint16(min(signed, np.int16(LARGEST)))


@compiled_loosely
def _cell_row(four: NDArray[np.uint16], scratch: Bits, average: Bits, peak: Bits) -> None:
    """Average and find the highest of a row of cells, halving twice and rounding each time."""
    width = four.shape[1]
    upper, lower, most = scratch[0], scratch[1], scratch[2]
    half, highest = scratch[3, : width // 2], scratch[4, : width // 2]
    for x in range(width):
        # Two patterns in range add up to no more than 16 bits.
        upper[x] = np.uint16(four[0, x] + four[1, x])
        lower[x] = np.uint16(four[2, x] + four[3, x])
        most[x] = max(four[0, x], four[1, x], four[2, x], four[3, x])
    over, under, pairs = upper.view(np.uint32), lower.view(np.uint32), most.view(np.uint32)
    for x in range(width // 2):
        half[x] = np.uint16(_mean_of_pair(over[x]) + _mean_of_pair(under[x]))
        highest[x] = _higher_of_pair(pairs[x])
    quads, pairs = half.view(np.uint32), highest.view(np.uint32)
    for x in range(width // CELL):
        average[x] = _mean_of_pair(quads[x])
        peak[x] = _higher_of_pair(pairs[x])


@compiled_loosely
def _mean_of_pair(pair: np.uint32) -> np.uint16:
    """Return a quarter, rounded, of two neighbouring sums of two patterns."""
    total = np.uint32((pair & np.uint32(0xFFFF)) + (pair >> np.uint32(16)))
    return np.uint16(np.uint32(total + np.uint32(2)) >> np.uint32(2))


@compiled_loosely
def _higher_of_pair(pair: np.uint32) -> np.uint16:
    return max(np.uint16(pair & np.uint32(0xFFFF)), np.uint16(pair >> np.uint32(16)))
