"""Frames near the seam that are two pictures at once: what a cross-fade leaves where motion does not meet.

A cross-fade turns a clip that does not loop into one whose steps are all small.
What gives it away is a frame that is a mixture of one some steps earlier and
one some steps later, flatter than both, where these two have no motion in
common. Slow motion, too, lies between its neighbours, but there motion carries
one into the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.motion.flow import carried_apart
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Mixture

WINDOWS: Final = (3, 5, 8, 12)
"""Steps to either side that are mixed: fades of 4 frames to one second at 24."""
AROUND: Final = 12
"""Frames on either side of the seam that are looked at."""
EVEN: Final = (0.25, 0.75)
"""Shares of a mixture in which both pictures are seen."""
HELD: Final = 0.15
"""Share of a step under which a frame shows the same picture as the one beside it."""
ELSEWHERE: Final = 4
"""Places away from the seam that say how far pictures so far apart differ in this clip."""

At = Callable[[int], View]
"""A frame by its distance from the seam: 0 is the first, -1 the last."""


@dataclass(frozen=True, slots=True)
class _Blend:
    """A frame as a mixture of two others."""

    frame: int
    reach: int
    share: float
    left: float
    dip: float


def find_mixtures(at: At, count: int, before: int, after: int) -> tuple[Mixture, ...]:
    """Return, by window, the frame near the seam that is most of a mixture; none where none lies evenly between two others.

    `count` is the clip's length, `before` and `after` how many frames there are
    at hand on either side of the seam. 0.1 s a clip.
    """
    small = cache(lambda frame: _Small.of(at(frame)))
    found = []
    for reach in WINDOWS:
        if 4 * reach > count:
            break
        places = range(max(-AROUND, reach - before), min(AROUND + 1, after - reach))
        blends = [_blend(small, frame, reach) for frame in places]
        even = [b for b in blends if EVEN[0] < b.share < EVEN[1] and b.dip > 0]
        if even:
            best = max(even, key=lambda b: b.dip * (1 - min(b.left, 1.0)))
            found.append(_mixture(at, small, best, _elsewhere(best, count, before, after), count))
    return tuple(found)


def _mixture(
    at: At, small: Callable[[int], "_Small"], best: _Blend, elsewhere: list[int], count: int
) -> Mixture:
    usual = [carried_apart(at(f - best.reach), at(f + best.reach)) for f in elsewhere]
    dips = [_blend(small, frame, best.reach).dip for frame in elsewhere]
    return Mixture(
        frame=best.frame % count,
        reach=best.reach,
        share=_short(best.share),
        left=_short(best.left),
        dip=_short(best.dip),
        usual_dip=_short(max(dips, default=0.0)),
        apart=_short(carried_apart(at(best.frame - best.reach), at(best.frame + best.reach))),
        usual=_short(median(usual)) if usual else 0.0,
    )


def _elsewhere(best: _Blend, count: int, before: int, after: int) -> list[int]:
    """Return frames at hand whose windows lie apart from that of the best, evenly spread."""
    reach = best.reach
    at_hand = {frame % count: frame for frame in range(reach - before, after - reach)}
    far = [
        frame
        for place, frame in sorted(at_hand.items())
        if min((place - best.frame) % count, (best.frame - place) % count) > 2 * reach
    ]
    return far[:: max(1, len(far) // ELSEWHERE)][:ELSEWHERE]


def _blend(small: Callable[[int], "_Small"], frame: int, reach: int) -> _Blend:
    early, here, late = small(frame - reach), small(frame), small(frame + reach)
    way, gone = late.lightness - early.lightness, here.lightness - early.lightness
    length = float(way @ way)
    share = float(gone @ way) / length if length else 0.0
    rest = _mean(gone - np.float32(share) * way)
    nearer = min(_mean(gone), _mean(way - gone))
    either = min(early.sharpness, late.sharpness)
    # One soft frame is no fade: those beside it are as flat, and a held frame is none beside itself.
    beside = [_mean(small(frame + by).lightness - here.lightness) for by in (-1, 1)]
    aside = 2 if min(beside) < HELD * nearer / reach else 1
    flat = max(small(frame + by).sharpness for by in (-aside, 0, aside))
    return _Blend(
        frame,
        reach,
        share,
        rest / nearer if nearer else 1.0,
        1 - flat / either if either else 0.0,
    )


def _mean(values: NDArray[np.float32]) -> float:
    return float(np.abs(values).mean())


@dataclass(frozen=True, slots=True)
class _Small:
    """A frame's lightness at half its size, flat, and how sharp it is for its lightness."""

    lightness: NDArray[np.float32]
    sharpness: float

    @classmethod
    def of(cls, view: View) -> Self:
        whole = np.ascontiguousarray(view.lab[..., 0])
        size = (max(1, round(whole.shape[1] / 2)), max(1, round(whole.shape[0] / 2)))
        half = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
        return cls(np.asarray(half, np.float32).reshape(-1), view.sharpness)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
