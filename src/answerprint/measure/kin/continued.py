"""The join of a clip and the footage that it goes on from, measured as the seam of a circle made of both.

Memory: thumbnails of NEAR frames on either side of the join, in float32.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.footage import Footage
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measured.kinship import Joined, Role
from answerprint.measured.motion import LAGS, Motion

Picture = NDArray[np.float32]
Shown = tuple[Picture, int | None]
"""A thumbnail and the number of the clip's frame; None for one of the footage."""

NEAR: Final = 36
"""Frames on either side of the join: a second and a half, enough for what the clip's steps are like there."""
FEWEST: Final = 4
"""Frames of either side without which nothing can be told."""
SAME: Final = 2.5
"""Mean difference of prints, Oklab x 100, up to which two frames are one, coded twice."""
NEARER: Final = 0.5
"""Share of the difference of the footage's two ends that is, besides: where nothing moves, nothing tells."""


def join(role: Role, source: Footage, clip: Footage, numbers: list[int]) -> Joined | None:
    """Measure where `clip`, whose frames have `numbers`, joins `source`; None where either is too short."""
    order = sorted(clip.thumbs)
    earlier: list[Shown]
    later: list[Shown]
    contained = holds(role, source, clip)
    if contained:
        own = source.count if role == "continued" else clip.count - source.count
        before, behind = order[:own], order[own:]
        earlier = [(clip.picture(at), numbers[at]) for at in before[-NEAR:]]
        later = [(clip.picture(at), numbers[at]) for at in behind[:NEAR]]
    elif role == "continued":
        earlier = [(source.picture(at), None) for at in sorted(source.thumbs)[-NEAR:]]
        later = [(clip.picture(at), numbers[at]) for at in order[:NEAR]]
    else:
        earlier = [(clip.picture(at), numbers[at]) for at in order[-NEAR:]]
        later = [(source.picture(at), None) for at in sorted(source.thumbs)[:NEAR]]
    if min(len(earlier), len(later)) < FEWEST:
        return None
    meter = MotionMeter()
    for picture, _ in (*later, *earlier):
        meter.add(picture)
    return Joined(
        motion=healed(meter.result(), len(later)),
        numbers=tuple(number for _, number in (*later, *earlier)),
        contained=contained,
    )


def holds(role: Role, source: Footage, clip: Footage) -> bool:
    """Tell whether the clip holds the footage itself, at its beginning or at its end, with new frames beside it."""
    new = clip.count - source.count
    if new < FEWEST or source.prints.size is None or not (source.prints.complete and clip.prints.complete):  # fmt: skip
        return False
    mine = source.prints.stacked(source.prints.size)
    theirs = clip.prints.stacked(source.prints.size)
    theirs = theirs[: len(mine)] if role == "continued" else theirs[new:]
    apart = np.nanmedian(np.abs(mine - theirs).sum(axis=2).mean(axis=1))
    travel = np.abs(mine[0] - mine[-1]).sum(axis=1).mean()
    return bool(apart <= min(SAME, max(NEARER * travel, 0.5)))


def healed(motion: Motion, at: int) -> Motion:
    """Return a circle's motion without the break where it was closed, before frame `at`.

    What compares a frame behind the break with one before it is taken from the
    first frame that is compared with none before it.
    """
    steps = list(motion.steps)
    whole = steps[min(at + LAGS, len(steps) - 1)]
    steps[at] = whole
    for away in range(1, min(LAGS, len(steps) - at)):
        step = steps[at + away]
        tone = (*step.tone[:away], *whole.tone[away:])
        steps[at + away] = step.model_copy(update={"tone": tone})
    return motion.model_copy(
        update={"steps": tuple(steps), "without_last": (), "without_first": ()}
    )
