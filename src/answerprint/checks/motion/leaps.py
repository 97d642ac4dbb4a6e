"""Steps whose motion leaps: it goes where the steps around it go, and much further.

A camera held by hand has no steady pace, but its motion has inertia: from one
step to the next it changes little beside what it is. Where frames are missing, one step
holds the motion of several, in their direction.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

_UNEVEN: Final = 4.8
"""Times what nineteen in twenty steps change by that motion changes over four steps where two pictures are exchanged; grass in wind comes to 4."""
_SEEN: Final = 0.005
"""Picture widths that it changes there at least: ten pixels of 1080p."""

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


def exchange(flows: Flows, at: int) -> float:
    """Return how much evener motion gets when the pictures that steps `at` and the next lead into change places.

    The logarithm of the changes from step to step as shown over as exchanged: two exchanged pictures
    are gone past, back to and on from. 0 where motion is no more uneven than elsewhere in the clip.
    """
    if len(flows.flows) < _FEWEST or not _EDGE <= at < len(flows.flows) - _EDGE - 1:
        return 0.0
    before, past, back, on, after = flows.flows[at - 1 : at + 4]
    shown = _unevenness((before, past, back, on, after))
    if shown < max(_UNEVEN * flows.usual, _SEEN):
        return 0.0
    first, last = _sum(past, back), _sum(back, on)
    exchanged = _unevenness((before, first, (-back[0], -back[1]), last, after))
    return math.log(shown / max(exchanged, _LEAST))


def _unevenness(flows: Sequence[Flow]) -> float:
    return sum(math.dist(one, other) for one, other in pairwise(flows))


def _sum(one: Flow, other: Flow) -> Flow:
    return one[0] + other[0], one[1] + other[1]


def _beside(flows: Sequence[Flow], at: int) -> Flow:
    (a, b), (c, d) = flows[at - 1], flows[at + 1]
    return (a + c) / 2, (b + d) / 2
