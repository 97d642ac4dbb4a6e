"""Tones of one averaged frame: illegal levels, percentiles, and light in cd/m2.

numba compiles the loop once a machine; it holds no lock. Memory: a few planes of
a sixteenth of the picture.
"""

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.transfer import hlg, pq
from answerprint.measure.compiling import compiled_loosely
from answerprint.measure.look.plateaus import EVERYWHERE, Cells, count_bins
from answerprint.measured.look import NITS, Signal, Tones

BEYOND: Final = 0.0503
"""How far under 0 or over 1 a signal may lie: EBU R103's 5 % in the codes it gives them, 5 and 246 of 8 bits."""
FULL: Final = 16384
"""Value of a signal of 1 in the plane of brightest channels; 0 is at ZERO."""
ZERO: Final = 8192
"""Value of a signal of 0 there: it may lie below."""
CODE: Final = FULL / 219
"""An 8-bit code there."""
BIN: Final = 32
"""Values of that plane in a bin of its histogram: less than half a code."""
NEUTRAL: Final = 0.08
"""Spread of R', G' and B' up to which a cell is nearly neutral."""
LIT: Final = 10.0
"""Light in cd/m2 from which a neutral cell may tell of diffuse white: a stop under middle grey."""

Row = NDArray[np.float32]


def survey(
    planes: tuple[Cells, Cells, Cells],
    scale: tuple[float, float],
    chroma_scale: tuple[float, float] | None,
    matrix: NDArray[np.float32],
) -> tuple[Cells, Cells, Signal]:
    """Turn averaged Y'CbCr planes of one size into their brightest and darkest channel, and count what is illegal.

    Scales are the value of zero and what one value is worth; without one for
    chroma the planes are R', G' and B'. The planes returned hold ZERO for 0 and ZERO + FULL for 1.
    """
    high, low = np.empty_like(planes[0]), np.empty_like(planes[0])
    counts, worst = np.zeros(4, np.int64), np.zeros(3, np.float32)
    scales = np.array([*scale, *(chroma_scale or ())], np.float32)
    if chroma_scale is None:
        _survey_rgb(planes, scales, (high, low), counts, worst)
    else:
        _survey_ycc(planes, scales, matrix, (high, low), counts, worst)
    below, above, illegal, off = (float(f"{count / high.size:.3g}") for count in counts)
    signal = Signal(
        below=below,
        above=above,
        illegal=illegal,
        off_gamut=off,
        at=(int(worst[1]), int(worst[2])),
        worst=round(float(worst[0]), 4),
    )
    return high, low, signal


def tones_of(high: Cells, low: Cells, transfer: str | None) -> Tones:
    """Sum up the tones of a frame by its brightest and darkest channel; with light in cd/m2 for PQ and HLG."""
    counts = _counts(high)
    places = np.cumsum(counts) / high.size
    percentiles = tuple(
        round(value_of((np.searchsorted(places, share) + 0.5) * BIN), 3)
        for share in (0.01, 0.5, 0.99)
    )
    spread = cv2.subtract(high, low)
    tones = Tones(
        percentiles=percentiles,
        mean=round(value_of(cv2.mean(high)[0]), 4),
        saturation=round(cv2.mean(spread)[0] / FULL, 4),
    )
    if transfer is None:
        return tones
    neutral = _counts(high, cv2.compare(spread, round(NEUTRAL * FULL), cv2.CMP_LE))
    return tones.model_copy(
        update={"nits": _in_nits(counts, transfer), "white": _white(neutral, high.size, transfer)}
    )


def value_of(stored: float) -> float:
    """Return the signal that a value of the brightest channel's plane stands for."""
    return round((stored - ZERO) / FULL, 4)


def _counts(plane: Cells, mask: NDArray[np.uint8] | None = None) -> NDArray[np.float64]:
    counts = np.zeros(65536 // BIN, np.int64)
    count_bins(plane, EVERYWHERE if mask is None else mask, np.float32(1 / BIN), counts)
    return counts.astype(np.float64)


@lru_cache(maxsize=2)
def _bin_nits(transfer: str) -> NDArray[np.float64]:
    """Return the light in cd/m2 of a grey of every bin's middle."""
    code = (((np.arange(65536 // BIN) + 0.5) * BIN - ZERO) / FULL).clip(0, 1)
    if transfer == "smpte2084":
        return pq(code)
    return np.asarray(hlg(np.stack([code] * 3, axis=-1))[..., 0])


def _in_nits(counts: NDArray[np.float64], transfer: str) -> tuple[float, ...]:
    bounds = np.array([-1.0, *NITS[1:-1], 1e9])
    shares = np.histogram(_bin_nits(transfer), bounds, weights=counts)[0] / max(1.0, counts.sum())
    return tuple(float(f"{share:.3g}") for share in shares)


def _white(counts: NDArray[np.float64], cells: int, transfer: str) -> float | None:
    """Return the light that a twentieth of the lit neutral cells exceed; None where they are under a hundredth."""
    lit = np.where(_bin_nits(transfer) >= LIT, counts, 0)
    total = lit.sum()
    if total < cells / 100:
        return None
    at = int(np.searchsorted(np.cumsum(lit), 0.95 * total))
    return float(f"{_bin_nits(transfer)[at]:.3g}")


@compiled_loosely
def _survey_ycc(
    planes: tuple[Cells, Cells, Cells],
    scales: NDArray[np.float32],
    matrix: NDArray[np.float32],
    out: tuple[Cells, Cells],
    counts: NDArray[np.int64],
    worst: NDArray[np.float32],
) -> None:
    luma, blue, red = planes
    zero, worth, middle, step = scales[0], scales[1], scales[2], scales[3]
    height, width = luma.shape
    rows = np.empty((3, width), np.float32)
    gray, most, least = rows[0], rows[1], rows[2]
    for y in range(height):
        for x in range(width):
            own = (np.float32(luma[y, x]) - zero) * worth
            pb = (np.float32(blue[y, x]) - middle) * step
            pr = (np.float32(red[y, x]) - middle) * step
            r = own + matrix[0, 2] * pr
            g = own + matrix[1, 1] * pb + matrix[1, 2] * pr
            b = own + matrix[2, 1] * pb
            gray[x], most[x], least[x] = own, max(r, g, b), min(r, g, b)
        _close_row((gray, most, least), (out[0][y], out[1][y]), y, counts, worst)


@compiled_loosely
def _survey_rgb(
    planes: tuple[Cells, Cells, Cells],
    scales: NDArray[np.float32],
    out: tuple[Cells, Cells],
    counts: NDArray[np.int64],
    worst: NDArray[np.float32],
) -> None:
    red, green, blue = planes
    zero, worth = scales[0], scales[1]
    height, width = red.shape
    rows = np.empty((3, width), np.float32)
    gray, most, least = rows[0], rows[1], rows[2]
    for y in range(height):
        for x in range(width):
            r = (np.float32(red[y, x]) - zero) * worth
            g = (np.float32(green[y, x]) - zero) * worth
            b = (np.float32(blue[y, x]) - zero) * worth
            gray[x] = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
            most[x], least[x] = max(r, g, b), min(r, g, b)
        _close_row((gray, most, least), (out[0][y], out[1][y]), y, counts, worst)


@compiled_loosely
def _close_row(
    signals: tuple[Row, Row, Row],
    out: tuple[Cells, Cells],
    y: int,
    counts: NDArray[np.int64],
    worst: NDArray[np.float32],
) -> None:
    """Store a row's brightest and darkest channel, and count what is illegal in it."""
    gray, most, least = signals
    high, low = out
    limit, top, bottom = np.float32(BEYOND), np.float32(0), np.float32(1)
    for x in range(gray.size):
        top, bottom = max(top, most[x]), min(bottom, least[x])
        high[x] = _stored(most[x])
        low[x] = _stored(least[x])
    # Luma lies between the channels, so a row whose channels are legal is.
    if top <= 1 + limit and bottom >= -limit:
        return
    for x in range(gray.size):
        over, under = most[x] > 1 + limit, least[x] < -limit
        counts[0] += under
        counts[1] += over
        counts[2] += over or under
        counts[3] += (over or under) and -limit <= gray[x] <= 1 + limit
        far = max(-least[x], most[x] - 1)
        if far > worst[0]:
            worst[0], worst[1], worst[2] = far, x, y


@compiled_loosely
def _stored(value: np.float32) -> np.uint16:
    scaled = value * np.float32(FULL) + np.float32(ZERO + 0.5)
    return np.uint16(np.int32(min(max(scaled, np.float32(0)), np.float32(65535))))
