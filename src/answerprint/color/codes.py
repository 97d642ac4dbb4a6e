"""Y'CbCr code values to R'G'B', by the matrices and ranges of ITU-T H.273.

Done here in floats: swscale's answer changes with its flags by several codes,
and with some of them is wrong altogether.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measured.movie import ColorTags
from answerprint.order import Size

Codes = NDArray[np.uint8] | NDArray[np.uint16]

_WEIGHTS: Final = {
    "bt709": (0.2126, 0.0722),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "fcc": (0.30, 0.11),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
    "bt2020c": (0.2627, 0.0593),
}
"""Luma weights of red and blue by matrix name (H.273 table 4); green has the rest."""


def codes_to_rgb(
    planes: Mapping[str, Codes], bits: int, tags: ColorTags, size: Size | None = None
) -> NDArray[np.float32]:
    """Convert planes of one frame, by component, to R'G'B' in 0..1, (h, w, 3); values beyond are kept.

    Chroma is brought to luma's size, or every plane is averaged down to `size`
    first, which is as good and much cheaper. A frame with luma alone is grey.
    """
    height, width = planes["Y" if "Y" in planes else "G"].shape
    shown = size or (width, height)
    if "Y" not in planes:
        merged = cv2.merge([_sized(planes[name], shown) for name in "RGB"])
        return np.asarray(_scaled(merged, bits, tags.range or "pc"))
    luma = _scaled(_sized(planes["Y"], shown), bits, tags.range or "tv")
    if "U" not in planes:
        return np.asarray(cv2.merge([luma] * 3))
    blue, red = (
        _difference(_sized(planes[name], shown), bits, tags.range or "tv") for name in "UV"
    )
    result: NDArray[np.float32] = cv2.transform(
        cv2.merge([luma, blue, red]), to_rgb_matrix(tags.matrix)
    )
    return result


def to_rgb_matrix(name: str | None) -> NDArray[np.float32]:
    """Return the 3x3 matrix from Y'PbPr to R'G'B' of a matrix name; BT.709's where it is none we know.

    >>> to_rgb_matrix("bt709").round(4).tolist()[0]
    [1.0, 0.0, 1.5748000144958496]
    """
    red, blue = _WEIGHTS.get(name or "", _WEIGHTS["bt709"])
    green = 1 - red - blue
    return np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ],
        np.float32,
    )


def from_rgb_matrix(name: str) -> NDArray[np.float64]:
    """Return the 3x3 matrix from R'G'B' to Y'PbPr of a matrix name.

    Raises ValueError where it is none we know, or not linear (`bt2020c`).

    >>> from_rgb_matrix("bt709").round(4).tolist()[1]
    [-0.1146, -0.3854, 0.5]
    """
    if name not in _WEIGHTS or name == "bt2020c":
        raise ValueError(f"no matrix from R'G'B' is called {name}")
    red, blue = _WEIGHTS[name]
    luma = np.array([red, 1 - red - blue, blue])
    differences = [
        (np.eye(3)[2] - luma) / (2 * (1 - blue)),
        (np.eye(3)[0] - luma) / (2 * (1 - red)),
    ]
    return np.array([luma, *differences])


def halved(plane: Codes, size: Size) -> Codes:
    """Halve a plane for as long as it stays twice as large as `size` both ways: most of the way down to it.

    Halving has a SIMD path; what it rounds off is lost in the average that follows.
    """
    while plane.shape[1] >= 4 * size[0] and plane.shape[0] >= 4 * size[1]:
        half = (plane.shape[1] // 2, plane.shape[0] // 2)
        plane = cv2.resize(plane[: half[1] * 2, : half[0] * 2], half, interpolation=cv2.INTER_AREA)
    return plane


def _sized(plane: Codes, size: Size) -> NDArray[np.float32]:
    plane = halved(plane, size)
    values = plane.astype(np.float32)
    if (plane.shape[1], plane.shape[0]) == size:
        return values
    shrinks = plane.shape[1] > size[0]
    return np.asarray(
        cv2.resize(values, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    )


def _scaled(values: NDArray[np.float32], bits: int, range_: str) -> NDArray[np.float32]:
    if range_ == "pc":
        return values / np.float32((1 << bits) - 1)
    step = np.float32(1 << (bits - 8))
    return (values - 16 * step) / (219 * step)


def _difference(values: NDArray[np.float32], bits: int, range_: str) -> NDArray[np.float32]:
    middle = np.float32(1 << (bits - 1))
    span = np.float32((1 << bits) - 1) if range_ == "pc" else np.float32(224 << (bits - 8))
    return (values - middle) / span
