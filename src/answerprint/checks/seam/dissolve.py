"""The dip of sharpness that a dissolve leaves: two pictures that have nothing in common are flatter mixed, and by how much is known.

Where the shares are x and 1 - x, detail falls to the root of x squared and (1 - x) squared:
at once from the first mixed frame on, to 0.71 in the middle, and back. Pictures that
turn soft by themselves do so smoothly, and at no particular distance from the seam.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

LENGTHS: Final = (5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
"""Frames that a dissolve lasts: longer ones begin as gently as what grows soft by itself."""
BESIDE: Final = 4
"""Sharp frames on either side that say how sharp those between were."""
ROOM: Final = 0.6
"""Share of a clip that all these frames are at most."""
FIT: Final = 0.96
"""Share of what is missing that such a dip explains."""
AT_ONCE: Final = 0.4
"""How much the slopes on either side differ at most, in that of the dip: dissolves come to 0.32, what grows soft by itself to 0.63 and more."""


@dataclass(frozen=True, slots=True)
class Dissolve:
    """A dip of sharpness at the seam in the shape of a dissolve."""

    start: int
    """Its first frame."""
    length: int
    depth: float
    """Share of the sharpness that is missing in the middle."""
    elsewhere: float
    """The most that is missing elsewhere in the clip in that shape, as far as it is in that shape."""


def find_dissolve(sharp: Sequence[float]) -> Dissolve | None:
    """Return the dip likest to one that ends or begins at the seam of a closed clip; None where none has the shape.

    `sharp` is the sharpness of every frame.
    """
    count = len(sharp)
    found = [
        (fit, depth, start % count, length)
        for length in LENGTHS
        if length + 2 * BESIDE <= ROOM * count
        for start in (-length, 1 - length, 0, 1)
        for depth, fit in [_dip(sharp, start, length)]
        if depth > 0 and fit >= FIT and _bends(sharp, start, length) < AT_ONCE * 4 * depth / length
    ]
    if not found:
        return None
    _, depth, start, length = max(found)
    away = range(start + length + 2, start + count - length - 1)
    elsewhere = [part * max(fit, 0.0) for at in away for part, fit in [_dip(sharp, at, length)]]
    return Dissolve(start, length, depth, max([*elsewhere, 0.0]))


def _dip(sharp: Sequence[float], start: int, length: int) -> tuple[float, float]:
    """Return the share of the sharpness that is missing in the middle, and how much of what is missing that explains."""
    count, whole = len(sharp), length + 2 * BESIDE
    values = [sharp[(start - BESIDE + at) % count] for at in range(whole)]
    level, slope = _trend(values)
    shape = _shape(length)
    lacking = [1 - value / max(level + slope * at, 1e-6) for at, value in enumerate(values)]
    depth = sum(a * b for a, b in zip(shape, lacking, strict=True)) / sum(a * a for a in shape)
    left = sum((b - depth * a) ** 2 for a, b in zip(shape, lacking, strict=True))
    total = sum(b * b for b in lacking)
    return depth, 1 - left / total if total else 0.0


def _bends(sharp: Sequence[float], start: int, length: int) -> float:
    """Return how much steeper sharpness rises behind the dip than before it: share of it, a frame."""
    count = len(sharp)
    before = [sharp[(start - BESIDE + at) % count] for at in range(BESIDE)]
    behind = [sharp[(start + length + at) % count] for at in range(BESIDE)]
    level = (sum(before) + sum(behind)) / (2 * BESIDE)
    return (_slope(behind) - _slope(before)) / max(level, 1e-6)


def _slope(values: Sequence[float]) -> float:
    middle = (len(values) - 1) / 2
    run = sum((at - middle) ** 2 for at in range(len(values)))
    return sum((at - middle) * value for at, value in enumerate(values)) / run


def _trend(values: Sequence[float]) -> tuple[float, float]:
    """Return level and slope of the line through the frames on either side."""
    whole = len(values)
    early, late = values[:BESIDE], values[-BESIDE:]
    ends = [*range(BESIDE), *range(whole - BESIDE, whole)]
    middle = (whole - 1) / 2
    level = (sum(early) + sum(late)) / (2 * BESIDE)
    run = sum((at - middle) ** 2 for at in ends)
    slope = sum((at - middle) * v for at, v in zip(ends, [*early, *late], strict=True)) / run
    return level - slope * middle, slope


@cache
def _shape(length: int) -> tuple[float, ...]:
    """Return what a dissolve takes off by frame, 1 at most, and nothing of those beside it."""
    shares = [(frame + 1) / (length + 1) for frame in range(length)]
    lost = [1 - (x * x + (1 - x) ** 2) ** 0.5 for x in shares]
    none = (0.0,) * BESIDE
    return (*none, *(part / max(lost) for part in lost), *none)
