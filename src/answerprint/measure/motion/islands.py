"""A part of one frame that differs, the same way, from the frame before it and from the frame after it.

What moves differs from either, but these differ from each other there as well; a
lost block, a black tile and a torn corner leave both alike.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.perceptual import View
from answerprint.measured.motion import Island

Gray = NDArray[np.uint8]

SIDE: Final = 7
"""Side of the square that is averaged, in thumbnail pixels: 40 pixels of 1080p; grain and lone pixels average out."""
LEAST: Final = 5
"""Codes of 255 of lightness under which no island is kept: two of Oklab x 100."""
_CODES: Final = 2.55
"""Codes for one of Oklab lightness x 100, as in View.gray."""


def island_of(before: View, view: View, after: View) -> Island | None:
    """Return the place where a frame stands out most from both beside it; None where it hardly does.

    0.1 ms at 192 x 108.
    """
    apart = cv2.absdiff(before.gray, after.gray)
    excuse = cv2.add(apart, apart)
    sides = [
        _standing_out(*pair, excuse) for pair in _both_ways(before.gray, view.gray, after.gray)
    ]
    peaks = [cv2.minMaxLoc(side) for side in sides]
    brighter = peaks[0][1] >= peaks[1][1]
    _, peak, _, place = peaks[0 if brighter else 1]
    if peak < LEAST:
        return None
    side = sides[0 if brighter else 1]
    depth = peak / _CODES * (1 if brighter else -1)
    return Island(depth=_short(depth), box=_box(side, peak, (place[0], place[1])))


def _both_ways(
    before: Gray, gray: Gray, after: Gray
) -> tuple[tuple[Gray, Gray], tuple[Gray, Gray]]:
    """Return how much brighter a frame is than each of those beside it, and how much darker."""
    brighter, darker = (
        (np.asarray(cv2.subtract(gray, before)), np.asarray(cv2.subtract(gray, after))),
        (np.asarray(cv2.subtract(before, gray)), np.asarray(cv2.subtract(after, gray))),
    )
    return brighter, darker


def _standing_out(one: Gray, other: Gray, excuse: Gray) -> Gray:
    """Return what is left of the lesser of two differences beyond twice what the frames beside differ, averaged."""
    left = cv2.subtract(cv2.min(one, other), excuse)
    return np.asarray(cv2.blur(left, (SIDE, SIDE)), np.uint8)


def _box(side: Gray, peak: float, place: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the region around the peak, in shares of the picture."""
    region = (side >= peak / 2).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(region)
    left, top, wide, high, _ = stats[labels[place[1], place[0]]]
    height, width = side.shape
    return (
        _short(left / width),
        _short(top / height),
        _short(wide / width),
        _short(high / height),
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")
