"""Faults of samples: where they lie in a frame, and what the frames before and after say of them.

Everything is read off the cells that a frame was shrunk to for `measure.pixels`, on
its scale of 1024 to the stop; full pictures are gone through only where levels or
cells say that something is there. Memory: the cells of three frames.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.samples.bands import band_jump, chunk_lines
from answerprint.measure.samples.faults import patches
from answerprint.measure.samples.halfloops import CELL, DARKEST_BITS
from answerprint.measure.samples.isolated import (
    alpha_speckles,
    glints,
    lit_where_clear,
    unexplained,
)
from answerprint.measure.samples.pixels import ONE_STOP, CellFrame, half_bits, shrunk
from answerprint.measured.exr import ExrPart
from answerprint.measured.frames import ChannelLevels
from answerprint.measured.samples import (
    FIREFLY_STOPS,
    AlphaFigures,
    BlackTile,
    ChannelFigures,
    Fireflies,
    SampleFigures,
)
from answerprint.media.exr.door import Plane

SMALLEST_TILE: Final = 4
"""Cells a black rectangle has across and down at least: 16 pixels, the smallest tile in use."""
FILLED: Final = 0.97
"""Share of its box that a black rectangle fills."""
MOST_TILES: Final = 8
"""Black rectangles recorded of one frame."""
_SMALLEST: Final = np.ones((SMALLEST_TILE, SMALLEST_TILE), np.uint8)
RELATED: Final = 4
"""Cells averaged across and down where channels are compared as wholes."""

Cells = NDArray[np.int16]
Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Traits:
    """What one frame shows by itself, and what its neighbours are needed for."""

    figures: SampleFigures
    frame: CellFrame
    small: Cells
    black: Mask
    """Cells that are black in all channels."""
    glints: NDArray[np.int64]
    """Isolated bright pixels: row, column, channel, bit pattern and the highest around it."""
    lines: int
    """Scan lines of a chunk; 0 where chunks do not tell bands."""


def observe_samples(
    part: ExrPart,
    planes: Mapping[str, Plane],
    levels: Mapping[str, ChannelLevels],
    frame: CellFrame,
) -> Traits:
    """Look at one frame's samples; `planes` and `levels` by channel, `frame` that of its picture channels."""
    picture = [planes[name] for name in part.picture]
    height, width = frame.cells.shape[:2]
    size = (max(1, width // RELATED), max(1, height // RELATED))
    small = shrunk(frame.cells, size)
    figures = SampleFigures(
        patches=tuple(patches(part, planes, levels)),
        channels=_related(small) if len(picture) == 3 else None,
        alpha=_alpha(part, planes, levels),
    )
    black = np.asarray(cv2.inRange(frame.cells, (DARKEST_BITS,) * 4, (DARKEST_BITS,) * 4), np.uint8)
    return Traits(figures, frame, small, black, glints(picture, frame), chunk_lines(part))


class SampleWatch:
    """Compares the samples of frames with those before and after, as they come in order."""

    def __init__(self) -> None:
        self._last: deque[Traits | None] = deque(maxlen=3)
        self._readable: Traits | None = None

    def add(self, traits: Traits | None) -> tuple[SampleFigures | None, SampleFigures | None]:
        """Take the next frame, None where it has no picture; return the figures of the frame before it and its own.

        The frame before it has its neighbours now, so that its figures are complete.
        """
        if traits is not None:
            traits = self._since_last(traits)
            self._readable = traits
        self._last.append(traits)
        before = self._last[-2] if len(self._last) > 1 else None
        complete = before.figures if before else None
        if len(self._last) == 3:
            complete = _between(*self._last) or complete
        return complete, traits.figures if traits else None

    def _since_last(self, traits: Traits) -> Traits:
        """Add what is told by the last readable frame: new and lasting black tiles, and how channels moved."""
        last, channels = self._readable, traits.figures.channels
        if last is not None and last.black.shape != traits.black.shape:
            last = None
        tiles = black_tiles(traits.black, traits.frame.cells, last.black if last else None)
        lasting = (
            [tile for tile in last.figures.black if _still(traits.black, tile)] if last else []
        )
        if last and channels:
            crossing = _crossing(traits.small, last.small)
            channels = channels.model_copy(update={"crossing": crossing})
        update = {"black": (*lasting, *tiles)[:MOST_TILES], "channels": channels}
        return replace(traits, figures=traits.figures.model_copy(update=update))


def black_tiles(black: Mask, cells: Cells, last: Mask | None) -> Iterator[BlackTile]:
    """Yield rectangles that are black in all channels and have come to be so since `last`, the largest first.

    `black` and `last` are masks of cells, of this frame and the one before. A rectangle
    that fills the picture, or is half black before, is none.
    """
    fresh = black if last is None else np.asarray(cv2.subtract(black, last), np.uint8)
    if cv2.countNonZero(fresh) < SMALLEST_TILE**2 or black.all():
        return
    # A dark picture has black cells of its own beside a tile: what the smallest tile does not fit into falls off.
    last_cell = SMALLEST_TILE - 1
    corners = cv2.erode(fresh, _SMALLEST, anchor=(0, 0))
    fresh = np.asarray(cv2.dilate(corners, _SMALLEST, anchor=(last_cell, last_cell)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(fresh, connectivity=4)
    large = stats[1:][stats[1:, 2:4].min(axis=1) >= SMALLEST_TILE]
    for x, y, width, height, count in sorted(large.tolist(), key=lambda s: -s[4])[:MOST_TILES]:
        filled = cv2.countNonZero(black[y : y + height, x : x + width])
        if filled >= FILLED * width * height <= 2 * count:
            left, top, right, bottom = (CELL * n for n in (x, y, x + width, y + height))
            around = _around(cells, x, y, x + width, y + height)
            yield BlackTile(box=(left, top, right - 1, bottom - 1), around=around)


def _still(black: Mask, tile: BlackTile) -> bool:
    """Tell whether a tile of the frame before is black in this one as well."""
    left, top, right, bottom = (n // CELL for n in tile.box)
    inside = black[top : bottom + 1, left : right + 1]
    return cv2.countNonZero(np.ascontiguousarray(inside)) >= FILLED * inside.size


def _between(
    before: Traits | None, middle: Traits | None, after: Traits | None
) -> SampleFigures | None:
    if before is None or middle is None or after is None:
        return None
    shapes = {t.frame.cells.shape for t in (before, middle, after)}
    if len(shapes) > 1:
        return None
    three = ([plane.averages for plane in t.frame.planes] for t in (before, middle, after))
    band = band_jump(*three, lines=middle.lines)
    update = {"band": band, "fireflies": _fireflies(before.frame, middle, after.frame)}
    return middle.figures.model_copy(update=update)


def _fireflies(before: CellFrame, middle: Traits, after: CellFrame) -> Fireflies | None:
    if not len(middle.glints):
        return None
    excess = unexplained(middle.glints, before.peaks, after.peaks)
    if excess.max() < FIREFLY_STOPS[0] * ONE_STOP:
        return None
    best = int(excess.argmax())
    pixels = middle.glints[:, 0] << 32 | middle.glints[:, 1]
    return Fireflies(
        counts=tuple(len(np.unique(pixels[excess >= s * ONE_STOP])) for s in FIREFLY_STOPS),
        at=(int(middle.glints[best, 1]), int(middle.glints[best, 0])),
        stops=round(int(excess[best]) / ONE_STOP, 2),
    )


def _related(small: Cells) -> ChannelFigures:
    _, deviation = cv2.meanStdDev(small)
    first, second, third = (float(v) / ONE_STOP for v in deviation.ravel())
    pairs = ((0, 1), (1, 2), (0, 2))
    planes = cv2.split(small)
    one, two, three = (_distance(planes[a], planes[b]) for a, b in pairs)
    return ChannelFigures(
        spread=(round(first, 4), round(second, 4), round(third, 4)), apart=(one, two, three)
    )


def _crossing(small: Cells, last: Cells) -> tuple[float, ...]:
    mine, theirs = cv2.split(small), cv2.split(last)
    return tuple(_distance(a, b) for a in mine for b in theirs)


def _distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    return round(cv2.norm(one, other, cv2.NORM_L1) / one.size / ONE_STOP, 4)


def _around(cells: Cells, left: int, top: int, right: int, bottom: int) -> float:
    """Return the median light of the brightest channel two cells around a box of cells."""
    outer = cells[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    brightest = outer if outer.ndim == 2 else outer.max(axis=2)
    ring = np.ones(brightest.shape, bool)
    ring[min(2, top) : min(2, top) + bottom - top, min(2, left) : min(2, left) + right - left] = 0
    lit = np.median(brightest[ring]) if ring.any() else 0
    return float(np.uint16(lit).view(np.float16))


def _alpha(
    part: ExrPart, planes: Mapping[str, Plane], levels: Mapping[str, ChannelLevels]
) -> AlphaFigures | None:
    name = part.alpha
    if name is None:
        return None
    if levels[name].minimum == levels[name].maximum != 0:
        return AlphaFigures()
    alpha = half_bits(planes[name])
    picture = [half_bits(planes[each]) for each in part.picture]
    if any(plane.shape != alpha.shape for plane in picture):
        return AlphaFigures()
    speckles, at = alpha_speckles(alpha)
    clear, lit = lit_where_clear(alpha, picture)
    return AlphaFigures(speckles=speckles, at=at, clear=clear, lit=lit)
