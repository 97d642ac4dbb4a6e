"""Light that is brighter and darker by turns, from frame to frame, in the whole picture or in one part of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final, TypeVar

from answerprint.measured.motion import Blip, Box, Motion

GAP: Final = 3
"""Frames between two turns of a flicker: 4 a second at 24 is the slowest that is seen as one."""

_WHOLE: Final = 5
"""Frames that stand out by the whole picture's light, close to each other, that make a flicker."""
_TURNS: Final = 9
"""Changes of exposure in a row, up and down by turns, that make one: clean clips have as many by 0.014 stops at most."""
_PART: Final = 9
"""Frames in a row that stand out in one part, by turns, that make one; 7 occur in generated clips of 8 frames a second."""
_SAME_PART: Final = 0.3
"""Share that two boxes have in common from which they are one part."""

Item = TypeVar("Item")
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
    standing = _whole_flickers([s for s in seen if abs(s[1].stops) >= whole])
    found = _joined([*standing, *_steady_flickers(motion, whole)])
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


def _steady_flickers(motion: Motion, stops: float) -> Iterator[Flicker]:
    """Find what coding took half of, in some tiles all: it shows in the middle of the picture's changes, by turns."""
    changes = [(f, motion.steps[f].stops) for f in range(1, motion.frames)]
    for row in _rows(changes, lambda a, b: a[1] * b[1] < 0):
        middle = median(abs(by) for _, by in row)
        told = [frame for frame, by in row if abs(by) >= 0.45 * middle]
        # The last change leads out of it.
        if len(told) >= _TURNS and middle >= stops:
            yield Flicker(tuple(range(told[0], told[-1])), middle, None)


def _joined(flickers: Iterable[Flicker]) -> list[Flicker]:
    """Join flickers of the whole picture that share frames."""
    joined: list[Flicker] = []
    for flicker in sorted(flickers, key=lambda flicker: flicker.frames):
        if joined and flicker.frames[0] <= joined[-1].frames[-1]:
            before = joined.pop()
            last = max(before.frames[-1], flicker.frames[-1])
            frames, stops = range(before.frames[0], last + 1), max(before.stops, flicker.stops)
            joined.append(Flicker(tuple(frames), stops, None))
        else:
            joined.append(flicker)
    return joined


def _part_flickers(seen: Sequence[Seen]) -> Iterator[Flicker]:
    for row in _rows(seen, _goes_on):
        if len(row) >= _PART:
            middle = sorted(row, key=lambda each: abs(each[1].peak))[len(row) // 2][1]
            yield Flicker(tuple(frame for frame, _ in row), abs(middle.peak), middle.box)


def _goes_on(one: Seen, other: Seen) -> bool:
    """Tell whether a part is brighter in one frame and darker in the next, or the reverse."""
    (frame, a), (after, b) = one, other
    return after == frame + 1 and a.peak * b.peak < 0 and _common(a.box, b.box) >= _SAME_PART


def _rows(seen: Sequence[Item], together: Callable[[Item, Item], bool]) -> Iterator[list[Item]]:
    """Split what was seen where neighbours are not `together`."""
    row: list[Item] = []
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
