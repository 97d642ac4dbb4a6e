"""SDR from HDR movies by Report ITU-R BT.2446, and SDR into HDR by Report ITU-R BT.2408.

Down: conversion method A of BT.2446-1 (section 4.1, tables 1 and 2) compresses
the luma of R'G'B' of gamma 2.4 on an almost logarithmic scale. It was fitted
to 1,000 cd/m2 shown on 100 cd/m2, and it is dark by design: it keeps room for
highlights. Its coefficients are those that libplacebo, nope.gl and two more
public implementations agree on. Greys of 1,000 cd/m2 content come out so:

    HDR, cd/m2    26     100    203    500    1000
    R'G'B'        0.335  0.539  0.687  0.878  1
    10-bit code   357    536    666    833    940
    SDR, cd/m2    7.2    22.7   40.6   73.2   100

Up: display-referred direct mapping (BT.2408, 5.1.2 and 5.1.3), a mere gain of
2.03. So the two are not each other's inverse: HDR reference white is 69 % of
SDR on its way down, and SDR white is reference white on its way up.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.gamut import fit_gamut
from answerprint.color.primaries import REC709, REC2020, rgb_to_rgb
from answerprint.color.transfer import (
    REFERENCE_WHITE,
    Float,
    bt1886,
    encode_bt1886,
    encode_hlg,
    encode_pq,
    hlg,
    pq,
)

Colors = NDArray[np.float64]

SDR_WHITE: Final = 100.0
"""The SDR display of BT.2446, in cd/m2."""
PEAKS: Final = (1000.0, 2000.0, 4000.0, 10000.0)
"""Peaks that HDR is graded to, in cd/m2."""

_DECODERS: Final = {"smpte2084": pq, "arib-std-b67": hlg}
_ENCODERS: Final = {"smpte2084": encode_pq, "arib-std-b67": encode_hlg}
_RED, _GREEN, _BLUE = 0.2627, 0.6780, 0.0593
"""Luma of BT.2020."""
_BEND: Final = (2.7811 - 1.0770 - ((2.7811 - 1.0770) ** 2 - 4 * 1.1510 * 0.6302) ** 0.5) / 2.302
"""Where the straight piece of the curve meets the parabola: 0.7184."""
_AT_ONCE: Final = 1 << 16
"""Colors converted in one go."""


def hdr_to_sdr(code: NDArray[Float], transfer: str, *, peak: float = 1000.0) -> NDArray[Float]:
    """Convert R'G'B' of BT.2020 in PQ or HLG to R'G'B' of BT.709 on a BT.1886 display of 100 cd/m2.

    `code` is full-range, 0..1, (n, 3), and so is the result, of the same
    precision. `transfer` is ffmpeg's name: `smpte2084` or `arib-std-b67`, whose
    light is that of a 1,000 cd/m2 display. `peak` is L_HDR of BT.2446, the light
    in cd/m2 that becomes SDR white; a brighter color is
    dimmed until its largest component is at the peak, which keeps its hue.

    Luma, chroma and the correction of reds are the report's. The curve's first
    bend lies where its pieces meet (0.7184) and not at the printed 0.7399, where
    they are 0.7 ten-bit codes apart: at a peak of 1,000, greys of 142 to 164 cd/m2
    come out up to that much brighter than printed, saturated colors of that luma
    up to 2 codes, and nothing else differs. Gamut: see `fit_gamut`. NaN is black. Needs 20 MB beside the result.

    Raises ValueError for another transfer, and a peak below SDR white or above
    PQ's 10,000 cd/m2.
    """
    decode = _named(_DECODERS, transfer)
    if not SDR_WHITE <= peak <= PEAKS[-1]:
        raise ValueError(f"a peak of {peak:g} cd/m2 is not within {SDR_WHITE:g} to {PEAKS[-1]:g}")
    result = np.empty_like(code)
    for start in range(0, len(code), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        light = decode(np.nan_to_num(code[part], nan=0.0)).astype(np.float64)
        shown = fit_gamut(tone_map(light, peak))
        result[part] = encode_bt1886(shown)
    return result


def sdr_to_hdr(code: NDArray[Float], transfer: str, *, peak: float = 1000.0) -> NDArray[Float]:
    """Place R'G'B' of BT.709 in BT.2020 PQ or HLG as it is: its white at 203 cd/m2, nothing expanded.

    Shapes, precision and names are those of `hdr_to_sdr`. Display-referred
    direct mapping (BT.2408, 5.1.2, and 5.1.3.1 without adjustment of the OOTF):
    the light of a BT.1886 display, 2.03 times as bright, in other primaries.
    White is PQ 0.581 (ten-bit code 573) and HLG 0.75 (721). `peak` is the
    deliverable's, and all that it decides is whether white fits. NaN is black.

    Raises ValueError for another transfer, and a peak below 203 cd/m2.
    """
    encode = _named(_ENCODERS, transfer)
    if not peak >= REFERENCE_WHITE:
        raise ValueError(f"SDR white at {REFERENCE_WHITE:g} cd/m2 does not fit a peak of {peak:g}")
    light = bt1886(np.clip(np.nan_to_num(code, nan=0.0), 0, 1))
    wide = _mixed(light, rgb_to_rgb(REC709, REC2020))
    result: NDArray[Float] = encode(REFERENCE_WHITE * np.maximum(wide, 0))
    return result


def tone_map(light: Colors, peak: float) -> Colors:
    """Bring linear BT.2020 in cd/m2 to SDR by method A of BT.2446-1: linear BT.2020, 1.0 = 100 cd/m2.

    (n, 3) and (n, 3), never negative. Saturated colors come out above 1: method
    A holds luma, not components. Tables 1 and 2 of the report.
    """
    dimmed = light * np.minimum(peak / np.maximum(light.max(axis=1, keepdims=True), peak), 1)
    red, green, blue = encode_bt1886(dimmed / peak).T
    luma = _RED * red + _GREEN * green + _BLUE * blue
    mapped = _mapped(luma, peak)
    scale = mapped / (1.1 * np.maximum(luma, 1e-9))
    red_less, blue_less = scale * (red - luma), scale * (blue - luma)
    base = mapped - np.maximum(0.1 * red_less / (2 * (1 - _RED)), 0)
    green_less = -(_RED * red_less + _BLUE * blue_less) / _GREEN
    return bt1886(np.stack([base + red_less, base + green_less, base + blue_less], axis=1))


def _named(functions: dict[str, Any], transfer: str) -> Any:
    if transfer not in functions:
        raise ValueError(f"{transfer} is not an HDR transfer: {' or '.join(functions)}")
    return functions[transfer]


def _mixed(light: NDArray[Float], matrix: NDArray[np.float64]) -> NDArray[Float]:
    columns = [sum(light[:, i] * row[i] for i in range(3)) for row in matrix.tolist()]
    result: NDArray[Float] = np.stack(columns, axis=1)
    return result


def _mapped(luma: Colors, peak: float) -> Colors:
    """Compress luma in 0..1 of a display of `peak` cd/m2 to luma of SDR (BT.2446-1, table 1)."""
    hdr, sdr = (1 + 32 * (white / 10000) ** (1 / 2.4) for white in (peak, SDR_WHITE))
    even = np.log1p((hdr - 1) * luma) / np.log(hdr)
    parabola = (-1.1510 * even + 2.7811) * even - 0.6302
    bent = np.where(even < 0.9909, parabola, 0.5 * even + 0.5)
    curved = np.where(even <= _BEND, 1.0770 * even, bent)
    result: Colors = (sdr**curved - 1) / (sdr - 1)
    return result
