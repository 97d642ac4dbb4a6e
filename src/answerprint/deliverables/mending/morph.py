"""Pictures that were never shot: what lies between two that are, along the motion from one to the other.

Both are carried along their own motion to the moment in between and mixed there
(the linear flow approximation of Jiang et al., "Super SloMo", 2018). Good for
the few frames that a seam lacks; pictures that have no motion in common come out
as a mixture, which the seam's own judgement finds.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.motion.flow import with_room

Field = NDArray[np.float32]
Plane = TypeVar("Plane", bound=NDArray[Any])

SEARCHED: Final = 960
"""Longer side that motion is searched at: a pixel there is two at 1080p, which mixing hides."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The motion between two pictures: to the right and down, in widths and heights of the picture."""

    there: Field
    """Where what is at each place of the first picture is in the second, as a difference."""
    back: Field
    """The same from the second to the first."""


def passage(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Passage:
    """Search the motion between two gray pictures of one size, both ways. 0.1 s at 960 x 540."""
    return Passage(_searched(one, other), _searched(other, one))


def between(one: Plane, other: Plane, way: Passage, at: float) -> Plane:
    """Return the plane at `at` (0 is `one`, 1 is `other`), of the same dtype: uint8, uint16, float16 or float32.

    The plane may be subsampled against what the motion was searched in.
    """
    size = one.shape[1], one.shape[0]
    there, back = (
        cv2.resize(field, size, interpolation=cv2.INTER_LINEAR) for field in (way.there, way.back)
    )
    to_one = -(1 - at) * at * there + at * at * back
    to_other = (1 - at) ** 2 * there - at * (1 - at) * back
    first, second = _fetched(one, to_one), _fetched(other, to_other)
    mixed = cv2.addWeighted(first, 1 - at, second, at, 0.0)
    if np.issubdtype(one.dtype, np.integer):
        mixed = np.rint(mixed)
    made: Plane = mixed.astype(one.dtype)
    return made


def torn(one: NDArray[np.float32], other: NDArray[np.float32], way: Passage) -> NDArray[np.float32]:
    """Return how far the two pictures differ, each carried halfway to the other: what a mixture would show double."""
    size = one.shape[1], one.shape[0]
    there, back = (
        cv2.resize(field, size, interpolation=cv2.INTER_LINEAR) for field in (way.there, way.back)
    )
    first = _fetched(one, 0.25 * (back - there))
    return np.asarray(cv2.absdiff(first, _fetched(other, 0.25 * (there - back))))


def _searched(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Field:
    height, width = one.shape
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first, second = with_room(one), with_room(other)
    dense = search.calc(first, second, np.zeros((*first.shape, 2), np.float32))
    field: Field = dense[:height, :width] / np.array([width, height], np.float32)
    return field


def _fetched(plane: NDArray[Any], field: Field) -> NDArray[np.float32]:
    height, width = plane.shape[:2]
    across, down = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    x, y = across + field[..., 0] * np.float32(width), down + field[..., 1] * np.float32(height)
    wide = plane.astype(np.float32)
    moved = cv2.remap(wide, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
