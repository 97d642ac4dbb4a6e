"""Where samples lie that no picture holds: not numbers, infinities, overflows, and negatives beyond DWA's."""

from collections.abc import Iterator, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measured.exr import ExrPart
from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels
from answerprint.measured.samples import Fault, Patch
from answerprint.media.exr.door import Plane

_DEEP: Final = NEGATIVE_STEPS.index(-1e-3)
_BITS: Final[dict[Fault, tuple[tuple[int, int], tuple[int, int]]]] = {
    "nan": ((0x7C01, 0x7FFF), (0xFC01, 0xFFFF)),
    "infinite": ((0x7C00, 0x7C00), (0xFC00, 0xFC00)),
    "overflow": ((0x7BFF, 0x7BFF), (0xFBFF, 0xFBFF)),
    "negative": ((0x941A, 0xFBFF), (0x941A, 0xFBFF)),
}
"""Bit patterns of half floats that are at fault, first and last of two ranges each."""


def patches(
    part: ExrPart, planes: Mapping[str, Plane], levels: Mapping[str, ChannelLevels]
) -> Iterator[Patch]:
    """Yield where samples lie that no picture holds, channel by channel, as far as `levels` count any."""
    for name, found in levels.items():
        # Of other channels negatives are no fault: normals and motion vectors are half so.
        deep = found.negative[_DEEP] if name in part.picture else 0
        counts: dict[Fault, int] = {
            "nan": found.nan, "infinite": found.infinite, "overflow": found.overflow, "negative": deep,
        }  # fmt: skip
        for fault, count in counts.items():
            if count:
                yield _patch(name, fault, planes[name])


def _patch(channel: str, fault: Fault, plane: Plane) -> Patch:
    mask = _faulty(fault, plane)
    x, y, width, height = cv2.boundingRect(mask)
    box = np.ascontiguousarray(mask[y : y + height, x : x + width])
    first = int(box.argmax())
    return Patch(
        channel=channel,
        fault=fault,
        count=cv2.countNonZero(box),
        regions=cv2.connectedComponents(box, connectivity=8)[0] - 1,
        box=(x, y, x + width - 1, y + height - 1),
        first=(x + first % width, y + first // width),
    )


def _faulty(fault: Fault, plane: Plane) -> NDArray[np.uint8]:
    """Return 255 where samples are at fault, 0 elsewhere."""
    if plane.dtype == np.float16:
        bits = np.ascontiguousarray(plane).view(np.uint16)
        some, others = (cv2.inRange(bits, (low,), (high,)) for low, high in _BITS[fault])
        return np.asarray(cv2.bitwise_or(some, others), np.uint8)
    wide = plane.astype(np.float64)
    masks = {
        "nan": np.isnan(wide), "infinite": np.isinf(wide), "negative": wide < NEGATIVE_STEPS[_DEEP],
        "overflow": np.zeros(wide.shape, bool),
    }  # fmt: skip
    return masks[fault].astype(np.uint8) * np.uint8(255)
