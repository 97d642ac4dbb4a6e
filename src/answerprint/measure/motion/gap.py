"""What the course of a clip breaks by at its seam, in the most that it breaks by inside.

Where a picture hardly moves, a step of half a code in all of it, or of a few codes in
one place, is less than what steps change by elsewhere and is still seen: nothing else in
the clip leaves its course. Eight frames average a codec's noise, a cubic through
them takes off what moves, and the most that the same place ever breaks by is what its
motion, its lights and its grain do.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.motion.course import GAP, SIDE
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Gap

COLUMNS: Final = 16
"""Tiles in a row: of 12, 16, 24 and 48 those of 12 to 24 part loops from jumps alike."""
WORST: Final = 50
"""The worst is the mean of one tile in this many, at least two: one alone may be a codec's."""
SHORTEST: Final = 36
"""Frames under which the steps inside that do not see the seam are too few to say what is usual."""
LEAST: Final = (0.05, 0.03, 0.1)
"""Oklab x 100 that whole pictures, their mean colors and single tiles break by in any case: less is rounding to 8 bits."""

_AROUND: Final = np.ones((3, 3), np.uint8)

Colors = NDArray[np.float32]
At = Callable[[int], View]
"""A frame by its distance from the seam: 0 is the first, -1 the last."""


class GapMeter:
    """Follows how far the course of a clip breaks inside. Memory: eight pictures of 16 columns and two planes."""

    def __init__(self) -> None:
        self._frames: deque[Colors] = deque(maxlen=2 * SIDE)
        self._whole = self._mean = 0.0
        self._most: Colors | None = None
        self._count = 0

    def follow(self, view: View) -> None:
        """Take the next frame."""
        self._frames.append(_tiles(view))
        self._count += 1
        if len(self._frames) < 2 * SIDE:
            return
        broken = _break(list(self._frames))
        tiles = _lengths(broken)
        self._whole = max(self._whole, _root_mean_square(tiles))
        self._mean = max(self._mean, _mean_length(broken))
        self._most = tiles if self._most is None else np.maximum(self._most, tiles)

    def at_seam(self, at: At) -> Gap | None:
        """Return what the seam breaks by in that; None for a clip of less than SHORTEST frames."""
        if self._count < SHORTEST or self._most is None:
            return None
        broken = _break([_tiles(at(place)) for place in range(-SIDE, SIDE)])
        tiles = _lengths(broken)
        whole, mean, one = LEAST
        beyond = tiles / (cv2.dilate(self._most, _AROUND) + one)
        worst = np.sort(beyond, axis=None)[-max(2, beyond.size // WORST) :]
        return Gap(
            whole=_short(_root_mean_square(tiles) / (self._whole + whole)),
            mean=_short(_mean_length(broken) / (self._mean + mean)),
            worst=_short(float(worst.mean())),
        )


def _tiles(view: View) -> Colors:
    height, width = view.lab.shape[:2]
    columns = min(COLUMNS, width)
    size = (columns, max(1, round(height * columns / width)))
    return np.asarray(cv2.resize(view.lab, size, interpolation=cv2.INTER_AREA), np.float32)


def _break(frames: list[Colors]) -> Colors:
    return np.asarray(np.tensordot(GAP, np.stack(frames), axes=1), np.float32)


def _lengths(colors: Colors) -> Colors:
    return np.asarray(np.sqrt((colors * colors).sum(axis=-1)), np.float32)


def _root_mean_square(values: Colors) -> float:
    return float(np.sqrt(np.mean(values * values)))


def _mean_length(colors: Colors) -> float:
    return float(np.linalg.norm(colors.mean(axis=(0, 1))))


def _short(value: float) -> float:
    return float(f"{value:.3g}")
