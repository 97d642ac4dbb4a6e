"""The inner loops of the light meter: max(R, G, B) of every pixel of a frame, row by row.

numba compiles them once a machine; they hold no lock. Memory: a few rows.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from answerprint.compiling import compiling

Plane = NDArray[np.uint8] | NDArray[np.uint16]
Row = NDArray[np.float32]
Scale = tuple[np.float32, np.float32]
"""The code value of zero, and what one code value is worth."""
Tables = tuple[Row, Row]
"""HLG's scene light and gain, as `hlg_tables` makes them; empty ones mean PQ."""
Peak = tuple[np.float32, int, int]
"""The brightest signal so far, and its x and y."""

STEPS: Final = 4096
"""Steps of HLG's tables; between them a line is within 3e-7 of the curve, where light is worth counting."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _compiled(function: _Function) -> _Function:
    # No pixel is NaN and no zero has a sign that counts, which is what lets maxima use SIMD.
    return compiling(error_model="numpy", fastmath={"nnan", "nsz"})(function)


def hlg_tables() -> Tables:
    """Return scene light by code value (ARIB STD-B67), and BT.2100's system gain by the fourth root of luminance."""
    x = np.arange(STEPS + 2) / STEPS
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    scene = np.where(x <= 0.5, x * x / 3, (np.exp((x - c) / a) + b) / 12)
    return scene.astype(np.float32), (x**0.8).astype(np.float32)


@_compiled
def measure_ycc(
    planes: tuple[Plane, Plane, Plane],
    scales: tuple[Scale, Scale],
    matrix: NDArray[np.float32],
    tables: Tables,
    dark: np.float32,
    lit: NDArray[np.uint8],
    counts: NDArray[np.uint32],
) -> Peak:
    """Count a Y'CbCr frame's signals in `counts` and mark what is brighter than `dark` in `lit`; return its peak.

    The signal is max(R', G', B') for PQ, with empty HLG tables, else the fourth
    root of the light over that of a full white.
    """
    luma, blue, red = planes
    height, width = luma.shape
    narrow = np.empty(blue.shape[1] + 1, np.float32)
    pb, pr = np.empty(width + 1, np.float32), np.empty(width + 1, np.float32)
    r, g, b = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    (zero, worth), chroma_scale = scales
    peak = (np.float32(-1), 0, 0)
    for y in range(height):
        _chroma_row(blue, y, height, chroma_scale, narrow, pb)
        _chroma_row(red, y, height, chroma_scale, narrow, pr)
        for x in range(width):
            gray = (np.float32(luma[y, x]) - zero) * worth
            r[x] = gray + matrix[0, 2] * pr[x]
            g[x] = gray + matrix[1, 1] * pb[x] + matrix[1, 2] * pr[x]
            b[x] = gray + matrix[2, 1] * pb[x]
        peak = _close_row((r, g, b), tables, dark, lit[y], counts, peak, y)
    return peak


@_compiled
def measure_rgb(
    planes: tuple[Plane, Plane, Plane],
    scale: Scale,
    tables: Tables,
    dark: np.float32,
    lit: NDArray[np.uint8],
    counts: NDArray[np.uint32],
) -> Peak:
    """Do as `measure_ycc` does, for R'G'B' planes."""
    red, green, blue = planes
    height, width = red.shape
    r, g, b = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    zero, worth = scale
    peak = (np.float32(-1), 0, 0)
    for y in range(height):
        for x in range(width):
            r[x] = (np.float32(red[y, x]) - zero) * worth
            g[x] = (np.float32(green[y, x]) - zero) * worth
            b[x] = (np.float32(blue[y, x]) - zero) * worth
        peak = _close_row((r, g, b), tables, dark, lit[y], counts, peak, y)
    return peak


@_compiled
def _chroma_row(plane: Plane, y: int, height: int, scale: Scale, narrow: Row, out: Row) -> None:
    """Bring the chroma of luma row `y` to luma's width: between chroma rows, on every other luma column."""
    rows, columns = plane.shape
    width = out.size - 1
    zero, worth = scale
    own, other, share = y, y, np.float32(0)
    if rows < height:
        own, share = min(y >> 1, rows - 1), np.float32(0.25)
        other = min(max(own + (1 if y & 1 else -1), 0), rows - 1)
    nearer, further = plane[own], plane[other]
    for x in range(columns):
        near, far = np.float32(nearer[x]), np.float32(further[x])
        narrow[x] = (near + (far - near) * share - zero) * worth
    if columns == width:
        out[:width] = narrow[:width]
        return
    narrow[columns] = narrow[columns - 1]
    for x in range(columns):
        out[2 * x] = narrow[x]
        out[2 * x + 1] = (narrow[x] + narrow[x + 1]) * np.float32(0.5)
    # Of luma alone chroma is one neutral sample.
    out[2 * columns :] = narrow[columns]


@_compiled
def _close_row(
    rgb: tuple[Row, Row, Row],
    tables: Tables,
    dark: np.float32,
    lit: NDArray[np.uint8],
    counts: NDArray[np.uint32],
    peak: Peak,
    y: int,
) -> Peak:
    """Count a row of R'G'B', which is overwritten with its signal."""
    r, g, b = rgb
    if tables[0].size:
        for x in range(r.size):
            r[x], g[x], b[x] = _clipped(r[x]), _clipped(g[x]), _clipped(b[x])
        _hlg_row(r, g, b, tables)
    for x in range(r.size):
        r[x] = _clipped(max(r[x], g[x], b[x]))
    for x in range(r.size):
        lit[x] |= np.uint8(r[x] > dark)
    _count_signal(r, counts)
    highest = _highest(r)
    if highest <= peak[0]:
        return peak
    at = 0
    while r[at] < highest:
        at += 1
    return highest, at, y


@_compiled
def _highest(row: Row) -> np.float32:
    """Return the highest of values that are not negative: their bits rise as they do, and integers are compared by the dozen."""
    bits, most = row.view(np.int32), np.int32(0)
    for x in range(bits.size):
        most = max(most, bits[x])
    return np.int32(most).view(np.float32)


@_compiled
def _count_signal(row: Row, counts: NDArray[np.uint32]) -> None:
    bins = np.empty(row.size, np.uint16)
    for x in range(row.size):
        bins[x] = np.uint16(np.int32(row[x] * np.float32(65535) + np.float32(0.5)))
    for x in range(row.size):
        counts[bins[x]] += np.uint32(1)


@_compiled
def _clipped(value: np.float32) -> np.float32:
    return min(max(value, np.float32(0)), np.float32(1))


@_compiled
def _hlg_row(r: Row, g: Row, b: Row, tables: Tables) -> None:
    """Turn HLG's R'G'B' into the fourth root of display light, in red's row."""
    scene, gain = tables
    for x in range(r.size):
        red, green, blue = _looked_up(scene, r[x]), _looked_up(scene, g[x]), _looked_up(scene, b[x])
        luminance = np.float32(0.2627) * red + np.float32(0.678) * green + np.float32(0.0593) * blue
        light = _looked_up(gain, np.sqrt(np.sqrt(luminance))) * max(red, green, blue)
        r[x], g[x], b[x] = _clipped(np.sqrt(np.sqrt(light))), np.float32(0), np.float32(0)


@_compiled
def _looked_up(table: Row, value: np.float32) -> np.float32:
    place = value * np.float32(STEPS)
    step = np.int32(place)
    return np.float32(table[step] + (table[step + 1] - table[step]) * (place - np.float32(step)))
