"""How many ordinary steps every step inside a clip spans.

As for the seam (`span`), but for every place, and by nothing beyond the clip's
own ends: the pairs of pictures that have the place between them are read off
the curve that pairs one, two, three and four pictures apart draw on both sides of it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final, Self

from answerprint.checks.motion.gait import ninth_decile
from answerprint.checks.motion.span import FURTHEST, steps_in

_APART: Final = 4
"""Furthest pairs compared, in pictures."""
_BESIDE: Final = 3
"""Pairs looked at on either side."""
_UNSURE: Final = 0.25
"""Error, in steps, below which no distance is trusted more than another."""
_USUAL: Final = 0.12
"""Least spread of spans, as a natural logarithm: in the steadiest motion one in ten is 1.05, and grain adds to it."""

Apart = Callable[[int, int], float | None]
"""How much two pictures differ; None where that was not measured."""
Row = tuple[float | None, ...]


@dataclass(frozen=True)
class Strides:
    """The spans of a clip's steps."""

    spans: Mapping[int, float]
    """By the picture a step leads into; 1 is an ordinary step, 2 a missing picture."""
    middle: float
    spread: float

    @classmethod
    def of(cls, count: int, apart: Apart) -> Self:
        """Measure the steps between `count` pictures."""
        rows = {at: row for at in range(1, count) if (row := _row(apart, at))}
        weights = [_weight([row[by] for row in rows.values()], by + 1) for by in range(_APART)]
        spans = {at: _weighed(row, weights) for at, row in rows.items()}
        if not spans:
            return cls({}, 1.0, _USUAL)
        middle = max(median(spans.values()), 0.1)
        usual = math.log(max(ninth_decile(list(spans.values())), 0.1) / middle)
        return cls(spans, middle, max(usual, _USUAL))

    def reach(self, at: int) -> float:
        """Return how far the step into picture `at` leads, in what one in ten of the clip exceeds; 0 where it is short."""
        span = max(self.spans.get(at, 0.0), 0.05)
        return max(0.0, math.log(span / self.middle) / self.spread)


def _row(apart: Apart, at: int) -> Row:
    """Return the steps that pairs 1, 2, 3 ... pictures apart around `at` span; empty where there is no curve."""
    curve = _curve(apart, at)
    if len(curve) < 3:
        return ()
    found: list[float | None] = [None] * _APART
    for by in range(1, len(curve)):
        across = [d for end in range(at, at + by) if (d := apart(end - by, end)) is not None]
        if across:
            found[by - 1] = steps_in(curve, fmean(across)) - (by - 1)
    return tuple(found)


def _curve(apart: Apart, at: int) -> list[float]:
    """Return the mean difference of pictures 0, 1, 2 ... apart on either side of `at`; it rises."""
    curve = [0.0]
    for by in range(1, _APART + 1):
        ends = [*range(at - _BESIDE, at), *range(at + by, at + by + _BESIDE)]
        found = [d for end in ends if (d := apart(end - by, end)) is not None]
        if len(found) < 2:
            break
        curve.append(max(fmean(found), curve[-1] + 1e-6))
    return curve


def _weight(inside: Sequence[float | None], by: int) -> float:
    """Return how far pairs so far apart are to be trusted: where most find 1, and less the further."""
    errors = sorted(abs(value - 1) for value in inside if value is not None)
    if len(errors) < _BESIDE:
        return 0.0
    return max(errors[int(0.8 * (len(errors) - 1))], _UNSURE) ** -2 / math.sqrt(by)


def _weighed(row: Row, weights: Sequence[float]) -> float:
    pairs = [(v, w) for v, w in zip(row, weights, strict=True) if v is not None and w > 0]
    total = sum(weight for _, weight in pairs)
    if not total:
        return 1.0
    return sum(min(max(v, -1.0), FURTHEST) * w for v, w in pairs) / total
