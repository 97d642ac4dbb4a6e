"""Planes of half floats read at once, against plain numpy, value by value."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.samples.halfloops import CELL, DARKEST_BITS, LARGEST
from answerprint.measure.samples.halves import HalfPlane, read_halves
from answerprint.measured.frames import NEGATIVE_STEPS

Halves = NDArray[np.float16]


def any_halves(seed: int, shape: tuple[int, int]) -> Halves:
    """Return patterns of every kind: not-a-number, both infinities, both zeros, denormals."""
    patterns = np.random.default_rng(seed).integers(0, 1 << 16, shape)
    return patterns.astype(np.uint16).view(np.float16)


def blocks(plane: Halves, darkest: int) -> NDArray[np.int64]:
    """Return the patterns of whole cells in range, as (rows, CELL, columns, CELL)."""
    rows, columns = (n // CELL for n in plane.shape)
    whole = plane[: rows * CELL, : columns * CELL].view(np.int16).astype(np.int64)
    return whole.clip(darkest, LARGEST).reshape(rows, CELL, columns, CELL)


def halved(patterns: NDArray[np.int64]) -> NDArray[np.int64]:
    rows = patterns[0::2] + patterns[1::2]
    return (rows[:, 0::2] + rows[:, 1::2] + 2) >> 2


def check_cells(plane: Halves, read: HalfPlane) -> None:
    whole = blocks(plane, DARKEST_BITS)
    rows, _, columns, _ = whole.shape
    flat = whole.reshape(rows * CELL, columns * CELL)
    assert (read.averages == halved(halved(flat))).all()
    assert (read.peaks == whole.max(axis=(1, 3))).all()
    assert (read.corners == blocks(plane, 0)[:, 0, :, 0]).all()


@pytest.mark.parametrize("shape", [(8, 8), (31, 67), (64, 129), (4, 40)])
@pytest.mark.parametrize("seed", range(2))
def test_every_kind_of_pattern_is_counted_as_numpy_does(seed: int, shape: tuple[int, int]) -> None:
    plane = any_halves(seed, shape)
    wide, sizes = plane.astype(np.float64), plane.view(np.uint16) & 0x7FFF
    finite = wide[np.isfinite(wide)]
    read = read_halves(plane)
    levels = read.levels
    assert levels.nan == np.isnan(wide).sum()
    assert levels.infinite == np.isinf(wide).sum()
    assert (levels.minimum, levels.maximum) == (finite.min(), finite.max())
    assert levels.mean == pytest.approx(finite.mean(), rel=1e-12)
    assert levels.negative == tuple(int((finite < step).sum()) for step in NEGATIVE_STEPS)
    assert levels.overflow == (sizes == LARGEST).sum()
    assert levels.denormal == ((sizes > 0) & (sizes < 0x0400)).sum()
    bright = plane[np.isfinite(wide) & (wide >= 1024)]
    assert levels.plateau == max(np.unique(bright, return_counts=True)[1], default=0)
    check_cells(plane, read)


@pytest.mark.parametrize("seed", range(3))
def test_rows_without_faults_are_counted_the_same(seed: int) -> None:
    plane = (np.random.default_rng(seed).random((70, 130)) ** 6 * 3000 - 0.2).astype(np.float16)
    plane[::7, ::3] = -4e-5
    finite = plane.astype(np.float64)
    levels = read_halves(plane).levels
    assert levels.mean == finite.sum() / finite.size
    assert levels.negative == tuple(int((finite < step).sum()) for step in NEGATIVE_STEPS)
    assert (levels.minimum, levels.maximum) == (finite.min(), finite.max())
    assert levels.denormal == ((abs(finite) < 2.0**-14) & (finite != 0)).sum()
    assert levels.plateau > 0
    check_cells(plane, read_halves(plane))


def test_one_bad_sample_leaves_the_others_of_its_row_counted() -> None:
    plane = np.full((8, 64), 2048, np.float16)
    plane[3, 5], plane[3, 6], plane[3, 7] = np.nan, -65504, 3e-6
    levels = read_halves(plane).levels
    assert (levels.nan, levels.overflow, levels.denormal, levels.plateau) == (1, 1, 1, 8 * 64 - 3)
    assert (levels.minimum, levels.maximum) == (-65504, 2048)
    assert levels.negative == (1,) * len(NEGATIVE_STEPS)


def test_zeros_of_either_sign_are_zero() -> None:
    for sign in (0.0, -0.0):
        levels = read_halves(np.full((4, 4), sign, np.float16)).levels
        assert str(levels.minimum) == str(levels.maximum) == "0.0"
        assert levels.negative[0] == levels.denormal == 0


def test_a_plane_of_negatives_has_a_negative_maximum() -> None:
    levels = read_halves(np.array([[-1, -2], [-3, -4]], np.float16)).levels
    assert (levels.minimum, levels.maximum, levels.mean) == (-4, -1, -2.5)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 9), (9, 3)])
def test_what_is_smaller_than_a_cell_is_one_of_its_own_light(shape: tuple[int, int]) -> None:
    read = read_halves(np.full(shape, 0.5, np.float16))
    assert read.averages.shape == tuple(max(1, n // CELL) for n in shape)
    assert (read.averages.view(np.float16) == 0.5).all()
    assert (read.peaks.view(np.float16) == 0.5).all()
    assert read.levels.mean == 0.5


def test_a_view_of_a_larger_plane_is_read_as_it_is_seen() -> None:
    plane = any_halves(5, (40, 80))
    part = plane[3:35, 5:69]
    assert read_halves(part).levels == read_halves(part.copy()).levels
    assert (read_halves(part).averages == read_halves(part.copy()).averages).all()
