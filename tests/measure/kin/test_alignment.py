"""Two runs of frames aligned in time by what pairing them costs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.kin.alignment import align


def costs_of(late: int, growth: float, count: int = 40) -> NDArray[np.float64]:
    """Costs of pairing where the second run comes `late`, and frames further apart differ by the square of that."""
    first, second = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    return np.asarray(1 + growth * (second - first - late) ** 2, np.float64)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_a_slip_in_slow_motion_is_found_at_either_end(late: int) -> None:
    found = align(costs_of(late, 0.13))
    assert {j - i for i, j in found.pairs} == {late}
    assert found.swapped == ()


def test_a_frame_that_is_more_like_its_neighbour_is_not_swapped_with_it() -> None:
    costs = costs_of(0, 0.3, count=12)
    costs[5, 5], costs[6, 5] = 3.0, 1.0
    assert align(costs).swapped == ()
    costs[6, 6], costs[5, 6] = 3.0, 1.0
    assert align(costs).swapped == ((5, 6),)
