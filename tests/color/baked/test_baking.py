"""Baking cheap transforms whose errors are known: smooth ones, ones with creases, and one with a cliff."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.baked.baking import Fineness, bake
from answerprint.color.baked.lattice import BIAS, TOLERANCE, Exact, Lattice, looked_up
from answerprint.color.baked.spacing import Spacing

Colors = NDArray[np.float32]

TOP = 64.0
MIX = np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
SMALL = Fineness(side=13, draws=5, turns=2, at_once=1 << 13)


def clamped(colors: Colors) -> Colors:
    return np.asarray(np.clip(colors, 0, TOP), np.float32)


def smooth(colors: Colors) -> Colors:
    light = clamped(colors)
    return np.asarray(light / (light + np.float32(0.6)), np.float32)


def creased(colors: Colors) -> Colors:
    """A gain by the largest component, and a channel that ends before the others."""
    light = clamped(colors)
    most = light.max(axis=1, keepdims=True)
    mapped = np.asarray(light / (most + 1), np.float32)
    mapped[:, 1] = np.minimum(mapped[:, 1], 0.4)
    return mapped


def cliff(colors: Colors) -> Colors:
    light = smooth(colors)
    light[clamped(colors)[:, 2] > 3, 0] = 0
    return light


def colors(count: int = 100_000, seed: int = 9) -> Colors:
    """Light off the ends of the axes, which are marked all along in so coarse a lattice."""
    return np.exp2(np.random.default_rng(seed).random((count, 3)) * 9 - 3).astype(np.float32)


def made(exact: Exact, axes: NDArray[np.float64] | None = None, *, clamps: bool = True) -> Lattice:
    primaries = np.eye(3) if axes is None else axes
    return bake(exact, primaries, TOP, clamps=clamps, fineness=SMALL)


def errors(made: Lattice, exact: Exact, light: Colors) -> tuple[NDArray[np.float64], float]:
    """Errors of the looked up ones in ten-bit codes, and the share that was missed."""
    out = np.empty((3, len(light)), np.uint16)
    flat = [np.ascontiguousarray(light[:, n]) for n in range(3)]
    missed = looked_up(made, flat, np.zeros(1, np.float32), np.eye(3), out)
    off = np.abs(out.T / 65535 - np.clip(exact(light.copy()), 0, 1)).max(axis=1) * 1023
    return np.delete(off, missed), missed.size / len(light)


@pytest.mark.parametrize(("exact", "share"), [(smooth, 0.01), (creased, 0.5), (cliff, 0.5)])
def test_what_is_looked_up_keeps_the_promise(exact: Exact, share: float) -> None:
    off, missed = errors(made(exact), exact, colors())
    assert off.max() <= TOLERANCE
    assert off.mean() < 1
    assert missed <= share


def test_pixels_at_a_cliff_go_the_exact_way() -> None:
    light = colors(1000)
    light[:, 2] = 3 + (light[:, 2] - 32) * 1e-5
    assert errors(made(cliff), cliff, light)[1] == 1


def test_only_cells_that_bend_are_refined() -> None:
    flat = made(lambda light: clamped(light) / np.float32(4 * TOP))
    bent = made(creased)
    assert (flat.cells >= 0).mean() < (bent.cells >= 0).mean() < 1
    assert len(bent.table) - len(flat.table) == 125 * (
        (bent.cells >= 0).sum() - (flat.cells >= 0).sum()
    )
    assert bent.bytes > flat.bytes


def test_the_same_bake_gives_the_same_bytes() -> None:
    first, second = made(creased), made(creased)
    for name in ("ramp", "table", "cells"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_axes_of_other_primaries_are_those_colors_are_clamped_on() -> None:
    def mixed(light: Colors) -> Colors:
        return smooth(np.asarray(light @ MIX.T, np.float32))

    wide = colors(20_000)
    off, missed = errors(made(mixed, MIX), mixed, wide)
    assert off.max() <= TOLERANCE
    assert missed < 0.05


def test_nothing_outside_is_looked_up_where_the_transform_does_not_clamp() -> None:
    light = np.array([[-1e-4, 1, 1], [1, TOP * 1.01, 1], [1, 1, 1]], np.float32)
    assert errors(made(smooth, clamps=False), smooth, light)[1] == pytest.approx(2 / 3)


def test_values_and_positions_undo_each_other() -> None:
    spacing = Spacing(smooth, np.eye(3), TOP)
    positions = np.random.default_rng(3).random((5000, 3)).astype(np.float32)
    assert np.abs(spacing.positions(spacing.values(positions)) - positions).max() < 2e-6
    ends = spacing.values(np.array([[0, 0.5, 1]], np.float32))[0]
    assert ends[0] == 0
    assert ends[2] == pytest.approx(TOP, rel=1e-6)
    assert BIAS < 1e-5


def test_a_channel_that_dies_on_the_way_keeps_the_promise() -> None:
    """Display code has a vertical tangent where a channel comes to nothing."""

    def dying(light: Colors) -> Colors:
        shown = smooth(light)
        rest = np.maximum(light[:, 0] - 0.3 * light[:, 1], 0)
        shown[:, 0] = (rest / (rest + 1)) ** np.float32(1 / 2.4)
        return shown

    off, missed = errors(made(dying), dying, np.clip(colors(), 0, TOP))
    assert off.max() <= 2 * TOLERANCE
    assert missed < 0.3
