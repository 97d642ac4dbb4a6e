"""How far the step over a seam goes on the course that the clip is on, among what all other steps go.

Where the pictures go steadily, whether by a camera's travel, by a sway of a tenth of
a pixel or by light that breathes, every step of a clip but the ones that are wrong
advances by one: in rendered loops under grain and H.264 by 0.9 to 1.1, a frame that is
there twice by -0.05 to 0.08, one missing frame by 1.7 to 2.3. Widths at which steps
advance unevenly, as where texture travels further than it is wide, count for less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final, Self

from answerprint.measured.motion import COLUMNS, Motion

_FEWEST: Final = 20
"""Frames under which a clip says too little of its own course."""
_NEAR: Final = 4
"""Steps to either side that see the seam: its course is fitted through so many frames of either."""
_STILL: Final = 0.25
"""Share of the usual squared pace under which an advance is taken for as little as the pace: it is one of noise."""
_ON_COURSE: Final = 0.3
"""Median advance under which a width of picture sees no course at all."""
_TAILS: Final = (0.02, 0.98)
"""Quantiles of the advances inside the clip that say how sure they are."""
_SUREST: Final = 0.1
"""Least distance of either from the median: one in ten more or less is not seen."""
_REPEATS: Final = 0.3
"""Share of the usual advance that a repeated frame stays under; frames made to mend a seam come to 0.35."""
_SKIPS: Final = 1.5
"""Advance that a missing frame comes to."""
_BACK: Final = -2.0
"""Advance that no repeat of a frame or two goes back to."""
_APART: Final = 1.5
"""Times as far from the median as either tail that such a step lies: of 120 rendered loops, coded, none does."""
_TURNED: Final = 1.65
"""Bend from which motion turns back over a step; what repeats, or lacks a frame, comes to 1.5."""
_SMOOTH: Final = 1.2
"""The same for a step beside the seam: motion that jerks stands for a frame by itself."""
_SURER: Final = 1.2
"""How much more a step beside the seam has to show of a repeat: there are two of them."""
_STEADY: Final = 0.8
"""Advance between the tails of a clip that keeps its course."""
_AWAY: Final = 0.6
"""Advance, from the median, of a step that goes elsewhere."""
_FAR_APART: Final = 2.0
"""The same as _APART for it; those loops come to 1.4, rendered clips that go elsewhere to 2 and more in 9 of 10."""


@dataclass(frozen=True, slots=True)
class Course:
    """The advance over every step of a clip, by frame, and what the steps that do not see the seam come to."""

    advances: tuple[float, ...]
    least: float
    usual: float
    most: float
    bends: tuple[float, ...] = ()
    """How far the course turns at every step: 2 is straight back, where no advance is told."""

    @classmethod
    def of(cls, motion: Motion) -> Self | None:
        """Pool what the widths of picture tell, each as far as it can be trusted; None where none sees a course."""
        if motion.frames < _FEWEST or any(len(s.courses) < len(COLUMNS) for s in motion.steps):
            return None
        told = [cls._told(motion, width) for width in range(len(COLUMNS))]
        trusted = [one for one in told if one.usual >= _ON_COURSE]
        if not trusted:
            return None
        weights = [max(one.most - one.least, _SUREST) ** -2 for one in trusted]
        advances = zip(*(one.advances for one in trusted), strict=True)
        bends = zip(*(one.bends for one in trusted), strict=True)
        return cls._spread(
            [fmean(row, weights) for row in advances], [fmean(row, weights) for row in bends]
        )

    @classmethod
    def _told(cls, motion: Motion, width: int) -> Self:
        bends = [step.courses[width].bend for step in motion.steps]
        return cls._spread(_advances(motion, width), bends)

    @classmethod
    def _spread(cls, advances: Sequence[float], bends: Sequence[float]) -> Self:
        inside = sorted(advances[_NEAR + 1 : -_NEAR])
        low, high = (_quantile(inside, share) for share in _TAILS)
        return cls(tuple(advances), low, median(inside), high, tuple(bends))

    @property
    def advance(self) -> float:
        """How many steps the one over the seam goes on."""
        return self.advances[0]

    @property
    def repeat(self) -> float:
        """Strength of a frame that is there twice at the seam, 1 at its limit; negative where it goes on."""
        return self._repeats(0)

    @property
    def stand(self) -> tuple[float, float]:
        """The same of a last frame and of a first one that stands for two, which the seam leads on from."""
        return self._repeats(-1, _SMOOTH) / _SURER, self._repeats(1, _SMOOTH) / _SURER

    def _repeats(self, at: int, most_bend: float = _TURNED) -> float:
        if self.bends[at] > most_bend:
            return 0.0
        advance = self.advances[at]
        ordinary = min(self.usual, 1.0)
        return min(
            (ordinary - advance) / (ordinary * (1 - _REPEATS)),
            (self.usual - advance) / (_APART * max(self.usual - self.least, _SUREST)),
            advance - _BACK,
        )

    @property
    def skip(self) -> float:
        """Strength of a frame that is missing at the seam, likewise."""
        if self.bends[0] > _TURNED:
            return 0.0
        return min(
            (self.advance - min(self.usual, 1)) / (_SKIPS - 1),
            (self.advance - self.usual) / (_APART * max(self.most - self.usual, _SUREST)),
        )

    @property
    def kept(self) -> bool:
        """Whether the seam goes on as nearly all steps do, where they hardly differ."""
        steady = self.most - self.least < _STEADY and self.bends[0] <= _TURNED
        return steady and self.least <= self.advance <= self.most

    @property
    def stray(self) -> float:
        """Strength of a seam that goes anywhere but on, forward or back, 1 at its limit."""
        if self.bends[0] > _TURNED:
            return 0.0
        away = self.advance - self.usual
        tail = self.most - self.usual if away > 0 else self.usual - self.least
        return min(abs(away) / _AWAY, abs(away) / (_FAR_APART * max(tail, _SUREST)))


def _advances(motion: Motion, width: int) -> list[float]:
    """Return the advance over every step as one width tells it; where a clip hardly moves, 1."""
    courses = [step.courses[width] for step in motion.steps]
    slow = _STILL * median(course.pace**2 for course in courses)
    sure = [min(1.0, c.pace**2 / slow) if slow else 0.0 for c in courses]
    return [1 + (c.advance - 1) * share for c, share in zip(courses, sure, strict=True)]


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
