"""Light that is brighter and darker by turns, from frame to frame, in the whole picture or in one part of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from answerprint.measured.motion import Blip, Box, Motion

GAP: Final = 3
"""Frames between two turns of a flicker: 4 a second at 24 is the slowest that is seen as one."""

_WHOLE: Final = 5
"""Frames that stand out by the whole picture's light, close to each other, that make a flicker."""
_PART: Final = 9
"""Frames in a row that stand out in one part, by turns, that make one; 7 occur in generated clips of 8 frames a second."""
_SAME_PART: Final = 0.3
"""Share that two boxes have in common from which they are one part."""

Seen = tuple[int, Blip]
"""A frame and how its light stands out."""


@dataclass(frozen=True, slots=True)
class Flicker:
    """Frames that are brighter and darker by turns."""

    frames: tuple[int, ...]
    stops: float
    """Median of how far they stand out."""
    box: Box | None
    """The part that flickers; None for the whole picture."""


def find_flickers(motion: Motion, whole: float, part: float) -> tuple[Flicker, ...]:
    """Return flickers of at least `whole` stops, and of at least `part` in a part where the whole does not flicker."""
    frames = range(1, motion.frames - 1)
    seen = [(f, blip) for f in frames if (blip := motion.steps[f].blip) is not None]
    found = list(_whole_flickers([s for s in seen if abs(s[1].stops) >= whole]))
    taken = {frame for flicker in found for frame in flicker.frames}
    parts = _part_flickers([s for s in seen if abs(s[1].peak) >= part])
    found += [flicker for flicker in parts if not taken.intersection(flicker.frames)]
    return tuple(sorted(found, key=lambda flicker: flicker.frames))


def _whole_flickers(seen: Sequence[Seen]) -> Iterator[Flicker]:
    for row in _rows(seen, lambda a, b: b[0] - a[0] <= GAP):
        turns = sum(a.stops * b.stops < 0 for (_, a), (_, b) in pairwise(row))
        if len(row) >= _WHOLE and turns >= len(row) // 3:
            stops = median(abs(blip.stops) for _, blip in row)
            yield Flicker(tuple(range(row[0][0], row[-1][0] + 1)), stops, None)


def _part_flickers(seen: Sequence[Seen]) -> Iterator[Flicker]:
    for row in _rows(seen, _goes_on):
        if len(row) >= _PART:
            middle = sorted(row, key=lambda each: abs(each[1].peak))[len(row) // 2][1]
            yield Flicker(tuple(frame for frame, _ in row), abs(middle.peak), middle.box)


def _goes_on(one: Seen, other: Seen) -> bool:
    """Tell whether a part is brighter in one frame and darker in the next, or the reverse."""
    (frame, a), (after, b) = one, other
    return after == frame + 1 and a.peak * b.peak < 0 and _common(a.box, b.box) >= _SAME_PART


def _rows(seen: Sequence[Seen], together: Callable[[Seen, Seen], bool]) -> Iterator[list[Seen]]:
    """Split what was seen where neighbours are not `together`."""
    row: list[Seen] = []
    for each in seen:
        if row and not together(row[-1], each):
            yield row
            row = []
        row.append(each)
    if row:
        yield row


def _common(one: Box, other: Box) -> float:
    """Return the area two boxes share, over the area they cover."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(wide, 0.0) * max(high, 0.0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
