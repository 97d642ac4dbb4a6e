"""Steps that stand out as far shorter than any other of their clip, beside those around them.

Motion has inertia: in a steady clip nineteen of twenty steps have 0.8 and more of
what the steps around them have. Where the pace varies down to nothing, as that of a
hand and of a flame does, a short step is one of many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Self, TypeVar

from answerprint.measured.motion import Motion

_BESIDE: Final = 3
"""Steps on either side that a step is compared with."""
_MANY: Final = 24
"""Steps from which a clip tells how short its steps get without a repeat."""
_SHORTER: Final = 0.5
"""Share of what nineteen in twenty of its other steps are longer than that a repeat's step has."""
_NEARER: Final = 0.2
"""The same of the change of distances."""
_BUSY: Final = 0.7
"""Difference, Oklab x 100, of the places that move most from which their motion is seen."""
_SEEN: Final = 0.6
"""The same under which nothing is seen to move: a camera that sets its exposure on a still scene comes to 0.5."""
_PAUSED: Final = 0.2
"""Share of what nineteen in twenty have there that a repeat's step has; of 250 clean clips a camera that turns comes to 0.16, all others to 0.3."""
_INERT: Final = 0.25
"""What nineteen in twenty steps have there, beside those around them, where there is enough inertia to say so."""
_SMALL: Final = (0.5, 0.4)
"""Shares of the steps beside it that its own has, and of their change of distances: the rest of it is coding and grain."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Shares:
    """Steps of a clip where it moves, in what those beside them have."""

    steps: Mapping[int, float]
    """The steps themselves."""
    changes: Mapping[int, float]
    """The change of the distances to other frames over them."""
    busy: Mapping[int, float]
    """What changes in the places that move most, where that is seen; empty in older reports."""

    @classmethod
    def of(
        cls, motion: Motion, tones: Sequence[float], changes: Sequence[float], still: float
    ) -> Self:
        """Compare the steps of `motion`, and the changes over them, where steps are more than `still` as a rule and seen."""
        busy = [step.busy for step in motion.steps if step.busy is not None]
        known = len(busy) == len(motion.steps)
        moves = [
            frame
            for frame in range(1, len(tones))
            if usual(tones, frame) > still and not (known and usual(busy, frame) < _SEEN)
        ]
        return cls(
            {frame: tones[frame] / usual(tones, frame) for frame in moves},
            {frame: changes[frame] / max(usual(changes, frame), 1e-9) for frame in moves},
            {
                frame: busy[frame] / around
                for frame in (moves if known else ())
                if (around := min(sides(busy, frame), default=0.0)) >= _BUSY
            },
        )

    def stand_apart(self, run: range) -> bool:
        """Tell whether a run is far shorter than the shortest of the other steps."""
        others = [frame for frame in self.steps if frame not in run]
        if len(others) < _MANY:
            return True
        short, near = (_least(shares, others) for shares in (self.steps, self.changes))
        return any(
            self.steps[frame] <= _SHORTER * short or self.changes[frame] <= _NEARER * near
            for frame in run
        )

    def pauses(self, frame: int) -> bool:
        """Tell whether the places that move most stand still over a step, as they never do else, and the rest nearly."""
        others = [other for other in self.busy if other != frame]
        if frame not in self.busy or len(others) < _MANY:
            return False
        least = _least(self.busy, others)
        small, near = _SMALL
        return (
            least >= _INERT
            and self.busy[frame] <= _PAUSED * least
            and self.steps[frame] <= small
            and self.changes[frame] <= near
        )


def beside(values: Sequence[Value], at: int) -> Sequence[Value]:
    """Return the values of the steps around one; the step over the seam, the first, is left out."""
    return [*values[max(1, at - _BESIDE) : at], *values[at + 1 : at + 1 + _BESIDE]]


def usual(values: Sequence[float], at: int) -> float:
    """Return the median of these; 0 of none."""
    return median(beside(values, at) or [0.0])


def sides(values: Sequence[float], at: int) -> list[float]:
    """Return the medians of the values just before and just after."""
    before, after = values[max(1, at - _BESIDE) : at], values[at + 1 : at + 1 + _BESIDE]
    return [median(side) for side in (before, after) if side]


def _least(shares: Mapping[int, float], frames: Sequence[int]) -> float:
    """Return what nineteen in twenty of `frames` have at least."""
    return sorted(shares[frame] for frame in frames)[len(frames) // 20]
