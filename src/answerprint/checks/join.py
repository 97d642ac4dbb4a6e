"""The place where the last frame of a clip meets its first, measured in units of its limits."""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from pydantic import Field

from answerprint.checks.gait import STILL, Gait, ninth_decile, ordinary
from answerprint.checks.span import Span, seam_span
from answerprint.measured.motion import Motion, Step
from answerprint.record import Record

FEW: Final = 4
"""Moving steps under which a clip has no habits; its seam is compared with its largest step alone."""
_SPAN_WEIGHT: Final = 1.5
"""A span is worth this much less than a surprise: in steps that grow and shrink it is the looser measure."""
_VISIBLE: Final = 3.0
"""Excess of the worst spot, Oklab x 100, from which a jump is seen for sure; the pop of a codec's first frame stays below."""
_USUAL_LIMIT: Final = 1.5
"""The limit of a jump that the next four were measured at; a wider one widens them."""
_FASTER: Final = (1.3, 1.25)
"""Times the fastest step beside it, and what nine in ten steps stay under, that motion leaps by where a frame is missing."""
_SLOW: Final = 0.0004
"""Speed in picture widths under which steps are as slow as each other."""
_FURTHER: Final = 1.6
"""Ordinary steps that such a seam spans."""
_TOLD: Final = 2.0
"""Excess of the worst spot, Oklab x 100, that goes with it; codecs leave 1.3 in loops whose motion seems to leap."""
_GRADE_CHANGE: Final = 3.5
"""How many times the usual change of exposure or color is a step of it: flickering light has its own."""
_SAME_PICTURE: Final = (1.5, 1.8)
"""Times the usual change of local contrast, and of what is left once exposure and color are matched, of one picture graded twice."""
_CODED: Final = (3.0, 2.2)
"""The same where a jump is seen in any case: a codec's first frame pops, too. One frame missing comes to 4 and 2.0."""
_EXPLAINED: Final = (0.5, 3.0)
"""Share of the step, and times what is usual, that is left where the grade explains most of it."""
_PACE_RATIO: Final = 2.0
"""How many times the usual change of pace is a break of it."""
_PLAIN: Final = 2.5
"""How many times as far a cut has to stand out that leaves local contrast as it was, like a flash or a strobe."""
_LEAP: Final = 1.2
"""How much larger than the larger neighbour a step is that lies between two paces no more."""
_CONFINED: Final = 3.0
"""How many times as far as the worst of the rest, and as in the other steps, a region stands out that jumps alone."""
_SMOOTH: Final = 2.5
"""Excess of the worst of the rest, Oklab x 100, up to which it goes on smoothly."""
_NEAR: Final = 4.0
"""Ordinary steps that the whole picture may span when only a region of it jumps, unless that is plain."""
_PLAINLY: Final = 5.0
"""How many times as far as all else a region stands out that plainly jumps alone, however far it leads the whole picture."""
_ALONE: Final = 4.0
"""The same where the whole picture does not jump: true loops come to 2.4 with two tiles or more."""
_REGION: Final = (0.013, 0.4)
"""Share of the picture of such a region: two tiles at least, and not most of the picture."""
_FLAT: Final = (0.075, 0.02)
"""Share of its sharpness that a frame of a cross-fade lacks beyond what others do: of other content, and of the same.

Of 107 true loops, coded, turned and with a frame missing, none has more where a
mixture leaves 0.85 or less; three in four of 38 visible fades have.
"""
_UNRELATED: Final = (1.05, 1.3)
"""Times what frames as far apart differ by elsewhere, once motion carries them, from which something is seen double."""
_LEFT: Final = (1.0, 0.8)
"""Shares of the limit of a mixture that go with these and with _FLAT."""
_SEEN_DOUBLE: Final = 1.0
"""Difference of the mixed frames, Oklab x 100, once motion carries them, that is seen as a double edge."""
_STATIC: Final = (0.5, 2.5)
"""Most that a tile's mean may travel, Oklab x 100, where nothing moves, and where noise alone may move it."""
_NO_GROWTH: Final = 1.15
"""Pictures further apart differ no more than this many times as much where the difference is noise."""


class SeamLimits(Record):
    """Limits of the loop seam.

    Measured on 1,400 true loops, grainy, held, turned and requantized, of which 1
    in 40 is refused, and on 680 clips of real footage that go elsewhere, of which 1
    in 170 passes. Of loops coded again at 320 pixels wide and a quality at which
    the first frame visibly pops, 1 in 10 is refused.
    """

    jump: float = Field(default=1.5, gt=0)
    """How far the seam may stand out among the steps of the clip: one missing frame of 120 stands at 4."""
    cut: float = Field(default=3.0, gt=0)
    """The same for the three steps on either side of the seam, where a cut may hide."""
    exposure: float = Field(default=0.04, gt=0)
    """Stops that exposure may step by where it is steady: a pop of a twentieth is seen on a plain field."""
    color: float = Field(default=0.15, gt=0)
    """Oklab a and b x 100, median of the picture, that color may step by where it is steady; true loops stay below."""
    pace: float = Field(default=1.5, gt=1)
    """How many times faster or slower motion may go on behind the seam."""
    spot: float = Field(default=4.0, gt=0)
    """Excess, Oklab x 100, of one region alone that is a jump of it; true loops have as much in one tile only."""
    ghost: float = Field(default=0.85, gt=0, lt=1)
    """What a mixture of two frames leaves of a frame between them at most, for it to be a cross-fade."""
    still: float = Field(default=0.05, ge=0)
    """Oklab x 100 under which nine in ten steps are no motion."""


@dataclass(frozen=True)
class Join:
    """The seam of a clip. Strengths are 1 at their limit."""

    gait: Gait
    limits: SeamLimits

    @property
    def motion(self) -> Motion:
        """The motion of the clip."""
        return self.gait.motion

    @property
    def step(self) -> Step:
        """The step over the seam; where the picture stands still there, the step it wakes with."""
        return self.gait.steps[0] if self.gait.moving else self.motion.seam

    @cached_property
    def ordinary(self) -> float:
        """Median difference of the moving steps beside the seam, Oklab x 100."""
        return ordinary(self.gait.beside(0)) if self.gait.moving else 0.0

    @cached_property
    def span(self) -> Span | None:
        """How many ordinary steps the seam spans."""
        return seam_span(self.gait)

    @cached_property
    def surprise(self) -> float:
        """How far the seam stands out by what it changes; 0 where the clip moves too little to tell."""
        return self.gait.surprise(0) if len(self.gait.moving) >= FEW else 0.0

    @cached_property
    def jump(self) -> float:
        """Strength of a jump: by what the seam changes and by how far it leads."""
        if len(self.gait.moving) < FEW:
            inside = (step.tone[0] for step in self.motion.steps[1:])
            return self.motion.seam.tone[0] / max(*inside, STILL, self.limits.still) / 2
        far = max(self.span.surprise, 0.0) / _SPAN_WEIGHT if self.span else 0.0
        seen = min(1.0, self.step.excess_peak / _VISIBLE)
        stands_out = math.hypot(self.surprise, far) * seen / self.limits.jump
        return max(stands_out, self.hurry * _USUAL_LIMIT / self.limits.jump)

    @property
    def hurry(self) -> float:
        """Strength of a jump by the motion itself: faster than every step beside it and than nine in ten, and further.

        This finds a missing frame where a clip's own steps vary more than it does.
        """
        steps = self.gait.steps
        if self.span is None or len(steps) < 2 * FEW or not self.gait.seam_moves:
            return 0.0
        beside = max(steps[by % len(steps)].speed for by in (-2, -1, 1, 2))
        usual = ninth_decile([step.speed for step in steps[1:]])
        return min(
            steps[0].speed / (_FASTER[0] * max(beside, _SLOW)),
            steps[0].speed / (_FASTER[1] * max(usual, _SLOW)),
            self.span.steps / _FURTHER,
            self.step.excess_peak / _TOLD,
        )

    @property
    def local(self) -> float:
        """How far a jump is confined to one region, 1 from where it is called local."""
        spot = self.motion.spot
        if spot is None or not _REGION[0] <= spot.box[2] * spot.box[3] <= _REGION[1]:
            return 0.0
        alone = spot.inside / max(spot.outside, spot.elsewhere, 1e-6)
        far = self.span is not None and self.span.steps > _NEAR
        if spot.outside > _SMOOTH or (far and alone < _PLAINLY):
            return 0.0
        return alone / _CONFINED

    @property
    def spot(self) -> float:
        """Strength of what one region does that is seen for sure, whatever the whole picture does."""
        spot = self.motion.spot
        if spot is None:
            return 0.0
        rest = max(spot.outside, spot.elsewhere, 1.0)
        return min(spot.inside / self.limits.spot, spot.inside / rest / _ALONE)

    @property
    def ghost(self) -> float:
        """Strength of a cross-fade: a frame that mixes two others and is flatter than both and than any other."""
        mixture = self.motion.mixture
        if mixture is None or mixture.apart < _SEEN_DOUBLE:
            return 0.0
        dip = mixture.dip - max(mixture.usual_dip, 0.0)
        apart = mixture.apart / mixture.usual if mixture.usual else _UNRELATED[0]
        return max(
            dip / flat if mixture.left <= share * self.limits.ghost and apart >= unrelated else 0.0
            for flat, share, unrelated in zip(_FLAT, _LEFT, _UNRELATED, strict=True)
        )

    def cut(self, place: int) -> float:
        """Return the strength of a cut at a moving step other than the seam's."""
        others = [step for at, step in enumerate(self.gait.steps) if at != place]
        usual = max(ninth_decile([step.detail_excess for step in others]), 0.01)
        plain = self.gait.steps[place].detail_excess <= usual
        return self.gait.surprise(place) / (self.limits.cut * (_PLAIN if plain else 1.0))

    @cached_property
    def exposure(self) -> float:
        """Strength of a step of exposure."""
        usual = ninth_decile([abs(step.stops) for step in self.gait.steps[1:]])
        return abs(self.step.stops) / max(self.limits.exposure, _GRADE_CHANGE * usual)

    @cached_property
    def color(self) -> float:
        """Strength of a step of color that exposure does not explain."""
        usual = ninth_decile([step.tint for step in self.gait.steps[1:]])
        return self.step.tint / max(self.limits.color, _GRADE_CHANGE * usual)

    @cached_property
    def graded(self) -> bool:
        """Whether the seam is an ordinary step once exposure and color are matched: nothing jumps but the grade."""
        if len(self.gait.moving) < FEW:
            return False
        usual = ninth_decile([step.detail_excess for step in self.gait.steps[1:]])
        detail = self.step.detail_excess / max(usual, 0.01)
        beside = median([step.matched for step in self.gait.beside(0)])
        matched = self.step.matched / max(beside, 0.05)
        if detail < _SAME_PICTURE[0] and matched < _SAME_PICTURE[1]:
            return True
        share, most = _EXPLAINED
        explained = self.step.matched <= share * self.step.tone[0] and matched < most
        return self.jump >= 1 and detail < _CODED[0] and (explained or matched < _CODED[1])

    @cached_property
    def change_of_pace(self) -> tuple[float, float]:
        """Natural logarithm of the pace after over that before, and how often the usual change that is."""
        return self.gait.change_of_pace()

    @property
    def pace(self) -> float:
        """Strength of a change of pace."""
        change, ratio = self.change_of_pace
        return min(abs(change) / math.log(self.limits.pace), ratio / _PACE_RATIO)

    @property
    def leaps(self) -> bool:
        """Whether the seam's step is larger than those on both sides: a jump is, a change of pace lies between."""
        steps = self.gait.steps
        return self.step.tone[0] > _LEAP * max(steps[-1].tone[0], steps[1].tone[0])

    @property
    def frozen(self) -> bool:
        """Whether nothing moves in the whole clip, be it grainy or not."""
        still, noisy = _STATIC
        growth = median([s.tone[-1] / max(s.tone[0], 1e-6) for s in self.motion.steps[1:]])
        noise = self.gait.quick < self.limits.still or growth < _NO_GROWTH
        return self.motion.travel < (noisy if noise else still)
