"""Transfer functions by the standard that names them: code value in 0..1 to light and back.

Each keeps its input's precision. Single precision is good for pictures; PQ's
steep end makes it 0.04 cd/m2 off at 1,000 cd/m2, so what is measured goes
through float64.
"""

import math
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)

REFERENCE_WHITE: Final = 203.0
"""HDR reference white in cd/m2 (ITU-R BT.2408): what SDR diffuse white becomes, and 1.0 here."""

HLG_PEAK: Final = 1000.0
"""The display that HLG light is given on, in cd/m2: the one whose system gamma is 1.2 (BT.2100)."""
HLG_GAMMA: Final = 1.2
"""That gamma."""

PQ_CONSTANTS: Final = (2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128)
"""m1, m2, c1, c2 and c3 of SMPTE ST 2084."""

_M1, _M2, _C1, _C2, _C3 = PQ_CONSTANTS
_HLG_A = 0.17883277
_HLG_B, _HLG_C = 1 - 4 * _HLG_A, 0.5 - _HLG_A * math.log(4 * _HLG_A)
_LUMINANCE = (0.2627, 0.678, 0.0593)


def bt1886(code: NDArray[Float]) -> NDArray[Float]:
    """Decode SDR by ITU-R BT.1886 with a black of 0: light = code ** 2.4, 1.0 = diffuse white.

    >>> round(float(bt1886(np.float32(0.5))), 4)
    0.1895
    """
    result: NDArray[Float] = np.power(np.maximum(code, 0), 2.4)
    return result


def encode_bt1886(light: NDArray[Float]) -> NDArray[Float]:
    """Encode light, 1.0 = diffuse white, for a display of ITU-R BT.1886 with a black of 0.

    >>> round(float(encode_bt1886(np.float32(0.1895))), 4)
    0.5
    """
    result: NDArray[Float] = np.power(np.maximum(light, 0), 1 / 2.4)
    return result


def srgb(code: NDArray[Float]) -> NDArray[Float]:
    """Decode IEC 61966-2-1 (sRGB): 1.0 = white.

    >>> round(float(srgb(np.float32(0.5))), 4)
    0.214
    """
    code = np.maximum(code, 0)
    result: NDArray[Float] = np.where(
        code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4
    )
    return result


def pq(code: NDArray[Float]) -> NDArray[Float]:
    """Decode SMPTE ST 2084 (PQ) to cd/m2, 0 to 10,000.

    >>> round(float(pq(np.float64(0.5806888))), 2)
    203.0
    """
    power = np.clip(code, 0, 1) ** (1 / _M2)
    result: NDArray[Float] = 10000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return result


def encode_pq(light: NDArray[Float]) -> NDArray[Float]:
    """Encode cd/m2 by SMPTE ST 2084 (PQ); light beyond 0 to 10,000 is clipped.

    >>> round(float(encode_pq(np.float64(203))), 7)
    0.5806889
    """
    power = (np.clip(light, 0, 10000) / 10000) ** _M1
    result: NDArray[Float] = np.power((_C1 + _C2 * power) / (1 + _C3 * power), _M2)
    return result


def hlg(code: NDArray[Float]) -> NDArray[Float]:
    """Decode ARIB STD-B67 (HLG) to display light in cd/m2 on a 1,000 cd/m2 display, gamma 1.2 (BT.2100).

    The last axis of `code` is R, G, B in BT.2020 primaries.

    >>> round(float(hlg(np.full((1, 3), 0.75, np.float32))[0, 0]))
    203
    """
    scene = hlg_scene(code)
    gain: NDArray[Float] = np.power(_luminance(scene), HLG_GAMMA - 1)
    return HLG_PEAK * gain * scene


def encode_hlg(light: NDArray[Float]) -> NDArray[Float]:
    """Encode display light of a 1,000 cd/m2 display by ARIB STD-B67 (HLG), gamma 1.2 (BT.2100).

    The last axis of `light` is R, G, B in BT.2020 primaries and cd/m2. Light
    that HLG cannot carry is clipped: above 1,000, and at saturated colors of
    less than that, whose scene light would exceed 1.

    >>> round(float(encode_hlg(np.full((1, 3), 203.0))[0, 0]), 3)
    0.75
    """
    shown = np.clip(light, 0, HLG_PEAK) / HLG_PEAK
    # The floor only keeps black from dividing by zero: its light is 0 whatever the gain.
    gain = np.power(np.maximum(_luminance(shown), 1e-12), 1 / HLG_GAMMA - 1)
    return hlg_oetf(np.clip(shown * gain, 0, 1))


def hlg_scene(code: NDArray[Float]) -> NDArray[Float]:
    """Decode ARIB STD-B67 (HLG) to scene light, 0 to 1, channel by channel (BT.2100, inverse OETF).

    >>> round(float(hlg_scene(np.float64(0.5))), 6)
    0.083333
    """
    code = np.clip(code, 0, 1)
    high = (np.exp((code - _HLG_C) / _HLG_A) + _HLG_B) / 12
    result: NDArray[Float] = np.where(code <= 0.5, code * code / 3, high)
    return result


def hlg_oetf(scene: NDArray[Float]) -> NDArray[Float]:
    """Encode scene light, 0 to 1, by ARIB STD-B67 (HLG), channel by channel (BT.2100, OETF).

    >>> round(float(hlg_oetf(np.float64(1 / 12))), 6)
    0.5
    """
    high = _HLG_A * np.log(np.maximum(12 * scene - _HLG_B, 0.5)) + _HLG_C
    result: NDArray[Float] = np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)
    return result


def to_light(code: NDArray[Float], transfer: str | None) -> NDArray[Float]:
    """Decode R'G'B' in 0..1 by ffmpeg's name of the transfer, relative to diffuse white.

    SDR names other than sRGB, and no name at all, are shown by BT.1886 as a
    grading monitor does; HDR light is divided by reference white.
    """
    if transfer == "smpte2084":
        return pq(code) / REFERENCE_WHITE
    if transfer == "arib-std-b67":
        return hlg(code) / REFERENCE_WHITE
    if transfer == "linear":
        return code
    return srgb(code) if transfer == "iec61966-2-1" else bt1886(code)


def _luminance(rgb: NDArray[Float]) -> NDArray[Float]:
    red, green, blue = _LUMINANCE
    result: NDArray[Float] = (red * rgb[..., 0] + green * rgb[..., 1] + blue * rgb[..., 2])[
        ..., None
    ]
    return result
