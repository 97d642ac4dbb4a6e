"""Runs of frames in which motion stops dead and goes on as it was: a player that stuttered, a render that hung."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from answerprint.measured.motion import Motion

LONGEST: Final = 12
"""Frames that a halt lasts at most; longer ones are a rest."""

_BESIDE: Final = 3
"""Steps on either side that those of a halt are compared with."""
_LEAST: Final = 0.1
"""Step before it, Oklab x 100, from which motion may halt."""
_SEEN: Final = 0.6
"""Difference, Oklab x 100, in the places that move most around it from which it is seen."""
_STILL: Final = 0.15
"""Share of the steps before and after that its own have at most; in 350 clean clips no two in a row that hold no frames as a rule."""
_AT_ONCE: Final = 0.5
"""Share of these that the very steps before and after it have at least: what comes to rest slows down before."""


def halts(motion: Motion, tones: Sequence[float]) -> Iterator[range]:
    """Yield the runs of two frames and more that repeat the frame before them; of one alone more is to be asked."""
    frame = _BESIDE
    while frame < len(tones) - _BESIDE:
        before = median(tones[frame - _BESIDE : frame])
        last = frame
        while last < len(tones) and tones[last] <= _STILL * before:
            last += 1
        run = range(frame, last)
        if before > _LEAST and 2 <= len(run) <= LONGEST and _stops_dead(motion, tones, run):
            yield run
        frame = max(last, frame + 1)


def _stops_dead(motion: Motion, tones: Sequence[float], run: range) -> bool:
    """Tell whether motion is full before and after a run, and seen."""
    before, after = range(run.start - _BESIDE, run.start), range(run.stop, run.stop + _BESIDE)
    if after.stop > len(tones):
        return False
    usual = min(median(tones[at] for at in side) for side in (before, after))
    if min(tones[run.start - 1], tones[run.stop]) < _AT_ONCE * usual:
        return False
    if max(tones[frame] for frame in run) > _STILL * usual:
        return False
    busy = [[motion.steps[at].busy for at in side] for side in (before, after)]
    known = [[value for value in side if value is not None] for side in busy]
    return all(not side or median(side) >= _SEEN for side in known)
