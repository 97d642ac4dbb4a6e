"""Pictures that stand in each other's place: neighbours, and up to four apart.

Neighbours differ less than pictures further apart, so the steps around two that were
exchanged shrink when they are exchanged back; and motion, which has inertia, goes past,
back and on between them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from answerprint.checks.motion.leaps import Flows, exchange
from answerprint.checks.motion.strides import Apart
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.checks.picture.relit import light_changes
from answerprint.measured.motion import Step

EXCHANGED: Final = 4
"""Pictures apart that two exchanged ones may be."""

_VISIBLE: Final = 0.5
"""Step, Oklab x 100, under which an exchange is not seen: something that moves under a still camera comes to more."""
_AS_ONE: Final = 0.55
"""Share of the mean length of motion vectors that their mean has where the whole picture moves as one."""


@dataclass(frozen=True)
class Exchanges:
    """The pictures of a clip, and which of them are exchanged."""

    steps: tuple[Step, ...]
    """The step into each picture; the first is none of the clip's own."""
    apart: Apart
    limits: RhythmLimits

    @cached_property
    def found(self) -> tuple[tuple[int, int], ...]:
        """Pairs of pictures that do, in their order; no two next to each other."""
        count = len(self.steps)
        all_gains = {
            (first, first + by): self.gain(first, first + by)
            for by in range(1, EXCHANGED + 1)
            for first in range(1, count - by - 1)
        }
        limit = self._limit([g for (a, b), g in all_gains.items() if b - a == 1])
        gains = {pair: g for pair, g in all_gains.items() if g >= limit and self._shows(*pair)}
        backs = {
            (at, at + 1): self.back_and_on(at)
            for at in range(1, count - 2)
            if all_gains.get((at, at + 1), 0.0) > 0
        }
        # Two that are exchanged over others between send motion back and on beside each of them.
        order = [
            *sorted(gains, key=lambda pair: -gains[pair]),
            *sorted((p for p, g in backs.items() if g >= self.limits.back), key=lambda p: -backs[p]),
        ]  # fmt: skip
        found: list[tuple[int, int]] = []
        for pair in order:
            if all(pair[1] + 1 < other[0] or other[1] + 1 < pair[0] for other in found):
                found.append(pair)
        return tuple(sorted(found))

    def back_and_on(self, one: int) -> float:
        """Return how much evener the motion of the whole picture gets by exchanging a picture with the next; 0 where it is even."""
        steps = [self.steps[at] for at in range(one, one + 3)]
        if any(math.hypot(*step.flow) < _AS_ONE * step.speed for step in steps):
            return 0.0
        seen = any(step.tone[0] >= _VISIBLE for step in steps)
        return exchange(self._flows, one - 1) if seen else 0.0

    def _limit(self, gains: Sequence[float]) -> float:
        """Return how much nearer neighbours may get by exchanging two: more where a camera shakes as fast as frames follow."""
        if not gains:
            return self.limits.exchanged
        ordered = sorted(gains)
        usual, middle = ordered[19 * (len(ordered) - 1) // 20], ordered[len(ordered) // 2]
        beyond = max(self.limits.exchanged_beyond, usual - middle)
        return max(self.limits.exchanged, usual + beyond)

    def _shows(self, one: int, other: int) -> bool:
        """Tell whether a step into, between and out of two pictures is large enough to be seen, and no flicker of light."""
        steps = [self.steps[at] for at in range(one, other + 2)]
        return any(step.tone[0] >= _VISIBLE for step in steps) and not light_changes(steps)

    def gain(self, one: int, other: int) -> float:
        """Return how much nearer pictures get to those beside them when `one` and `other` change places.

        The logarithm of the steps that would change, as shown over as exchanged;
        below 0 in ordinary motion, log 2 for neighbours exchanged in a steady one.
        """
        order = range(one - 1, other + 2)
        swapped = [other if at == one else one if at == other else at for at in order]
        shown = exchanged = 0.0
        for early, a, b in zip(order, swapped, swapped[1:], strict=False):
            before, after = self.apart(early, early + 1), self.apart(a, b)
            if before is None or after is None:
                return 0.0
            if {a, b} != {early, early + 1}:
                shown, exchanged = shown + before, exchanged + after
        return math.log(shown / exchanged) if shown and exchanged else 0.0

    @cached_property
    def _flows(self) -> Flows:
        return Flows.of([step.flow for step in self.steps[1:]])
