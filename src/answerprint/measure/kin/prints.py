"""Prints of frames: pictures so small that a whole clip of them is kept until both sides of a delivery are read.

Memory: 8 kB a frame, MOST frames at most.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import oklab
from answerprint.order import Size

Print = NDArray[np.float16]

LONGEST: Final = 48
"""Cells along the longer side: coding noise averages out, and motion of a fortieth of a cell still shows."""
MOST: Final = 3000
"""Frames of a clip that are kept, two minutes at 24 a second; a longer clip is not paired."""


class Prints:
    """The prints of a clip's frames so far, in order."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        """Frame numbers."""
        self.pictures: list[Print | None] = []
        """Oklab x 100, (h, w, 3), or None for a frame without a picture."""
        self.size: Size | None = None
        """Width and height of the prints, which the first one decides."""

    @property
    def complete(self) -> bool:
        """Whether every frame so far was kept."""
        return len(self.numbers) <= MOST

    def add(self, number: int, picture: NDArray[np.float32] | None) -> None:
        """Take the next frame: linear Rec.709 light, (h, w, 3), 1.0 = diffuse white, or None."""
        self.numbers.append(number)
        if not self.complete:
            self.pictures.clear()
            return
        self.pictures.append(None if picture is None else self._printed(picture))

    def stacked(self, size: Size) -> NDArray[np.float32]:
        """Return the prints as (frames, cells, 3), brought to `size`; not-a-number where there is no picture."""
        cells = size[0] * size[1]
        stack = np.full((len(self.pictures), cells, 3), np.nan, np.float32)
        for row, kept in zip(stack, self.pictures, strict=True):
            if kept is not None:
                row[:] = _brought(kept.astype(np.float32), size).reshape(cells, 3)
        return stack

    def _printed(self, picture: NDArray[np.float32]) -> Print:
        height, width = picture.shape[:2]
        if self.size is None:
            scale = min(1.0, LONGEST / max(width, height))
            self.size = (max(1, round(width * scale)), max(1, round(height * scale)))
        # Halfway in light and the rest in lightness: the view bends light, and a mean of what
        # it bends is nearer to the bent mean the nearer the picture is to what is seen.
        half = _brought(picture, (2 * self.size[0], 2 * self.size[1]))
        return _brought(oklab(half), self.size).astype(np.float16)


def _brought(picture: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
