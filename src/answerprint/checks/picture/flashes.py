"""Sequences of flashes that may harm photosensitive viewers, by the arithmetic of ITU-R BT.1702-3.

A flash is a pair of opposing changes. Changes are measured place by place;
they are one change of the picture where enough places make them within an
eighth of a second and few make the opposite one meanwhile, as they do in motion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from pydantic import Field

from answerprint.measured.flashes import Turn
from answerprint.record import Record

TOGETHER: Final = 0.125
"""Seconds within which places change together: half a period of 4 flashes a second."""
ONE_WAY: Final = 2.0
"""How many times as many places have to change one way as the other: in motion as many brighten as darken."""


class FlashLimits(Record):
    """Limits of flashing (ITU-R BT.1702-3; Ofcom, guidance on flashing images)."""

    area: float = Field(default=0.25, gt=0, le=1)
    """Share of the picture that flashes at once, above which it counts."""
    flashes: int = Field(default=3, ge=1)
    """Flashes that a span of `seconds` may hold; flashing at just that rate is allowed."""
    seconds: float = Field(default=1.0, gt=0)
    """Length of that span."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the picture to brighter (or to red), or back, at a frame counted from 0."""

    frame: int
    rises: bool
    area: float


@dataclass(frozen=True, slots=True)
class Flashing:
    """Frames through which the picture flashes faster than is allowed."""

    first: int
    last: int
    rate: float
    """Flashes a second, from the first change to the last."""
    area: float
    """Share of the picture that takes part in most of the changes."""


def find_flashing(
    turns: Sequence[Turn], times: Sequence[float], limits: FlashLimits
) -> list[Flashing]:
    """Return where the picture flashes too fast; `times` are the seconds at which frames are shown."""
    changes = changes_of(turns, times, limits.area)
    too_many = 2 * limits.flashes
    # Half a frame is taken off because times are rounded: three flashes a second stay three.
    span = limits.seconds - _frame_seconds(times) / 2
    found: list[list[Change]] = []
    for first in range(len(changes) - too_many):
        row = changes[first : first + too_many + 1]
        if times[row[-1].frame] - times[row[0].frame] >= span:
            continue
        if found and row[0].frame <= found[-1][-1].frame:
            found[-1] += [change for change in row if change.frame > found[-1][-1].frame]
        else:
            found.append(row)
    return [_flashing(row, times) for row in found]


def changes_of(turns: Sequence[Turn], times: Sequence[float], area: float) -> list[Change]:
    """Return the changes of more than `area` of the picture, each the opposite of the one before."""
    found: list[Change] = []
    same_way: list[Turn] = []
    for turn in turns:
        rises = turn.rise > turn.fall
        same_way = [
            other
            for other in same_way
            if (other.rise > other.fall) == rises
            and times[turn.frame] - times[other.frame] < TOGETHER
        ]
        same_way.append(turn)
        rise, fall = sum(t.rise for t in same_way), sum(t.fall for t in same_way)
        most, least = max(rise, fall), min(rise, fall)
        if most <= area or most < ONE_WAY * least:
            continue
        if not found or found[-1].rises != rises:
            found.append(Change(turn.frame, rises, min(most, 1.0)))
        same_way = []
    return found


def _flashing(row: Sequence[Change], times: Sequence[float]) -> Flashing:
    first, last = row[0].frame, row[-1].frame
    rate = (len(row) - 1) / 2 / max(times[last] - times[first], 1e-6)
    return Flashing(first, last, rate, median(change.area for change in row))


def _frame_seconds(times: Sequence[float]) -> float:
    return (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0
