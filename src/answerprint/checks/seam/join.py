"""The place where the last frame of a clip meets its first, measured in units of its limits."""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from answerprint.checks.motion.course import Course
from answerprint.checks.motion.gait import (
    BESIDE,
    STILL,
    Gait,
    ninth_decile,
    ordinary,
)
from answerprint.checks.motion.span import Span, seam_span
from answerprint.checks.seam.dissolve import find_dissolve
from answerprint.checks.seam.fade import fade_strength
from answerprint.checks.seam.grading import color_strength, exposure_strength
from answerprint.checks.seam.heading import Headings
from answerprint.checks.seam.hurry import habitual, hurry_of, surer
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.pace import PaceBreak, pace_break
from answerprint.checks.seam.region import confined, jumping_region, third_largest
from answerprint.measured.motion import Mixture, Motion, Step

FEW: Final = 4
"""Moving steps under which a clip has no habits; its seam is compared with its largest step alone."""
_MANY: Final = 24
"""Moving steps from which a clip knows its habits: a second of film."""
_HARDLY_MOVES: Final = 0.0015
"""Speed in picture widths under which all that a course tells is light: a third of a thumbnail's pixel."""
_LAGS: Final = 1.7
"""How much more such a course has to tell of a frame that is missing: codecs lag behind light by as much as one, up to the
first frame, which is right; three of five rendered loops came to 1.0 to 1.6."""
_HARDLY_ANY: Final = 16
"""Moving steps up to which it hardly does."""
_DOUBT: Final = 0.55
"""What a seam has to show beyond its limit there: short loops that were coded again come to 1.54, those that end elsewhere
to 1.8 and more."""
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
_SAME_PICTURE: Final = (1.5, 1.8)
"""Times the usual change of local contrast, and of what is left once exposure and color are matched, of one picture graded twice."""
_CODED: Final = (3.0, 2.2)
"""The same where a jump is seen in any case: a codec's first frame pops, too. One frame missing comes to 4 and 2.0."""
_EXPLAINED: Final = (0.5, 3.0)
"""Share of the step, and times what is usual, that is left where the grade explains most of it."""
_FAIR: Final = (0.5, 0.3)
"""Shares of what the slower side's steps change, and of their speed, from which a step between two paces is one of
them and no repeat; vectors of less than half a pixel come out short."""
_LEAP: Final = 1.2
"""How much larger than the larger neighbour a step is that lies between two paces no more."""
_MOVES: Final = 0.9
"""Share of the steps that move in a clip that does not hold its frames: on twos it is half."""
_NO_FURTHER: Final = 1.3
"""How much more a seam has to stand out that keeps the course of the clip."""
_BEYOND_SURPRISES: Final = 1.3
"""Times as far as those steps that a seam stands out which jumps: planted jumps come to 3.3, lights that blink to 1.4."""
_MIRRORED: Final = 0.43
"""Difference of frames from their mirror images, in that of frames two further, up to which a clip is played back and forth.

Clips of it come to 0.02 to 0.27, under grain in light that breathes to 0.42; of 3,600
places of 120 true loops the nearest to a mirror, two hands' sways, to 0.49.
"""
_PAIRS: Final = 9
"""Pairs of frames that tell it; as much less has to be left where there are fewer: by six, places of true loops come to 0.33."""
_TURNS: Final = 0.5
"""Pace, in that of the steps behind, from which such a turn is seen: what swings to and fro by itself comes to 0.38."""
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
        stands_out = min(
            math.hypot(self.surprise, far) * seen / self.limits.jump, self.outstanding(0)
        )
        stands_out /= self.doubt
        if self.course and self.course.kept:
            # A codec's first frame is another picture, but it leads no further.
            stands_out /= _NO_FURTHER
        return max(stands_out, self.hurry * _USUAL_LIMIT / self.limits.jump)

    @cached_property
    def course(self) -> Course | None:
        """How far steps go on the course of the clip; None where it has none, or holds its frames."""
        moves = len(self.gait.moving) > _MOVES * self.motion.frames
        return Course.of(self.motion) if moves else None

    @cached_property
    def headings(self) -> Headings | None:
        """How far steps go on over a second; None likewise."""
        moves = len(self.gait.moving) > _MOVES * self.motion.frames
        return Headings.of(self.motion) if moves else None

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
        """Strength of a clip that goes back over its seam the way it came, the last frame being the first, and no slower there than behind."""
        mirror = self.motion.mirror
        if mirror is None or not mirror.twice:
            return 0.0
        apart = max(mirror.apart * max(1.0, _PAIRS / mirror.pairs), 1e-6)
        return min(_MIRRORED / apart, mirror.pace / _TURNS)

    @property
    def off_course(self) -> float:
        """Strength of a frame that is missing at the seam, or of a seam that goes elsewhere, likewise."""
        told = max(self.course.skip, self.course.stray, 0.0) if self.course else 0.0
        lag = _LAGS if median([step.speed for step in self.motion.steps]) < _HARDLY_MOVES else 1.0
        return told / lag / self.doubt * _USUAL_LIMIT / self.limits.jump

    @property
    def doubt(self) -> float:
        """How much more the seam of a clip of few steps has to show: what these do anyway is hardly known."""
        lacking = (_MANY - len(self.gait.moving)) / (_MANY - _HARDLY_ANY)
        return 1 + _DOUBT * min(max(lacking, 0.0), 1.0)

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
        off_course = self.course is not None and not self.course.kept and self.doubt == 1
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
        one = (self.motion.mixture,) if self.motion.mixture is not None else ()
        steps, limit = self.motion.steps, self.limits.ghost
        sharp = [step.sharpness for step in steps if step.sharpness is not None]
        dissolve = find_dissolve(sharp) if len(sharp) == len(steps) else None
        found = [
            (fade_strength(m, steps, limit, dissolve), m) for m in (*self.motion.mixtures, *one)
        ]
        return max(found, key=lambda pair: pair[0], default=(0.0, None))

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
