"""How a clip walks: which of its steps move, which hold, and how far one stands out among the others.

The clip is closed to a circle, so the seam is a step like any other. Everything
here is arithmetic on `Motion`; what is said of sizes was measured on 8,500 loops
and non-loops made of 62 sources of footage, generated video and rendered scenes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median
from typing import Final, Self

from answerprint.measured.motion import Motion, Step

HELD: Final = 0.15
"""Share of a quick step under which a step is a held frame: the noise of H.264 in held frames stays below."""
STILL: Final = 0.03
"""Oklab x 100 under which a step moves nothing, whatever the rest of the clip does."""
BESIDE: Final = 3
"""Steps looked at on either side where a step is compared with its neighbours."""

_SPREAD_FLOOR: Final = 0.15
"""Least excess of a picture, Oklab x 100, that a step is measured by: noise alone leaves about as much."""
_PEAK_FLOOR: Final = 2.5
"""The same of the worst spot."""
_PEAK_WEIGHT: Final = 0.7
"""Share of the worst spot in a surprise: of 0.5, 0.7 and 1 it finds most at as few false alarms."""
_NEARER: Final = 0.8
"""Share of the steps in and out that frames around strays may differ by: a motion that goes on comes to 1 and more."""
_STRAY_FLOOR: Final = 0.5
"""Least quick step, Oklab x 100, that strays are measured by."""
_CREEP: Final = 0.05
"""Oklab x 100 added before a logarithm, so that a pace of nothing has one."""
_CREEP_FLOW: Final = 0.0003
"""The same for speed in picture widths: a seventeenth of a thumbnail's pixel."""
_USUAL_PACE_CHANGE: Final = 0.2
"""Change of pace that counts as none: paces measured in noisy steps differ by that."""


@dataclass(frozen=True)
class Gait:
    """The steps of a closed clip that move; held frames are no steps."""

    motion: Motion
    quick: float
    """What nine in ten steps inside the clip stay under, Oklab x 100."""
    moving: tuple[int, ...]
    """The frames that moving steps lead into, in order; the step over the seam, where it moves, is first."""

    @classmethod
    def of(cls, motion: Motion) -> Self:
        """Find the moving steps of a clip of two frames or more."""
        tones = [step.tone[0] for step in motion.steps]
        quick = ninth_decile(tones[1:])
        least = max(STILL, HELD * quick)
        moving = tuple(frame for frame, tone in enumerate(tones) if tone > least)
        return cls(motion, quick, moving)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The moving steps themselves."""
        return tuple(self.motion.steps[frame] for frame in self.moving)

    @property
    def seam_moves(self) -> bool:
        """Whether the step over the seam is one of them."""
        return bool(self.moving) and self.moving[0] == 0

    @cached_property
    def holds(self) -> tuple[int, ...]:
        """How many frames every picture inside the clip stands; 1 where nothing is held."""
        return tuple(b - a for a, b in zip(self.moving, self.moving[1:], strict=False))

    @property
    def seam_hold(self) -> int:
        """How many frames the picture stands that the seam runs through."""
        frames = self.motion.frames
        return frames - self.moving[-1] + self.moving[0] if self.moving else frames

    def beside(self, at: int) -> tuple[Step, ...]:
        """Return the moving steps next to the one `at` this place among them."""
        count = len(self.moving)
        reach = [*range(-BESIDE, 0), *range(1, BESIDE + 1)]
        places = {(at + by) % count for by in reach} - {at % count}
        return tuple(self.steps[place] for place in sorted(places))

    @cached_property
    def usual_excess(self) -> float:
        """What nine in ten steps inside the clip, held ones too, exceed their surroundings by."""
        return ninth_decile([step.excess for step in self.motion.steps[1:]])

    def surprise(self, at: int) -> float:
        """Return how far the moving step `at` stands out: above 1.5, hardly any ordinary step does."""
        others = [step for place, step in enumerate(self.steps) if place != at % len(self.steps)]
        step = self.steps[at]
        return SurpriseScale.of(others).surprise(step.excess, step.excess_peak)

    def stray(self, start: int, count: int) -> float:
        """Return how far `count` frames from `start` on do not belong where they stand; near 1 and above they may not.

        The step into them and the step out of them, the smaller of the two, in
        quick steps of the clip; 0 where the frames around them are hardly nearer
        to each other, as in any motion that goes on.
        """
        steps = self.motion.steps
        last = steps[(start + count) % len(steps)]
        if len(last.tone) <= count:
            return 0.0
        least = min(steps[start % len(steps)].tone[0], last.tone[0])
        if last.tone[count] > _NEARER * least:
            return 0.0
        return least / max(ninth_decile([step.tone[0] for step in self.steps]), _STRAY_FLOOR)

    def changes_of_pace(self) -> tuple["PaceChange", "PaceChange"]:
        """Return by how much pace changes over the first moving step: as the pictures say, and as their motion vectors say.

        Nothing where these disagree which way it changes, and for a clip of less than
        2 x BESIDE + 2 moving steps.
        """
        none = PaceChange(0.0, 0.0)
        if len(self.steps) < 2 * BESIDE + 2:
            return none, none
        pictures = _pace_change([math.log(step.tone[0] + _CREEP) for step in self.steps])
        vectors = _pace_change([math.log(step.speed + _CREEP_FLOW) for step in self.steps])
        return (pictures, vectors) if pictures.change * vectors.change > 0 else (none, none)


@dataclass(frozen=True, slots=True)
class PaceChange:
    """A change of pace over a step."""

    change: float
    """Pace after over that before, as a natural logarithm; 0 where the trends on either side meet."""
    ratio: float
    """Its size in what nine in ten places of the clip stay under."""


@dataclass(frozen=True, slots=True)
class SurpriseScale:
    """What nine in ten steps of a clip exceed their surroundings by."""

    spread: float
    peak: float

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Self:
        """Take the scale of some steps; noise and rounding set its floor."""
        return cls(
            max(ninth_decile([step.excess for step in steps]), _SPREAD_FLOOR),
            max(ninth_decile([step.excess_peak for step in steps]), _PEAK_FLOOR),
        )

    def surprise(self, excess: float, peak: float) -> float:
        """Return how far a step stands out on this scale.

        The worst spot weighs more than the whole picture: a missing frame shows
        there first, and a codec's noise does not.
        """
        return float(
            (excess / self.spread) ** (1 - _PEAK_WEIGHT) * (peak / self.peak) ** _PEAK_WEIGHT
        )


def ninth_decile(values: Sequence[float]) -> float:
    """Return what nine in ten `values` are at most, between neighbours where it falls between; 0 of none.

    >>> ninth_decile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    9.0
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    place = 0.9 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


Change = tuple[float, float]


def departures(changes: Sequence[Change], beside: Sequence[int] = (-2, -1, 1, 2)) -> list[Change]:
    """Return how far the change over each step of a closed clip is from what the steps beside it do.

    >>> departures([(5.0, 0.0)] + [(1.0, 0.0)] * 7)[:2]
    [(4.0, 0.0), (0.0, 0.0)]
    """
    count = len(changes)
    near = [zip(*(changes[(at + by) % count] for by in beside), strict=True) for at in range(count)]
    medians = [(median(first), median(second)) for first, second in near]
    return [
        (own[0] - usual[0], own[1] - usual[1]) for own, usual in zip(changes, medians, strict=True)
    ]


def calmed(changes: Sequence[Change]) -> list[Change]:
    """Return the change over each step of a closed clip as the frames before and after in pairs tell it.

    What a codec does to every other frame cancels out; what stays counts in full.

    >>> calmed([(1.0, 4.0), (-1.0, 0.0), (1.0, 0.0), (-1.0, 0.0)])[0]
    (0.0, 4.0)
    """
    ring = [changes[-1], *changes, changes[0]]
    return [
        (here[0] + (a[0] + b[0]) / 2, here[1] + (a[1] + b[1]) / 2)
        for a, here, b in zip(ring, changes, ring[2:], strict=False)
    ]


def _pace_change(paces: Sequence[float]) -> PaceChange:
    """Return the jump of logarithmic pace over the step at 0."""
    count = len(paces)
    inside = [abs(_pace_jump(paces, at)) for at in range(BESIDE + 1, count - BESIDE)]
    here = _pace_jump(paces, 0)
    return PaceChange(here, abs(here) / max(ninth_decile(inside), _USUAL_PACE_CHANGE))


def _pace_jump(paces: Sequence[float], at: int) -> float:
    """Return how far pace jumps over a step: 0 where the trends before and after lead into each other."""
    before = [paces[(at - by) % len(paces)] for by in range(BESIDE, 0, -1)]
    after = [paces[(at + by) % len(paces)] for by in range(1, BESIDE + 1)]
    plain = fmean(after) - fmean(before)
    trend = (before[-1] - before[0] + after[-1] - after[0]) / (2 * (BESIDE - 1))
    beyond = plain - trend * (BESIDE + 1)
    return min(plain, beyond, key=abs) if plain * beyond > 0 else 0.0


def ordinary(steps: Sequence[Step]) -> float:
    """Return the median difference of some steps; 0 of none."""
    return median([step.tone[0] for step in steps]) if steps else 0.0
