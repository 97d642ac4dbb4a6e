"""Where in the picture a step exceeds its surroundings."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.spot import spot_of
from answerprint.measure.motion.surroundings import StepMaps

Map = NDArray[np.float32]


def steps(*changes: Map) -> list[StepMaps]:
    return [StepMaps.of(change, np.zeros_like(change)) for change in changes]


def even(by: float = 1.0) -> Map:
    return np.full((9, 16), by, np.float32)


def test_the_region_is_a_box_in_shares_of_the_picture() -> None:
    jump = even()
    jump[2:5, 4:8] = 9
    found = spot_of(steps(even(), even(), jump, even(), even()), 2)
    assert found is not None
    assert found.box == pytest.approx((4 / 16, 2 / 9, 4 / 16, 3 / 9), abs=1e-4)
    assert (found.inside, found.outside, found.elsewhere) == (8, 0, 0)


def test_what_jumps_elsewhere_is_outside() -> None:
    jump = even()
    jump[0:2, 0:2] = 9
    jump[7:9, 12:16] = 5
    found = spot_of(steps(even(), even(), jump, even(), even()), 2)
    assert found is not None
    assert found.box == pytest.approx((0, 0, 2 / 16, 2 / 9), abs=1e-4)
    assert found.outside == 4


def test_an_ordinary_step_has_no_spot() -> None:
    assert spot_of(steps(even(), even(), even(0.9), even(), even()), 2) is None
