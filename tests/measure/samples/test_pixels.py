"""Levels of planes, against plain numpy."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.samples.halfloops import CELL
from answerprint.measure.samples.pixels import (
    cells,
    code_levels,
    digest,
    linear_light,
    plane_levels,
)
from answerprint.measured.frames import NEGATIVE_STEPS


def some_halves(seed: int, shape: tuple[int, int] = (90, 160)) -> NDArray[np.float16]:
    random = np.random.default_rng(seed)
    return (random.random(shape) ** 4 * 40 - 0.002).astype(np.float16)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("seed", range(3))
def test_levels_are_those_of_plain_numpy(dtype: type, seed: int) -> None:
    plane: NDArray[Any] = some_halves(seed).astype(dtype)
    plane[0, :3], plane[1, 0], plane[2, 0] = np.nan, np.inf, -np.inf
    finite = plane[np.isfinite(plane)].astype(np.float64)
    levels = plane_levels(plane)
    assert (levels.nan, levels.infinite) == (3, 2)
    assert (levels.minimum, levels.maximum) == (finite.min(), finite.max())
    assert levels.mean == pytest.approx(finite.mean(), rel=1e-6)
    assert levels.negative == tuple(int((finite < step).sum()) for step in NEGATIVE_STEPS)


def test_a_plane_without_a_finite_sample_has_no_levels() -> None:
    levels = plane_levels(np.full((4, 4), np.nan, np.float16))
    assert (levels.minimum, levels.maximum, levels.mean, levels.nan) == (None, None, None, 16)


def test_unsigned_planes_have_levels_too() -> None:
    levels = plane_levels(np.arange(12, dtype=np.uint32).reshape(3, 4))
    assert (levels.minimum, levels.maximum, levels.mean) == (0, 11, 5.5)


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (10, np.uint16), (12, np.uint16)])
def test_code_values_keep_their_depth(bits: int, dtype: type) -> None:
    plane: NDArray[Any] = np.array([[0, 1], [(1 << bits) - 1, 4]], dtype=dtype)
    levels = code_levels(plane)
    assert (levels.minimum, levels.maximum) == (0, (1 << bits) - 1)


def test_equal_pictures_have_equal_digests_and_no_others() -> None:
    plane = some_halves(0)
    other = plane.copy()
    other[40, 80] = np.nextafter(other[40, 80], np.float16(np.inf))
    assert digest([plane, plane]) == digest([plane.copy(), plane])
    assert digest([plane]) != digest([other])


def test_cells_come_back_as_light() -> None:
    light = linear_light(cells([np.full((8, 8), value, np.float16) for value in (0.18, 1.0, 40.0)]))
    assert light.shape == (8 // CELL, 8 // CELL, 3)
    assert np.allclose(light, [0.18, 1.0, 40.0], rtol=1e-3, atol=1e-3)


def test_negatives_and_nan_do_not_spoil_a_cell() -> None:
    plane = np.full((8, 8), 0.5, np.float16)
    plane[::2] = -4e-5
    assert 0 <= linear_light(cells([plane])).max() <= 0.5
    plane[:] = np.nan
    assert np.isfinite(linear_light(cells([plane]))).all()


def test_what_lies_at_the_ends_of_half_float_is_counted() -> None:
    plane = np.full((8, 8), 0.5, np.float16)
    plane[0, :3], plane[1, :2], plane[2, :5] = 65504, -65504, 2048
    plane[3, :4], plane[4, :2] = 3e-5, -6e-8
    levels = plane_levels(plane)
    assert (levels.overflow, levels.plateau, levels.denormal) == (5, 5, 6)
    assert plane_levels(np.zeros((8, 8), np.float16)).denormal == 0
