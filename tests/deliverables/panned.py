"""A grainy picture panned over, as a lossless movie: quick to make, and neither easy nor impossible to encode."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.made import movie


def pans(count: int, size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """8-bit R'G'B' pictures, (h, w, 3), that move two pixels a frame."""
    random, (width, height) = np.random.default_rng(7), size
    wide = random.normal(0, 1, (height, width + 2 * count, 3)).astype(np.float32)
    coarse, fine = cv2.GaussianBlur(wide, (0, 0), 6), cv2.GaussianBlur(wide, (0, 0), 1)
    picture = np.float32(120) + coarse * np.float32(500) + fine * np.float32(60)
    grain = random.normal(0, 2, (4, height, width, 3)).astype(np.float32)
    moved = (picture[:, 2 * n : 2 * n + width] + grain[n % 4] for n in range(count))
    return [np.asarray(each.clip(0, 255)).astype(np.uint8) for each in moved]


def panned(path: Path, count: int, size: tuple[int, int]) -> Path:
    """A movie of `pans` in 4:2:0, without loss."""
    shown = pans(count, size)
    return movie(path, shown, vcodec="ffv1", pix_fmt="yuv420p", crf=None, preset=None)
