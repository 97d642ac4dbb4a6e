"""How a frame's light stands out from the frames on both sides."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.blips import blip_of, cast_between, exposure_change, unevenness
from answerprint.measure.perceptual import View

Picture = NDArray[np.float32]


def texture(seed: int = 1) -> Picture:
    coarse = np.random.default_rng(seed).random((9, 16, 3), np.float32)
    return np.kron(coarse, np.ones((12, 12, 1), np.float32)) * np.float32(0.5) + np.float32(0.1)


def change(a: Picture, b: Picture) -> Picture:
    return exposure_change(View.of(a), View.of(b))


def test_a_change_of_exposure_is_told_by_tile() -> None:
    stops = change(texture(), texture() * 2)
    assert stops == pytest.approx(np.ones((9, 16)), abs=0.03)
    assert unevenness(stops) < 0.01


def test_black_and_clipped_tiles_say_nothing() -> None:
    picture = texture()
    picture[:12] = 0
    picture[-12:] = 2
    stops = change(picture, picture * np.float32(1.5))
    assert np.isnan(stops[[0, -1]]).all()
    assert not np.isnan(stops[1:-1]).any()


def test_a_brighter_frame_is_a_blip_of_the_whole_picture() -> None:
    bright = texture() * np.float32(2**0.5)
    blip = blip_of(change(texture(), bright), change(bright, texture()))
    assert blip is not None
    assert blip.stops == pytest.approx(0.5, abs=0.02)
    assert (blip.share, blip.box) == (1.0, (0.0, 0.0, 1.0, 1.0))


def test_a_darker_part_is_a_blip_with_its_place() -> None:
    dark = texture()
    dark[48:, 96:] *= np.float32(2**-0.4)
    blip = blip_of(change(texture(), dark), change(dark, texture()))
    assert blip is not None
    assert blip.stops == 0
    assert blip.peak == pytest.approx(-0.4, abs=0.03)
    assert blip.box == pytest.approx((0.5, 4 / 9, 0.5, 5 / 9), abs=0.001)


def test_light_that_goes_on_rising_is_none() -> None:
    first, second, third = (texture() * np.float32(2 ** (0.2 * n)) for n in range(3))
    assert blip_of(change(first, second), change(second, third)) is None


def test_a_black_clip_has_none() -> None:
    black = change(texture() * 0, texture() * 0)
    assert blip_of(black, black) is None
    assert unevenness(black) == 0
    assert cast_between(View.of(texture() * 0), View.of(texture() * 0), 0.0) == (0.0, 0.0)


def test_a_cast_keeps_its_sign() -> None:
    warm = texture() * np.array([1.2, 1, 0.8], np.float32)
    there = cast_between(View.of(texture()), View.of(warm), 0.0)
    back = cast_between(View.of(warm), View.of(texture()), 0.0)
    assert there[1] > 1
    assert np.dot(there, back) < 0
