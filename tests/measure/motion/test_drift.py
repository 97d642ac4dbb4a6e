"""How far a patch of light gets from where it began."""

import numpy as np
import pytest

from answerprint.measure.motion.drift import Drift
from answerprint.measure.perceptual import View


def followed(levels: list[float]) -> Drift:
    drift, views = Drift(), []
    for level in levels:
        picture = np.full((48, 96, 3), 0.2, np.float32)
        picture[12:24, 24:36] = level
        views.append(View.of(picture))
        drift.follow(views[0], views[-1])
    return drift


def test_what_goes_on_wanders_and_what_comes_back_at_once_does_not() -> None:
    on, back = followed([0.2, 0.25, 0.3, 0.35, 0.4]), followed([0.2, 0.4, 0.2, 0.4])
    assert on.travel == pytest.approx(back.travel)
    assert on.wander > 3
    assert back.wander == pytest.approx(1, abs=0.01)


def test_nothing_was_followed_yet() -> None:
    assert (Drift().travel, Drift().wander) == (0.0, 0.0)
