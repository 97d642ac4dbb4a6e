"""Single pixels unlike everything around them: fireflies in a picture, speckles in alpha.

What is isolated stands out from the ring of 16 pixels two away from it, so that
spots of up to 3x3 pixels are seen, and edges and lines are not.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.compiling import compiling
from answerprint.measure.compiling import compiled
from answerprint.measure.samples.halfloops import CELL, DARKEST_BITS, Bits
from answerprint.measure.samples.pixels import ONE_STOP, CellFrame, half_bits
from answerprint.measured.samples import FIREFLY_STOPS
from answerprint.media.exr.door import Plane

DIMMEST: Final = 0x2E66
"""Bit pattern of 0.1, a tenth of diffuse white: what is darker is grain and no firefly."""
NEAR: Final = 2
"""Cells around a firefly in which the frames before and after may explain it: motion of eight pixels."""
FLAT: Final = 0.02
"""Range of alpha in a ring that is flat: five codes of 8 bits."""
APART: Final = 0.1
"""How far a speckle lies from the alpha around it at least."""
MOST: Final = 4096
"""Isolated pixels listed of one channel; a picture with more of them is made of glitter."""
_STANDS_OUT: Final = FIREFLY_STOPS[0] * ONE_STOP

Signed = NDArray[np.int16]
_compiled: Any = compiling()


def glints(picture: Sequence[Plane], frame: CellFrame) -> NDArray[np.int64]:
    """Return the bright pixels of a picture that stand out from their ring by FIREFLY_STOPS[0].

    Rows of row, column, channel, bit pattern and the ring's highest; MOST of a channel at most.
    """
    found = []
    for channel, (plane, read) in enumerate(zip(picture, frame.planes, strict=True)):
        rows = np.empty((MOST, 5), np.int64)
        count = _bright_spots(half_bits(plane), read.averages, read.peaks, channel, rows)
        found.append(rows[:count].copy())
    return np.concatenate(found)


def unexplained(
    found: NDArray[np.int64], before: tuple[Bits, ...], after: tuple[Bits, ...]
) -> NDArray[np.int64]:
    """Return by how much every one of `glints` stands out, from its ring and from both frames' peaks around it.

    At 1024 to the stop; `before` and `after` are `CellFrame.peaks`.
    """
    excess = np.empty(len(found), np.int64)
    _compared(found, before, after, excess)
    return excess


def alpha_speckles(alpha: Signed) -> tuple[int, tuple[int, int]]:
    """Return how many pixels of alpha are a tenth or more away from a flat ring, and where the first is (x, y)."""
    count, y, x = _speckles(alpha, _light())
    return int(count), (int(x), int(y))


def lit_where_clear(alpha: Signed, picture: Sequence[Signed]) -> tuple[int, int]:
    """Return how many pixels have an alpha of 0, and how many of these hold light in a channel."""
    planes = list(picture) * (3 // len(picture))
    clear, lit = _lit(alpha, *planes)
    return int(clear), int(lit)


def _light() -> NDArray[np.float32]:
    with np.errstate(invalid="ignore"):
        return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)


@_compiled
def _highest_of_ring(bits, y, x):  # type: ignore[no-untyped-def]
    """Return the highest of the pixels two away, those outside the picture left out."""
    rows, columns = bits.shape
    highest = np.int64(DARKEST_BITS)
    for dy in range(-2, 3):
        step = 1 if abs(dy) == 2 else 4
        for dx in range(-2, 3, step):
            if 0 <= y + dy < rows and 0 <= x + dx < columns:
                highest = max(highest, np.int64(bits[y + dy, x + dx]))
    return highest


@compiled
def _stands_out(cells: Bits, peaks: Bits) -> bool:
    """Tell whether any cell of a row holds a pixel that may be a firefly."""
    most, dimmest = np.int16(0), np.int16(DIMMEST - _STANDS_OUT)
    for column in range(cells.size):
        # Over a cell that is no darker than this, only a peak of DIMMEST stands out.
        most = max(most, np.int16(np.int16(peaks[column]) - max(np.int16(cells[column]), dimmest)))
    return bool(most >= _STANDS_OUT)


@_compiled
def _bright_spots(bits, cells, peaks, channel, out):  # type: ignore[no-untyped-def]
    """List the highest pixel of every cell that stands out from its ring; return how many."""
    count = 0
    for row in range(cells.shape[0]):
        if not _stands_out(cells[row], peaks[row]):
            continue
        for column in range(cells.shape[1]):
            peak = np.int64(peaks[row, column])
            if peak < DIMMEST or peak - cells[row, column] < _STANDS_OUT or count == len(out):
                continue
            for n in range(CELL * CELL):
                y, x = row * CELL + n // CELL, column * CELL + n % CELL
                if bits[y, x] == peak:
                    ring = _highest_of_ring(bits, y, x)
                    if peak - ring >= _STANDS_OUT:
                        out[count] = y, x, channel, peak, ring
                        count += 1
                    break
    return count


@_compiled
def _compared(found, before, after, out):  # type: ignore[no-untyped-def]
    rows, columns = before[0].shape
    for n in range(len(found)):
        row, column, channel = found[n, 0] // CELL, found[n, 1] // CELL, found[n, 2]
        highest, earlier, later = found[n, 4], before[channel], after[channel]
        for y in range(max(0, row - NEAR), min(rows, row + NEAR + 1)):
            for x in range(max(0, column - NEAR), min(columns, column + NEAR + 1)):
                highest = max(highest, np.int64(earlier[y, x]), np.int64(later[y, x]))
        out[n] = found[n, 3] - highest


@_compiled
def _speckles(alpha, light):  # type: ignore[no-untyped-def]
    count, first_y, first_x = 0, 0, 0
    rows, columns = alpha.shape
    for y in range(2, rows - 2):
        for x in range(2, columns - 2):
            if alpha[y, x] == alpha[y, x - 2] or alpha[y, x] == alpha[y, x + 2]:
                continue
            own = light[np.uint16(alpha[y, x])]
            low = high = light[np.uint16(alpha[y - 2, x - 2])]
            for dy in range(-2, 3):
                step = 1 if abs(dy) == 2 else 4
                for dx in range(-2, 3, step):
                    other = light[np.uint16(alpha[y + dy, x + dx])]
                    low, high = min(low, other), max(high, other)
                if high - low > FLAT:
                    break
            if high - low <= FLAT and (own > high + APART or own < low - APART):
                if count == 0:
                    first_y, first_x = y, x
                count += 1
    return count, first_y, first_x


@_compiled
def _lit(alpha, red, green, blue):  # type: ignore[no-untyped-def]
    clear, lit = 0, 0
    for y in range(alpha.shape[0]):
        for x in range(alpha.shape[1]):
            if alpha[y, x] & 0x7FFF == 0:
                clear += 1
                if max(red[y, x], green[y, x], blue[y, x]) > DARKEST_BITS:
                    lit += 1
    return clear, lit
