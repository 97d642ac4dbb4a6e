"""Where a frame stands out from the frames on both sides of it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.islands import island_of
from answerprint.measure.perceptual import View

Picture = NDArray[np.float32]


def texture(shift: int = 0) -> Picture:
    coarse = np.random.default_rng(1).random((9, 16, 1), np.float32)
    fine = np.kron(coarse, np.ones((12, 12, 3), np.float32)) * np.float32(0.5) + np.float32(0.1)
    return np.roll(fine, shift, axis=1)


def views(middle: Picture, shift: int = 0) -> tuple[View, View, View]:
    return View.of(texture(-shift)), View.of(middle), View.of(texture(shift))


@pytest.mark.parametrize(("light", "sign"), [(0.0, -1), (2.0, 1)])
def test_a_tile_is_an_island_with_its_place(light: float, sign: int) -> None:
    tile = texture()
    tile[36:56, 96:116] = light
    island = island_of(*views(tile))
    assert island is not None
    assert island.depth * sign > 20
    left, top, width, height = island.box
    assert (left * 192, top * 108) == pytest.approx((96, 36), abs=4)
    assert (width * 192, height * 108) == pytest.approx((20, 20), abs=8)


def test_what_moves_is_none() -> None:
    assert island_of(*views(texture(), shift=0)) is None
    moving = island_of(*views(texture(), shift=3))
    tile = texture()
    tile[36:56, 96:116] = 0
    torn = island_of(*views(tile, shift=3))
    assert torn is not None
    assert moving is None or abs(torn.depth) > 3 * abs(moving.depth)


def test_grain_is_none() -> None:
    noise = np.random.default_rng(2).normal(0, 0.02, (3, 108, 192, 1)).astype(np.float32)
    grainy = [View.of(np.maximum(texture() + each, 0)) for each in noise]
    assert island_of(grainy[0], grainy[1], grainy[2]) is None
