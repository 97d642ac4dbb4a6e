"""Pictures and planes of numbers, and what the painters of a scene do with them."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Plane = NDArray[np.floating[Any]]
Matrix = NDArray[np.float64]
RGB = tuple[float, float, float]
XY = tuple[float, float]


def noise(rng: np.random.Generator, shape: tuple[int, int], slope: float) -> Image:
    """Return noise of unit deviation that tiles; its power falls with frequency to the `slope`."""
    frequency = np.hypot(np.fft.rfftfreq(shape[1]), np.fft.fftfreq(shape[0])[:, None])
    frequency[0, 0] = np.inf
    waves = np.fft.rfft2(rng.standard_normal(shape)) * frequency ** (-slope / 2)
    pixels = np.fft.irfft2(waves, s=shape)
    return np.asarray(pixels / pixels.std(), np.float32)


def sample(tile: Image, u: Plane, v: Plane, *, outside: int = cv2.BORDER_WRAP) -> Image:
    """Return `tile`, endlessly repeated, at columns `u` and rows `v` within ±32000, which broadcast."""
    across, down = (as_image(axis) for axis in np.broadcast_arrays(u, v))
    return as_image(cv2.remap(tile, across, down, cv2.INTER_LINEAR, borderMode=outside))


def as_image(pixels: Any) -> Image:
    """Return `pixels` as float32, which is also what OpenCV returns without saying so."""
    return np.asarray(pixels, np.float32)


def shrunk(image: Image, width: int, height: int) -> Image:
    """Return `image` averaged down to `width` x `height`."""
    return as_image(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def ramp(low: float, high: float, x: Plane) -> Plane:
    """Return 0 up to `low`, 1 from `high`, and a smooth step between."""
    t: Plane = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def colored(*parts: tuple[Plane, RGB]) -> Image:
    """Return the sum of colors, each times its plane, (rows, columns, 3); planes broadcast."""
    planes = np.broadcast_arrays(*(plane for plane, _ in parts))
    shares = cv2.merge([as_image(plane) for plane in planes])
    return as_image(cv2.transform(shares, np.array([color for _, color in parts]).T))
