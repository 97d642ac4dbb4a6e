"""Plateaus: flat areas at the bright and at the dark end of the tones of one averaged frame.

numba compiles the loop once a machine; it holds no lock.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled_loosely
from answerprint.measured.look import Place, Plateau

LEAST: Final = 0.002
"""Share of the picture under which no plateau is looked for."""
STRAY: Final = 0.001
"""Share of what is flat that may lie beyond a plateau: ringing."""
BEYOND: Final = 0.5
"""Size of what may lie beyond a plateau, in plateaus: glints and noise."""
LEVELS: Final = 6
"""Bins of a plateau, two to an 8-bit code, whatever the bits: coding spreads one level over it and its neighbours."""
SOFT: Final = 24
"""8-bit codes within which what surrounds a plateau runs into it in a gradient."""
DEEP: Final = 48
"""The same of a plateau of dark tones: what was cut off in light rises steeply in codes. Artwork on black has 0.6 at most, cut-off shadows 0.75."""
EVERYWHERE: Final = np.zeros((0, 0), np.uint8)
"""A mask that leaves nothing out."""
NOISE: Final = 4
"""8-bit codes by which coding moves cells away from the level they had: what 10 bits of H.265 do at crf 16 to 28."""
WINDOW: Final = 5
"""Cells across and down that are averaged, so that such noise does not hide a level."""
_AROUND: Final = np.ones((3, 3), np.uint8)
_REACH: Final = np.ones((WINDOW, WINDOW), np.uint8)
_WIDER: Final = np.ones((7, 7), np.uint8)
Cells = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A plane, what is averaged of it, and 255 where that is flat."""

    cells: Cells
    averages: Cells
    flat: NDArray[np.uint8]


def plateaus(
    cells: Cells, unit: float, *, coded: bool = True
) -> tuple[Plateau | None, Plateau | None]:
    """Find the flat areas at the bright and at the dark end of a plane's tones; `unit` of its values make an 8-bit code.

    Flat are cells that those around them leave by a code and a half at most, of what
    is `coded` as averages of WINDOW x WINDOW: those of a plateau agree however noisy
    its cells are, and those of a gradient do not. A level is given as it
    stands in `cells`, a place in cells. None where hardly anything is flat.
    """
    if cells.size == 1:  # to OpenCV a single value is no picture to compare with a number
        return None, None
    averages: Cells = np.asarray(cv2.blur(cells, (WINDOW, WINDOW))) if coded else cells
    spread = cv2.subtract(cv2.dilate(averages, _AROUND), cv2.erode(averages, _AROUND))
    flat = cv2.compare(spread, round(1.5 * unit), cv2.CMP_LE)
    bins = int(65536 / (unit / 2))
    counts = np.zeros(bins + 1, np.int64)
    count_bins(averages, flat, np.float32(2 / unit), counts)
    if counts.sum() < LEAST * cells.size:
        return None, None
    seen = _Seen(cells, averages, flat)
    bright, dark = (_plateau(seen, unit, counts, end) for end in (-1, 1))
    return bright, dark


def _plateau(seen: _Seen, unit: float, counts: NDArray[np.int64], way: int) -> Plateau | None:
    """Find the plateau at the end from which `way` leads over the histogram of what is flat.

    None where much that is not flat lies beyond it: that end of the tones has none.
    """
    size = seen.cells.size
    ordered = counts[::way]
    end = int(np.searchsorted(np.cumsum(ordered), STRAY * counts.sum()))
    share = float(ordered[: end + LEVELS].sum()) / size
    beside = max(
        float(ordered[end + k : end + k + LEVELS].sum()) / size for k in (LEVELS, 2 * LEVELS)
    )
    # The fullest, as ringing lies on both sides of what was cut off.
    end += int(np.argmax(ordered[end : end + LEVELS]))
    level = ((len(counts) - 1 - end if way < 0 else end) + 0.5) * unit / 2
    # Clamped as OpenCV would wrap around.
    limit = min(max(level - 2 * way * unit, 0.0), 65535.0)
    beyond = cv2.compare(seen.averages, limit, cv2.CMP_GT if way < 0 else cv2.CMP_LT)
    if cv2.countNonZero(beyond) > BEYOND * share * size:
        return None
    soft, place = 0.0, (0, 0)
    if share >= LEAST:
        inside = _extent(seen, level, unit)
        share = max(share, cv2.countNonZero(inside) / size)
        soft, place = _outline(seen.cells, inside, level, (SOFT if way < 0 else DEEP) * unit)
    return Plateau(
        level=level, share=_short(share), beside=_short(beside), soft=round(soft, 2), at=place
    )


def _extent(seen: _Seen, level: float, unit: float) -> NDArray[np.uint8]:
    """Return 255 where a plateau is: where it is flat, and as far around that as averages reach."""
    core = cv2.bitwise_and(_near(seen.averages, level, 2 * unit), seen.flat)
    if seen.averages is seen.cells:
        return np.asarray(core)
    grown = cv2.bitwise_and(cv2.dilate(core, _REACH), _near(seen.cells, level, NOISE * unit))
    return np.asarray(cv2.bitwise_or(core, grown))


def _outline(
    cells: Cells, inside: NDArray[np.uint8], level: float, distance: float
) -> tuple[float, Place]:
    """Return how much of a plateau's outline is a gradient, within `distance` of it, and a cell of the plateau."""
    ring = cv2.subtract(cv2.dilate(inside, _WIDER), inside)
    around = cv2.countNonZero(ring)
    soft = cv2.countNonZero(cv2.bitwise_and(ring, _near(cells, level, distance)))
    at = int(np.argmax(inside))
    return soft / around if around else 0.0, (at % inside.shape[1], at // inside.shape[1])


def _near(cells: Cells, level: float, distance: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.inRange(cells, max(0.0, level - distance), level + distance))


def _short(value: float) -> float:
    return float(f"{value:.3g}")


@compiled_loosely
def count_bins(
    plane: Cells, mask: NDArray[np.uint8], per: np.float32, counts: NDArray[np.int64]
) -> None:
    """Count how many cells of the mask (of all, where it is empty) fall into bins, `per` bins to a value."""
    # OpenCV's histogram of 16-bit values takes three times as long.
    for y in range(plane.shape[0]):
        for x in range(plane.shape[1]):
            if mask.size == 0 or mask[y, x]:
                counts[np.int32(np.float32(plane[y, x]) * per)] += 1
