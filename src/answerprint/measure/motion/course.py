"""Where the pictures are heading: the course through four frames on either side of a step, and how far the step goes on it.

Optical flow sees nothing of light that breathes, and nothing of a sway of a
tenth of a pixel under grain; single steps drown in the noise of a codec. But
the whole picture, low-passed, moves along one direction for a few frames, and a
least-squares fit through eight of them is a matched filter for how far it gets.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View
from answerprint.measured.motion import COLUMNS, Course

SIDE: Final = 4
"""Frames on either side of a step: 6 and 8 tell no more repeats from ordinary steps, and curves bend within them."""
BESIDE: Final = 3
"""The same for the course of one side alone."""

Vectors = NDArray[np.float32]


def _weights() -> NDArray[np.float64]:
    """Return what eight frames are weighed with for the slope at the step, for its gap, and for the slopes of either side."""
    time = np.arange(2 * SIDE) - (SIDE - 0.5)
    model = np.stack([*(time**power for power in range(4)), time > 0], axis=1)
    _, slope, *_, gap = np.linalg.pinv(model)
    one = np.arange(BESIDE) - (BESIDE - 1) / 2
    before, after = np.zeros(2 * SIDE), np.zeros(2 * SIDE)
    before[SIDE - BESIDE : SIDE] = after[SIDE : SIDE + BESIDE] = one / (one @ one)
    return np.stack([slope, gap, before, after])


_WEIGHTS: Final = _weights().astype(np.float32)
GAP: Final = _WEIGHTS[1]
"""What the eight frames around a step are weighed with for how far their course breaks at it."""


class CourseMeter:
    """Follows the course of a clip from frame to frame. Memory: eight pictures of 48 columns and smaller."""

    def __init__(self, frames: Iterable[Vectors] = ()) -> None:
        self._frames: deque[Vectors] = deque(frames, maxlen=2 * SIDE)
        self._ends: tuple[int, ...] = ()

    def fork(self) -> "CourseMeter":
        """Return a meter that goes on from here by itself."""
        other = CourseMeter(self._frames)
        other._ends = self._ends
        return other

    def play(self, view: View) -> tuple[Course, ...]:
        """Take the next frame; return the courses, by COLUMNS, around the step into the frame SIDE - 1 before it.

        Nothing before there are SIDE frames on either side of that step.
        """
        planes = _low_passed(view)
        if not self._ends:
            self._ends = tuple(int(n) for n in np.cumsum([plane.size for plane in planes]))
        self._frames.append(np.concatenate([plane.reshape(-1) for plane in planes]))
        if len(self._frames) < 2 * SIDE:
            return ()
        fitted = _WEIGHTS @ np.stack(self._frames)
        starts = (0, *self._ends[:-1])
        return tuple(
            _course(fitted[:, start:end]) for start, end in zip(starts, self._ends, strict=True)
        )


def _low_passed(view: View) -> list[Vectors]:
    """Return a view at each of COLUMNS, every one made of the one before."""
    plane, planes = view.lab, []
    height, width = plane.shape[:2]
    for columns in COLUMNS:
        size = (min(columns, width), max(1, round(height * min(columns, width) / width)))
        plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
        planes.append(plane)
    return planes


def _course(fitted: Vectors) -> Course:
    slope, gap, before, after = fitted
    length = float(slope @ slope)
    sides = float(before @ before + after @ after)
    apart = sides - 2 * float(before @ after)
    return Course(
        pace=_short((length * 3 / slope.size) ** 0.5),
        advance=_short(1 + float(gap @ slope) / length) if length else 1.0,
        bend=_short(max(apart, 0.0) / sides) if sides else 0.0,
    )


def _short(value: float) -> float:
    return float(f"{value:.3g}")
