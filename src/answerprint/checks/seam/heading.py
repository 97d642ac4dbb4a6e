"""Whether a frame is there twice at a seam, as told by a second of the clip on either side of it.

Where all that changes is light that breathes, or a sway of a twentieth of a pixel,
a codec keeps its own time over a few frames. Over a second every step of such a clip
goes on by 0.7 to 1.4, and one that repeats a frame by 0.4 and less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Self

from answerprint.measured.motion import Motion

_NEAR: Final = 7
"""Steps to either side of the seam that say nothing of what other steps do."""
_SLOW: Final = 0.25
"""Share of the usual pace under which an advance is taken for as little as the pace: it is one of noise."""
_STEADY: Final = 0.7
"""Steps by which the slowest step inside falls short of the usual one, at most, in a clip that keeps its heading."""
_LEAST: Final = 0.1
"""The same at least: one step in ten is not seen."""
_REPEATS: Final = 0.5
"""Steps that a repeated frame falls short by; in light under coded grain 0.58, elsewhere 0.7 to 1.1."""
_BEYOND: Final = 1.5
"""Times as short as the slowest step inside that one is; of 113 true loops that keep their heading none comes to 1.05."""
_BACK: Final = -1.0
"""Advance under which a step is no repeat of a frame."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The advance over every step of a clip on its way over a second, by frame."""

    advances: tuple[float, ...]
    usual: float
    least: float
    forward: bool
    """Whether the seam lies where the clip is on a way at all, and not where it turns about."""

    @classmethod
    def of(cls, motion: Motion) -> Self | None:
        """Return the headings; None for a clip without any."""
        told = [step.heading for step in motion.steps if step.heading is not None]
        if not motion.steps or len(told) < len(motion.steps):
            return None
        slow = _SLOW * median(one.pace for one in told)
        if slow <= 0:
            return None
        sure = [min(max(one.pace / slow, 0.0), 1.0) for one in told]
        advances = [1 + (one.advance - 1) * share for one, share in zip(told, sure, strict=True)]
        inside = advances[_NEAR : 1 - _NEAR]
        return cls(tuple(advances), median(inside), min(inside), min(_around(sure)) == 1.0)

    @property
    def repeat(self) -> float:
        """Strength of a frame that is there twice at the seam, 1 at its limit; 0 where steps vary too much to tell."""
        spread = self.usual - self.least
        short = self.usual - self.advances[0]
        if not self.forward or spread > _STEADY or self.advances[0] < _BACK:
            return 0.0
        return min(short / _REPEATS, short / (_BEYOND * max(spread, _LEAST)))


def _around(values: Sequence[float]) -> tuple[float, float, float]:
    return values[-1], values[0], values[1]
