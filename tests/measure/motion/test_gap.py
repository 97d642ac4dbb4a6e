"""The gap in the course at a seam, on a swaying picture under grain whose end differs a little from its beginning."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.gap import SHORTEST, GapMeter
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Gap

COUNT = 48
WHOLE = np.ones((54, 96, 1), np.float32)
PLACE = np.zeros((54, 96, 1), np.float32)
PLACE[20:34, 40:58] = 1


def views(count: int, lift: NDArray[np.float32], turns: float = 1.0) -> list[View]:
    """A picture that sways so many times, and that gets so much brighter from its first frame to its last."""
    dice = np.random.default_rng(5)
    y, x = np.mgrid[0:54, 0:96].astype(np.float32)
    made = []
    for number in range(count):
        aside = 3 * np.sin(2 * np.pi * turns * number / count)
        plane = 0.3 + 0.1 * np.sin((x + aside) / 9) * np.cos(y / 7)
        grain = dice.normal(0, 0.004, (*plane.shape, 3))
        light = plane[..., None] + lift * number / (count - 1) + grain
        made.append(View.of(light.astype(np.float32)))
    return made


def gap(clip: list[View]) -> Gap | None:
    meter = GapMeter()
    for view in clip:
        meter.follow(view)
    return meter.at_seam(lambda place: clip[place])


def told(clip: list[View]) -> Gap:
    found = gap(clip)
    assert found is not None
    return found


@pytest.mark.parametrize("count", [SHORTEST, COUNT, 96])
def test_a_loop_breaks_its_course_at_the_seam_no_more_than_inside(count: int) -> None:
    assert told(views(count, 0 * WHOLE)).most < 1.4


def test_a_small_step_of_the_whole_picture_breaks_it_in_its_mean_color() -> None:
    found = told(views(COUNT, 0.006 * WHOLE))
    assert found.mean > 2.5
    assert found.mean > found.worst


def test_a_small_step_in_one_place_breaks_it_there() -> None:
    found = told(views(COUNT, 0.016 * PLACE))
    assert found.worst > 2.5
    assert found.mean < 1.5


def test_motion_that_goes_elsewhere_breaks_it_everywhere() -> None:
    found = told(views(COUNT, 0 * WHOLE, turns=0.6))
    assert min(found.whole, found.worst) > 2.5
    assert found.most == max(found.whole, found.mean, found.worst)


def test_a_short_clip_does_not_say_what_is_usual() -> None:
    assert gap(views(SHORTEST - 1, 0 * WHOLE)) is None
