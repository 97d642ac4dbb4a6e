"""Curves looked up, against the same formula written out, and which pixels they leave to the exact way."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.baked.curves import BIAS, STEPS, TOP, Curves, magnitudes, shown_by_curves
from answerprint.color.baked.curving import SPAN

MIX = np.array([[1.5, -0.3, -0.2], [-0.1, 1.2, -0.1], [0.1, -0.05, 1.05]])
WEIGHTS = np.array([0.25, 0.7, 0.05])
ROOT = 1 / 2.4


def made(axes: NDArray[np.float64] = MIX, *, gain: float = 0.0) -> Curves:
    """A root a channel, red's twice as bright, after a gain that is a power of luminance."""
    values = magnitudes()
    curve = np.minimum(values, 9) ** ROOT * 65535
    curves = np.stack([np.minimum(2 * curve, 131070), curve, curve]).astype(np.float32)
    gains = np.ones(1) if gain == 0 else np.maximum(values, 1e-4) ** gain
    return Curves(axes, WEIGHTS, gains.astype(np.float32), curves)


def written_out(light: NDArray[np.float64], gain: float = 0.0) -> NDArray[np.float64]:
    axes = light @ MIX.T
    axes *= np.maximum(np.abs(axes @ WEIGHTS), 1e-4)[:, None] ** gain
    shown = np.maximum(axes, 0) ** ROOT * np.array([2, 1, 1])
    return np.asarray(np.clip(shown, 0, 1) * 65535)


def shown(
    baked: Curves, light: NDArray[np.floating], matrix: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.uint16], NDArray[np.int32]]:
    flat = [np.ascontiguousarray(light[:, n], np.float32) for n in range(3)]
    out = np.full((3, len(light)), 7, np.uint16)
    none = np.zeros(1, np.float32)
    return out, shown_by_curves(baked, flat, none, np.eye(3) if matrix is None else matrix, out)


def light(count: int = 3 * SPAN + 5, seed: int = 1) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    stops = 2.0 ** (random.random((count, 3)) * 24 - 16)
    return np.where(random.random((count, 3)) < 0.1, -stops, stops)


@pytest.mark.parametrize("gain", [0.0, -1 / 6])
def test_pixels_are_a_matrix_a_gain_and_a_curve(gain: float) -> None:
    out, missed = shown(made(gain=gain), light())
    off = np.abs(out.T - written_out(light(), gain)).max(axis=1)
    assert np.delete(off, missed).max() < 4  # of 65535
    assert 0 < missed.size < 0.1 * len(light())


def test_the_matrix_comes_before_the_axes() -> None:
    scale = np.diag([0.5, 2, 4])
    first, missed = shown(made(), light(), scale)
    second, _ = shown(made(), light() @ scale)
    kept = np.delete(np.arange(len(light())), missed)
    assert np.abs(first[:, kept].astype(int) - second[:, kept]).max() <= 1


def test_half_floats_are_read_by_their_bits() -> None:
    halves = light().astype(np.float16)
    bits = [np.ascontiguousarray(halves[:, n]).view(np.int16) for n in range(3)]
    out = np.empty((3, len(halves)), np.uint16)
    missed = shown_by_curves(made(), bits, np.zeros(1, np.float32), np.eye(3), out)
    as_floats, also = shown(made(), halves.astype(np.float32))
    assert np.array_equal(out, as_floats)
    assert np.array_equal(missed, also)


def test_a_channel_that_comes_near_0_out_of_bright_ones_goes_the_exact_way() -> None:
    """A curve is steep at 0, and what large components leave there is only known to within rounding."""
    bright = np.array([0.5, 22.0, 1.0]) * 100
    beside = bright * [1, 1, 1.1]
    dark = bright * 1e-9
    negative = bright * [1, 1, 0.5]
    assert shown(made(), np.array([bright, beside, dark, negative]))[1].tolist() == [0]


def test_rounding_is_judged_by_every_matrix_there_is() -> None:
    """Red alone, brought to other primaries and back, is no longer red alone once floats were rounded."""
    there = np.linalg.inv(MIX)
    red = np.array([[1000.0, 0, 0], [1.0, 0, 0], [0, 0, 0]])
    assert shown(made(), red, there)[1].tolist() == [0, 1]


def test_nothing_is_in_doubt_where_the_transform_is_rounded_alike_but_a_gain() -> None:
    red, there = np.array([[1000.0, 0, 0], [1.0, 0, 0]]), np.linalg.inv(MIX)
    assert shown(made(), red, there)[1].tolist() == [0, 1]
    assert shown(replace(made(), rounds=True), red, there)[1].size == 0
    no_luminance = np.array([[700.0, -250, 0]])
    assert shown(replace(made(gain=-1 / 6), rounds=True), no_luminance, there)[1].tolist() == [0]


def test_what_lies_past_the_tables_goes_the_exact_way_and_what_is_no_number_is_0() -> None:
    odd = np.array([[TOP], [np.nan], [np.inf], [3e38], [TOP / 2]]) * np.ones(3)
    out, missed = shown(made(np.eye(3)), odd)
    assert missed.tolist() == [3]
    assert out[:, 1].tolist() == [0, 0, 0]
    assert out[:, 2].tolist() == [65535] * 3


def test_tables_are_even_below_their_bias_and_64_an_octave_above() -> None:
    values = magnitudes()
    assert len(values) == STEPS
    assert values[0] == 0
    assert values[64] == pytest.approx(BIAS)
    assert np.diff(values[:64]) == pytest.approx(BIAS / 64)
    assert values[-1] >= TOP
    assert np.searchsorted(values, 2.0) - np.searchsorted(values, 1.0) == 64
