"""Colors outside a smaller gamut, of one averaged frame.

numba compiles the loops once a machine; they hold no lock.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import AP1, P3_D65, REC2020, Chromaticities, rgb_to_rgb, rgb_to_xyz
from answerprint.color.transfer import pq
from answerprint.measure.compiling import compiled_loosely
from answerprint.measured.look import Gamut

OUTSIDE: Final = 0.02
"""How negative a component must be, as a share of the brightest, for a color to lie outside: coding turns colors by less."""
DARK: Final = 0.005
"""Brightest component, relative to diffuse white, under which a color is not judged: noise has any hue."""
EVERY: Final = 2
"""Cells across and down of which one is looked at."""

LOCUS: Final = (
    (0.1741, 0.0050), (0.1714, 0.0051), (0.1644, 0.0109), (0.1566, 0.0177), (0.1440, 0.0297), (0.1241, 0.0578),
    (0.1096, 0.0868), (0.0913, 0.1327), (0.0687, 0.2007), (0.0454, 0.2950), (0.0235, 0.4127), (0.0082, 0.5384),
    (0.0039, 0.6548), (0.0139, 0.7502), (0.0389, 0.8120), (0.0743, 0.8338), (0.1142, 0.8262), (0.1547, 0.8059),
    (0.2296, 0.7543), (0.3016, 0.6923), (0.3731, 0.6245), (0.4441, 0.5547), (0.5125, 0.4866), (0.5752, 0.4242),
    (0.6270, 0.3725), (0.6915, 0.3083), (0.7347, 0.2653),
)  # fmt: skip
"""Spectral locus of the CIE 1931 2 degree observer, x and y from 380 to 700 nm; the purple line closes it."""

Plane = NDArray[np.uint16]
Row = NDArray[np.float32]
_TABLE: Final = 4096


def beyond_p3(
    planes: tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]],
    scale: tuple[float, float],
    chroma_scale: tuple[float, float],
    matrix: NDArray[np.float32],
    *,
    hlg: bool,
) -> Gamut:
    """Count what of averaged Y'CbCr planes in BT.2020, PQ or HLG, lies outside P3-D65.

    Of HLG the scene's light is judged: its system gain leaves chromaticity alone.
    """
    luma, blue, red = (np.ascontiguousarray(plane[::EVERY, ::EVERY]) for plane in planes)
    light = np.empty((*luma.shape, 3), np.float32)
    offsets = np.array([*scale, *chroma_scale], np.float32)
    _decoded((luma, blue, red), offsets, matrix, _light_of_codes(hlg), light)
    inside = rgb_to_rgb(REC2020, P3_D65)
    # What BT.2020 holds is visible, as far as anyone cares.
    return _counted(light, inside, inside[:0], "P3-D65")


def beyond_ap1(
    cells: tuple[Plane, ...], darkest: float, chromaticities: Chromaticities
) -> Gamut | None:
    """Count what of EXR cells, three planes of bit patterns of halves, lies outside AP1, and what no light can be.

    Negative samples count as black here. None where there are no three planes, and
    where the chromaticities span no color space.
    """
    if len(cells) != 3:
        return None
    red, green, blue = (np.ascontiguousarray(plane[::EVERY, ::EVERY]) for plane in cells)
    light = np.empty((*red.shape, 3), np.float32)
    _light_of_halves((red, green, blue), np.float32(darkest), light)
    try:
        return _counted(light, rgb_to_rgb(chromaticities, AP1), _visible(chromaticities), "AP1")
    except ValueError:
        return None


def _counted(
    light: NDArray[np.float32], inside: NDArray[np.float64], visible: NDArray[np.float64], name: Any
) -> Gamut:
    sums, worst = np.zeros(4, np.float64), np.zeros(3, np.float32)
    _outside(light, inside.astype(np.float32), visible.astype(np.float32), sums, worst)
    count, held, total, impossible = (float(value) for value in sums)
    pixels = light.shape[0] * light.shape[1]
    return Gamut(
        beyond=name,
        area=_short(count / pixels),
        light=_short(held / total) if total > 0 else 0.0,
        impossible=_short(impossible / pixels),
        at=(int(worst[1]) * EVERY, int(worst[2]) * EVERY),
    )


def _short(value: float) -> float:
    return float(f"{value:.3g}")


@lru_cache(maxsize=8)
def _visible(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """Return rows whose product with linear RGB is positive for colors inside the spectral locus, and 1 for white.

    Each is the plane through two neighbours of the locus and black.
    """
    points = np.array([(x, y, 1 - x - y) for x, y in LOCUS])
    normals = np.cross(points, np.roll(points, -1, axis=0))
    rows: NDArray[np.float64] = normals @ rgb_to_xyz(chromaticities)
    result: NDArray[np.float64] = rows / rows.sum(axis=1, keepdims=True)
    return result


@lru_cache(maxsize=2)
def _light_of_codes(hlg: bool) -> NDArray[np.float32]:  # noqa: FBT001 - lru_cache keys are positional
    """Return light relative to diffuse white by code, 0 to 1 in _TABLE steps."""
    code = np.arange(_TABLE + 1) / _TABLE
    if not hlg:
        return np.asarray(pq(code) / 203, np.float32)
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    scene = np.where(code <= 0.5, code * code / 3, (np.exp((code - c) / a) + b) / 12)
    return np.asarray(scene / 0.265, np.float32)


@compiled_loosely
def _decoded(
    planes: tuple[Plane, Plane, Plane],
    offsets: Row,
    matrix: NDArray[np.float32],
    table: Row,
    light: NDArray[np.float32],
) -> None:
    """Turn Y'CbCr into linear light by a table; `offsets` are zero and worth of luma, then of chroma."""
    luma, blue, red = planes
    height, width = luma.shape
    steps = np.float32(table.size - 1)
    for y in range(height):
        for x in range(width):
            gray = (np.float32(luma[y, x]) - offsets[0]) * offsets[1]
            pb = (np.float32(blue[y, x]) - offsets[2]) * offsets[3]
            pr = (np.float32(red[y, x]) - offsets[2]) * offsets[3]
            for c in range(3):
                value = gray + matrix[c, 1] * pb + matrix[c, 2] * pr
                place = min(max(value, np.float32(0)), np.float32(1)) * steps
                light[y, x, c] = table[np.int32(place + np.float32(0.5))]


@compiled_loosely
def _light_of_halves(
    planes: tuple[Plane, Plane, Plane], darkest: np.float32, light: NDArray[np.float32]
) -> None:
    """Turn normal, positive halves into light, with `darkest` as black."""
    for c in range(3):
        plane = planes[c]
        for y in range(plane.shape[0]):
            for x in range(plane.shape[1]):
                bits = np.uint32(plane[y, x]) << np.uint32(13)
                light[y, x, c] = np.uint32(bits).view(np.float32) * np.float32(2.0**112) - darkest


@compiled_loosely
def _outside(
    light: NDArray[np.float32],
    inside: NDArray[np.float32],
    visible: NDArray[np.float32],
    sums: NDArray[np.float64],
    worst: Row,
) -> None:
    """Sum up the colors outside: how many, their light, that of all, and how many no light can be."""
    height, width = light.shape[:2]
    for y in range(height):
        for x in range(width):
            r, g, b = light[y, x, 0], light[y, x, 1], light[y, x, 2]
            own = max(r, g, b)
            sums[2] += own
            if own < np.float32(DARK):
                continue
            share = -_lowest(inside, r, g, b) / own
            if share > np.float32(OUTSIDE):
                sums[0] += 1
                sums[1] += own
                if share > worst[0]:
                    worst[0], worst[1], worst[2] = share, x, y
                if visible.shape[0] and -_lowest(visible, r, g, b) > np.float32(OUTSIDE) * own:
                    sums[3] += 1


@compiled_loosely
def _lowest(matrix: NDArray[np.float32], r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    lowest = np.float32(1e30)
    for row in range(matrix.shape[0]):
        lowest = min(lowest, matrix[row, 0] * r + matrix[row, 1] * g + matrix[row, 2] * b)
    return lowest
