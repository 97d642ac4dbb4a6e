"""Where in the picture a step exceeds its surroundings: the one region that jumps while the rest is smooth."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from answerprint.measure.motion.surroundings import WORST, Map, StepMaps, excess_map
from answerprint.measured.motion import Spot

SHARE: Final = 0.2
"""Share of the worst tile's excess from which a tile belongs to the region."""
LEAST: Final = 1.0
"""Excess, Oklab x 100, under which no tile does: codecs and grain leave as much."""
OTHERS: Final = 0.9
"""Share of the steps nearby that a region's own habit is taken from."""


def spot_of(steps: Sequence[StepMaps], at: int) -> Spot | None:
    """Return the region in which `steps[at]` exceeds its surroundings most; None where it does nowhere."""
    left = excess_map(steps, at)
    if left.max() <= 0:
        return None
    region = _region(left)
    rows, columns = np.nonzero(region)
    top, bottom, first, last = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    height, width = left.shape
    others = [
        float(excess_map(steps, other)[region].mean())
        for other in range(1, len(steps) - 1)
        if other != at
    ]
    return Spot(
        box=(
            round(float(first / width), 4),
            round(float(top / height), 4),
            round(float((last - first) / width), 4),
            round(float((bottom - top) / height), 4),
        ),
        inside=_short(float(left[region].mean())),
        outside=_short(_worst_outside(left, region)),
        elsewhere=_short(float(np.quantile(others, OTHERS))) if others else 0.0,
    )


def _region(left: Map) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return the tiles around the worst one that exceed by a fair share of what it does, all in one piece."""
    row, column = np.unravel_index(int(left.argmax()), left.shape)
    over = (left >= max(SHARE * left[row, column], min(LEAST, left[row, column]))).astype(np.uint8)
    # One tile that happens to look the same before and after does not part a region.
    joined = cv2.morphologyEx(over, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(joined, connectivity=8)
    return np.asarray((labels == labels[row, column]) & (over > 0))


def _worst_outside(left: Map, region: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> float:
    around = cv2.dilate(region.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    outside = np.sort(left[~around])
    return float(outside[-max(1, left.size // WORST) :].mean()) if outside.size else 0.0


def _short(value: float) -> float:
    return float(f"{value:.4g}")
