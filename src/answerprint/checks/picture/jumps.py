"""Steps that lead too far, and how far that is: less in a steady clip."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from answerprint.checks.motion.headway import ORDINARY, Headway
from answerprint.checks.picture.limits import RhythmLimits

_STEADY: Final = 36
"""Steps from which a clip is long enough to call it steady: a second and a half."""
_BESIDE: Final = 4
"""Frames on either side in which the largest jump is the one that counts."""

_LONE: Final = 4.0
"""Times the next that the only jump of a clip is; of 330 clean clips one in a thousand steps comes to 2.7, and rain to 3.3."""
_MISSING: Final = 1.6
"""Ordinary steps that such a jump spans at least: two where a frame is missing."""
_EVEN: Final = 0.75
"""Share of `jump` that is let pass at most in clips even enough for the course of their pictures to tell."""
_HALF: Final = 0.5
"""Share of what is let pass from which a step counts that goes too far on its course as well."""
_SPANS: Final = 1.55
"""Ordinary steps that it spans at least."""
_SURE: Final = 1.5
"""How far a step goes on its course that moves further, whatever its motion vectors say: under grain they hardly see it."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A step that leads too far."""

    frame: int
    """The frame it leads into."""
    steps: float
    """Ordinary steps it spans; without end where another picture altogether follows one that stood."""
    strength: float
    """How far it stands out: the geometric mean of what it changes and how far it leads."""
    limit: float
    """How far one of its clip may."""
    graded: bool
    """Whether exposure and color are all that jumps, over the same picture."""
    further: bool
    """Whether motion goes further over it than over the steps near it: an eye that blinks changes, and moves nothing."""
    headway: Headway = ORDINARY
    """How far it goes on the course of the pictures."""
    near: bool = False
    """Whether it changes less than pictures as far apart as is measured differ by nearby: to as much, motion leads."""

    def cuts(self, limits: RhythmLimits) -> bool:
        """Tell whether it leads to another picture than one a few frames on."""
        return self.steps >= limits.cut and not self.graded and not self.near


def standing_out(jumps: Sequence[Jump], limits: RhythmLimits) -> tuple[Jump, ...]:
    """Return those of all steps of a clip that are jumps, with the limit they are judged by."""
    steady = _steady_limit([jump.strength for jump in jumps], limits)
    judged = [
        replace(jump, limit=limits.jump if jump.graded else steady)
        for jump in jumps
        if not jump.headway.kept or jump.graded or jump.cuts(limits)
    ]
    found = [
        jump
        for jump in judged
        if jump.strength >= limits.jump
        or (_stands_out(jump, limits) and not _beside_larger(jump, judged))
    ]
    return tuple(found) or _lone(judged, limits)


def _stands_out(jump: Jump, limits: RhythmLimits) -> bool:
    """Tell whether a step is too much for its clip: by what it changes, or by that and its course where the clip is even."""
    further = jump.further or jump.headway.beyond >= _SURE
    if jump.strength >= jump.limit:
        return further
    even = not jump.graded and jump.limit <= _EVEN * limits.jump
    told = jump.headway.beyond >= limits.headway and jump.steps >= _SPANS
    return even and told and further and jump.strength >= _HALF * jump.limit


def _lone(judged: Sequence[Jump], limits: RhythmLimits) -> tuple[Jump, ...]:
    """Return the largest jump of a long clip that hardly has others, where it is several times the next."""
    if len(judged) < _STEADY:
        return ()
    largest = max(judged, key=lambda jump: jump.strength)
    others = [jump for jump in judged if abs(jump.frame - largest.frame) > _BESIDE]
    next_ = max((jump.strength for jump in others), default=math.inf)
    limit = max(limits.lone * limits.jump, _LONE * next_)
    if largest.strength < limit or largest.steps < _MISSING or not largest.further:
        return ()
    return (replace(largest, limit=limit),)


def _steady_limit(strengths: Sequence[float], limits: RhythmLimits) -> float:
    """Return how far a step may stand out: less where hardly any of the clip's others does."""
    if len(strengths) < _STEADY:
        return limits.jump
    usual = sorted(strengths)[19 * (len(strengths) - 1) // 20]
    return limits.jump * min(max(limits.steady, usual / limits.unsteady), 1.0)


def _beside_larger(jump: Jump, others: Sequence[Jump]) -> bool:
    """Tell whether a larger jump lies within a few frames: what surrounds a cut is uneven as well."""
    return any(
        abs(other.frame - jump.frame) <= _BESIDE and other.strength > jump.strength
        for other in others
    )
