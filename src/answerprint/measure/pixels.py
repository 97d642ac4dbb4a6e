"""Levels of a plane of samples, exact and at the speed of a histogram.

A half float is an integer in disguise: one histogram of its 65,536 bit patterns
holds minimum, maximum, mean and the counts of NaN, infinity and negatives
exactly, and costs a quarter of one numpy reduction over float16.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import cv2
import numpy as np
import xxhash
from numba import njit
from numpy.typing import NDArray

from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels
from answerprint.media.exr import Plane

CELL: Final = 4
"""Width of a damage cell in pixels: half an 8x8 DWA block, so that a block's damage fills whole cells."""

DARKEST: Final = 2.0**-10
"""Light under which all is black to cells, a thousandth of diffuse white: noise spans many stops there."""

DARKEST_BITS: Final = 0x1400
"""Bit pattern of DARKEST."""

ONE_STOP: Final = 1024
"""Bit patterns of half floats one stop apart differ by this much: the mantissa's 10 bits."""

TILE: Final = 4
"""Width in cells of the tiles whose texture is compared: a sample a cell alone says little."""

_AROUND: Final = np.ones((3, 3), np.uint8)
_LARGEST: Final = 0x7BFF
_BRIGHT: Final = 0x6400
"""Bit pattern of 1024, ten stops above diffuse white."""
_NORMAL: Final = 0x0400
"""Bit pattern of 2**-14, the smallest normal half float."""
_threads = threading.local()
_compiled: Any = njit(cache=True, nogil=True)


def plane_levels(plane: Plane) -> ChannelLevels:
    """Return the levels of an EXR plane of any pixel type."""
    if plane.dtype == np.float16:
        return _half_levels(histogram(plane.view(np.uint16), 16))
    finite, nan = np.isfinite(plane), int(np.isnan(plane).sum())
    return _of_finite(plane[finite], nan, int(finite.size - finite.sum()) - nan)


def code_levels(plane: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> ChannelLevels:
    """Return the levels of a movie plane, in code values of `bits` bits."""
    return _from_histogram(histogram(plane, bits), np.arange(1 << bits, dtype=np.float64))


def histogram(plane: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> NDArray[np.int64]:
    """Count how often each of the 2**bits codes occurs in a contiguous plane."""
    size = 1 << bits
    counts: NDArray[np.float32] = cv2.calcHist([plane], [0], None, [size], [0, size])
    return counts.ravel().astype(np.int64)


def digest(planes: Iterable[NDArray[np.generic]]) -> str:
    """Return the xxh3-64 of contiguous planes in order, as 16 hex digits."""
    running = xxhash.xxh3_64()
    for plane in planes:
        running.update(np.ascontiguousarray(plane).data.cast("B"))
    return running.hexdigest()


def cells(planes: Iterable[Plane]) -> NDArray[np.int16]:
    """Average planes over CELL x CELL pixels on a scale of 1024 to the stop.

    The bit pattern of a positive half is a piecewise linear logarithm, so the
    average is nearly geometric. What is darker than DARKEST, negatives among it,
    counts as that, NaN and infinity as the largest half. Returns (rows,
    columns, channels), of whole cells only.
    """
    return _shrunk_together(planes)[0]


def texture(log_cells: NDArray[np.int16], corners: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return how far the first sample of a cell lies from its average, averaged over TILE x TILE cells.

    The corner of a DWA block is where all its cosines add up, so garbage in a
    block shows there most. Returns (rows, columns, channels), as `cells` does.
    """
    rows, columns = log_cells.shape[:2]
    size = (max(1, columns // TILE), max(1, rows // TILE))
    distance = cv2.absdiff(corners, log_cells)
    return np.asarray(cv2.resize(distance, size, interpolation=cv2.INTER_AREA), np.float32)


def linear_light(log_cells: NDArray[np.int16]) -> NDArray[np.float32]:
    """Turn cells (or an average of them) back into scene-linear values, black being DARKEST."""
    light: NDArray[np.float32] = log_cells.astype(np.uint16).view(np.float16).astype(np.float32)
    return light - np.float32(DARKEST)


@dataclass(frozen=True, slots=True)
class Reach:
    """Cells and texture of one frame, and the highest and lowest that a place sees within a cell's motion."""

    cells: NDArray[np.int16]
    peaks: NDArray[np.int16]
    """The highest sample of every cell."""
    high: NDArray[np.int16]
    low: NDArray[np.int16]
    texture: NDArray[np.float32]
    texture_high: NDArray[np.float32]

    @classmethod
    def of(cls, planes: Sequence[Plane]) -> Self:
        """Measure planes of one size, looking one cell around every cell and one tile around every tile."""
        averages, peaks, corners = _shrunk_together(planes)
        tiles = texture(averages, corners)
        high, low = cv2.dilate(averages, _AROUND), cv2.erode(averages, _AROUND)
        return cls(averages, peaks, high, low, tiles, cv2.dilate(tiles, _AROUND))


def _shrunk_together(
    planes: Iterable[Plane],
) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
    """Return averages, peaks and corners of the cells of planes of one size, (rows, columns, channels)."""
    averages, peaks, corners = zip(*(_shrunk(_as_half(plane)) for plane in planes), strict=True)
    return (
        cv2.merge(averages).view(np.int16),
        np.asarray(cv2.merge(peaks)),
        np.asarray(cv2.merge(corners)),
    )


def _shrunk(
    plane: NDArray[np.float16],
) -> tuple[NDArray[np.uint16], NDArray[np.int16], NDArray[np.int16]]:
    positive = _scratch(plane.shape)
    # As signed integers negative halves lie below zero, where one SIMD maximum removes them:
    # DWA leaves thousands of tiny negatives that would read as enormous in a pattern average.
    cv2.max(plane.view(np.int16), DARKEST_BITS, positive)
    cv2.min(positive, _LARGEST, positive)
    rows, columns = (max(1, n // CELL) for n in plane.shape)
    whole = positive[: rows * CELL, : columns * CELL]
    # Halving twice has a SIMD path in OpenCV that shrinking to a quarter at once has not.
    size = (columns * 2, rows * 2)
    half = cv2.resize(whole.view(np.uint16), size, interpolation=cv2.INTER_AREA)
    cell = cv2.resize(half, (columns, rows), interpolation=cv2.INTER_AREA)
    peaks = np.empty((rows, columns), np.int16)
    _highest(whole, peaks, np.empty(columns * CELL, np.int16))
    return cell, peaks, np.ascontiguousarray(whole[::CELL, ::CELL])


@_compiled
def _highest(plane, out, line):  # type: ignore[no-untyped-def]
    """Fill `out` with the highest sample of every cell; `line` is a row's scratch."""
    for row in range(out.shape[0]):
        top = row * CELL
        for x in range(len(line)):
            upper = max(plane[top, x], plane[top + 1, x])
            line[x] = max(upper, plane[top + 2, x], plane[top + 3, x])
        for column in range(out.shape[1]):
            x = column * CELL
            out[row, column] = max(line[x], line[x + 1], line[x + 2], line[x + 3])


def _scratch(shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Return this thread's plane for intermediate values: a fresh one each time costs its page faults."""
    plane: NDArray[np.int16] | None = getattr(_threads, "plane", None)
    if plane is None or plane.shape != shape:
        plane = _threads.plane = np.empty(shape, np.int16)
    return plane


def half_bits(plane: Plane) -> NDArray[np.int16]:
    """Return the bit patterns of a plane's samples as half floats, as signed integers: negatives lie below 0."""
    return np.ascontiguousarray(_as_half(plane)).view(np.int16)


def _as_half(plane: Plane) -> NDArray[np.float16]:
    with np.errstate(over="ignore", invalid="ignore"):
        return plane.astype(np.float16, copy=False)


def _of_finite(values: NDArray[Any], nan: int, infinite: int) -> ChannelLevels:
    some = values.size > 0
    return ChannelLevels(
        minimum=float(values.min()) if some else None,
        maximum=float(values.max()) if some else None,
        mean=float(values.mean(dtype=np.float64)) if some else None,
        nan=nan,
        infinite=infinite,
        negative=tuple(int((values < step).sum()) for step in NEGATIVE_STEPS),
    )


def _from_histogram(counts: NDArray[np.int64], values: NDArray[np.float64]) -> ChannelLevels:
    occurring = np.flatnonzero(counts != 0)
    values, counts = values[occurring], counts[occurring]
    finite, nan = np.isfinite(values), int(counts[np.isnan(values)].sum())
    held, times = values[finite], counts[finite]
    total = int(times.sum())
    return ChannelLevels(
        minimum=float(held.min()) if total else None,
        maximum=float(held.max()) if total else None,
        mean=float((times * held).sum() / total) if total else None,
        nan=nan,
        infinite=int(counts.sum()) - total - nan,
        negative=tuple(int(times[held < step].sum()) for step in NEGATIVE_STEPS),
    )


def _half_levels(counts: NDArray[np.int64]) -> ChannelLevels:
    magnitudes = counts[:0x8000] + counts[0x8000:]
    return _from_histogram(counts, _half_values()).model_copy(
        update={
            "overflow": int(magnitudes[_LARGEST]),
            "plateau": int(counts[_BRIGHT : _LARGEST + 1].max()),
            "denormal": int(magnitudes[1:_NORMAL].sum()),
        }
    )


@cache
def _half_values() -> NDArray[np.float64]:
    """Return the value of every half-float bit pattern."""
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float64)
