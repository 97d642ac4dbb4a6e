"""Dense optical flow between neighbouring thumbnails: which way the picture moves, how fast, and where it turns."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View

Field = NDArray[np.float32]

ROOM: Final = 32
"""Least side of what the flow search is given: it crashes on wide pictures lower than this (OpenCV 5.0.0)."""
GRID: Final = (16, 9)
"""Columns and rows the field is averaged to, so that a passing object meets its own motion of the frame before."""
MEMORY: Final = 3
"""Steps back in which the last motion is looked for: frames are held up to three times."""
SEEN: Final = 0.25
"""Share of the present speed from which an earlier field counts as motion rather than as a hold."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The motion of one step; lengths in picture widths."""

    mean: tuple[float, float] = (0.0, 0.0)
    speed: float = 0.0
    turn: float = 0.0


def carried_apart(one: View, other: View) -> float:
    """Return the mean difference of two views when each is carried halfway to the other along their motion.

    Small for pictures that motion leads from one to the other, however far; in
    Oklab x 100, L, a and b summed. 4 ms at 192 x 108.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    first, second = with_room(one.gray), with_room(other.gray)
    height, width = one.gray.shape
    there = search.calc(first, second, np.zeros((*first.shape, 2), np.float32))[:height, :width]
    back = search.calc(second, first, np.zeros((*first.shape, 2), np.float32))[:height, :width]
    half = (back - there) * np.float32(0.25)
    apart = cv2.absdiff(_fetched(one.lab, half), _fetched(other.lab, -half))
    return float(apart.sum(axis=2).mean())


def _fetched(picture: Field, by: Field) -> Field:
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(
        picture, x + by[..., 0], y + by[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


class FlowMeter:
    """Follows motion from step to step. Memory: three small vector fields."""

    def __init__(self) -> None:
        # Ultrafast is 0.4 ms at 192 x 108; medium is 2 ms and tells steps apart no better.
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._earlier: deque[tuple[float, Field]] = deque(maxlen=MEMORY)

    def fork(self) -> "FlowMeter":
        """Return a meter that goes on from here by itself."""
        other = FlowMeter()
        other._earlier.extend(self._earlier)
        return other

    def step(self, before: View, after: View) -> Flow:
        """Return the motion between two views of one size and remember it."""
        field = self._field(before, after)
        speed = _speed(field)
        previous = self._last_motion(speed)
        self._earlier.append((speed, field))
        return Flow(
            mean=(float(field[..., 0].mean()), float(field[..., 1].mean())),
            speed=speed,
            turn=_turn(previous, field) if previous is not None else 0.0,
        )

    def _field(self, before: View, after: View) -> Field:
        height, width = before.gray.shape
        one, other = with_room(before.gray), with_room(after.gray)
        dense = self._search.calc(one, other, np.zeros((*one.shape, 2), np.float32))
        dense = np.ascontiguousarray(dense[:height, :width])
        field: Field = cv2.resize(dense, GRID, interpolation=cv2.INTER_AREA)
        return field / np.float32(width)

    def _last_motion(self, speed: float) -> Field | None:
        for earlier, field in reversed(self._earlier):
            if earlier > SEEN * speed:
                return field
        return None


def with_room(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Carry the last row and column on until either side has ROOM."""
    below, beside = (max(0, ROOM - side) for side in gray.shape)
    if not below and not beside:
        return gray
    return np.pad(gray, ((0, below), (0, beside)), mode="edge")


def _speed(field: Field) -> float:
    return float(np.hypot(field[..., 0], field[..., 1]).mean())


def _turn(before: Field, after: Field) -> float:
    lengths = np.hypot(before[..., 0], before[..., 1]) * np.hypot(after[..., 0], after[..., 1])
    total = float(lengths.sum())
    return 1 - float((before * after).sum()) / total if total > 0 else 0.0
