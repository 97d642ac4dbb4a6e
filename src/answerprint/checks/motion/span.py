"""How many ordinary steps lie between two pictures that follow each other.

A clip tells by itself how much its pictures differ one, two, three steps apart.
Where a frame is missing, every pair of pictures on either side of the place
differs as much as pairs one step further apart do elsewhere near it; where one
is there twice, as much as pairs one step closer. That holds under grain, at any
speed, and for frames held as a cadence.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from answerprint.checks.motion.gait import BESIDE, Gait, ninth_decile

FURTHEST: Final = 8.0
"""Spans are not told apart above this: pictures so far apart no longer grow more different with distance."""
FEWEST: Final = 6
"""Moving steps under which a clip says too little about itself."""

_APART: Final = 5
"""Furthest pairs compared, in moving steps."""
_PLACES: Final = 400
"""Places inside the clip that are compared with the seam: enough for a decile of any clip."""
_UNSURE: Final = 0.25
"""Error, in steps, below which no distance is trusted more than another."""
_USUAL: Final = 0.35
"""Least spread of spans, as a natural logarithm: four in ten more or less is not seen."""

Row = tuple[float | None, ...]
"""What pairs 1, 2, 3 ... steps apart say of one place, in steps."""


@dataclass(frozen=True, slots=True)
class Span:
    """How many ordinary steps the seam spans."""

    steps: float
    """1 is an ordinary step, 0 the same picture again, 2 a missing frame; FURTHEST or more is far."""
    surprise: float
    """Logarithm of it, in those of what nine in ten places of the clip span; 1 is nothing special."""
    beyond_neighbours: float | None
    """What only pairs further apart than one step say: noise makes a repeated picture differ, but not these."""


def seam_span(gait: Gait) -> Span | None:
    """Return the span of the seam; None for a clip of less than FEWEST moving steps."""
    return span_at(gait, 0)


def span_at(gait: Gait, place: int) -> Span | None:
    """Return the span of the moving step `place`, by the places of the clip that are not next to it."""
    count = len(gait.moving)
    if count < FEWEST:
        return None
    far = min(_APART, max(2, count // 3))
    inside = range(2, count - 1, max(1, (count - 3) // _PLACES))
    rows = [_row(gait, (place + by) % count, far) for by in inside]
    here = _row(gait, place, far)
    weights = [
        _weight([row[apart] for row in rows], apart + 1, here[apart]) for apart in range(far)
    ]
    usual = [_weighed(row, weights) for row in rows]
    return _span(_weighed(here, weights), usual, here)


def _span(steps: float, usual: Sequence[float], here: Row) -> Span:
    middle = max(median(usual), 0.1)
    spread = max(math.log(max(ninth_decile(usual), 0.1) / middle), _USUAL)
    further = [value for value in here[1:4] if value is not None]
    return Span(
        steps=steps,
        surprise=math.log(max(steps, 0.05) / middle) / spread,
        beyond_neighbours=fmean(further) if further else None,
    )


def _row(gait: Gait, place: int, far: int) -> Row:
    """Return how many steps the moving step `place` spans, as told by pairs 1 to `far` steps apart."""
    curve = _curve(gait, place, far)
    return tuple(
        steps_in(curve, fmean(pairs)) - (apart - 1)
        if len(curve) > 2 and (pairs := _differences(gait, place, range(apart), apart))
        else None
        for apart in range(1, far + 1)
    )


def _curve(gait: Gait, place: int, far: int) -> list[float]:
    """Return the mean difference of pictures 0, 1, 2 ... steps apart on one side of `place`; it rises."""
    curve = [0.0]
    for apart in range(1, far + 1):
        sides = [*range(-BESIDE, 0), *range(apart, apart + BESIDE)]
        found = _differences(gait, place, sides, apart)
        if not found:
            break
        curve.append(max(fmean(found), curve[-1] + 1e-6))
    return curve


def _differences(gait: Gait, place: int, ends: Sequence[int], apart: int) -> list[float]:
    """Return the differences of the pictures at `place` + `ends` from those `apart` moving steps before."""
    found = []
    for end in ends:
        late = gait.moving[(place + end) % len(gait.moving)]
        early = gait.moving[(place + end - apart) % len(gait.moving)]
        lag = (late - early) % gait.motion.frames
        tone = gait.motion.steps[late].tone
        if 0 < lag <= len(tone):
            found.append(tone[lag - 1])
    return found


def steps_in(curve: Sequence[float], difference: float) -> float:
    """Read a difference off a rising curve, beyond its end by its last slope."""
    last = len(curve) - 1
    if difference >= curve[-1]:
        slope = max(curve[-1] - curve[-2], curve[-1] / len(curve) / 2, 1e-3)
        return min(last + (difference - curve[-1]) / slope, FURTHEST + last)
    below = bisect_right(curve, difference) - 1
    return below + (difference - curve[below]) / (curve[below + 1] - curve[below])


def _weight(inside: Sequence[float | None], apart: int, here: float | None) -> float:
    """Return how far pairs so far apart are to be trusted: where they find 1 inside, and less the further."""
    found = [abs(value - 1) for value in inside if value is not None]
    if here is None or len(found) < BESIDE:
        return 0.0
    error = sorted(found)[int(0.8 * (len(found) - 1))]
    return max(error, _UNSURE) ** -2 / math.sqrt(apart)


def _weighed(row: Row, weights: Sequence[float]) -> float:
    pairs = [(v, w) for v, w in zip(row, weights, strict=True) if v is not None and w > 0]
    total = sum(weight for _, weight in pairs)
    if not total:
        return 1.0
    return sum(min(max(v, -1.0), FURTHEST) * w for v, w in pairs) / total
