"""Damage between frames that are not."""

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.samples.damage import outlying
from answerprint.measure.samples.pixels import Reach
from answerprint.measured.frames import Outliers


def some_halves(seed: int, shape: tuple[int, int]) -> NDArray[np.float16]:
    random = np.random.default_rng(seed)
    return (random.random(shape) ** 4 * 40 - 0.002).astype(np.float16)


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


def test_garbage_among_lamps_is_a_patch() -> None:
    lamps = np.full((96, 128), 0.02, np.float16)
    lamps[::12, ::12], lamps[1::12, ::12], lamps[::12, 1::12] = 60, 60, 60
    damaged = lamps.copy()
    damaged[40:64, 48:72] *= np.float16(2)
    still = Reach.of([lamps] * 3)
    found = outlying(still, Reach.of([damaged] * 3), still)
    assert (found.count, found.patch, found.patch_at) == (0, 36, (48, 40))
    assert outlying(still, still, still).patch == 0
    assert outlying(still, Reach.of([damaged] * 3), Reach.of([damaged] * 3)).patch == 0
    assert outlying(*(Reach.of([plane]) for plane in (lamps, damaged, lamps))).patch == 36
