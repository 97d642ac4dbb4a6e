"""Levels and damage of planes, against plain numpy."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.pixels import (
    CELL,
    Reach,
    cells,
    code_levels,
    digest,
    linear_light,
    outlying,
    plane_levels,
)
from answerprint.measured.frames import NEGATIVE_STEPS, Outliers


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
    levels = code_levels(plane, bits)
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


def test_a_cell_unlike_its_neighbours_in_time_is_found() -> None:
    frames = [some_halves(seed, (64, 96)) for seed in (1, 1, 1)]
    still = [Reach.of([plane] * 3) for plane in frames]
    assert outlying(*still).count == 0
    damaged = frames[1].copy()
    damaged[24:32, 40:48] = 300
    for channel in range(3):
        planes = [damaged if c == channel else frames[1] for c in range(3)]
        found = outlying(still[0], Reach.of(planes), still[2])
        assert 4 <= found.count <= 16
        assert found.at[0] in range(40, 48)
        assert found.at[1] in range(24, 32)


def test_damage_that_leaves_the_average_alone_is_rough() -> None:
    picture = np.full((128, 128), 0.5, np.float16)
    damaged = picture.copy()
    damaged[32:96:4, 32:96:4] = 0.9
    still = Reach.of([picture] * 3)
    assert outlying(still, still, still) == Outliers()
    found = outlying(still, Reach.of([picture, damaged, picture]), still)
    assert found == Outliers(rough=16, at=(32, 32))


def test_every_channel_may_differ_by_a_stop() -> None:
    plain, brighter = np.full((64, 64), 0.5, np.float16), np.full((64, 64), 0.65, np.float16)
    still = Reach.of([plain] * 3)
    for channel in range(3):
        planes = [brighter if c == channel else plain for c in range(3)]
        assert outlying(still, Reach.of(planes), still).count == 0


def test_noise_in_the_black_is_no_damage() -> None:
    black, noise = np.zeros((64, 64), np.float16), np.full((64, 64), 9e-4, np.float16)
    still = Reach.of([black])
    assert outlying(still, Reach.of([noise]), still).count == 0


def test_motion_of_a_cell_is_no_damage() -> None:
    wide = some_halves(5, (64, 120))
    moved = [Reach.of([np.ascontiguousarray(wide[:, x : x + 96])] * 3) for x in (0, 4, 8)]
    assert outlying(*moved).count == 0
