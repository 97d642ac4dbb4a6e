"""A break of pace over a seam, as the pictures and their motion vectors tell it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from answerprint.checks.motion.gait import BESIDE, PaceChange, ordinary
from answerprint.measured.motion import Step

_PACE_RATIO: Final = 1.75
"""How many times the usual change of pace is a break of it."""
_VECTORS_ALONE: Final = 3.0
"""The same for vectors alone: 180 loops come to 2.8, rendered ones that hurry to 3 to 4.5 where all of the picture moves."""
_TELLING: Final = 2.0
"""Most that one of the two measures of pace counts for, so that the other has to say half as much as its limit."""
_FAIR: Final = (0.5, 0.3)
"""Shares of what the slower side's steps change, and of their speed, from which a step between two paces is one of
them and no repeat; vectors of less than half a pixel come out short."""
_LEAP: Final = 1.2
"""How much larger than the larger neighbour a step is that lies between two paces no more."""


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


def keeps_slower_pace(steps: Sequence[Step], seam: Step) -> bool:
    """Tell whether the seam's step is a fair one of those on its slower side, in pictures and in motion.

    `steps` are the moving ones of the clip, the seam's first.
    """
    before, after = steps[-BESIDE:], steps[1 : BESIDE + 1]
    tone = min(ordinary(before), ordinary(after))
    speed = min(median([step.speed for step in side]) for side in (before, after))
    return seam.tone[0] >= _FAIR[0] * tone and seam.speed >= _FAIR[1] * speed


def leaps(steps: Sequence[Step], seam: Step) -> bool:
    """Tell whether the seam's step is larger than those on both sides: a jump is, a change of pace lies between."""
    return seam.tone[0] > _LEAP * max(steps[-1].tone[0], steps[1].tone[0])
