"""Whether motion itself leaps over the seam: faster than every step beside it and than nine in ten, and further.

This finds a missing frame where a clip's own steps vary more than it does.
"""

from typing import Final

from answerprint.checks.motion.gait import Gait, ninth_decile
from answerprint.checks.motion.span import Span
from answerprint.checks.seam.region import third_largest

_FASTER: Final = (1.3, 1.25)
"""Times the fastest step beside it, and what nine in ten steps stay under, that motion leaps by where a frame is missing."""
_BEYOND_SPEEDS: Final = 1.1
"""The same of all other steps but two."""
_SLOW: Final = 0.0004
"""Speed in picture widths under which steps are as slow as each other."""
_FURTHER: Final = 1.6
"""Ordinary steps that such a seam, or cut, spans."""
_TOLD: Final = 1.7
"""Excess of the worst spot, Oklab x 100, that goes with it; codecs leave 1.3 in loops whose motion seems to leap."""
_HABITUAL: Final = 1.15
"""Times as far as such a step has to stand out that motion leaps over: lights that blink come to 0.86, missing frames but one in blinking lights to 0.93."""
_SUSPECT: Final = 0.95
"""Strength that it is left with otherwise."""
_SURE: Final = 1.2
"""How much more it counts for where pictures further apart say the same, and no other step stands out nearly as far."""
_TWO: Final = 1.8
"""Steps that the seam spans there by neighbours and by pairs further apart."""
_LONELY: Final = 2.5
"""Times as far as any other, but two, that it stands out."""


def hurry_of(gait: Gait, span: Span) -> float:
    """Return the strength, 1 at its limit, of a leap of motion over the seam, which spans `span`; the seam has to move."""
    steps = gait.steps
    beside = max(steps[by % len(steps)].speed for by in (-2, -1, 1, 2))
    speeds = [step.speed for step in steps[1:]]
    here = steps[0].speed
    return min(
        here / max(_BEYOND_SPEEDS * third_largest(speeds), _SLOW),
        here / (_FASTER[0] * max(beside, _SLOW)),
        here / (_FASTER[1] * max(ninth_decile(speeds), _SLOW)),
        span.steps / _FURTHER,
        steps[0].excess_peak / _TOLD,
    )


def habitual(outstanding: float) -> float:
    """Return the most that a leap counts for: less than 1 where other steps stand out as far."""
    return max(_SUSPECT, _HABITUAL * outstanding)


def surer(span: Span, outstanding: float) -> float:
    """Return how much more a leap off the course of the clip counts for where it leads two steps on and nothing else stands out."""
    two = min(span.steps, span.beyond_neighbours or 0.0) > _TWO
    return _SURE if two and outstanding > _LONELY else 1.0
