"""Cells: averages of small squares of pixels, on which tones, gradients and colors are judged.

Memory: a quarter of a plane on the way, a sixteenth of each plane in the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes

LONGER: Final = 320
"""Cells on the longer side at least, and fewer than twice as many, where the picture has that many pixels."""
SPARE: Final = 4
"""Fractional bits of cells that have room for them: an average is finer than a code."""

Average = NDArray[np.uint16]
Scale = tuple[float, float]
"""The value of zero, and what a value is worth."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Averaged planes of one frame, all of one size: Y, U and V, or R, G and B, or one alone."""

    planes: tuple[Average, ...]
    unit: float
    """What an 8-bit code is worth."""
    pixels: int
    """Pixels across and down that a cell covers."""
    corner: tuple[int, int] = (0, 0)
    """x and y of the first cell in the picture, in pixels."""
    white: float = 0.0
    """Value of the highest code there is."""
    rgb: bool = False
    """Whether the planes are R, G and B."""

    @property
    def three(self) -> tuple[Average, Average, Average]:
        """Three planes: luma alone has chroma that is neutral."""
        if len(self.planes) == 3:
            return self.planes[0], self.planes[1], self.planes[2]
        neutral = np.full_like(self.planes[0], round(128 * self.unit))
        return self.planes[0], neutral, neutral

    def scales(self, *, full: bool) -> tuple[Scale, Scale | None]:
        """Return zero and worth of luma (or R', G' and B'), and those of chroma (H.273); None for RGB."""
        zero, span = (0.0, self.white) if full else (16 * self.unit, 219 * self.unit)
        chroma = self.white if full else 224 * self.unit
        return (zero, 1 / span), None if self.rgb else (128 * self.unit, 1 / chroma)

    def pixel(self, cell: tuple[int, int]) -> tuple[int, int]:
        """Return the picture's pixel at the top left of a cell."""
        return self.corner[0] + cell[0] * self.pixels, self.corner[1] + cell[1] * self.pixels


def averaged_planes(planes: Mapping[str, Codes], bits: int) -> Cells:
    """Average the planes of a frame by component, chroma down (or up) to the cells of luma."""
    names = "YUV" if "Y" in planes else "RGB"
    spare = min(SPARE, 16 - bits)
    lead = planes[names[0]]
    ratio = pixels_a_cell(max(lead.shape))
    size = (lead.shape[1] // ratio, lead.shape[0] // ratio)
    shown = tuple(_averaged(planes[name], size, spare) for name in names if name in planes)
    unit = 2.0 ** (bits - 8 + spare)
    return Cells(shown, unit, ratio, white=((1 << bits) - 1) << spare, rgb=names == "RGB")


def inside(cells: Cells, bars: tuple[int, int, int, int] | None) -> Cells:
    """Return the cells that no bar touches; `bars` are pixels at the left, top, right and bottom."""
    if bars is None or not any(bars):
        return cells
    left, top, right, bottom = (-(-width // cells.pixels) for width in bars)
    height, width = cells.planes[0].shape
    rows, columns = (
        slice(top, max(top + 1, height - bottom)),
        slice(left, max(left + 1, width - right)),
    )
    kept = tuple(np.ascontiguousarray(plane[rows, columns]) for plane in cells.planes)
    return replace(cells, planes=kept, corner=cells.pixel((left, top)))


def pixels_a_cell(longer: int) -> int:
    """Return how many pixels across and down a cell covers, by the longer side of the picture."""
    ratio = 1
    while longer // (2 * ratio) >= LONGER:
        ratio *= 2
    return ratio


def _averaged(plane: Codes, size: tuple[int, int], spare: int) -> Average:
    """Average a plane down to `size`, keeping `spare` bits of the fraction."""
    # The first halving of 8 bits has the fastest path; what it rounds off averages out.
    if plane.shape[1] >= 2 * size[0] and plane.shape[0] >= 2 * size[1]:
        plane = _halved(plane)
    finer = np.left_shift(plane, spare, dtype=np.uint16, casting="unsafe")
    while finer.shape[1] >= 2 * size[0] and finer.shape[0] >= 2 * size[1]:
        finer = _halved(finer)
    if (finer.shape[1], finer.shape[0]) == size:
        return finer
    return np.asarray(cv2.resize(finer, size, interpolation=cv2.INTER_LINEAR))


def _halved(plane: Codes) -> Codes:
    rows, columns = plane.shape[0] // 2, plane.shape[1] // 2
    whole = plane[: rows * 2, : columns * 2]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA))
