"""Looking for the cure of a seam: the frames to drop, or to make, so that a clip closes.

Every cure is tried on small views of the frames and judged as any seam is;
nothing is written. Memory: the views, and as many again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.deliverables.mending.cure import Cure
from answerprint.deliverables.mending.morph import Passage, between, passage, torn
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.perceptual import View, difference
from answerprint.measured.motion import Motion
from answerprint.verdict import SeamVerdict

Judge = Callable[[Motion], SeamVerdict]

MOST_DROPPED: Final = 32
"""Frames that may go: more than a second at 24."""
MOST_SHARE: Final = 4
"""One in this many frames may go."""
MOST_MADE: Final = 6
"""Frames that may be made: a quarter of a second at 24, which passes for motion; longer is another shot."""
ONE_STEP: Final = (0.6, 1.5)
"""Size of a step that closes a loop, in ordinary ones."""
TRIED: Final = 6
"""Cures of a kind that are judged, the most promising first."""
TORN: Final = 2.0
"""Ordinary steps that two pictures may differ by once they are carried to each other: more would show double."""
TORN_SPOT: Final = 5.0
"""The same of the worst twentieth of the picture."""
DOUBLE: Final = 2.5
"""Oklab x 100 that the worst fiftieth of the picture may differ by beyond twice what steps near the seam leave there."""
BLOCK: Final = 6
"""Side of the blocks of a view that this is told in: an edge's own softness averages out."""
BACK: Final = -0.3
"""Correlation of the motion across the seam with that beside it under which the made frames would rewind the clip."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A cure and what the seam would be with it."""

    cure: Cure
    seam: SeamVerdict


def find_remedy(views: Sequence[View], found: SeamVerdict, judge: Judge) -> Remedy | None:
    """Return the best cure of a seam that was judged to be `found`; None where nothing makes it seamless.

    Dropping goes before making, and fewer frames go before more where that
    costs no more than a tenth of the score.
    """
    for cures in (_drops(views, found), _morphs(views)):
        tried = [Remedy(cure, judge(motion_of(mended(views, cure)))) for cure in cures]
        good = [remedy for remedy in tried if remedy.seam.verdict == "seamless"]
        if good:
            enough = max(remedy.seam.score for remedy in good) - 0.1
            return next(remedy for remedy in good if remedy.seam.score >= enough)
    return None


def motion_of(views: Sequence[View]) -> Motion:
    """Return the motion of frames that are at hand."""
    meter = MotionMeter()
    for view in views:
        meter.add_view(view)
    return meter.result()


def mended(views: Sequence[View], cure: Cure) -> list[View]:
    """Return the frames as a cure has them, those made as good as they will be."""
    made = [views[place] for place in cure.kept]
    if cure.made:
        last, first = views[cure.last], views[cure.first]
        way = passage(last.gray, first.gray)
        made += [
            View(between(last.lab, first.lab, way, at), last.light * (1 - at) + first.light * at)
            for at in cure.moments()
        ]
    return made


def _drops(views: Sequence[View], found: SeamVerdict) -> list[Cure]:
    """Return the cures that drop frames at the ends so that one ordinary step is left, fewest frames first."""
    count = len(views)
    most = min(MOST_DROPPED, count // MOST_SHARE)
    usual = _usual(views)
    named = [found.mend.frames] if found.mend and found.mend.drop == "last" else []
    sized = {
        (first, last): difference(views[count - 1 - last], views[first]) / usual
        for first in range(most + 1)
        for last in range(most + 1 - first)
        if first + last
    }
    least, largest = ONE_STEP
    closing = [
        ends for ends, size in sized.items()
        if least < size < largest and _is_next(views, *ends, sized)
    ]  # fmt: skip
    closing.sort(key=lambda ends: (abs(sized[ends] - 1) > 0.3, sum(ends)))
    wanted = [(0, frames) for frames in named] + closing
    return [
        Cure(first, count - 1 - last)
        for first, last in sorted(dict.fromkeys(wanted[:TRIED]), key=sum)
    ]


def _is_next(
    views: Sequence[View], first: int, last: int, sized: dict[tuple[int, int], float]
) -> bool:
    """Tell whether two frames are nearer to each other than either is to what lies beyond the other."""
    here = sized[first, last]
    beyond = [sized.get((first + 1, last)), sized.get((first, last + 1))]
    return all(other is None or here < other for other in beyond) and len(views) > 2


def _morphs(views: Sequence[View]) -> Iterator[Cure]:
    """Yield cures that make frames between two that have their motion in common, fewest frames dropped first."""
    usual, tried = _usual(views), 0
    for dropped in range(min(MOST_MADE, len(views) // MOST_SHARE) + 1):
        last = len(views) - 1 - dropped
        way = passage(views[last].gray, views[0].gray)
        if _is_torn(views, last, way, usual) or _rewinds(views, last, way):
            continue
        steps = _steps_between(views, last, usual)
        for made in dict.fromkeys(np.clip([round(steps) - 1, dropped], 1, MOST_MADE).tolist()):
            if tried < TRIED and steps / (made + 1) < ONE_STEP[1]:
                tried += 1
                yield Cure(0, last, int(made))


def _steps_between(views: Sequence[View], last: int, usual: float) -> float:
    """Return how many ordinary steps lie between the frame at `last` and the first."""
    beside = [_length(a, b) for a, b in _beside(views, last)]
    ordinary = median(beside) if beside else 0.0
    if ordinary < 1e-4:
        return difference(views[last], views[0]) / usual
    return _length(views[last], views[0]) / ordinary


def _length(one: View, other: View) -> float:
    field = passage(one.gray, other.gray).there
    return float(np.hypot(field[..., 0], field[..., 1]).mean())


def _beside(views: Sequence[View], last: int) -> list[tuple[View, View]]:
    """Return the pairs of neighbours at both ends."""
    return [*_pairs(views[:4]), *_pairs(views[max(0, last - 3) : last + 1])]


def _pairs(views: Sequence[View]) -> list[tuple[View, View]]:
    return list(pairwise(views))


def _is_torn(views: Sequence[View], last: int, way: Passage, usual: float) -> bool:
    """Tell whether two frames would be seen double between: edges of what motion does not lead from one to the other."""
    apart = _apart(views[last], views[0], way)
    worst = float(np.quantile(apart, 0.95))
    if float(apart.mean()) > TORN * usual + 0.5 or worst > TORN_SPOT * usual + 5:
        return True
    # Glitter and leaves are torn from any frame to the next, and no worse for it.
    steps = [_blocks(_apart(a, b, passage(a.gray, b.gray))) for a, b in _beside(views, last)]
    around = cv2.dilate(np.maximum.reduce(steps), np.ones((3, 3), np.uint8))
    return float(np.quantile(_blocks(apart) - 2 * around, 0.98)) > DOUBLE


def _apart(one: View, other: View, way: Passage) -> NDArray[np.float32]:
    return np.asarray(torn(one.lab, other.lab, way).sum(axis=2))


def _blocks(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = plane.shape
    size = (max(1, width // BLOCK), max(1, height // BLOCK))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _rewinds(views: Sequence[View], last: int, way: Passage) -> bool:
    """Tell whether what moves on both sides of a seam would have to move back across it."""
    beside = sum(
        (passage(a.gray, b.gray).there for a, b in _beside(views, last)),
        start=np.zeros_like(way.there),
    )
    sizes = float(np.linalg.norm(beside)) * float(np.linalg.norm(way.there))
    return sizes > 0 and float((beside * way.there).sum()) < BACK * sizes


def _usual(views: Sequence[View]) -> float:
    """Return the median difference of the moving steps near both ends, Oklab x 100."""
    near = [*_pairs(views[:16]), *_pairs(views[-16:])]
    steps = sorted(difference(a, b) for a, b in near)
    moving = [step for step in steps if step > 0.15 * steps[-1]]
    return max(median(moving), 0.05) if moving else 0.05
