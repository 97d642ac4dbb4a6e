"""The heading meter, on light that breathes under grain."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.heading import LATE, SHORTEST, WINDOW, HeadingMeter
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Heading

Picture = NDArray[np.float32]


def breathing(phase: float, grain: float, dice: np.random.Generator) -> Picture:
    """A soft picture whose light breathes by a tenth."""
    y, x = np.mgrid[0:27, 0:48].astype(np.float32)
    plane = (0.3 + 0.1 * np.sin(x / 9) * np.cos(y / 7)) * (1 + 0.1 * np.sin(phase))
    picture = np.repeat(plane[..., None], 3, axis=2) + dice.normal(0, grain, (*plane.shape, 3))
    return np.asarray(picture, np.float32)


def headings(numbers: Sequence[float], grain: float = 0.0) -> list[Heading | None]:
    """By frame, what the meter says when it takes that frame."""
    dice, meter = np.random.default_rng(3), HeadingMeter()
    return [meter.play(View.of(breathing(n / 24 - 0.5, grain, dice))) for n in numbers]


@pytest.mark.parametrize("grain", [0.0, 0.004])
@pytest.mark.parametrize(("beyond", "advance"), [(0, 1), (-1, 0), (1, 2)])
def test_an_ordinary_step_advances_by_one_and_a_repeat_by_nothing(
    beyond: int, advance: int, grain: float
) -> None:
    numbers = [n if n < LATE else n + beyond for n in range(WINDOW)]
    found = headings(numbers, grain)[-1]
    assert found is not None
    assert found.advance == pytest.approx(advance, abs=0.35)
    assert found.pace > 0


def test_a_second_of_frames_is_needed() -> None:
    assert headings(range(WINDOW - 1)) == [None] * (WINDOW - 1)


def test_a_meter_that_was_forked_goes_on_by_itself() -> None:
    dice, meter = np.random.default_rng(3), HeadingMeter()
    views = [View.of(breathing(n / 24, 0.0, dice)) for n in range(WINDOW)]
    for view in views[:-1]:
        meter.play(view)
    assert meter.fork().play(views[0]) != meter.play(views[-1])


@pytest.mark.parametrize(("frames", "told"), [(SHORTEST - 1, False), (SHORTEST, True), (60, True)])
def test_every_step_of_a_clip_has_one_unless_the_clip_is_short(frames: int, *, told: bool) -> None:
    dice, meter = np.random.default_rng(3), MotionMeter()
    for number in range(frames):
        meter.add(breathing(2 * np.pi * number / frames, 0.0, dice))
    assert {step.heading is not None for step in meter.result().steps} == {told}
