"""Pictures between two pictures."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.deliverables.mending.morph import between, passage

Gray = NDArray[np.uint8]


def slid(by: float) -> Gray:
    """A soft texture slid to the right by so many pixels."""
    y, x = np.mgrid[0:96, 0:160].astype(np.float32)
    waves = np.sin((x - by) / 7) + np.sin((x - by) / 11 + y / 5) + np.sin(y / 6)
    return np.asarray(128 + 30 * waves, np.uint8)


def apart(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    inside = (slice(8, -8), slice(12, -12))
    return float(np.abs(one[inside].astype(np.float32) - other[inside].astype(np.float32)).mean())


@pytest.mark.parametrize("at", [0.25, 0.5, 0.75])
def test_a_picture_between_two_has_moved_so_far(at: float) -> None:
    one, other = slid(0), slid(6)
    made = between(one, other, passage(one, other), at)
    assert made.dtype == np.uint8
    assert apart(made, slid(6 * at)) < 0.4 * apart(one * (1 - at) + other * at, slid(6 * at))
    assert apart(made, slid(6 * at)) < 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_planes_keep_their_type_and_size(dtype: type) -> None:
    one, other = slid(0), slid(4)
    way = passage(one, other)
    halves: list[NDArray[Any]] = [plane[::2, ::2].astype(dtype) for plane in (one, other)]
    made = between(halves[0], halves[1], way, 0.5)
    assert (made.dtype, made.shape) == (np.dtype(dtype), (48, 80))
    assert apart(made, slid(2)[::2, ::2]) < 2.5


def test_the_ends_are_the_pictures_themselves() -> None:
    one, other = slid(0), slid(4)
    way = passage(one, other)
    assert np.array_equal(between(one, other, way, 0.0), one)
    assert np.array_equal(between(one, other, way, 1.0), other)
