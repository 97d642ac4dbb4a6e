"""Colors of BT.2020 brought into BT.709: the gamut's inner loop.

numba compiles it once a machine; it holds no lock. Half a microsecond for a
color that has to move, which most of a cube of PQ codes and few of a picture do.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import REC709, REC2020, rgb_to_rgb
from answerprint.color.transfer import PQ_CONSTANTS, encode_pq, pq
from answerprint.compiling import compiling

Colors = NDArray[np.float64]

_TO_LMS: Final = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
_TO_ICTCP: Final = np.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096
"""BT.2100, table 7: linear BT.2020 to cone responses, and those in PQ to I, CT, CP."""
_FROM_ICTCP: Final = np.linalg.inv(_TO_ICTCP)
_LMS_TO_709: Final = rgb_to_rgb(REC2020, REC709) @ np.linalg.inv(_TO_LMS)
_2020_TO_709: Final = np.array(rgb_to_rgb(REC2020, REC709))
_ANCHOR: Final = float(encode_pq(np.array([20.0]))[0])
"""Intensity of the grey that brighter colors are drawn to where they do not fit, in PQ: 20 cd/m2."""
_SOFTNESS: Final = 0.1
"""Share of the gamut, from its surface inwards, that colors from outside are folded into."""

_M1, _M2, _C1, _C2, _C3 = PQ_CONSTANTS
_STEPS: Final = 2048
_CODES: Final = np.linspace(0, 1, _STEPS + 1)
_LIGHT: Final = (
    np.stack([pq(_CODES), (pq(_CODES + 1e-6) - pq(_CODES - 1e-6)) / 2e-6 / _STEPS], axis=1) / 100
)
"""PQ at every step, and its slope a step; 1.0 = SDR white."""

_compiled: Any = compiling(error_model="numpy")


def fit_gamut(light: Colors) -> Colors:
    """Bring linear BT.2020, 1.0 = SDR white, into BT.709: colorimetric where it fits, hue kept where not.

    (n, 3), not negative, to (n, 3) in 0..1. A color outside moves straight to the
    grey of its own intensity, or to the grey of 20 cd/m2 if it is brighter than
    that, on lines of constant hue in ICtCp (BT.2100): dark ones give up
    saturation, bright ones some brightness too, instead of turning white. The
    limit is soft, so that details outside do not become one color: the outer
    tenth of the gamut, less for pale colors and nothing for greys, takes them in.
    Plain clipping (BT.2407's simplest method) turns hues by up to 13 degrees of
    ITP on pure BT.2020 colors, this by 2.
    """
    result = np.empty_like(light)
    _fit(np.ascontiguousarray(light), result)
    return np.clip(result, 0, 1)


@_compiled
def _fit(light, out):  # type: ignore[no-untyped-def]
    for p in range(light.shape[0]):
        red, green, blue = _mix(_2020_TO_709, light[p, 0], light[p, 1], light[p, 2])
        high, low = max(red, green, blue), min(red, green, blue)
        # Such colors are far enough inside for the exact test below to leave them alone.
        if high > 0.8 or low < 0.2 * high:
            red, green, blue = _drawn(light[p], red, green, blue, (high - low) / max(high, 1e-12))
        out[p, 0], out[p, 1], out[p, 2] = red, green, blue


@_compiled
def _drawn(light, red, green, blue, saturation):  # type: ignore[no-untyped-def]
    knee = 1 - _SOFTNESS * min(saturation, 1.0)
    intensity, tritan, protan = _ictcp(light[0], light[1], light[2])
    anchor = min(intensity, _ANCHOR)
    color = (intensity - anchor, tritan, protan)
    if _room(anchor, color, 1 / knee) >= -1e-12:
        return red, green, blue
    fits = _largest(anchor, color, 1 / knee)
    reach = 1 / max(fits, 1e-9)
    over = (reach - knee) / max(1 - knee, 1e-9)
    return _rgb(anchor, color, fits * (knee + (1 - knee) * over / np.hypot(1.0, over)))


@_compiled
def _largest(anchor, color, high):  # type: ignore[no-untyped-def]
    """Return how far towards `color` the gamut reaches, below `high`, by false position (Illinois)."""
    low, low_room, high_room = 0.0, _room(anchor, color, 0.0), _room(anchor, color, high)
    side = 0
    for _ in range(40):
        if high - low < 1e-6 or low_room <= 0:
            break
        middle = (low * high_room - high * low_room) / (high_room - low_room)
        room = _room(anchor, color, middle)
        if room >= 0:
            low, low_room = middle, max(room, 1e-15)
            high_room *= 0.5 if side > 0 else 1.0
            side = 1
        else:
            high, high_room = middle, room
            low_room *= 0.5 if side < 0 else 1.0
            side = -1
    return low


@_compiled
def _room(anchor, color, share):  # type: ignore[no-untyped-def]
    """Return how far inside the gamut a color is, in linear light; negative outside."""
    red, green, blue = _rgb(anchor, color, share)
    return min(red, green, blue, 1 - max(red, green, blue))


@_compiled
def _rgb(anchor, color, share):  # type: ignore[no-untyped-def]
    long, middle, short = _mix(
        _FROM_ICTCP, anchor + share * color[0], share * color[1], share * color[2]
    )
    return _mix(_LMS_TO_709, _shine(long), _shine(middle), _shine(short))


@_compiled
def _ictcp(red, green, blue):  # type: ignore[no-untyped-def]
    long, middle, short = _mix(_TO_LMS, red, green, blue)
    return _mix(_TO_ICTCP, _respond(long), _respond(middle), _respond(short))


@_compiled
def _mix(matrix, a, b, c):  # type: ignore[no-untyped-def]
    return (
        matrix[0, 0] * a + matrix[0, 1] * b + matrix[0, 2] * c,
        matrix[1, 0] * a + matrix[1, 1] * b + matrix[1, 2] * c,
        matrix[2, 0] * a + matrix[2, 1] * b + matrix[2, 2] * c,
    )


@_compiled
def _respond(light):  # type: ignore[no-untyped-def]
    power = (max(light, 0.0) / 100) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


@_compiled
def _shine(code):  # type: ignore[no-untyped-def]
    """Decode PQ by Hermite cubics: within a billionth of white, in a tenth of the time of two powers."""
    place = min(max(code, 0.0), 1.0) * _STEPS
    step = min(int(place), _STEPS - 1)
    x = place - step
    low, high = _LIGHT[step], _LIGHT[step + 1]
    rise, end, start = high[0] - low[0], high[1], low[1]
    return low[0] + x * (start + x * (3 * rise - 2 * start - end + x * (start + end - 2 * rise)))
