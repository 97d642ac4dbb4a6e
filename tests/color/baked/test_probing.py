"""Probing a lattice: where faults hide from points spread evenly."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from answerprint.color.baked.baking import _Baking
from answerprint.color.baked.probing import Prober, _halfway, spread_evenly
from answerprint.color.baked.spacing import Spacing
from tests.color.baked.test_baking import SMALL, TOP, Colors, smooth


@pytest.mark.parametrize("after", [0, 2])
def test_edges_and_faces_come_before_most_points_spread_evenly(after: int) -> None:
    points = _halfway(24, after=after)
    assert points.shape == (24, 3)
    skeleton, even = (
        points[after : after + 18],
        np.delete(points, np.s_[after : after + 18], axis=0),
    )
    middles = (skeleton == 0.5).sum(axis=1)
    assert [int((middles == n).sum()) for n in (1, 2)] == [12, 6]
    assert np.array_equal(even, spread_evenly(6))
    assert points.min() > 0
    assert points.max() < 1


@pytest.mark.parametrize("corner", [(3, 5, 2), (0, 11, 7)])
def test_a_fault_at_an_edge_of_a_cell_is_found_in_every_cell_beside_it(
    corner: tuple[int, int, int],
) -> None:
    spacing = Spacing(smooth, np.eye(3), TOP)
    halfway = np.array([corner], np.float32) + np.array([0, 0, 0.5], np.float32)
    edge = spacing.values(halfway / np.float32(SMALL.side - 1))[0]

    def bent(light: Colors) -> Colors:
        shown = smooth(light)
        near = np.abs(light - edge) < 0.02 * (edge + 0.01)
        shown[near.all(axis=1)] -= np.float32(5 / 1023)
        return shown

    x, y, z = corner
    beside = [[x - i, y - j, z] for i in (0, 1) for j in (0, 1) if x >= i]
    with ThreadPoolExecutor(1) as pool:
        lattice = _Baking(spacing, pool, SMALL).coarse(np.eye(3), TOP, clamps=True)
        spacing._exact = bent
        prober = Prober(spacing, lattice, pool, 1 << 13)
        off = prober.probed(np.array(beside, np.float32), np.zeros(len(beside), np.bool_))
    assert (off > 4).all()
