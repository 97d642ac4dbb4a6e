"""How far a step goes on the way that a clip is on for a second: from four frames well before it to four well after.

Where a picture hardly moves, as in light that breathes under coded grain, eight
frames tell a codec's rhythm and not the step's own advance. Twenty-four tell: the
way between their two ends is long, what grain and codec do is no part of it, and
the sixteen frames in between are placed on it.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View
from answerprint.measured.motion import Heading

ENDS: Final = 4
"""Frames at either end that the way is taken between."""
WITHIN: Final = 16
"""Frames that are placed on it, half of them on either side of the step."""
WINDOW: Final = WITHIN + 2 * ENDS
LATE: Final = WINDOW // 2
"""Frames that have to follow the step, the one that it leads into among them."""
SHORTEST: Final = WINDOW + LATE
"""Frames under which a clip is too short to have one."""
COLUMNS: Final = 96
"""Width of the pictures: of 48 and 96 this sees repeats further below all other steps."""

Vectors = NDArray[np.float32]


def _weights() -> NDArray[np.float64]:
    """Return what the frames within are weighed with for the slope at the step and for its gap, a cubic being fitted."""
    time = np.arange(WITHIN) - (WITHIN - 1) / 2
    model = np.stack([*(time**power for power in range(4)), time > 0], axis=1)
    _, slope, *_, gap = np.linalg.pinv(model)
    return np.stack([slope, gap])


_WEIGHTS: Final = _weights()


class HeadingMeter:
    """Follows a clip's heading from frame to frame. Memory: 24 pictures of 96 columns, 1.5 megabytes."""

    def __init__(self, frames: Iterable[Vectors] = ()) -> None:
        self._frames: deque[Vectors] = deque(frames, maxlen=WINDOW)

    def fork(self) -> "HeadingMeter":
        """Return a meter that goes on from here by itself."""
        return HeadingMeter(self._frames)

    def play(self, view: View) -> Heading | None:
        """Take the next frame; return the heading at the step into the frame LATE - 1 before it, once there are WINDOW."""
        self._frames.append(_small(view))
        if len(self._frames) < WINDOW:
            return None
        frames = list(self._frames)
        way = np.sum(frames[-ENDS:], axis=0) - np.sum(frames[:ENDS], axis=0)
        places = np.array([float(frame @ way) for frame in frames[ENDS:-ENDS]])
        slope, gap = _WEIGHTS @ places
        return Heading(
            pace=_short(slope / way.size), advance=_short(1 + gap / slope) if slope else 1.0
        )


def _small(view: View) -> Vectors:
    height, width = view.lab.shape[:2]
    size = (min(COLUMNS, width), max(1, round(height * min(COLUMNS, width) / width)))
    small = cv2.resize(view.lab, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, np.float32).reshape(-1)


def _short(value: float) -> float:
    return float(f"{value:.3g}")
