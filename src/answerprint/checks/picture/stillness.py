"""Frames that show the picture before them once more.

A repeated picture is as far from every earlier and every later frame as the
picture it repeats. That difference of distances is 0 under any grain and any
coding noise, which the plain difference of the two frames is not; and a slow
moment of a motion goes on, so its distances change. Measured: 0.01 of what they
change nearby for 130 frames repeated under heavy grain, 0.07 and more for the
slowest of 13,000 steps of footage, animation and generated video.
"""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Final

from answerprint.checks.motion.headway import ORDINARY, headways
from answerprint.checks.picture.halts import halts
from answerprint.checks.picture.relit import light_changes
from answerprint.checks.picture.stalls import stalls
from answerprint.checks.picture.standing import Shares, beside, sides, usual
from answerprint.measured.motion import Motion

_LAGS: Final = 4
"""Frames before and after that a step's two pictures are compared from."""
_CODED: Final = 2.5
"""How many times as much distances may change where the step itself is small beside both sides: coding at crf 23 does it."""
_CODED_REPLACED: Final = 6.0
"""The same where the next step catches up, because the repeat stands in place of a frame, or where motion stops dead."""
_CAUGHT_UP: Final = 1.35
"""How many ordinary steps such a next step is at least."""
_MOVING: Final = 0.3
"""Ordinary step, Oklab x 100, from which there is motion enough to allow for coding."""
_CADENCE: Final = 10
"""Steps on either side in which holds are counted."""
_HOLDS: Final = 3
"""Separate holds within them that make a cadence."""
_BACK: Final = 0.8
"""Share of the larger step beside it that the frames around a repeat differ by at least: where motion goes on it is 1 and more."""
_STOPS: Final = 2.5
"""How many times the step of a coded repeat the steps right beside it are at least."""
_STOPS_LONG: Final = 4.0
"""The same of several in a row."""
_SMALLER: Final = 0.75
"""Share of the ordinary step that a repeat's own may have: the noise of both frames is all there is in it."""

_SHORT: Final = 0.9
"""How far too short a step is along the course of the pictures from which it may repeat a frame: those that nothing else tells, under grain, start at 1.05."""
_LESS: Final = 0.6
"""Share of the steps beside it that it has at most, and of what changes most in them: the rest is grain, coded anew."""
_AS_ONE: Final = 0.6
"""Share of the mean length of motion vectors that their mean has where the whole picture moves as one."""
_OPPOSED: Final = -0.3
"""Cosine of the turn from which motion goes back."""
_EXACT: Final = 0.05
"""Share of the steps beside it under which a step is the same picture again: a camera that rests in turning still shakes."""


def repeated_frames(motion: Motion, *, share: float, change: float, still: float) -> list[int]:
    """Return the frames that repeat the one before them where the clip moves; counted from 0.

    `still` is the step under which nothing moves, `change` how much distances to
    other frames may change in what they change nearby. `share` is the step, in
    ordinary ones, that is small enough to allow for coding, and is all there is to
    judge by where no other distances are known. Rest at the beginning and at the
    end is no repeat, nor are holds that come back as in a cadence.
    """
    tones = [0.0, *(step.tone[0] for step in motion.steps[1:])]
    changes = [_change(motion, frame) for frame in range(len(tones))]
    shares = Shares.of(motion, tones, changes, still)
    paused = {frame for frame in shares.steps if shares.pauses(frame)}
    twice = _there_twice(motion, tones, shares)
    found = [
        frame
        for frame in shares.steps
        if (frame in paused | twice or _repeats(motion, tones, changes, frame, share, change))
        and not _turns_back(motion, tones, frame)
        and not (shares.steps[frame] > _EXACT and _turns_about(motion, frame))
        and not light_changes(beside(motion.steps, frame))
    ]
    stopped = [
        run
        for run in (*halts(motion, tones), *stalls(motion))
        if not light_changes(beside(motion.steps, run.start))
    ]
    found = sorted({*found, *(frame for run in stopped for frame in run)})
    moving = [frame for frame, tone in enumerate(tones) if tone > still]
    runs = _runs([frame for frame in found if moving[0] < frame < moving[-1]])
    told = paused.union(twice, *stopped)
    return _without_cadence(
        [run for run in runs if told.intersection(run) or shares.stand_apart(run)]
    )


def _there_twice(motion: Motion, tones: Sequence[float], shares: Shares) -> frozenset[int]:
    """Return the frames that the pictures do not get on by along their course, and that change less than those beside them."""
    told = headways(motion)
    busy = [step.busy or 0.0 for step in motion.steps]
    # Encoders leave slower motion than that out of some frames by themselves.
    seen = (at for at in shares.steps if usual(tones, at) >= _MOVING)
    return frozenset(
        frame
        for frame in seen
        if shares.steps[frame] <= _LESS
        and told.get(frame, ORDINARY).short >= _SHORT
        and busy[frame] <= _LESS * usual(busy, frame)
    )


def _repeats(
    motion: Motion, tones: list[float], changes: Sequence[float], frame: int, share: float, change: float
) -> bool:  # fmt: skip
    """Tell whether a step is short, and changes the distances to other frames as little as a repeat does."""
    ordinary, moves = usual(tones, frame), usual(changes, frame)
    if len(motion.steps[frame].tone) < 2:
        return tones[frame] < share * ordinary
    least = min(sides(tones, frame), default=0.0)
    # What comes before a flicker or a cut is short beside that alone.
    if tones[frame] < _SMALLER * min(ordinary, least) and changes[frame] <= change * moves:
        return True
    caught_up = max(tones[frame + 1 : frame + 2], default=0.0) > _CAUGHT_UP * ordinary
    stops = min(tones[frame - 1 : frame + 2 : 2]) > _STOPS_LONG * tones[frame]
    allowed = _CODED_REPLACED if caught_up or stops else _CODED
    return (
        least > _MOVING
        and tones[frame] < share * least
        and changes[frame] <= allowed * change * moves
        and _abrupt(tones, frame, share * least)
    )


def _abrupt(tones: list[float], frame: int, small: float) -> bool:
    """Tell whether motion stops for `frame`, and small steps next to it, at once, and goes on at once: what slows down does not."""
    first = last = frame
    while first > 1 and tones[first - 1] < small:
        first -= 1
    while last + 1 < len(tones) and tones[last + 1] < small:
        last += 1
    around = tones[max(1, first - 1) : first] + tones[last + 1 : last + 2]
    if len(around) < 2:
        return False
    least, most = min(around), max(around)
    if first == last:
        return least >= _STOPS * tones[frame]
    return least >= _STOPS_LONG * max(tones[first : last + 1]) and most <= 2 * least


def _turns_back(motion: Motion, tones: Sequence[float], frame: int) -> bool:
    """Tell whether motion comes to rest here and goes back the way it came: the frames on either side are the same again."""
    across = _apart(motion, frame - 2, frame + 1)
    if across is None or frame + 1 >= len(tones):
        return False
    return across < _BACK * max(tones[frame - 1], tones[frame + 1])


def _turns_about(motion: Motion, frame: int) -> bool:
    """Tell whether the whole picture moves back after this step, as far as it moved before it: a camera that shakes rests as it turns."""
    if frame + 1 >= motion.frames:
        return False
    before, after = motion.steps[frame - 1], motion.steps[frame + 1]
    (a, b), (c, d) = before.flow, after.flow
    as_one = all(math.hypot(*step.flow) > _AS_ONE * step.speed > 0 for step in (before, after))
    return as_one and a * c + b * d < _OPPOSED * math.hypot(a, b) * math.hypot(c, d)


def _change(motion: Motion, frame: int) -> float:
    """Return how much a step changes the distance to the frames around it: the mean of up to eight; 0 of none."""
    found = []
    for lag in range(1, _LAGS + 1):
        for one, other in ((frame - 1 - lag,) * 2, (frame + lag,) * 2):
            here, before = _apart(motion, one, frame), _apart(motion, other, frame - 1)
            if here is not None and before is not None:
                found.append(abs(here - before))
    return fmean(found) if found else 0.0


def _apart(motion: Motion, one: int, other: int) -> float | None:
    early, late = min(one, other), max(one, other)
    if early < 0 or late >= motion.frames:
        return None
    tone = motion.steps[late].tone
    return tone[late - early - 1] if late - early <= len(tone) else None


def _runs(frames: Sequence[int]) -> list[range]:
    runs: list[range] = []
    for frame in frames:
        if runs and frame == runs[-1].stop:
            runs[-1] = range(runs[-1].start, frame + 1)
        else:
            runs.append(range(frame, frame + 1))
    return runs


def _without_cadence(runs: Sequence[range]) -> list[int]:
    return [
        frame
        for run in runs
        if sum(abs(other.start - run.start) <= _CADENCE for other in runs) < _HOLDS
        for frame in run
    ]
