"""Whether a clip goes back over its seam the way it came: the frames after it are those before it in reverse."""

from collections.abc import Callable
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View
from answerprint.measured.motion import Mirror

PAIRS: Final = 12
"""Pairs of frames that are compared where there are as many; a sway that is not in step with itself is no mirror of itself for that long."""
COLUMNS: Final = 24
"""Width of the pictures: grain and what a codec makes of it are gone."""
OFF: Final = 4
"""Frames that the other pairs are off by: of 2 and 4 the further tell reversed clips from true loops under grain."""
TURN: Final = 4
"""Steps next to the seam that are compared with as many behind them: what swings is slow where it turns."""
SHORTEST: Final = 4 * TURN + 2
"""Frames of a clip in which the steps behind the turn are others on either side."""

At = Callable[[int], View]
"""A frame by its distance from the seam: 0 is the first, -1 the last."""


def find_mirror(at: At, count: int) -> Mirror | None:
    """Return how alike the two sides of the seam of a clip of `count` frames are in reverse; None for a short clip.

    The turn may lie between the last frame and the first, which show the same then,
    or in the first: whichever makes the better mirror. 2 ms a clip.
    """
    if count < SHORTEST:
        return None
    small = cache(lambda frame: _small(at(frame)))
    pairs = min(PAIRS, count // 2 - OFF - 1)
    return min((_mirrored(small, last, pairs) for last in (-1, 0)), key=lambda found: found.apart)


def _mirrored(small: Callable[[int], NDArray[np.float32]], last: int, count: int) -> Mirror:
    """Return the same where frame 0 shows what `last` does, as so many pairs tell it."""

    def apart(one: int, other: int) -> float:
        rest = small(one) - small(other)
        return float(rest @ rest) / rest.size

    pairs = [(frame, last - frame) for frame in range(1 + last, count)]
    noise = float(np.mean([apart(*pair) for pair in pairs]))
    off = [apart(a + OFF, b) + apart(a, b - OFF) for a, b in pairs]
    near, far = (
        max(apart(a, b) + apart(last - a, last - b) - 2 * noise, 0.0)
        for a, b in ((0, TURN), (TURN, 2 * TURN))
    )
    beside = float(np.mean(off)) / 2
    return Mirror(
        apart=_short((noise / beside) ** 0.5 if beside else 1.0),
        pace=_short((near / far) ** 0.5 if far else 0.0),
        twice=last == -1,
        pairs=count,
    )


def _small(view: View) -> NDArray[np.float32]:
    height, width = view.lab.shape[:2]
    columns = min(COLUMNS, width)
    size = (columns, max(1, round(height * columns / width)))
    small = cv2.resize(view.lab, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(-1)


def _short(value: float) -> float:
    return float(f"{value:.3g}")
