"""The motion meter: thumbnails in, in the order they are shown; the steps of the closed clip out.

Memory: about ENDS + 2 x REACH thumbnails at the beginning, as many at the end,
and a few numbers a frame in between; 30 megabytes at 192 x 108.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.motion.drift import Drift
from answerprint.measure.motion.gap import GapMeter
from answerprint.measure.motion.heading import WINDOW
from answerprint.measure.motion.mirror import find_mirror
from answerprint.measure.motion.mixture import find_mixtures
from answerprint.measure.motion.run import Run
from answerprint.measure.motion.spot import spot_of
from answerprint.measure.motion.surroundings import REACH, StepMaps, excess
from answerprint.measure.perceptual import View, contrast_map, difference, difference_map
from answerprint.measured.motion import Joint, Motion, Spot

THUMB: Final = 192
"""Longer side of the thumbnails. Grain and coding noise average out; a step of a pixel at 1080p still shows."""
ENDS: Final = 32
"""Frames at either end that may be dropped to mend a seam: more than a second of a clip of five."""
_KEPT: Final = ENDS + 2 * REACH + 1


class MotionMeter:
    """Measures how a clip moves from frame to frame, and from its last frame to its first.

    The clip is followed on into its own beginning, so that the seam is measured
    by the same code, among the same neighbours, as any step inside.
    """

    def __init__(self) -> None:
        self._head: list[View] = []
        self._tail: deque[View] = deque(maxlen=ENDS + 2)
        self._head_maps: list[StepMaps] = []
        self._tail_maps: deque[StepMaps] = deque(maxlen=ENDS + REACH)
        self._run = Run()
        self._drift = Drift()
        self._gap = GapMeter()
        self._count = 0

    def add(self, picture: NDArray[np.float32]) -> None:
        """Take the next frame: linear Rec.709 light, (h, w, 3), 1.0 = diffuse white.

        Pictures are thumbnails with a longer side of THUMB; one of another size
        than the first is brought to the first one's.
        """
        self.add_view(View.of(self._conformed(picture)))

    def add_view(self, view: View) -> None:
        """Take the next frame as a view, of the size of the first."""
        if len(self._head) < _KEPT:
            self._head.append(view)
        self._tail.append(view)
        maps = self._run.play(view)
        if maps is not None:
            self._tail_maps.append(maps)
            if len(self._head_maps) < ENDS + REACH:
                self._head_maps.append(maps)
        self._drift.follow(self._head[0], view)
        self._gap.follow(view)
        self._count += 1

    def result(self) -> Motion:
        """Return the motion of the frames so far; more may be added afterwards."""
        count = self._count
        if count < 2:
            return Motion(frames=count)
        run, most = self._run.fork(), min(ENDS, count // 2)
        for number in range(count, count + max(2 * REACH + 1, WINDOW)):
            run.play(self._head[number % count], reach=min(REACH, (count - 1) // 2))
        return Motion(
            frames=count,
            steps=run.steps(count),
            travel=_short(self._drift.travel),
            wander=_short(self._drift.wander),
            without_last=tuple(self._joint(last=drop, first=0) for drop in range(most)),
            without_first=tuple(self._joint(last=0, first=drop) for drop in range(most)),
            spot=self._spot(),
            mixtures=find_mixtures(
                self._near, count, min(len(self._tail), count), min(len(self._head), count)
            ),
            mirror=find_mirror(self._near, count),
            gap=self._gap.at_seam(self._near),
        )

    def _conformed(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._head or picture.shape == self._head[0].lab.shape:
            return picture
        height, width = self._head[0].lab.shape[:2]
        return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))

    def _near(self, place: int) -> View:
        """Return a frame by its distance from the seam."""
        return self._head[place] if place >= 0 else self._tail[place]

    def _spot(self) -> Spot | None:
        tail, head = self._tail[-1], self._head[0]
        earlier, later = list(self._tail_maps)[-REACH:], self._head_maps[:REACH]
        maps = StepMaps.of(difference_map(tail, head), contrast_map(tail, head))
        return spot_of([*earlier, maps, *later], len(earlier))

    def _joint(self, *, last: int, first: int) -> Joint:
        """Return the seam with `last` frames taken off the end and `first` off the beginning."""
        tail, head = self._tail[-1 - last], self._head[first]
        earlier = list(self._tail_maps)[: len(self._tail_maps) - last][-REACH:]
        later = self._head_maps[first : first + REACH]
        maps = StepMaps.of(difference_map(tail, head), contrast_map(tail, head))
        left = excess([*earlier, maps, *later], len(earlier))
        return Joint(
            mean=_short(difference(tail, head)),
            before=_short(difference(self._tail[-2 - last], head)),
            after=_short(difference(tail, self._head[first + 1])),
            excess=_short(left.mean),
            excess_peak=_short(left.peak),
        )


def _short(value: float) -> float:
    """Return `value` to four significant digits: what is measured here is good for three."""
    return float(f"{value:.4g}")
