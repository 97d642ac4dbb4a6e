"""A part of one frame whose light is unlike the frames before and after: a lost block, a black tile, a torn corner.

It is told by what stands out, the same way, from the frame before and from the frame after, while
these are alike there: further than anywhere else in the clip. Or by the light that leaves its course for
one frame, in a small part, further than anywhere else, and by the places that move most, which change far
more into the frame and out of it than in any step near it.
"""

import math
from dataclasses import dataclass
from typing import Final

from answerprint.checks.picture.limits import RhythmLimits
from answerprint.measured.motion import Box, Island, Motion

_FEWEST: Final = 24
"""Frames from which a clip tells what its light does as a rule: sparks and lamps leave their course in many of its frames."""
_ENDS: Final = 2
"""Frames at either end that are not judged."""
_BESIDE: Final = 4
"""Steps on either side that those into the frame and out of it are compared with."""
_PART: Final = 0.25
"""Share of the picture that is a part of it."""
_WHOLE: Final = 0.05
"""Stops by which the whole picture may change with it: what flashes is no patch."""
_LIVELY: Final = 1.5
"""Times the most that the places which move most change near it that they change into the frame and out of it; clean clips come to 0.9."""
_WEIGHTIER: Final = 3.0
"""Times the depth and side together of any other island from which less depth counts: thin things in a pan leave deep ones, and small; clean clips come to 2.5."""
_LARGER: Final = 0.64
"""Share of `island_alone` that does then: clean clips that are nearly as large come to half of it."""
_NEVER: Final = 0.02
"""Stops that are taken for the light of a clip that never leaves its course."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of one frame that is unlike the frames before and after."""

    frame: int
    """Counted from 0."""
    box: Box
    measured: float
    """How much brighter it is, or below 0 darker."""
    limit: float
    unit: str


def odd_patch(motion: Motion, limits: RhythmLimits) -> Patch | None:
    """Return the part of one frame that stands out as no other frame's does; None where there is none."""
    if motion.frames < _FEWEST:
        return None
    return _odd_island(motion, limits) or _odd_light(motion, limits)


def _odd_island(motion: Motion, limits: RhythmLimits) -> Patch | None:
    """Return the part whose lightness stands out: small ones, and those among what moves."""
    inner = range(_ENDS, motion.frames - _ENDS)
    seen = [(at, island) for at in inner if (island := motion.steps[at].island)]
    if not seen:
        return None
    frame, island = max(seen, key=lambda each: abs(each[1].depth))
    others = [other for at, other in seen if abs(at - frame) > 1]
    larger = _weight(island) >= _WEIGHTIER * max(map(_weight, others), default=0.0)
    alone = limits.island_alone * (_LARGER if larger else 1.0)
    limit = max(limits.island, alone * max((abs(other.depth) for other in others), default=0.0))
    blip = motion.steps[frame].blip
    whole = blip is not None and abs(blip.stops) > _WHOLE
    small = island.box[2] * island.box[3] <= _PART
    if whole or not small or abs(island.depth) < limit:
        return None
    return Patch(frame, island.box, island.depth, limit, "Oklab lightness x 100")


def _weight(island: Island) -> float:
    """Return how much an island stands out by its depth and its side together."""
    return abs(island.depth) * math.sqrt(island.box[2] * island.box[3])


def _odd_light(motion: Motion, limits: RhythmLimits) -> Patch | None:
    """Return the part whose light leaves its course, where what moves most changes with it."""
    seen = [
        (frame, blip)
        for frame, step in enumerate(motion.steps)
        if (blip := step.blip) and _ENDS <= frame < motion.frames - _ENDS
    ]
    if not seen:
        return None
    frame, blip = max(seen, key=lambda each: abs(each[1].peak))
    others = [abs(other.peak) for at, other in seen if abs(at - frame) > 1]
    alone = limits.patch_alone
    limit = max(limits.patch, alone * max(others, default=_NEVER), alone * _NEVER)
    small = blip.share <= _PART and abs(blip.stops) <= _WHOLE
    if not small or abs(blip.peak) < limit or _liveliness(motion, frame) < _LIVELY:
        return None
    return Patch(frame, blip.box, blip.peak, limit, "stops")


def _liveliness(motion: Motion, frame: int) -> float:
    """Return how many times the most nearby the busiest places change into a frame and out of it; 0 where that is not known."""
    near = range(max(1, frame - _BESIDE), min(motion.frames, frame + 2 + _BESIDE))
    beside = [motion.steps[at].busy for at in near if at not in (frame, frame + 1)]
    own = [motion.steps[at].busy for at in (frame, frame + 1)]
    known = [value for value in beside if value is not None]
    both = [value for value in own if value is not None]
    return min(both) / max(*known, 0.3) if known and len(both) == 2 else 0.0
