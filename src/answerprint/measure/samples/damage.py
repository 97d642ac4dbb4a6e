"""Damage: what of a frame lies far outside what the frames before and after hold around it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measure.samples.halfloops import CELL
from answerprint.measure.samples.pixels import ONE_STOP, TILE, Reach
from answerprint.measured.frames import Outliers

OUTLYING: Final = 1 / 2
"""Share of its surroundings' span, plus one stop, by which a cell has to stand out to count.

Slow motion leaves at most one such cell a frame, fast motion hundreds; what
counts as damage is for the check to say, by what the clip usually has.
"""

ROUGH: Final = np.float32(1.5)
"""Multiple of the texture around it, before and after, from which a tile is rough."""

APART: Final = 256
"""Quarter of a stop by which a cell of a patch is further from both frames than these are from each other."""

PATCH: Final = 6
"""Width in cells of the square whose cells apart are counted: 24 pixels, three blocks of DWA."""

_GRAIN: Final = np.float32(32)
"""Texture of that much is none yet: a 32nd of a stop on the scale of cells."""


Cells = NDArray[np.int16]
Signed = NDArray[np.int16]


def outlying(before: Reach, frame: Reach, after: Reach) -> Outliers:
    """Find what lies outside what the frames before and after span around its place.

    A cell does by more than OUTLYING of that span plus one stop, a tile by ROUGH
    times that texture; motion of up to a cell stays inside. Damage that leaves
    the cells' averages alone shows in the texture. Among lamps and edges, whose span
    hides all but the worst, damage shows in a patch of cells that are unlike
    both frames where these are alike.
    """
    count, worst = _beyond(before, frame, after)
    tiles = _rough(before, frame, after)
    patch, corner = _patch(before, frame, after)
    if not count and len(tiles):
        worst = (int(tiles[0][0]) * TILE, int(tiles[0][1]) * TILE)
    return Outliers(
        count=count, rough=len(tiles), patch=patch, patch_at=_pixel(corner), at=_pixel(worst)
    )


def _pixel(cell: tuple[int, int]) -> tuple[int, int]:
    """Return x and y of the top left pixel of a cell that is given by row and column."""
    return cell[1] * CELL, cell[0] * CELL


def _beyond(before: Reach, frame: Reach, after: Reach) -> tuple[int, tuple[int, int]]:
    """Count the outlying cells, and return row and column of the worst."""
    high, low = cv2.max(before.high, after.high), cv2.min(before.low, after.low)
    rows, worst = len(frame.cells), np.zeros(2, np.int64)
    cells, high, low = (plane.reshape(rows, -1) for plane in (frame.cells, high, low))
    count = _outlying_cells(cells, high, low, len(frame.planes), worst)
    return int(count), (int(worst[0]), int(worst[1]))


@compiled
def _outlying_cells(
    cells: Cells, high: Cells, low: Cells, channels: int, worst: NDArray[np.int64]
) -> int:
    """Count the cells that stand out in any channel; rows hold their channels side by side."""
    count, best, last = 0, np.float32(0), np.int64(-1)
    for row in range(cells.shape[0]):
        if not _any_outlying(cells[row], high[row], low[row]):
            continue
        last = np.int64(-1)
        for x in range(cells.shape[1]):
            value, most, least = np.int64(cells[row, x]), high[row, x], low[row, x]
            excess, allowed = max(value - most, least - value), most - least + ONE_STOP
            if excess <= OUTLYING * allowed:
                continue
            column = x // channels
            count += column != last
            last = np.int64(column)
            share = np.float32(excess) / np.float32(allowed)
            if share > best:
                best = share
                worst[0], worst[1] = row, column
    return count


@compiled
def _any_outlying(cells: Signed, high: Signed, low: Signed) -> bool:
    """Tell whether any value of a row stands out by more than half of what it may: OUTLYING, in whole numbers.

    None is negative and none over 31743, so that nothing overflows 16 bits.
    """
    found = np.uint32(0)
    for x in range(cells.size):
        beyond = max(np.int16(cells[x] - high[x]), np.int16(low[x] - cells[x]))
        excess = max(beyond, np.int16(0))
        allowed = np.int16(np.int16(high[x] - low[x]) + np.int16(ONE_STOP))
        found = np.uint32(found + np.uint32(excess > np.int16(allowed - excess)))
    return bool(found > 0)


def _rough(before: Reach, frame: Reach, after: Reach) -> NDArray[np.intp]:
    """Return row and column of every rough tile."""
    around = cv2.max(before.texture_high, after.texture_high)
    rough = frame.texture > _GRAIN + ROUGH * around
    return np.argwhere(rough if rough.ndim == 2 else rough.any(axis=2))


def _patch(before: Reach, frame: Reach, after: Reach) -> tuple[int, tuple[int, int]]:
    """Count the cells apart in the square that has most of them, and return its row and column."""
    apart = np.zeros(frame.cells.shape[:2], np.uint8)
    for one, own, other in zip(before.planes, frame.planes, after.planes, strict=True):
        one_cells, own_cells, other_cells = (
            plane.averages.view(np.int16) for plane in (one, own, other)
        )
        _mark_apart(one_cells, own_cells, other_cells, apart)
    if not cv2.countNonZero(apart):
        return 0, (0, 0)
    held = cv2.boxFilter(
        apart, -1, (PATCH, PATCH), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    _, most, _, (x, y) = cv2.minMaxLoc(held)
    return int(most), (y, x)


@compiled
def _mark_apart(before: Cells, frame: Cells, after: Cells, apart: NDArray[np.uint8]) -> None:
    """Mark where `frame` is further from both others than these are from each other, anywhere around the cell."""
    rows, columns = frame.shape
    moved = np.zeros((rows + 2, columns + 2), np.int16)
    most = np.empty(columns + 2, np.int16)
    for row in range(rows):
        one, other, line = before[row], after[row], moved[row + 1]
        for x in range(columns):
            line[x + 1] = _distance(one[x], other[x])
    for row in range(rows):
        one, own, other, marks = before[row], frame[row], after[row], apart[row]
        above, line, below = moved[row], moved[row + 1], moved[row + 2]
        for x in range(columns + 2):
            most[x] = max(above[x], line[x], below[x])
        for x in range(columns):
            nearer = min(_distance(own[x], one[x]), _distance(own[x], other[x]))
            around = max(most[x], most[x + 1], most[x + 2])
            marks[x] |= np.uint8(np.int16(nearer - around) > APART)


@compiled
def _distance(one: np.int16, other: np.int16) -> np.int16:
    apart = np.int16(one - other)
    return max(apart, np.int16(-apart))
