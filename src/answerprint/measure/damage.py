"""Damage: what of a frame lies far outside what the frames before and after hold around it."""

from functools import reduce
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.pixels import CELL, ONE_STOP, TILE, Reach
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

_AROUND: Final = np.ones((3, 3), np.uint8)
_GRAIN: Final = np.float32(32)
"""Texture of that much is none yet: a 32nd of a stop on the scale of cells."""


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
    patch, corner = _patch(before.cells, frame.cells, after.cells)
    if not count and len(tiles):
        worst = tiles[0] * TILE
    return Outliers(
        count=count, rough=len(tiles), patch=patch, patch_at=_pixel(corner), at=_pixel(worst)
    )


def _pixel(cell: NDArray[np.intp]) -> tuple[int, int]:
    """Return x and y of the top left pixel of a cell that is given by row and column."""
    return int(cell[1]) * CELL, int(cell[0]) * CELL


def _beyond(before: Reach, frame: Reach, after: Reach) -> tuple[int, NDArray[np.intp]]:
    """Count the outlying cells, and return row and column of the worst."""
    high, low = cv2.max(before.high, after.high), cv2.min(before.low, after.low)
    excess = cv2.max(cv2.subtract(frame.cells, high), cv2.subtract(low, frame.cells))
    allowed = cv2.add(cv2.subtract(high, low), (ONE_STOP,) * 4)
    # Of a clean frame hardly a cell comes so far: dividing is left to those that do.
    far = cv2.compare(_times(excess, 1 / OUTLYING), allowed, cv2.CMP_GT)
    at = np.array(np.unravel_index(np.flatnonzero(far != 0), far.shape))
    if not at.size:
        return 0, np.zeros(2, np.intp)
    share = excess[tuple(at)] / allowed[tuple(at)]
    return len(np.unique(at[0] * far.shape[1] + at[1])), at[:2, np.argmax(share)]


def _rough(before: Reach, frame: Reach, after: Reach) -> NDArray[np.intp]:
    """Return row and column of every rough tile."""
    around = cv2.max(before.texture_high, after.texture_high)
    rough = frame.texture > _GRAIN + ROUGH * around
    return np.argwhere(rough if rough.ndim == 2 else rough.any(axis=2))


def _patch(
    before: NDArray[np.int16], frame: NDArray[np.int16], after: NDArray[np.int16]
) -> tuple[int, NDArray[np.intp]]:
    """Count the cells apart in the square that has most of them, and return its row and column."""
    moved = cv2.dilate(cv2.absdiff(before, after), _AROUND)
    nearer = cv2.min(cv2.absdiff(frame, before), cv2.absdiff(frame, after))
    further = reduce(cv2.max, cv2.split(cv2.subtract(nearer, moved)))
    held = cv2.boxFilter(
        (further > APART).astype(np.uint8), -1, (PATCH, PATCH), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
    )  # fmt: skip
    return int(held.max()), np.array(np.unravel_index(int(held.argmax()), held.shape))


def _times(plane: NDArray[np.int16], whole: float) -> NDArray[np.int16]:
    """Multiply by a small whole number: saturated additions are many times as fast as a scaled product."""
    total = plane
    for _ in range(round(whole) - 1):
        total = cv2.add(total, plane)
    return total
