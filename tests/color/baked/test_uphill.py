"""Going uphill: to a top that is known."""

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.lattice import Colors
from answerprint.color.baked.uphill import climb

TOP = np.array([0.31, 2.2, 0.07])


def off(colors: Colors) -> NDArray[np.int32]:
    """A thousand at the top, less by as many stops as a color is away from it."""
    away = np.abs(np.log2(colors / TOP)).max(axis=1)
    return np.asarray(np.maximum(1000 - 10_000 * away, 0), np.int32)


def test_the_top_is_come_to_from_a_foot() -> None:
    start = np.array([[0.3, 2.25, 0.0715], [0.32, 2.1, 0.068]])
    first = off(start.astype(np.float32))
    best, colors = climb(off, [(first[:1], start[:1]), (first[1:], start[1:])])
    assert first.max() < 700
    assert best.min() > 980
    assert np.abs(colors / TOP - 1).max() < 0.002
    assert np.array_equal(off(colors.astype(np.float32)), best)


def test_there_is_nothing_to_climb_from() -> None:
    best, colors = climb(off, [])
    assert best.size == 0
    assert colors.shape == (0, 3)
