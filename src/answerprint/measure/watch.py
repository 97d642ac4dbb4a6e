"""What may look on while a clip is read."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Watch(Protocol):
    """Takes every frame's thumbnail in order, for what outlasts the pass."""

    def expect(self, count: int | None) -> None:
        """Say how many frames are to come, where that is known; only before the first."""

    def add(self, number: int, picture: NDArray[np.float32] | None) -> None:
        """Take the next frame: linear Rec.709 light, (h, w, 3), 1.0 = diffuse white; None where there is none."""
