"""A run of frames: the step into each, told among the steps beside it.

Memory: LAGS + 1 thumbnails, the maps of 2 x REACH + 1 steps, and a few numbers a frame.
"""

import math
from collections import deque
from itertools import islice

from answerprint.measure.motion.blips import blip_of, cast_between, exposure_change, unevenness
from answerprint.measure.motion.course import SIDE, CourseMeter
from answerprint.measure.motion.flow import Flow, FlowMeter
from answerprint.measure.motion.heading import LATE, SHORTEST, HeadingMeter
from answerprint.measure.motion.islands import island_of
from answerprint.measure.motion.surroundings import REACH, Excess, StepMaps, excess
from answerprint.measure.perceptual import (
    Plane,
    View,
    contrast_map,
    difference,
    difference_map,
    grade,
    graded_difference,
)
from answerprint.measured.motion import LAGS, Step


class Run:
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

    def fork(self) -> "Run":
        """Return a run that goes on from here by itself."""
        other = Run()
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
