"""Color differences as they are seen on a display: by ITP (Recommendation ITU-R BT.2124-0)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import REC2020, rgb_to_rgb
from answerprint.color.tags import chromaticities
from answerprint.color.transfer import REFERENCE_WHITE, encode_pq, to_light
from answerprint.measured.movie import ColorTags

_SDR_WHITE: Final = 100.0
_LMS: Final = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
_ITP: Final = (
    np.array([[2048, 2048, 0], [0.5 * 6610, 0.5 * -13613, 0.5 * 7003], [17933, -17390, -543]])
    / 4096
)
"""ICtCp of BT.2100 with its second component halved, which makes it ITP (BT.2124)."""


def delta_e_itp(
    shown: NDArray[np.uint16], other: NDArray[np.uint16], tags: ColorTags
) -> NDArray[np.float64]:
    """Return the color difference of full-range R'G'B' of 16 bits, (3, n) each, on the display that `tags` name.

    By Recommendation ITU-R BT.2124-0 (annex 1): 720 times the distance in ITP,
    so that 1 is just noticeable. SDR is taken for shown with a white of 100 cd/m2.
    """
    first, second = (_itp(codes, tags) for codes in (shown, other))
    result: NDArray[np.float64] = 720 * np.sqrt(np.square(first - second).sum(axis=1))
    return result


def _itp(codes: NDArray[np.uint16], tags: ColorTags) -> NDArray[np.float64]:
    white = REFERENCE_WHITE if tags.hdr else _SDR_WHITE
    light = white * to_light(codes.T / 65535, tags.transfer)
    wide = np.maximum(light @ rgb_to_rgb(chromaticities(tags), REC2020).T, 0)
    result: NDArray[np.float64] = encode_pq(wide @ _LMS.T) @ _ITP.T
    return result
