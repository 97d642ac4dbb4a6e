"""The light and color of a clip through time: a flash, a flicker, and exposure or color that pumps.

All of it is told by what most tiles of the picture change together, which
neither motion nor a light that moves through the picture does. Measured on 66
clips of footage, animation and generated video, and on 700 defects planted in
twelve of them.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final, Self

from pydantic import Field

from answerprint.checks.picture.flicker import Flicker, find_flickers
from answerprint.checks.picture.swings import Swing, main_direction, swings
from answerprint.measured.motion import Motion, Step
from answerprint.record import Record

FLASH_FRAMES: Final = 3
"""Frames that a flash may last."""
SHORTEST_SWING: Final = 3
"""Frames from dark to bright of exposure that pumps; what is shorter flickers."""

_ALONE: Final = 0.5
"""Share of a flash that the steps beside it may have."""
_BACK: Final = 0.5
"""Share of a flash by which light may fail to return."""
_BESIDE: Final = 4
"""Steps on either side that a flash is compared with."""
_SAME_DETAIL: Final = 1.2
"""How many times the local contrast of the steps around it a change of light alone changes."""
_DETAIL_FLOOR: Final = 0.15
"""Local contrast that it changes where nothing moves."""

Vector = tuple[float, float]


class PulseLimits(Record):
    """Limits of light and color through time, in stops and in Oklab x 100 of most of the picture."""

    flash: float = Field(default=0.1, gt=0)
    """Stops by which one to three frames may be brighter or darker than those around."""
    flash_color: float = Field(default=0.8, gt=0)
    """The same of color: a tenth more red and less blue makes about 0.8."""
    flicker: float = Field(default=0.03, gt=0)
    """Stops by which the picture may stand out frame after frame; clean clips have no such frame."""
    flicker_part: float = Field(default=0.05, gt=0)
    """The same of a part of the picture."""
    pump: float = Field(default=0.15, gt=0)
    """Stops of a swing of exposure that pumps; footage, handheld too, swings so far twice at most."""
    pump_color: float = Field(default=0.5, gt=0)
    """The same of color; handheld footage swings by 0.7 once or twice."""
    swings: int = Field(default=4, ge=2)
    """Swings, up and down by turns, from which exposure or color pumps rather than follows the picture."""
    swing_frames: int = Field(default=48, ge=3)
    """Frames that a swing takes at most; slower ones are a change of light."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Frames that are lit or colored otherwise than those around them."""

    frames: tuple[int, ...]
    stops: float
    """By how much they are brighter; negative where darker."""
    color: float
    """By how much they are colored otherwise, Oklab x 100."""


@dataclass(frozen=True)
class Pulse:
    """The changes of light and color of a clip; frames are counted from 0."""

    motion: Motion
    limits: PulseLimits
    cuts: frozenset[int]
    """Frames that begin a shot, or black: what changes there is no flash and no swing."""
    strays: frozenset[int]
    """Foreign frames: what changes into and out of them is no swing."""

    @classmethod
    def of(
        cls,
        motion: Motion,
        limits: PulseLimits,
        *,
        cuts: Collection[int] = (),
        strays: Collection[int] = (),
    ) -> Self:
        """Take the changes of a clip of two frames or more."""
        return cls(motion, limits, frozenset(cuts), frozenset(strays))

    @cached_property
    def flickers(self) -> tuple[Flicker, ...]:
        """Flickers of the whole picture, and of parts where the whole does not."""
        return find_flickers(self.motion, self.limits.flicker, self.limits.flicker_part)

    @cached_property
    def flickering(self) -> frozenset[int]:
        """The frames of these."""
        return frozenset(frame for flicker in self.flickers for frame in flicker.frames)

    @cached_property
    def flashes(self) -> tuple[Flash, ...]:
        """Flashes of one to FLASH_FRAMES frames, those of a flicker left out."""
        found: list[Flash] = []
        for first in range(1, self.motion.frames - 1):
            if first in self.flickering or (found and first <= found[-1].frames[-1] + 1):
                continue
            tries = (self._flash(first, first + count) for count in range(1, FLASH_FRAMES + 1))
            found += list(filter(None, tries))[:1]
        return tuple(found)

    @cached_property
    def exposure_swings(self) -> tuple[Swing, ...]:
        """The longest row of swings of exposure, where it is long enough to be pumping."""
        return self._pumping([step.stops for step in self._changes], self.limits.pump)

    @cached_property
    def color_swings(self) -> tuple[Swing, ...]:
        """The same of color, along the line it moves on most."""
        casts = [step.cast for step in self._changes]
        angle = main_direction(casts)
        along = [a * math.cos(angle) + b * math.sin(angle) for a, b in casts]
        return self._pumping(along, self.limits.pump_color)

    def keeps_picture(self, first: int, after: int) -> bool:
        """Tell whether the steps into frames `first` and `after` change light alone: local contrast stays as it was."""
        detail = min(self.motion.steps[first].detail, self.motion.steps[after].detail)
        usual = max((step.detail for step in self._beside(first, after)), default=0.0)
        return detail <= max(_SAME_DETAIL * usual, _DETAIL_FLOOR)

    @property
    def _changes(self) -> list[Step]:
        still = Step(tone=(0.0,))
        left_out = self.cuts | self.strays | {frame + 1 for frame in self.strays}
        steps = enumerate(self.motion.steps[1:], 1)
        return [still if frame in left_out else step for frame, step in steps]

    def _pumping(self, changes: Sequence[float], least: float) -> tuple[Swing, ...]:
        longest: list[Swing] = []
        row: list[Swing] = []
        for swing in swings(list(accumulate(changes, initial=0.0)), least):
            fits = SHORTEST_SWING <= swing.last - swing.first <= self.limits.swing_frames
            row = [*row, swing] if fits else []
            longest = max(longest, row, key=len)
        return tuple(longest) if len(longest) >= self.limits.swings else ()

    def _flash(self, first: int, after: int) -> Flash | None:
        if after >= self.motion.frames or self.cuts.intersection((first, after)):
            return None
        others = [*self.motion.steps[first + 1 : after], *self._beside(first, after)]
        into, out = self.motion.steps[first], self.motion.steps[after]
        stops = there_and_back((into.stops, 0), (out.stops, 0), [(s.stops, 0) for s in others])
        color = there_and_back(into.cast, out.cast, [step.cast for step in others])
        if stops < self.limits.flash and color < self.limits.flash_color:
            return None
        if not self.keeps_picture(first, after):
            return None
        return Flash(tuple(range(first, after)), math.copysign(stops, into.stops), color)

    def _beside(self, first: int, after: int) -> list[Step]:
        places = [*range(first - _BESIDE, first), *range(after + 1, after + 1 + _BESIDE)]
        return [self.motion.steps[place] for place in places if 0 < place < self.motion.frames]


def there_and_back(into: Vector, out: Vector, others: Sequence[Vector]) -> float:
    """Return how far two changes go that undo each other and stand alone among `others`; 0 where they do not.

    >>> there_and_back((0.5, 0), (-0.4, 0), [(0.1, 0)])
    0.4
    >>> there_and_back((0.5, 0), (0.4, 0), [])
    0.0
    """
    least, most = sorted((math.hypot(*into), math.hypot(*out)))
    left = math.hypot(into[0] + out[0], into[1] + out[1])
    alone = all(math.hypot(*other) <= _ALONE * least for other in others)
    return least if alone and left <= _BACK * most and least > 0 else 0.0
