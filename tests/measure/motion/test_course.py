"""The course meter, on pictures of which every step is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.meter import MotionMeter
from answerprint.measured.motion import COLUMNS, Motion, Step

Picture = NDArray[np.float32]
COUNT = 24
WAY = 10
"""A step inside that a test does something to."""


def breathing(phase: float) -> Picture:
    """A soft picture whose light breathes by a seventh: nothing moves, and optical flow sees nothing."""
    y, x = np.mgrid[0:54, 0:96].astype(np.float32)
    plane = 0.3 + 0.1 * np.sin(x / 9) * np.cos(y / 7)
    light = np.repeat(plane[..., None], 3, axis=2) * (1 + 0.15 * np.sin(phase))
    return np.asarray(light, np.float32)


def measured(numbers: Sequence[float], grain: float = 0.0) -> Motion:
    dice, meter = np.random.default_rng(3), MotionMeter()
    for number in numbers:
        picture = breathing(0.1 * number - 1.1)
        meter.add(picture + np.asarray(dice.normal(0, grain, picture.shape), np.float32))
    return meter.result()


def advance_of(step: Step) -> float:
    """What a width says in which the grain averages out."""
    return step.courses[2].advance


def test_every_step_has_a_course_at_every_width() -> None:
    assert {len(step.courses) for step in measured(list(range(COUNT))).steps} == {len(COLUMNS)}


@pytest.mark.parametrize("grain", [0.0, 0.003])
def test_an_ordinary_step_advances_by_one(grain: float) -> None:
    steps = measured(list(range(COUNT)), grain).steps
    assert advance_of(steps[WAY]) == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("grain", [0.0, 0.003])
@pytest.mark.parametrize(("again", "advance"), [(-1, 0), (1, 2), (2, 3)])
def test_a_repeated_frame_advances_by_nothing_and_a_missing_one_by_two(
    again: int, advance: int, grain: float
) -> None:
    numbers = [n if n < WAY else n + again for n in range(COUNT)]
    assert advance_of(measured(numbers, grain).steps[WAY]) == pytest.approx(advance, abs=0.25)


def test_turning_straight_back_bends_by_two() -> None:
    numbers = [n if n < WAY else 2 * WAY - n for n in range(COUNT)]
    motion = measured(numbers)
    assert motion.steps[WAY].courses[0].bend > 1.5
    assert motion.steps[WAY - 5].courses[0].bend < 0.1


def test_the_pace_is_what_the_pictures_change_a_step() -> None:
    slow, quick = measured(list(range(COUNT))), measured([2.0 * n / 2 for n in range(COUNT)])
    assert slow.steps[WAY].courses == quick.steps[WAY].courses
    twice = measured([2.0 * n - WAY for n in range(COUNT)]).steps[WAY].courses[0]
    assert twice.pace == pytest.approx(2 * slow.steps[WAY].courses[0].pace, rel=0.1)
