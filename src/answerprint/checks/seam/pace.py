"""A break of pace over a seam, as the pictures and their motion vectors tell it."""

import math
from dataclasses import dataclass
from typing import Final

from answerprint.checks.motion.gait import PaceChange

_PACE_RATIO: Final = 1.75
"""How many times the usual change of pace is a break of it."""
_VECTORS_ALONE: Final = 3.0
"""The same for vectors alone: 180 loops come to 2.8, rendered ones that hurry to 3 to 4.5 where all of the picture moves."""
_TELLING: Final = 2.0
"""Most that one of the two measures of pace counts for, so that the other has to say half as much as its limit."""


@dataclass(frozen=True, slots=True)
class PaceBreak:
    """How far pace breaks."""

    change: float
    """Natural logarithm of the pace after over that before: the smaller of what both say, or what vectors say alone."""
    strength: float
    """1 at its limit."""


def pace_break(paces: tuple[PaceChange, PaceChange], limit: float, doubt: float) -> PaceBreak:
    """Return the break that pictures and vectors tell together: the geometric mean of what they say.

    Pictures far apart hardly differ by more when motion quickens, and vectors of
    much that moves at random are noise; neither tells alone, unless vectors change
    by far more than anywhere else in a clip of many steps. `limit` is how many times
    as fast motion may go on, `doubt` what a clip of few steps has to show beyond it.
    """
    vectors = paces[1]
    told = [
        min(abs(pace.change) / math.log(limit), pace.ratio / _PACE_RATIO, _TELLING)
        for pace in paces
    ]
    together = math.sqrt(told[0] * told[1]) / doubt
    alone = min(abs(vectors.change) / math.log(limit), vectors.ratio / _VECTORS_ALONE)
    if doubt > 1:
        alone = 0.0
    change = vectors.change if alone >= 1 else min((pace.change for pace in paces), key=abs)
    return PaceBreak(change, max(together, alone))
