"""Pictures that stand too short in animation that shows every picture two or three times."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mode
from typing import Final

_FEWEST: Final = 12
"""Pictures inside a clip from which it says for how long it shows one: as many as tell its steps."""
_RULE: Final = 0.95
"""Share of them that stand equally long in a clip that keeps to that; what is animated on ones and twos by turns has half."""


@dataclass(frozen=True, slots=True)
class Short:
    """A picture that is shown in fewer frames than the clip's others."""

    first: int
    """Its first frame, counted from 0."""
    frames: int
    usual: int
    """Frames that the others are shown in."""


def shown_short(pictures: Sequence[int]) -> tuple[Short, ...]:
    """Return the pictures that stand for less than all others of a clip on twos or threes; `pictures` are their first frames.

    The first and the last of a clip are not judged: they may be cut off.

    >>> shown_short([*range(0, 30, 2), *range(29, 60, 2)])
    (Short(first=28, frames=1, usual=2),)
    """
    holds = [(first, after - first) for first, after in pairwise(pictures)][1:]
    if len(holds) < _FEWEST:
        return ()
    usual = mode(hold for _, hold in holds)
    if usual < 2 or sum(hold == usual for _, hold in holds) < _RULE * len(holds):
        return ()
    whole = _undisturbed(holds, usual)
    return tuple(
        Short(first, hold, usual) for first, hold in holds if hold < usual and first in whole
    )


def _undisturbed(holds: Sequence[tuple[int, int]], usual: int) -> frozenset[int]:
    """Return the first frames of the pictures that make no whole one with the next or the one before: a tile lost in one frame parts it."""
    parted = [pair for pair in pairwise(holds) if pair[0][1] + pair[1][1] == usual]
    return frozenset(first for first, _ in holds).difference(
        first for pair in parted for first, _ in pair
    )
