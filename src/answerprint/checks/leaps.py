"""Steps whose motion leaps: it goes where the steps around it go, and much further.

A camera held by hand has no steady pace, but its motion has inertia: from one
step to the next it changes little beside what it is. Where frames are missing, one step
holds the motion of several, in their direction.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

Flow = tuple[float, float]

_FEWEST: Final = 36
"""Steps, a second and a half, under which a clip says too little of what its motion does as a rule."""
_LEAST: Final = 1e-4
"""Picture widths that motion changes by in the steadiest clip: less is the rounding of vectors."""
_EDGE: Final = 2
"""Steps at either end that are not judged: motion may begin and end at once."""
_ONWARD: Final = (1.7, 8.0)
"""How many times the mean motion of the steps beside it a leap is, along it: two for a frame that is missing."""


@dataclass(frozen=True, slots=True)
class Flows:
    """The mean motion of a clip's steps, and how much it changes from step to step as a rule."""

    flows: tuple[Flow, ...]
    usual: float

    @classmethod
    def of(cls, flows: Sequence[Flow]) -> Self:
        """Take the motion of steps in their order."""
        beyond = sorted(
            math.dist(flows[at], _beside(flows, at)) for at in range(_EDGE, len(flows) - _EDGE)
        )
        usual = beyond[19 * (len(beyond) - 1) // 20] if beyond else 0.0
        return cls(tuple(flows), max(usual, _LEAST))

    def leap(self, at: int) -> float:
        """Return how far a step leaps, in what nineteen in twenty steps change by; 0 where it does not go onward."""
        if len(self.flows) < _FEWEST or not _EDGE <= at < len(self.flows) - _EDGE:
            return 0.0
        x, y = self.flows[at]
        beside = _beside(self.flows, at)
        length = beside[0] ** 2 + beside[1] ** 2
        onward = (x * beside[0] + y * beside[1]) / length if length else 0.0
        if not _ONWARD[0] <= onward <= _ONWARD[1]:
            return 0.0
        return math.dist(self.flows[at], beside) / self.usual


def _beside(flows: Sequence[Flow], at: int) -> Flow:
    (a, b), (c, d) = flows[at - 1], flows[at + 1]
    return (a + c) / 2, (b + d) / 2
