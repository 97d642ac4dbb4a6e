"""Levels of planes of samples, and the cells of an EXR frame that its neighbours are compared with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
import xxhash
from numpy.typing import NDArray

from answerprint.measure.samples.halfloops import DARKEST_BITS, Bits
from answerprint.measure.samples.halves import HalfPlane, read_halves
from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels
from answerprint.media.exr.door import Plane
from answerprint.order import Size

DARKEST: Final = 2.0**-10
"""Light under which all is black to cells, a thousandth of diffuse white: noise spans many stops there."""

ONE_STOP: Final = 1024
"""Bit patterns of half floats one stop apart differ by this much: the mantissa's 10 bits."""

TILE: Final = 4
"""Width in cells of the tiles whose texture is compared: a sample a cell alone says little."""

_AROUND: Final = np.ones((3, 3), np.uint8)


def plane_levels(plane: Plane) -> ChannelLevels:
    """Return the levels of an EXR plane of any pixel type."""
    if plane.dtype == np.float16:
        return read_halves(plane.view(np.float16)).levels
    finite, nan = np.isfinite(plane), int(np.isnan(plane).sum())
    return _of_finite(plane[finite], nan, int(finite.size - finite.sum()) - nan)


def read_plane(plane: Plane) -> HalfPlane:
    """Return the levels of an EXR plane of any pixel type, and its cells, as those of half floats."""
    read = read_halves(_as_half(plane))
    return read if plane.dtype == np.float16 else replace(read, levels=plane_levels(plane))


def code_levels(plane: NDArray[np.uint8] | NDArray[np.uint16]) -> ChannelLevels:
    """Return the levels of a movie plane, in code values."""
    minimum, maximum, _, _ = cv2.minMaxLoc(plane)
    # Sums of codes are whole numbers far below 2^53, so that the mean is exact.
    return ChannelLevels(minimum=minimum, maximum=maximum, mean=cv2.sumElems(plane)[0] / plane.size)


def digest(planes: Iterable[NDArray[np.generic]]) -> str:
    """Return the xxh3-64 of contiguous planes in order, as 16 hex digits."""
    running = xxhash.xxh3_64()
    for plane in planes:
        running.update(np.ascontiguousarray(plane).data.cast("B"))
    return running.hexdigest()


def cells(planes: Iterable[Plane]) -> NDArray[np.int16]:
    """Average planes of one size over CELL x CELL pixels on a scale of 1024 to the stop.

    The bit pattern of a positive half is a piecewise linear logarithm, so the
    average is nearly geometric. What is darker than DARKEST, negatives among it,
    counts as that, NaN and infinity as the largest half. Returns (rows,
    columns, channels), of whole cells only.
    """
    return _merged([read_plane(plane).averages for plane in planes])


def texture(planes: Sequence[HalfPlane]) -> NDArray[np.float32]:
    """Return how far the first sample of a cell lies from its average, averaged over TILE x TILE cells.

    The corner of a DWA block is where all its cosines add up, so garbage in a
    block shows there most. Returns (rows, columns, channels), as `cells` does.
    """
    corners = (cv2.max(plane.corners, DARKEST_BITS) for plane in planes)
    apart = (cv2.absdiff(c, plane.averages) for c, plane in zip(corners, planes, strict=True))
    distance = _merged([np.asarray(plane) for plane in apart])
    rows, columns = distance.shape[:2]
    return shrunk(distance, (max(1, columns // TILE), max(1, rows // TILE))).astype(np.float32)


def shrunk(log_cells: NDArray[np.int16], size: Size) -> NDArray[np.int16]:
    """Average cells, or what is made of them, down to a size; rounded to whole patterns."""
    # OpenCV averages floats in two thirds of the time that it takes for integers.
    small: NDArray[np.float32] = cv2.resize(
        log_cells.astype(np.float32), size, interpolation=cv2.INTER_AREA
    )
    return np.rint(small).astype(np.int16)


def linear_light(log_cells: NDArray[np.int16]) -> NDArray[np.float32]:
    """Turn cells (or an average of them) back into scene-linear values, black being DARKEST."""
    # The fields of a positive half in those of a float, whose exponent is 112 more.
    light = (log_cells.astype(np.uint32) << 13).view(np.float32) * np.float32(2.0**112)
    return light - np.float32(DARKEST)


@dataclass(frozen=True, slots=True)
class CellFrame:
    """One frame in cells."""

    cells: NDArray[np.int16]
    """As `cells` makes them."""
    planes: tuple[HalfPlane, ...]
    """The same and more, plane by plane."""

    @classmethod
    def of_read(cls, planes: Sequence[HalfPlane]) -> "CellFrame":
        """Put planes that have been read together."""
        return CellFrame(_merged([plane.averages for plane in planes]), tuple(planes))

    @property
    def peaks(self) -> tuple[Bits, ...]:
        """The highest sample of every cell, plane by plane."""
        return tuple(plane.peaks for plane in self.planes)


@dataclass(frozen=True, slots=True)
class Reach(CellFrame):
    """A frame in cells, its texture, and the highest and lowest that a place sees within a cell's motion."""

    high: NDArray[np.int16]
    low: NDArray[np.int16]
    texture: NDArray[np.float32]
    texture_high: NDArray[np.float32]

    @classmethod
    def of(cls, planes: Sequence[Plane]) -> "Reach":
        """Measure planes of one size."""
        return cls.of_read([read_plane(plane) for plane in planes])

    @classmethod
    def of_read(cls, planes: Sequence[HalfPlane]) -> "Reach":
        """Measure planes that have been read, looking one cell around every cell and one tile around every tile."""
        averages = _merged([plane.averages for plane in planes])
        tiles = texture(planes)
        high, low = cv2.dilate(averages, _AROUND), cv2.erode(averages, _AROUND)
        return Reach(averages, tuple(planes), high, low, tiles, cv2.dilate(tiles, _AROUND))


def _merged(planes: Sequence[Bits]) -> NDArray[np.int16]:
    return np.asarray(cv2.merge(planes), np.uint16).view(np.int16)


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
