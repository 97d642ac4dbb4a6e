"""A part of one frame whose light is unlike the frames before and after: a lost block, a black tile, a torn corner.

It is told by what stands out, the same way, from the frame before and from the frame after, while
these are alike there: further than in any frame within half a second. Or by the light that leaves its course for
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
_NEAR: Final = 12
"""Frames on either side whose islands one is compared with: half a second; motion is quick and slow by turns within a clip."""
_PART: Final = 0.25
"""Share of the picture that is a part of it."""
_WHOLE: Final = 0.05
"""Stops by which the whole picture may change with it: what flashes is no patch."""
_LIVELY: Final = 1.5
"""Times the most that the places which move most change near it that they change into the frame and out of it; clean clips come to 0.9."""
_DEEPER: Final = 1.5
"""Times the depth of any other island nearby that its own is, whatever its size."""
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


def odd_patches(motion: Motion, limits: RhythmLimits) -> tuple[Patch, ...]:
    """Return the parts of single frames that stand out as those of no frame near them do, in the order they are shown."""
    if motion.frames < _FEWEST:
        return ()
    frames = range(_ENDS, motion.frames - _ENDS)
    found = tuple(p for frame in frames if (p := _odd_island(motion, frame, limits)) is not None)
    light = None if found else _odd_light(motion, limits)
    return found if light is None else (light,)


def _odd_island(motion: Motion, frame: int, limits: RhythmLimits) -> Patch | None:
    """Return the part whose lightness stands out: small ones, and those among what moves."""
    island, blip = motion.steps[frame].island, motion.steps[frame].blip
    whole = blip is not None and abs(blip.stops) > _WHOLE
    if island is None or whole or island.box[2] * island.box[3] > _PART:
        return None
    near = range(max(_ENDS, frame - _NEAR), min(frame + _NEAR + 1, motion.frames - _ENDS))
    # What moves stands out in the frames beside it as well; what is lost leaves these alike.
    others = [i for at in near if at != frame and (i := motion.steps[at].island) is not None]
    deepest = max((abs(other.depth) for other in others), default=0.0)
    heaviest = max(map(_weight, others), default=0.0)
    # Thin things in a pan and an eye that blinks leave deep ones, and small.
    alone = limits.island_alone * heaviest * abs(island.depth) / _weight(island)
    limit = max(limits.island, _DEEPER * deepest, alone)
    if abs(island.depth) < limit:
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
    others = [abs(other.peak) for at, other in seen if at != frame]
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
