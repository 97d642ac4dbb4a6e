"""Steps that lead too far, and how far that is: less in a steady clip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from answerprint.checks.rhythmlimits import RhythmLimits

_STEADY: Final = 36
"""Steps from which a clip is long enough to call it steady: a second and a half."""
_BESIDE: Final = 4
"""Frames on either side in which the largest jump is the one that counts."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A step that leads too far."""

    frame: int
    """The frame it leads into."""
    steps: float
    """Ordinary steps it spans."""
    strength: float
    """How far it stands out: the geometric mean of what it changes and how far it leads."""
    limit: float
    """How far one of its clip may."""
    graded: bool
    """Whether exposure and color are all that jumps, over the same picture."""

    def cuts(self, limits: RhythmLimits) -> bool:
        """Tell whether it leads to another picture than one a few frames on."""
        return self.steps >= limits.cut and not self.graded


def standing_out(jumps: Sequence[Jump], limits: RhythmLimits) -> tuple[Jump, ...]:
    """Return those of all steps of a clip that are jumps, with the limit they are judged by."""
    steady = _steady_limit([jump.strength for jump in jumps], limits)
    judged = [replace(jump, limit=limits.jump if jump.graded else steady) for jump in jumps]
    return tuple(
        jump
        for jump in judged
        if jump.strength >= limits.jump
        or (jump.strength >= jump.limit and not _beside_larger(jump, judged))
    )


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
