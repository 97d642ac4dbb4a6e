"""Levels of a plane of samples, exact and at the speed of a histogram.

A half float is an integer in disguise: one histogram of its 65,536 bit patterns
holds minimum, maximum, mean and the counts of NaN, infinity and negatives
exactly, and costs a quarter of one numpy reduction over float16.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import cv2
import numpy as np
import xxhash
from numpy.typing import NDArray

from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels
from answerprint.media.exr import Plane

CELL: Final = 4
"""Width of a damage cell in pixels: half an 8x8 DWA block, so that a block's damage fills whole cells."""

OUTLYING: Final = 1 / 2
"""Share of its surroundings' span, plus one stop, by which a cell has to stand out to count.

Smooth motion leaves at most 2 such cells a frame, glitter up to 20; what counts
as damage is for the check to say, by what the clip usually has.
"""

_ONE_STOP: Final = np.array([1024], np.int16)
"""Bit patterns of half floats one stop apart differ by this much: the mantissa's 10 bits."""
_AROUND: Final = np.ones((3, 3), np.uint8)
_LARGEST: Final = 0x7BFF
_threads = threading.local()


def plane_levels(plane: Plane) -> ChannelLevels:
    """Return the levels of an EXR plane of any pixel type."""
    if plane.dtype == np.float16:
        return _from_histogram(histogram(plane.view(np.uint16), 16), _half_values())
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
    average is nearly geometric. Negatives count as zero, NaN and infinity as
    the largest half. Returns (rows, columns, channels), of whole cells only.
    """
    merged: NDArray[np.uint16] = cv2.merge([_shrunk(_as_half(plane)) for plane in planes])
    return merged.view(np.int16)


def linear_light(log_cells: NDArray[np.int16]) -> NDArray[np.float32]:
    """Turn cells (or an average of them) back into scene-linear values."""
    return log_cells.astype(np.uint16).view(np.float16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reach:
    """The cells of one frame, and the highest and lowest that a place sees within a cell's motion."""

    cells: NDArray[np.int16]
    high: NDArray[np.int16]
    low: NDArray[np.int16]

    @classmethod
    def of(cls, log_cells: NDArray[np.int16]) -> Self:
        """Look one cell around every cell."""
        return cls(log_cells, cv2.dilate(log_cells, _AROUND), cv2.erode(log_cells, _AROUND))


def outlying(before: Reach, frame: Reach, after: Reach) -> tuple[int, tuple[int, int]]:
    """Count the cells that lie outside what the frames before and after span around their place.

    Outside means by more than OUTLYING of that span plus one stop; motion of up
    to a cell stays inside the span. Returns the count and the top left pixel
    (x, y) of the worst cell; (0, (0, 0)) where there is none.
    """
    high, low = cv2.max(before.high, after.high), cv2.min(before.low, after.low)
    excess = cv2.max(cv2.subtract(frame.cells, high), cv2.subtract(low, frame.cells))
    allowed = cv2.add(cv2.subtract(high, low), _ONE_STOP)
    # Of a clean frame hardly a cell comes so far: dividing is left to those that do.
    far = cv2.compare(_times(excess, 1 / OUTLYING), allowed, cv2.CMP_GT)
    at = np.unravel_index(np.flatnonzero(far != 0), far.shape)
    if not len(at[0]):
        return 0, (0, 0)
    worst = int(np.argmax(excess[at] / allowed[at]))
    count = len(np.unique(at[0] * far.shape[1] + at[1]))
    return count, (int(at[1][worst]) * CELL, int(at[0][worst]) * CELL)


def _times(plane: NDArray[np.int16], whole: float) -> NDArray[np.int16]:
    """Multiply by a small whole number: saturated additions are many times as fast as a scaled product."""
    total = plane
    for _ in range(round(whole) - 1):
        total = cv2.add(total, plane)
    return total


def _shrunk(plane: NDArray[np.float16]) -> NDArray[np.uint16]:
    positive = _scratch(plane.shape)
    # As signed integers negative halves lie below zero, where one SIMD maximum removes them:
    # DWA leaves thousands of tiny negatives that would read as enormous in a pattern average.
    cv2.max(plane.view(np.int16), 0, positive)
    cv2.min(positive, _LARGEST, positive)
    rows, columns = (max(1, n // CELL) for n in plane.shape)
    whole = positive.view(np.uint16)[: rows * CELL, : columns * CELL]
    # Halving twice has a SIMD path in OpenCV that shrinking to a quarter at once has not.
    half = cv2.resize(whole, (columns * 2, rows * 2), interpolation=cv2.INTER_AREA)
    cell: NDArray[np.uint16] = cv2.resize(half, (columns, rows), interpolation=cv2.INTER_AREA)
    return cell


def _scratch(shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Return this thread's plane for intermediate values: a fresh one each time costs its page faults."""
    plane: NDArray[np.int16] | None = getattr(_threads, "plane", None)
    if plane is None or plane.shape != shape:
        plane = _threads.plane = np.empty(shape, np.int16)
    return plane


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
    occurring = np.flatnonzero(counts)
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


@cache
def _half_values() -> NDArray[np.float64]:
    """Return the value of every half-float bit pattern."""
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float64)
