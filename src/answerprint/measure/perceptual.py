"""Small pictures as the eye compares them: lightness, color and local contrast, with highlights held back."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.light import luminance

Plane = NDArray[np.float32]

TILE: Final = 12
"""Side of a tile in thumbnail pixels: a sixteenth of a picture 192 wide, about a face in a wide shot."""
BRIGHTEST: Final = 65504.0
"""Largest half float: infinities in a picture count as this."""
DARKEST: Final = 3.0
"""Mean lightness under which a frame counts as no darker."""

_RGB_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_LMS_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_SUM: Final = np.ones((1, 3), np.float32)
_CONTRAST_WINDOW: Final = (9, 9)
_CONTRAST_FLOOR: Final = np.float32(3)
"""Lightness under which contrast counts as none: grain and dithering of 8-bit pictures stay below it."""


def oklab(light: Plane) -> Plane:
    """Return Oklab x 100 (Ottosson 2020) of linear Rec.709 light, 1.0 = diffuse white; (h, w, 3) float32.

    Light above diffuse white grows with its logarithm only, so that a
    flickering highlight does not outweigh the picture.
    """
    compressed = made_finite(light, BRIGHTEST)
    if compressed.max() > 1:
        compressed = np.minimum(compressed, 1) + np.log(np.maximum(compressed, 1))
    roots = np.cbrt(cv2.transform(compressed, _RGB_TO_LMS))
    lab: Plane = cv2.transform(roots, _LMS_TO_LAB) * np.float32(100)
    return lab


def made_finite(light: Plane, brightest: float) -> Plane:
    """Return light with infinity as `brightest`, and with 0 for what is not a number or negative infinity.

    Light that is finite, as nearly all is, is returned as it is.
    """
    if np.isfinite(light).all():
        return light
    return np.nan_to_num(light, nan=0.0, posinf=brightest, neginf=0.0)


def local_contrast(lightness: Plane) -> Plane:
    """Return how each pixel stands out of its surroundings, about -2 to 2, whatever exposure and color."""
    rest = lightness - cv2.blur(lightness, _CONTRAST_WINDOW)
    spread = cv2.sqrt(np.maximum(cv2.blur(rest * rest, _CONTRAST_WINDOW), 0))
    contrast: Plane = rest / (spread + _CONTRAST_FLOOR)
    return contrast


@dataclass(frozen=True)
class View:
    """One thumbnail, ready to be compared."""

    lab: Plane
    """Oklab x 100, (h, w, 3)."""
    light: Plane
    """Mean relative luminance by tile."""

    @classmethod
    def of(cls, picture: Plane) -> "View":
        """Make a view of linear Rec.709 light, (h, w, 3) float32, not-a-number and infinities allowed."""
        lab = oklab(picture)
        return cls(lab, _tiled(made_finite(luminance(picture), BRIGHTEST)))

    @cached_property
    def contrast(self) -> Plane:
        """Local contrast, (h, w)."""
        return local_contrast(np.ascontiguousarray(self.lab[..., 0]))

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """Lightness in 8 bits, for optical flow."""
        codes: NDArray[np.float32] = np.clip(self.lab[..., 0] * np.float32(2.55), 0, 255)
        return codes.astype(np.uint8)

    @cached_property
    def sharpness(self) -> float:
        """Mean detail for its lightness: exposure scales both alike."""
        whole = np.ascontiguousarray(self.lab[..., 0])
        rest = cv2.absdiff(whole, cv2.GaussianBlur(whole, (0, 0), 2))
        return float(rest.mean()) / max(float(whole.mean()), DARKEST)

    @cached_property
    def tone(self) -> Plane:
        """Mean Oklab x 100 by tile, (rows, columns, 3)."""
        return _tiled(self.lab)


def difference(a: View, b: View) -> float:
    """Return the mean difference of two views: L, a and b summed."""
    pixels = a.lab.shape[0] * a.lab.shape[1]
    return float(cv2.norm(a.lab, b.lab, cv2.NORM_L1) / pixels)


def difference_map(a: View, b: View) -> Plane:
    """Return that difference by tile, (rows, columns)."""
    return _tiled(cv2.transform(cv2.absdiff(a.lab, b.lab), _SUM))


def contrast_map(a: View, b: View) -> Plane:
    """Return the difference of local contrast by tile."""
    return _tiled(cv2.absdiff(a.contrast, b.contrast))


def shift_map(a: View, b: View) -> Plane:
    """Return how far each tile's mean color differs, (rows, columns): grain averages out of it, motion does not."""
    shift: Plane = np.abs(a.tone - b.tone).sum(axis=2)
    return shift


CLIPPED: Final = 0.97
"""Tiles at least this bright in both frames say nothing about exposure: white stays white."""
DARK: Final = 0.005
"""Tiles darker than this in both frames say nothing either: noise there spans stops."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How one view differs from another as if it had been graded: nothing of it is motion."""

    stops: float
    """Exposure."""
    tint: tuple[float, float]
    """Shift of Oklab a and b x 100 that exposure does not explain."""

    @property
    def gain(self) -> float:
        """What exposure multiplies Oklab by: it scales with the cube root of light."""
        return float(2.0 ** (self.stops / 3))


def grade(a: View, b: View) -> Grade:
    """Return how `b` is graded against `a`: medians over tiles, which motion does not shift."""
    told = (np.minimum(a.light, b.light) < CLIPPED) & (np.maximum(a.light, b.light) > DARK)
    floor = np.float32(0.4 * DARK)
    ratio = (np.maximum(b.light, 0) + floor) / (np.maximum(a.light, 0) + floor)
    stops = float(np.median(np.log2(ratio[told]))) if told.any() else 0.0
    shift = b.tone[..., 1:] - a.tone[..., 1:] * np.float32(2.0 ** (stops / 3))
    tint = np.median(shift.reshape(-1, 2), axis=0)
    return Grade(stops, (float(tint[0]), float(tint[1])))


def graded_difference(a: View, b: View, by: Grade) -> float:
    """Return the mean difference of two views once `a` is graded like `b`."""
    like_b = cv2.addWeighted(a.lab, by.gain, a.lab, 0.0, 0.0)
    shifted = cv2.add(like_b, (0.0, *by.tint, 0.0))
    pixels = a.lab.shape[0] * a.lab.shape[1]
    return float(cv2.norm(shifted, b.lab, cv2.NORM_L1) / pixels)


def _tiled(plane: Plane) -> Plane:
    height, width = plane.shape[:2]
    size = (max(1, round(width / TILE)), max(1, round(height / TILE)))
    tiles: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return tiles
