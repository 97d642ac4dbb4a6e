"""Where a still picture lies in a frame: by the services' rules of fitting first, by looking for it else."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View
from answerprint.measured.pins import Fitting
from answerprint.order import Size

Picture = NDArray[np.float32]
Rect = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

SCALES: Final = tuple(float(s) for s in np.geomspace(0.5, 2.0, 25))
"""Sizes a picture is looked for at, beside that at which it covers the frame: 6 % apart, which matching bears."""
FLAT: Final = 0.2
"""Spread of local contrast under which there is only noise: measured 0.145 at most of coded noisy black, 0.5 and more of three clips."""
_COARSE: Final = 64
"""Longer side of the pictures it is looked for in."""
_ECC: Final = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 1e-4)


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture's place in a frame: left, top, width and height in shares of the frame."""

    fitting: Fitting
    box: tuple[float, float, float, float]

    def rect(self, size: Size) -> Rect:
        """Return what of a frame of `size` the picture covers, in whole pixels."""
        left, top, width, height = self.box
        first = [max(0, ceil(at * n - 0.01)) for at, n in zip((left, top), size, strict=True)]
        ends = ((left + width) * size[0], (top + height) * size[1])
        last = [min(n, floor(end + 0.01)) for end, n in zip(ends, size, strict=True)]
        return first[0], first[1], last[0] - first[0], last[1] - first[1]

    def onto(self, picture: Picture, size: Size) -> Picture:
        """Return linear light brought onto a frame of `size`; beyond the picture its edge goes on."""
        left, top, width, height = self.box
        wide, high = width * size[0], height * size[1]
        near = (max(1, round(wide)), max(1, round(high)))
        small = cv2.resize(picture, near, interpolation=cv2.INTER_AREA)
        scale = np.array([wide / near[0], high / near[1]])
        at = np.array([left * size[0], top * size[1]]) + (scale - 1) / 2
        matrix = np.array([[scale[0], 0, at[0]], [0, scale[1], at[1]]])
        return np.asarray(cv2.warpAffine(small, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def cut(picture: Picture, rect: Rect) -> Picture:
    """Return the part of a picture that lies in `rect`."""
    left, top, width, height = rect
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def rules(picture: Size, frame: Size) -> Iterator[Placement]:
    """Yield the ways services bring a picture into a frame: whole, cropped to cover it, with bars around it."""
    yield Placement("whole", (0.0, 0.0, 1.0, 1.0))
    shape = (picture[0] / picture[1]) / (frame[0] / frame[1])
    if abs(shape - 1) < 0.5 / frame[0]:
        return
    for fitting, by in (("cover", max), ("contain", min)):
        width, height = (by(1.0, shape), by(1.0, 1 / shape))
        box = ((1 - width) / 2, (1 - height) / 2, width, height)
        yield Placement("cover" if fitting == "cover" else "contain", box)


def structure(frame: View, picture: View) -> float:
    """Return the correlation of local contrast, -1 to 1: exposure and color are not in it.

    It is 1 where neither has any: black frames are the same picture whatever their noise.
    """
    if max(frame.contrast.std(), picture.contrast.std()) < FLAT:
        return 1.0
    return correlation(frame.contrast, picture.contrast)


def correlation(a: Picture, b: Picture) -> float:
    """Return the correlation of two runs of values; 0 where one of them does not vary, 1 where neither does."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    flat = float(np.abs(a).max(initial=0)) < 1e-3, float(np.abs(b).max(initial=0)) < 1e-3
    if any(flat):
        return 1.0 if all(flat) else 0.0
    return float((a * b).sum()) / spread


def look_for(picture: Picture, frame: Picture) -> tuple[float, Placement] | None:
    """Look for a picture in a frame, or the frame in the picture, at any place and SCALES; None where it cannot lie.

    Returns how well it matches, about 0 to 1, and where. Both are linear light.
    """
    height, width = frame.shape[:2]
    shrink = min(1.0, _COARSE / max(width, height))
    size = (round(width * shrink), round(height * shrink))
    small = View.of(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))).contrast
    shape = (picture.shape[1] / picture.shape[0]) / (size[0] / size[1])
    cover = (max(1.0, shape) * size[0], max(1.0, 1 / shape) * size[1])
    sizes = ((round(cover[0] * scale), round(cover[1] * scale)) for scale in SCALES)
    found = [match for each in sizes if (match := _matched(picture, small, each))]
    if not found:
        return None
    score, box = max(found)
    return score, Placement("found", box)


def _matched(
    picture: Picture, small: Picture, size: Size
) -> tuple[float, tuple[float, float, float, float]] | None:
    """Return how well a picture of `size` matches at its best place, and that place in shares of the frame."""
    height, width = small.shape
    inside = size[0] <= width and size[1] <= height
    around = size[0] >= width and size[1] >= height
    if not (inside or around) or min(size) < 16:
        return None
    shown = View.of(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))).contrast
    whole, part = (small, shown) if inside else (shown, small)
    scores = cv2.matchTemplate(whole, part, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    left, top = (x, y) if inside else (-x, -y)
    box = (left / width, top / height, size[0] / width, size[1] / height)
    # A small part matches by chance what the whole does not.
    share = min(1.0, size[0] * size[1] / (width * height))
    return float(best) * float(np.sqrt(share)), box


def refined(placement: Placement, picture: Picture, frame: View) -> Placement:
    """Move and scale a placement to where local contrast agrees best; as it was where that does not settle."""
    height, width = frame.contrast.shape
    laid = View.of(placement.onto(picture, (width, height))).contrast
    warp = np.eye(2, 3, dtype=np.float32)
    mask = np.zeros((height, width), np.uint8)
    x, y, wide, high = placement.rect((width, height))
    mask[y : y + high, x : x + wide] = 255
    try:
        _, found = cv2.findTransformECC(
            frame.contrast, laid, warp, cv2.MOTION_AFFINE, _ECC, mask, 5
        )
    except cv2.error:
        return placement
    # `found` leads from the frame to the picture as it was laid: undone, it moves the box.
    scale, shift = np.diag(found[:, :2]).astype(float), found[:, 2].astype(float)
    if np.abs(scale - 1).max() > 0.1:
        return placement
    size = np.array([width, height])
    corner = (np.array(placement.box[:2]) * size - shift) / scale / size
    extent = np.array(placement.box[2:]) / scale
    box = (float(corner[0]), float(corner[1]), float(extent[0]), float(extent[1]))
    return Placement("found", box)
