"""The order of a clip's pictures in time: where one is foreign, exchanged with another, or missing.

Every picture is compared with the eight before it, so what lies between two of
them can be told from how much they differ: pictures further apart in time
differ more, unless time is broken there. A held frame is the same picture, so
animation on twos and threes has pictures like any other clip.

What is said of sizes was measured on 66 clips of footage, animation and
generated video, and on 800 defects planted in twelve of them.
"""

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median
from typing import Final, Self

from answerprint.checks.motion.gait import Gait, SurpriseScale
from answerprint.checks.motion.headway import ORDINARY, Headway, headways
from answerprint.checks.motion.leaps import Flows
from answerprint.checks.motion.strides import Strides
from answerprint.checks.picture.exchanges import Exchanges
from answerprint.checks.picture.jumps import Jump, standing_out
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.measured.motion import LAGS, Motion, Step

ODD_RUN: Final = 3
"""Pictures in a row that may be foreign; longer ones are a shot of their own."""
FEWEST: Final = 12
"""Pictures under which a clip says too little about its steps."""

_NEARER: Final = 0.8
"""Share of the steps in and out that the pictures around foreign ones may differ by; in motion it is 1 and more."""
_AS_FAR: Final = 1.1
"""Times what pictures as far apart differ by nearby that they may differ by instead, where motion is fast."""
_ODD_FLOOR: Final = 0.3
"""Least step, Oklab x 100, that foreign pictures are measured by."""
_BESIDE: Final = 4
"""Steps on either side that a picture's own are compared with."""
_MOST_REACH: Final = 12.0
"""Reach from which a step leads no further: its surprise tells jumps apart there."""
_LARGE: Final = 6.0
"""Difference, Oklab x 100, from which a step that stands out by size alone is taken for a cut."""
_SPIKE: Final = 3.0
"""How many times the largest step near it such a step is."""
_UNRELATED: Final = 0.5
"""Difference of local contrast of a cut that is behind a picture that stands: motion that was held up keeps more."""
_ALTOGETHER: Final = 15.0
"""Difference, Oklab x 100, that no motion makes behind one, whatever its contrast does: soft pictures have little."""
_GRADED: Final = 0.5
"""Share of a step that is left where exposure and color are matched, under which these are all that jumps."""
_SEEN_LEAP: Final = 3.5
"""The same from which a leap of motion counts that the change of the picture does not tell."""
_MISSING: Final = 1.8
"""Ordinary steps that a step spans from which its reach may tell a jump alone."""
_TELLING: Final = 1.0
"""Strength that it has by itself."""
_LEAPS: Final = 1.25
"""Times what they change in any step near it that the places which move most change over such a step; clean clips come to 1.15."""
_TWICE: Final = 2.0
"""Times what it is by itself that the strength of such a step is at the limit of its reach."""
_FURTHER: Final = 1.25
"""Times the motion of the steps near it that a step has at least where a frame is missing: 72 in 74 have 1.5 and more."""
_SEEN: Final = 2.0
"""Excess of the worst spot, Oklab x 100, from which a jump is seen for sure."""


@dataclass(frozen=True)
class Rhythm:
    """The pictures of a clip in the order they are shown; frames are counted from 0."""

    motion: Motion
    limits: RhythmLimits
    pictures: tuple[int, ...]
    """The first frame of every picture; 0 is always one."""

    @classmethod
    def of(cls, motion: Motion, limits: RhythmLimits) -> Self:
        """Find the pictures of a clip of two frames or more."""
        return cls(motion, limits, (0, *(frame for frame in Gait.of(motion).moving if frame)))

    def apart(self, one: int, other: int) -> float | None:
        """Return how much two pictures differ, Oklab x 100; None where they are too far apart or do not exist."""
        early, late = min(one, other), max(one, other)
        if early < 0 or late >= len(self.pictures):
            return None
        lag = self.pictures[late] - self.pictures[early]
        tone = self.motion.steps[self.pictures[late]].tone
        return tone[lag - 1] if 0 < lag <= len(tone) else None

    def frames(self, pictures: range) -> tuple[int, ...]:
        """Return the frames a run of pictures is shown in."""
        ends = [*self.pictures, self.motion.frames]
        return tuple(range(ends[pictures.start], ends[pictures.stop]))

    @cached_property
    def odd(self) -> tuple[range, ...]:
        """Runs of pictures that are unlike those before and after, while these are alike."""
        found: list[range] = []
        for first in range(1, len(self.pictures) - 1):
            if found and first < found[-1].stop:
                continue
            for count in range(1, ODD_RUN + 1):
                if self.oddness(first, count) >= self.limits.odd:
                    found.append(range(first, first + count))
                    break
        return tuple(found)

    @property
    def odd_frames(self) -> frozenset[int]:
        """The frames these are shown in."""
        return frozenset(frame for run in self.odd for frame in self.frames(run))

    def oddness(self, first: int, count: int) -> float:
        """Return how many times the largest step nearby the steps into and out of a run are; 0 in ordinary motion."""
        into, out = self.apart(first - 1, first), self.apart(first + count - 1, first + count)
        across = self.apart(first - 1, first + count)
        if into is None or out is None or across is None:
            return 0.0
        least, around = min(into, out), self._steps_beside(first, first + count)
        # Exchanged neighbours are a run of two that is as far across as ever.
        fast = _AS_FAR * self._usual_apart(first, first + 1, 2) if count == 1 else 0.0
        if len(around) < 2 or across > max(_NEARER * least, fast):
            return 0.0
        return least / max(*around, _ODD_FLOOR)

    def _usual_apart(self, first: int, last: int, by: int) -> float:
        """Return what pictures so far apart differ by near the steps into `first` to `last`, and not over these; 0 where there are too few."""
        ends = [*range(first - _BESIDE, first), *range(last + by, last + by + _BESIDE)]
        found = [d for end in ends if (d := self.apart(end - by, end)) is not None]
        return median(found) if len(found) >= _BESIDE else 0.0

    @cached_property
    def exchanges(self) -> Exchanges:
        """Pictures that stand in each other's place."""
        steps = tuple(self.motion.steps[frame] for frame in self.pictures)
        return Exchanges(steps, self.apart, self.limits)

    @cached_property
    def jumps(self) -> tuple[Jump, ...]:
        """Steps that lead too far; those beside foreign or exchanged pictures, and out of a hold but to another picture, are told by these."""
        if len(self.pictures) < FEWEST:
            return ()
        strides = Strides.of(len(self.pictures), self.apart)
        places = [at for at in range(1, len(self.pictures)) if at not in self.explained]
        found = [self._jump(at, strides) for at in places if at not in self._held]
        held = [at for at in places if at in self._held]
        cuts = [jump for at in held if (jump := self._cut_from(at)) is not None]
        return tuple(sorted((*standing_out(found, self.limits), *cuts), key=lambda j: j.frame))

    @cached_property
    def _scale(self) -> SurpriseScale:
        return SurpriseScale.of([self.motion.steps[frame] for frame in self.pictures[1:]])

    @cached_property
    def _headways(self) -> Mapping[int, Headway]:
        return headways(self.motion)

    @cached_property
    def _flows(self) -> Flows:
        return Flows.of([self.motion.steps[frame].flow for frame in self.pictures[1:]])

    def _jump(self, at: int, strides: Strides) -> Jump:
        frame = self.pictures[at]
        step = self.motion.steps[frame]
        surprise = self._scale.surprise(step.excess, step.excess_peak)
        surprise *= min(1.0, step.excess_peak / _SEEN)
        if step.tone[0] >= _LARGE:
            # Two cuts within eight steps of slow motion are each other's excuse, and have no excess.
            spike = step.tone[0] / max(*self._steps_beside(at, at), _ODD_FLOOR, 0.0)
            surprise = max(surprise, spike if spike >= _SPIKE else 0.0)
        reach = min(strides.reach(at), _MOST_REACH)
        graded = 0 < step.matched < _GRADED * step.tone[0]
        strength = math.sqrt(surprise * reach)
        if step.excess_peak >= _SEEN_LEAP and reach > 0:
            leap = self._flows.leap(at - 1) / self.limits.leap
            strength = max(strength, self.limits.jump * leap) if leap >= 1 else strength
        span = strides.spans.get(at, 1.0)
        far = reach >= self.limits.reach and span >= _MISSING
        if far and strength >= _TELLING and self._busiest(at):
            strength *= _TWICE * reach / self.limits.reach
        return Jump(
            frame,
            span,
            strength,
            self.limits.jump,
            graded,
            self._moves_further(at),
            self._headways.get(frame, ORDINARY),
            near=step.tone[0] < self._usual_apart(at, at, LAGS),
        )

    def _cut_from(self, at: int) -> Jump | None:
        """Return the step out of a picture that stood as a jump, where it leads to another picture altogether; None where it does not."""
        frame = self.pictures[at]
        steps = self.motion.steps
        beside = [*steps[max(1, frame - _BESIDE) : frame], *steps[frame + 1 : frame + 1 + _BESIDE]]
        limit = max(_LARGE, _SPIKE * max((step.tone[0] for step in beside), default=0.0))
        step = steps[frame]
        unrelated = step.detail > _UNRELATED or step.tone[0] > _ALTOGETHER
        if not unrelated or min(step.tone[0], step.excess) <= limit:
            return None
        return Jump(frame, math.inf, step.tone[0], limit, graded=False, further=True)

    def _moves_further(self, at: int) -> bool:
        """Tell whether motion goes further over a step than over those near it."""
        beside = [step.speed for step in self._beside(at, at)]
        return self.motion.steps[self.pictures[at]].speed >= _FURTHER * median(beside or [0.0])

    def _busiest(self, at: int) -> bool:
        """Tell whether the places that move most leap over a step, beside every step near it: limbs do before the picture does."""
        busy = [self.motion.steps[frame].busy for frame in self.pictures]
        near = [busy[by] for by in range(max(1, at - _BESIDE), min(at + _BESIDE + 1, len(busy)))]
        known = [value for value in near if value is not None]
        own = busy[at]
        return own is not None and sorted(known)[-2:][0] * _LEAPS <= own

    @cached_property
    def _held(self) -> frozenset[int]:
        """The pictures behind one that stands for longer than nine in ten do."""
        holds = [b - a for a, b in zip(self.pictures, self.pictures[1:], strict=False)]
        usual = sorted(holds)[len(holds) * 9 // 10]
        return frozenset(at for at, hold in enumerate(holds, 1) if hold > usual)

    @cached_property
    def explained(self) -> Container[int]:
        """The pictures at foreign and exchanged ones: the steps into them are told by these."""
        odd = {at for run in self.odd for at in range(run.start, run.stop + 1)}
        swapped = {at for pair in self.exchanges.found for at in range(pair[0], pair[1] + 2)}
        return odd | swapped

    def _steps_beside(self, first: int, last: int) -> list[float]:
        return [step.tone[0] for step in self._beside(first, last)]

    def _beside(self, first: int, last: int) -> list[Step]:
        places = [*range(first - _BESIDE, first), *range(last + 1, last + 1 + _BESIDE)]
        return [
            self.motion.steps[self.pictures[place]]
            for place in places
            if 0 < place < len(self.pictures)
        ]


@lru_cache(maxsize=4)
def rhythm_of(motion: Motion, limits: RhythmLimits) -> Rhythm:
    """Return `Rhythm.of`; kept, because eight checks ask for that of one clip and its jumps take 16 ms for 240 frames."""
    return Rhythm.of(motion, limits)
