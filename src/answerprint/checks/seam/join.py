"""The place where the last frame of a clip meets its first, measured in units of its limits."""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from answerprint.checks.motion.course import Course
from answerprint.checks.motion.gait import BESIDE, STILL, Gait, ordinary
from answerprint.checks.motion.span import Span, seam_span
from answerprint.checks.seam.doubt import doubt_of
from answerprint.checks.seam.fade import strongest_fade
from answerprint.checks.seam.grading import color_strength, exposure_strength, is_graded
from answerprint.checks.seam.heading import Headings
from answerprint.checks.seam.hurry import habitual, hurry_of, surer
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.pace import PaceBreak, keeps_slower_pace, leaps, pace_break
from answerprint.checks.seam.region import confined, jumping_region, third_largest
from answerprint.checks.seam.stillness import is_frozen
from answerprint.checks.seam.turning import turn_strength
from answerprint.measured.motion import Mixture, Motion, Step

FEW: Final = 4
"""Moving steps under which a clip has no habits; its seam is compared with its largest step alone."""
_HARDLY_MOVES: Final = 0.0015
"""Speed in picture widths under which all that a course tells is light: a third of a thumbnail's pixel."""
_LAGS: Final = 1.7
"""How much more such a course has to tell of a frame that is missing: codecs lag behind light by as much as one, up to the
first frame, which is right; three of five rendered loops came to 1.0 to 1.6."""
_PACE_DOUBT: Final = 3
"""Power of that doubt where pace is told: a loop of twenty frames has hardly three places to compare with."""
_SPAN_WEIGHT: Final = 1.5
"""A span is worth this much less than a surprise: in steps that grow and shrink it is the looser measure."""
_VISIBLE: Final = 3.0
"""Excess of the worst spot, Oklab x 100, from which a jump is seen for sure; the pop of a codec's first frame stays below."""
_USUAL_LIMIT: Final = 1.5
"""The limit of a jump that its other measures were set at; a wider one widens them."""
_SHORTEST: Final = 0.6
"""Share of a step, short of a whole one, from which one is a repeat."""
_NO_FURTHER: Final = 1.3
"""How much more a seam has to stand out that keeps the course of the clip."""
_BREAKS: Final = 1.5
"""Times the most inside that the course breaks by where a jump is no codec's first frame: three in a thousand places of true loops
come to it. What a seam lacks of that, at most so much, it has to stand out more."""
_BEYOND_SURPRISES: Final = 1.3
"""Times as far as those steps that a seam stands out which jumps: planted jumps come to 3.3, lights that blink to 1.4."""


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
        stands_out = min(
            math.hypot(self.surprise, far) * seen / self.limits.jump, self.outstanding(0)
        )
        stands_out /= self.doubt
        stands_out /= self.unbroken
        return max(stands_out, self.hurry * _USUAL_LIMIT / self.limits.jump)

    @cached_property
    def course(self) -> Course | None:
        """How far steps go on the course of the clip; None where it has none. Where frames are held steps vary too much to tell."""
        return Course.of(self.motion)

    @cached_property
    def headings(self) -> Headings | None:
        """How far steps go on over a second; None likewise."""
        return Headings.of(self.motion)

    @property
    def again(self) -> float:
        """Strength of a frame that is there twice at the seam, by the course of the clip or by its heading."""
        by_course = self.course.repeat if self.course else 0.0
        return max(by_course, self.headings.repeat if self.headings else 0.0, 0.0)

    @property
    def repeat(self) -> float:
        """The same of one that is there twice at the seam or next to it."""
        return max(self.again, *self.course.stand) if self.course else self.again

    @property
    def turned(self) -> float:
        """Strength of a clip that goes back over its seam the way it came, and no slower there than behind."""
        return turn_strength(self.motion.mirror)

    @property
    def off_course(self) -> float:
        """Strength of a frame that is missing at the seam, or of a seam that goes elsewhere, likewise."""
        told = max(self.course.skip, self.course.stray, 0.0) if self.course else 0.0
        lag = _LAGS if median([step.speed for step in self.motion.steps]) < _HARDLY_MOVES else 1.0
        return told / lag / self.doubt * _USUAL_LIMIT / self.limits.jump

    @property
    def unbroken(self) -> float:
        """How much more a jump has to show where the course of the clip hardly breaks: a codec's first frame is another picture, but leads no further."""
        if self.course is None:
            return 1.0
        gap = self.motion.gap
        lacking = min(_BREAKS / max(gap.most, 1.0), _BREAKS) if gap else 1.0
        return max(_NO_FURTHER if self.course.kept else 1.0, lacking)

    @property
    def gap(self) -> float:
        """Strength of a seam that the course breaks at as it does nowhere inside: as much as the most inside is nothing."""
        gap = self.motion.gap
        return max(gap.most - 1, 0.0) / (self.limits.gap - 1) if gap else 0.0

    @property
    def doubt(self) -> float:
        """How much more the seam of a clip of few steps has to show: what these do anyway is hardly known."""
        return doubt_of(len(self.gait.moving))

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
        """Strength of a jump by the motion itself."""
        if self.span is None or len(self.gait.moving) < 2 * FEW or not self.gait.seam_moves:
            return 0.0
        told = [hurry_of(self.gait, self.span), habitual(self.outstanding(0))]
        off_course = self.course is not None and self.unbroken == 1 and self.doubt == 1
        return min(told) * (surer(self.span, self.outstanding(0)) if off_course else 1.0)

    @property
    def local(self) -> float:
        """How far a jump is confined to one region, 1 from where it is called local."""
        return confined(self.motion, self.span.steps if self.span else 1.0) / self.doubt

    @property
    def spot(self) -> float:
        """Strength of what one region does that is seen for sure, whatever the whole picture does."""
        return jumping_region(self.motion, self.limits.spot)

    def outstanding(self, place: int) -> float:
        """Return how far the moving step `place` surprises beyond all others but two, the ones next to it left out."""
        count = len(self.gait.moving)
        away = [at for at in range(count) if BESIDE < (at - place) % count < count - BESIDE]
        habit = third_largest([self._surprises[at] for at in away])
        return self._surprises[place] / max(_BEYOND_SURPRISES * habit, 1e-6)

    @cached_property
    def _surprises(self) -> tuple[float, ...]:
        return tuple(self.gait.surprise(at) for at in range(len(self.gait.moving)))

    @cached_property
    def fade(self) -> tuple[float, Mixture | None]:
        """Strength of a cross-fade, and the frame near the seam that is most of one."""
        return strongest_fade(self.motion, self.limits.ghost)

    @property
    def ghost(self) -> float:
        """Strength of a cross-fade."""
        return self.fade[0]

    @cached_property
    def exposure(self) -> float:
        """Strength of a step of exposure: by its size, and by what departs from the trend beside it, as breathing light does not."""
        return exposure_strength(self.gait.steps, self.step, self.limits.exposure)

    @cached_property
    def color(self) -> float:
        """Strength of a step of color that exposure does not explain, over all tiles or over those that are not black."""
        return color_strength(self.gait.steps, self.step, self.limits.color)

    @property
    def color_shift(self) -> float:
        """How far color shifts, Oklab a and b x 100."""
        return max(self.step.tint, math.hypot(*self.step.cast))

    @cached_property
    def graded(self) -> bool:
        """Whether the seam is an ordinary step once exposure and color are matched: nothing jumps but the grade."""
        if len(self.gait.moving) < FEW:
            return False
        return is_graded(self.gait, self.step, jumps=self.jump >= 1)

    @cached_property
    def _break(self) -> PaceBreak:
        return pace_break(self.gait.changes_of_pace(), self.limits.pace, self.doubt**_PACE_DOUBT)

    @property
    def change_of_pace(self) -> float:
        """Natural logarithm of the pace after over that before."""
        return self._break.change

    @property
    def pace(self) -> float:
        """Strength of a change of pace."""
        return self._break.strength

    @property
    def keeps_slower_pace(self) -> bool:
        """Whether the seam's step is a fair one of those on its slower side, in pictures and in motion."""
        return keeps_slower_pace(self.gait.steps, self.step)

    @property
    def leaps(self) -> bool:
        """Whether the seam's step is larger than those on both sides: a jump is, a change of pace lies between."""
        return leaps(self.gait.steps, self.step)

    @property
    def frozen(self) -> bool:
        """Whether nothing moves in the whole clip, be it grainy or not."""
        return is_frozen(self.gait, self.limits.still)
