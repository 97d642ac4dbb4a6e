"""How far each place of a clip gets from where it began, and how far from one frame to the next."""

from typing import Final

import numpy as np

from answerprint.measure.perceptual import Plane, View, shift_map

SEEN: Final = 1.0
"""Oklab x 100 under which a tile that gets away from where it began counts as standing still."""
LEAST: Final = 0.05
"""The same from one frame to the next that wandering is measured in at least."""


class Drift:
    """How far each tile gets from where it began, and how far from one frame to the next."""

    def __init__(self) -> None:
        self._last: View | None = None
        self._far: Plane | None = None
        self._near: Plane | None = None

    @property
    def travel(self) -> float:
        """The most that any tile differs from the first frame."""
        return float(self._far.max()) if self._far is not None else 0.0

    @property
    def wander(self) -> float:
        """That in the most it differs from the frame before, of the tile that gets furthest so."""
        if self._far is None or self._near is None:
            return 0.0
        moved = np.where(self._far < SEEN, 0, self._far)
        return float((moved / np.maximum(self._near, LEAST)).max())

    def follow(self, first: View, view: View) -> None:
        """Take the next frame."""
        far = shift_map(first, view)
        self._far = far if self._far is None else np.maximum(self._far, far)
        if self._last is not None:
            near = shift_map(self._last, view)
            self._near = near if self._near is None else np.maximum(self._near, near)
        self._last = view
