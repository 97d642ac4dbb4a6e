"""The motion meter: thumbnails in, in the order they are shown; the steps of the closed clip out.

Memory: about ENDS + 2 x REACH thumbnails at the beginning, as many at the end,
and a few numbers a frame in between; 30 megabytes at 192 x 108.
"""

import math
from collections import deque
from itertools import islice
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.motion.blips import blip_of, cast_between, exposure_change, unevenness
from answerprint.measure.motion.course import SIDE, CourseMeter
from answerprint.measure.motion.flow import Flow, FlowMeter
from answerprint.measure.motion.heading import LATE, SHORTEST, WINDOW, HeadingMeter
from answerprint.measure.motion.islands import island_of
from answerprint.measure.motion.mirror import find_mirror
from answerprint.measure.motion.mixture import find_mixtures
from answerprint.measure.motion.spot import spot_of
from answerprint.measure.motion.surroundings import REACH, Excess, StepMaps, excess
from answerprint.measure.perceptual import (
    Plane,
    View,
    contrast_map,
    difference,
    difference_map,
    grade,
    graded_difference,
    shift_map,
)
from answerprint.measured.motion import LAGS, Joint, Motion, Spot, Step

THUMB: Final = 192
"""Longer side of the thumbnails. Grain and coding noise average out; a step of a pixel at 1080p still shows."""
ENDS: Final = 32
"""Frames at either end that may be dropped to mend a seam: more than a second of a clip of five."""
SEEN: Final = 1.0
"""Oklab x 100 under which a tile that gets away from where it began counts as standing still."""
LEAST: Final = 0.05
"""The same from one frame to the next that wandering is measured in at least."""

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
        self._run = _Run()
        self._drift = _Drift()
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


class _Drift:
    """How far each tile gets from where it began, and how far from one frame to the next."""

    def __init__(self) -> None:
        self._last: View | None = None
        self._far: Plane | None = None
        self._near: Plane | None = None

    @property
    def travel(self) -> float:
        """The most that any tile differs from the first frame."""
        return float(self._far.max()) if self._far is not None else 0.0

    @property
    def wander(self) -> float:
        """That in the most it differs from the frame before, of the tile that gets furthest so."""
        if self._far is None or self._near is None:
            return 0.0
        moved = np.where(self._far < SEEN, 0, self._far)
        return float((moved / np.maximum(self._near, LEAST)).max())

    def follow(self, first: View, view: View) -> None:
        """Take the next frame."""
        far = shift_map(first, view)
        self._far = far if self._far is None else np.maximum(self._far, far)
        if self._last is not None:
            near = shift_map(self._last, view)
            self._near = near if self._near is None else np.maximum(self._near, near)
        self._last = view


class _Run:
    """A run of frames, each compared with those before it; steps are finished REACH frames late."""

    def __init__(self) -> None:
        self._views: deque[View] = deque(maxlen=LAGS + 1)
        self._maps: deque[StepMaps] = deque(maxlen=2 * REACH + 1)
        self._flow = FlowMeter()
        self._course = CourseMeter()
        self._heading = HeadingMeter()
        self._change: Plane | None = None
        self._open: deque[Step] = deque()
        self._done: list[Step] = []

    def fork(self) -> "_Run":
        """Return a run that goes on from here by itself."""
        other = _Run()
        other._views.extend(self._views)
        other._maps.extend(self._maps)
        other._flow = self._flow.fork()
        other._course = self._course.fork()
        other._heading = self._heading.fork()
        other._change = self._change
        other._open.extend(self._open)
        other._done.extend(self._done)
        return other

    def play(self, view: View, *, reach: int = REACH) -> StepMaps | None:
        """Take the next frame and return its step by tile; None for the very first."""
        self._views.append(view)
        courses = self._course.play(view)
        if len(self._views) < 2:
            return None
        before = self._views[-2]
        maps = StepMaps.of(difference_map(before, view), contrast_map(before, view))
        self._maps.append(maps)
        change = exposure_change(before, view)
        self._light_between(change)
        self._look_for_island()
        self._open.append(
            self._measured(before, view, maps, self._flow.step(before, view), unevenness(change))
        )
        if courses:
            self._open[-SIDE] = self._open[-SIDE].model_copy(update={"courses": courses})
        if len(self._maps) > REACH:
            at = len(self._maps) - 1 - REACH
            self._done.append(_finished(self._open.popleft(), excess(self._maps, at, reach)))
        heading = self._heading.play(view)
        if heading is not None:
            at = REACH - LATE
            self._done[at] = self._done[at].model_copy(update={"heading": heading})
        return maps

    def steps(self, count: int) -> tuple[Step, ...]:
        """Return the step into each of `count` frames, by frame: the first is the seam.

        The first REACH steps of the run lacked neighbours and are left to the second time round;
        the last of that have no heading yet.
        """
        lags = min(LAGS, count - 1)
        played = {
            number % count: step
            for number, step in islice(enumerate(self._done[: REACH + 1 - LATE], 1), REACH, None)
        }
        told: dict[str, object] = {} if count >= SHORTEST else {"heading": None}
        return tuple(
            played[frame].model_copy(update={"tone": played[frame].tone[:lags], **told})
            for frame in range(count)
        )

    def _light_between(self, change: Plane) -> None:
        """Tell how the light of the frame before this change stands out, now that both its steps are known."""
        if self._change is not None and self._open:
            blip = blip_of(self._change, change)
            self._open[-1] = self._open[-1].model_copy(update={"blip": blip})
        self._change = change

    def _look_for_island(self) -> None:
        """Tell where the frame before the last stands out, now that both beside it are known."""
        if len(self._views) < 3 or not self._open:
            return
        island = island_of(self._views[-3], self._views[-2], self._views[-1])
        if island is not None:
            self._open[-1] = self._open[-1].model_copy(update={"island": island})

    def _measured(
        self, before: View, view: View, maps: StepMaps, flow: Flow, uneven: float
    ) -> Step:
        earlier = list(self._views)[-2::-1]
        by = grade(before, view)
        cast = cast_between(before, view, by.stops)
        return Step(
            tone=tuple(_short(difference(other, view)) for other in earlier),
            detail=_short(float(maps.contrast.mean())),
            sharpness=_short(view.sharpness),
            matched=_short(graded_difference(before, view, by)),
            stops=_short(by.stops),
            tint=_short(math.hypot(*by.tint)),
            cast=(_short(cast[0]), _short(cast[1])),
            uneven=_short(uneven),
            flow=(_short(flow.mean[0]), _short(flow.mean[1])),
            speed=_short(flow.speed),
            turn=_short(flow.turn),
        )


def _finished(step: Step, left: Excess) -> Step:
    return step.model_copy(
        update={
            "excess": _short(left.mean),
            "excess_peak": _short(left.peak),
            "detail_excess": _short(left.contrast),
            "busy": _short(left.busy),
        }
    )


def _short(value: float) -> float:
    """Return `value` to four significant digits: what is measured here is good for three."""
    return float(f"{value:.4g}")
