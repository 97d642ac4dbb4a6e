"""Halts that motion makes up for: the frame after is where it would have been, as a player shows that hung.

Frames that stand are nearly one picture, however the codec redraws it, while frames as
far apart elsewhere differ; and the step out of them is as long as all the steps they stand
for. What rests and starts again makes up for nothing. This needs no even motion
and no single step that is small, only that no other place of the clip looks like it:
where a flame jumps or a hand shakes, many do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from answerprint.checks.picture.halts import LONGEST
from answerprint.measured.motion import LAGS, Motion

_SUSPECT: Final = (0.5, 0.5, 1.8)
"""What every place has that is told from others: see `Stall`; a clip that has several does so as a rule."""
_STANDS: Final = 0.36
"""Share of what frames as far apart differ by elsewhere that a run does from end to end: the coding of a still under crf 22."""
_MAKES_UP: Final = 0.7
"""Share of what frames one further apart than the run is long differ by that the step out of it does."""
_LEAPS: Final = 2.3
"""Ordinary steps that this is at least; two frames that stand stand for three."""
_MOVES: Final = 0.4
"""Share of an ordinary step that the median step before and after has: motion is cut off, and goes on."""
_LEAST: Final = 0.08
"""Ordinary step, Oklab x 100, under which nothing is seen to stop."""
_AROUND: Final = 30
"""Frames on either side that ordinary distances are taken from."""
_ALONE: Final = 48
"""Frames on either side in which no other place may look like it: two seconds."""
_BESIDE: Final = 4
"""Steps before and after that have to move."""
_FEWEST: Final = 6
"""Distances under which none is ordinary."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A run of frames that stand, and the step out of it."""

    frames: range
    stands: float
    """Difference of its last frame from the one before it, in what frames as far apart differ by elsewhere."""
    makes_up: float
    """Step out of it, in what frames one further apart than it is long differ by."""
    leap: float
    """The same in ordinary steps."""


def stalls(motion: Motion) -> tuple[range, ...]:
    """Return the runs of two frames and more that stand while motion goes on behind them; counted from 0."""
    suspects = tuple(_suspects(motion))
    return tuple(
        _whole(motion, stall.frames)
        for stall in suspects
        if _is_clear(motion, stall) and _is_alone(stall, suspects)
    )


def _suspects(motion: Motion) -> Iterator[Stall]:
    """Yield, for each step that may lead out of a run, the longest run it may."""
    for out in range(_BESIDE, motion.frames - 1):
        found = [stall for length in range(2, LAGS) if (stall := _stall(motion, out, length))]
        clear = [stall for stall in found if stall.stands <= _STANDS]
        if found:
            yield max(clear or found, key=lambda stall: len(stall.frames))


def _stall(motion: Motion, out: int, length: int) -> Stall | None:
    """Return the run of `length` frames before `out` where it looks like one that stands."""
    tones = motion.steps[out].tone
    before = motion.steps[out - 1].tone
    if out - 1 - length < 1 or len(tones) <= length or len(before) < length:
        return None
    if before[length - 1] > tones[0]:
        return None
    run = range(out - length, out)
    one, as_long, longer = (_ordinary(motion, run, lag) for lag in (1, length, length + 1))
    if not (one and as_long and longer):
        return None
    stall = Stall(run, before[length - 1] / as_long, tones[0] / longer, tones[0] / one)
    stands, makes_up, leap = _SUSPECT
    looks = stall.stands <= stands and stall.makes_up >= makes_up and stall.leap >= leap
    return stall if looks else None


def _ordinary(motion: Motion, run: range, lag: int) -> float:
    """Return what frames `lag` apart differ by near a run, none of them in it; 0 where there are too few."""
    frames = range(max(lag, run.start - _AROUND), min(motion.frames, run.stop + _AROUND))
    found = sorted(
        motion.steps[frame].tone[lag - 1]
        for frame in frames
        if (frame < run.start or frame - lag >= run.stop) and len(motion.steps[frame].tone) >= lag
    )
    if len(found) < _FEWEST:
        return 0.0
    # On twos every other step is 0: the median would be either.
    return fmean(found[len(found) // 4 : -(len(found) // 4)])


def _is_clear(motion: Motion, stall: Stall) -> bool:
    """Tell whether a run stands, motion makes up for it, and is full before and after."""
    one, run = _ordinary(motion, stall.frames, 1), _whole(motion, stall.frames)
    before = _tones(motion, range(run.start - _BESIDE, run.start))
    after = _tones(motion, range(run.stop + 1, run.stop + 1 + _BESIDE))
    return (
        stall.stands <= _STANDS
        and stall.makes_up >= _MAKES_UP
        and stall.leap >= _LEAPS
        and one >= _LEAST
        and len(run) <= LONGEST
        and all(side and median(side) >= _MOVES * one for side in (before, after))
    )


def _is_alone(stall: Stall, suspects: Sequence[Stall]) -> bool:
    return not any(0 < abs(other.frames.stop - stall.frames.stop) <= _ALONE for other in suspects)


def _whole(motion: Motion, run: range) -> range:
    """Return a run without the frames at its start that move, and with those before it that stand: distances go back LAGS frames only."""
    still = _MOVES * _ordinary(motion, run, 1)
    first = run.start
    while first < run.stop - 2 and motion.steps[first].tone[0] > still:
        first += 1
    while first > 1 and motion.steps[first - 1].tone[0] <= still:
        first -= 1
    return range(first, run.stop)


def _tones(motion: Motion, frames: range) -> list[float]:
    return [motion.steps[frame].tone[0] for frame in frames if 0 < frame < motion.frames]
