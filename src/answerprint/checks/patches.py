"""A part of one frame whose light is unlike the frames before and after: a lost block, a black tile, a torn corner.

It is told by the light that leaves its course for one frame, in a small part, further
than anywhere else in the clip, and by the places that move most, which change far more into
the frame and out of it than in any step near it.
"""

from typing import Final

from answerprint.measured.motion import Blip, Motion

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
_NEVER: Final = 0.02
"""Stops that are taken for the light of a clip that never leaves its course."""


def odd_patch(motion: Motion, *, stops: float, alone: float) -> tuple[int, Blip] | None:
    """Return the frame with a part `stops` brighter or darker than before and after, `alone` times any other's; None where there is none."""
    if motion.frames < _FEWEST:
        return None
    seen = [
        (frame, blip)
        for frame, step in enumerate(motion.steps)
        if (blip := step.blip) and _ENDS <= frame < motion.frames - _ENDS
    ]
    if not seen:
        return None
    frame, blip = max(seen, key=lambda each: abs(each[1].peak))
    others = [abs(other.peak) for at, other in seen if abs(at - frame) > 1]
    limit = max(stops, alone * max(others, default=_NEVER), alone * _NEVER)
    small = blip.share <= _PART and abs(blip.stops) <= _WHOLE
    found = small and abs(blip.peak) >= limit and _liveliness(motion, frame) >= _LIVELY
    return (frame, blip) if found else None


def _liveliness(motion: Motion, frame: int) -> float:
    """Return how many times the most nearby the busiest places change into a frame and out of it; 0 where that is not known."""
    near = range(max(1, frame - _BESIDE), min(motion.frames, frame + 2 + _BESIDE))
    beside = [motion.steps[at].busy for at in near if at not in (frame, frame + 1)]
    own = [motion.steps[at].busy for at in (frame, frame + 1)]
    known = [value for value in beside if value is not None]
    both = [value for value in own if value is not None]
    return min(both) / max(*known, 0.3) if known and len(both) == 2 else 0.0
