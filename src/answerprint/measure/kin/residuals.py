"""What is left between paired frames once the view is taken off, and where in the picture it is."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measured.pairing import Box
from answerprint.order import Size

Cells = NDArray[np.float32]

AROUND: Final = 2
"""Pairs on either side whose difference at a place is usual there: what moves takes its own along."""
SEEN: Final = 0.5
"""Share of the worst spot's difference that still belongs to it."""
_SPOT: Final = (3, 3)
"""Cells a spot is averaged over: a sixteenth of the picture's width."""


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left of one pair, Oklab x 100."""

    mean: float
    spot: float
    box: Box | None


def residuals(shown: Cells, movie: Cells, size: Size) -> list[Residual]:
    """Return what is left between paired frames, each side (pairs, cells, 3); the spot is what is beyond its neighbours.

    Memory: one plane of floats a pair.
    """
    planes = np.abs(shown - movie).sum(axis=2).reshape(-1, size[1], size[0])
    maps = [cv2.blur(np.nan_to_num(plane), _SPOT) for plane in planes]
    return [
        _residual(maps, number, float(np.nan_to_num(planes[number]).mean()))
        for number in range(len(maps))
    ]


def _residual(maps: list[Cells], number: int, mean: float) -> Residual:
    first = max(0, min(number - AROUND, len(maps) - 2 * AROUND - 1))
    around = [m for n, m in enumerate(maps[first : first + 2 * AROUND + 1], first) if n != number]
    if not around:
        return Residual(round(mean, 3), 0.0, None)
    usual = np.maximum.reduce(around) if len(around) < 2 * AROUND else np.sort(around, axis=0)[-2]
    beyond = maps[number] - cv2.dilate(usual, np.ones(_SPOT, np.uint8))
    spot = max(0.0, float(beyond.max()))
    return Residual(round(mean, 3), round(spot, 3), _box(beyond, spot) if spot > 0 else None)


def _box(beyond: Cells, spot: float) -> Box:
    """Return where the connected cells around the worst one lie, in shares of the picture."""
    over = (beyond >= SEEN * spot).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(over)
    x, y, width, height, _ = stats[labels[np.unravel_index(beyond.argmax(), beyond.shape)]]
    rows, columns = beyond.shape
    return (
        round(x / columns, 3), round(y / rows, 3), round(width / columns, 3), round(height / rows, 3),
    )  # fmt: skip
