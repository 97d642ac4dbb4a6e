"""The place where the last frame of a clip meets its first, measured in units of its limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from answerprint.checks.fade import fade_strength
from answerprint.checks.gait import (
    BESIDE,
    STILL,
    Gait,
    PaceChange,
    departures,
    ninth_decile,
    ordinary,
)
from answerprint.checks.seamlimits import SeamLimits
from answerprint.checks.span import Span, seam_span
from answerprint.measured.motion import Mixture, Motion, Step

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
_SHORTEST: Final = 0.6
"""Share of a step, short of a whole one, from which one is a repeat."""
_FURTHER: Final = 1.6
"""Ordinary steps that such a seam, or cut, spans."""
_TOLD: Final = 2.0
"""Excess of the worst spot, Oklab x 100, that goes with it; codecs leave 1.3 in loops whose motion seems to leap."""
_GRADE_CHANGE: Final = 3.5
"""How many times the usual change of exposure or color is a step of it: flickering light has its own."""
_DEPARTS: Final = 3.0
"""How many times the usual departure from the trend of exposure or color is a step of it; true loops come to 1.7."""
_SAME_PICTURE: Final = (1.5, 1.8)
"""Times the usual change of local contrast, and of what is left once exposure and color are matched, of one picture graded twice."""
_CODED: Final = (3.0, 2.2)
"""The same where a jump is seen in any case: a codec's first frame pops, too. One frame missing comes to 4 and 2.0."""
_EXPLAINED: Final = (0.5, 3.0)
"""Share of the step, and times what is usual, that is left where the grade explains most of it."""
_PACE_RATIO: Final = 2.0
"""How many times the usual change of pace is a break of it."""
_TELLING: Final = 2.0
"""Most that one of the two measures of pace counts for, so that the other has to say half as much as its limit."""
_FAIR: Final = (0.5, 0.3)
"""Shares of what the slower side's steps change, and of their speed, from which a step between two paces is one of
them and no repeat; vectors of less than half a pixel come out short."""
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
_STATIC: Final = (1.0, 2.5)
"""Most that a tile's mean may travel, Oklab x 100, where nothing moves, and where noise alone may move it.

Grain on a still picture of 192 x 108 in H.264 comes to 0.98, of 426 x 240 to 0.64.
"""
_WANDERS: Final = 2.6
"""Times the most that a tile changes in one step, from which what it changes in all is no noise."""
_NO_GROWTH: Final = 1.15
"""Pictures further apart differ no more than this many times as much where the difference is noise."""


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
    def shortness(self) -> float:
        """How near the seam comes to a repeat, 0 to 0.9, by its span and by the places that move most."""
        busy = [step.busy for step in self.gait.beside(0) if step.busy is not None]
        here = self.step.busy
        if self.span is None or here is None or not busy:
            return 0.0
        spans = max(self.span.steps, self.span.beyond_neighbours or 0.0)
        short = 1 - max(spans, here / max(median(busy), STILL))
        return min(0.9, max(0.0, short) / _SHORTEST)

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

    @cached_property
    def fade(self) -> tuple[float, Mixture | None]:
        """Strength of a cross-fade, and the frame near the seam that is most of one."""
        one = (self.motion.mixture,) if self.motion.mixture is not None else ()
        steps, limit = self.motion.steps, self.limits.ghost
        found = [(fade_strength(m, steps, limit), m) for m in (*self.motion.mixtures, *one)]
        return max(found, key=lambda pair: pair[0], default=(0.0, None))

    @property
    def ghost(self) -> float:
        """Strength of a cross-fade."""
        return self.fade[0]

    @cached_property
    def exposure(self) -> float:
        """Strength of a step of exposure: by its size, and by what departs from the trend beside it, as breathing light does not."""
        steps = self.gait.steps
        usual = ninth_decile([abs(step.stops) for step in steps[1:]])
        sized = abs(self.step.stops) / max(self.limits.exposure, _GRADE_CHANGE * usual)
        departs = self._grade_strength([(step.stops, 0.0) for step in steps], self.limits.exposure)
        return min(sized, departs)

    @cached_property
    def color(self) -> float:
        """Strength of a step of color that exposure does not explain, over all tiles or over those that are not black."""
        usual = ninth_decile([step.tint for step in self.gait.steps[1:]])
        over_all = self.step.tint / max(self.limits.color, _GRADE_CHANGE * usual)
        return max(
            over_all, self._grade_strength([s.cast for s in self.gait.steps], self.limits.color)
        )

    @property
    def color_shift(self) -> float:
        """How far color shifts, Oklab a and b x 100."""
        return max(self.step.tint, math.hypot(*self.step.cast))

    def _grade_strength(self, changes: Sequence[tuple[float, float]], limit: float) -> float:
        if len(changes) < 2 * BESIDE:
            return math.hypot(*changes[0]) / limit if changes else 0.0
        here, *inside = departures(changes)
        return here / max(limit, _DEPARTS * ninth_decile(inside), *inside)

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
    def _paces(self) -> tuple[PaceChange, PaceChange]:
        return self.gait.changes_of_pace()

    @property
    def change_of_pace(self) -> float:
        """Natural logarithm of the pace after over that before: the smaller of what pictures and vectors say."""
        return min((pace.change for pace in self._paces), key=abs)

    @property
    def pace(self) -> float:
        """Strength of a change of pace: the geometric mean of what the pictures and what their vectors say.

        Pictures far apart hardly differ by more when motion quickens, and vectors
        of much that moves at random are noise; neither tells alone.
        """
        told = [
            min(abs(pace.change) / math.log(self.limits.pace), pace.ratio / _PACE_RATIO, _TELLING)
            for pace in self._paces
        ]
        return math.sqrt(told[0] * told[1])

    @property
    def keeps_slower_pace(self) -> bool:
        """Whether the seam's step is a fair one of those on its slower side, in pictures and in motion."""
        steps = self.gait.steps
        before, after = steps[-BESIDE:], steps[1 : BESIDE + 1]
        tone = min(ordinary(before), ordinary(after))
        speed = min(median([step.speed for step in side]) for side in (before, after))
        here = self.step
        return here.tone[0] >= _FAIR[0] * tone and here.speed >= _FAIR[1] * speed

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
        return self.motion.travel < (noisy if noise and not self.wanders else still)

    @property
    def wanders(self) -> bool:
        """Whether some place goes further from where it began than from one frame to the next, as noise does not."""
        return (self.motion.wander or 0.0) > _WANDERS
