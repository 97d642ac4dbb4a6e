"""Transfer functions by the standard that names them: code value in 0..1 to light and back."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

REFERENCE_WHITE: Final = 203.0
"""HDR reference white in cd/m2 (ITU-R BT.2408): what SDR diffuse white becomes, and 1.0 here."""

_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A = 0.17883277
_HLG_B, _HLG_C = 1 - 4 * _HLG_A, 0.5 - _HLG_A * np.log(4 * _HLG_A)


def bt1886(code: Values) -> Values:
    """Decode SDR by ITU-R BT.1886 with a black of 0: light = code ** 2.4, 1.0 = diffuse white.

    >>> round(float(bt1886(np.float32(0.5))), 4)
    0.1895
    """
    result: Values = np.maximum(code, 0) ** np.float32(2.4)
    return result


def srgb(code: Values) -> Values:
    """Decode IEC 61966-2-1 (sRGB): 1.0 = white.

    >>> round(float(srgb(np.float32(0.5))), 4)
    0.214
    """
    low = np.maximum(code, 0) / np.float32(12.92)
    high = ((np.maximum(code, 0) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(code <= 0.04045, low, high).astype(np.float32)


def pq(code: Values) -> Values:
    """Decode SMPTE ST 2084 (PQ) to cd/m2, 0 to 10,000.

    >>> round(float(pq(np.float32(0.5806888))))
    203
    """
    power = np.clip(code, 0, 1).astype(np.float32) ** np.float32(1 / _M2)
    ratio = np.maximum(power - np.float32(_C1), 0) / (np.float32(_C2) - np.float32(_C3) * power)
    result: Values = np.float32(10000) * ratio ** np.float32(1 / _M1)
    return result


def hlg(code: Values) -> Values:
    """Decode ARIB STD-B67 (HLG) to display light in cd/m2 on a 1,000 cd/m2 display, gamma 1.2 (BT.2100).

    The last axis of `code` is R, G, B in BT.2020 primaries.

    >>> round(float(hlg(np.full((1, 3), 0.75, np.float32))[0, 0]))
    203
    """
    code = np.clip(code, 0, 1).astype(np.float32)
    low = code * code / np.float32(3)
    high = (
        np.exp((code - np.float32(_HLG_C)) / np.float32(_HLG_A)) + np.float32(_HLG_B)
    ) / np.float32(12)
    scene = np.where(code <= 0.5, low, high).astype(np.float32)
    luma = (scene * np.array([0.2627, 0.678, 0.0593], np.float32)).sum(axis=-1)
    gain = np.maximum(luma, np.float32(1e-6)) ** np.float32(0.2)
    result: Values = np.float32(1000) * gain[..., None] * scene
    return result


def to_light(code: Values, transfer: str | None) -> Values:
    """Decode R'G'B' in 0..1 by ffmpeg's name of the transfer, relative to diffuse white.

    SDR names other than sRGB, and no name at all, are shown by BT.1886 as a
    grading monitor does; HDR light is divided by reference white.
    """
    if transfer == "smpte2084":
        return pq(code) / np.float32(REFERENCE_WHITE)
    if transfer == "arib-std-b67":
        return hlg(code) / np.float32(REFERENCE_WHITE)
    if transfer == "linear":
        return code
    return srgb(code) if transfer == "iec61966-2-1" else bt1886(code)
