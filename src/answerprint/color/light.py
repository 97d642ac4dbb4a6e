"""Matrices applied to pictures.

numpy's `@` hands three-wide products to a BLAS whose threads cost more than the
product itself (8 ms for 14,000 values, measured beside a busy decoder pool);
OpenCV stays on the calling thread.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LUMINANCE: Final = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
"""Relative luminance of linear BT.709, and luma of its R'G'B' (ITU-R BT.709)."""


def transformed(light: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return every pixel of a (h, w, 3) picture multiplied by a 3x3 matrix."""
    result: NDArray[np.float32] = cv2.transform(light, matrix.astype(np.float32))
    return result


def luminance(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the relative luminance of linear BT.709, (h, w) of (h, w, 3)."""
    result: NDArray[np.float32] = cv2.transform(light, LUMINANCE)
    return result
