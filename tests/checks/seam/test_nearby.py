"""Cuts beside a seam, of clips whose every figure is given."""

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam.join import Join
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.nearby import nearest_cut
from answerprint.measured.motion import LAGS, Motion, Step

COUNT = 40


def join(cut: int | None, size: float = 1.0) -> Join:
    """A clip that goes on by one step at a time, and by `size` into the frame `cut`."""
    places = [n + (size - 1) * (cut is not None and n >= cut) for n in range(COUNT)]
    around = COUNT + (size - 1) * (cut is not None)
    steps = []
    for number in range(COUNT):
        apart = [(places[number] - places[number - lag]) % around for lag in range(1, LAGS + 1)]
        peak = 8 * (size - 1) if number == cut else 0.2
        steps.append(Step(tone=tuple(apart), speed=0.01, excess=peak / 20, excess_peak=peak))
    return Join(Gait.of(Motion(frames=COUNT, steps=tuple(steps))), SeamLimits())


@pytest.mark.parametrize("cut", [2, COUNT - 2])
def test_a_step_larger_than_all_that_leads_on_is_a_cut(cut: int) -> None:
    found = nearest_cut(join(cut, 2.0))
    assert found is not None
    assert found[0] == cut
    assert found[1] >= 1


@pytest.mark.parametrize(
    "clip",
    [join(None), join(2, 1.2), join(20, 2.0)],
    ids=["even", "hardly larger", "far from the seam"],
)
def test_no_other_step_is_one(clip: Join) -> None:
    found = nearest_cut(clip)
    assert found is not None
    assert found[1] < 1


def test_a_clip_of_few_steps_tells_no_cut() -> None:
    short = Motion(frames=6, steps=(Step(tone=(1.0,)),) * 6)
    assert nearest_cut(Join(Gait.of(short), SeamLimits())) is None
