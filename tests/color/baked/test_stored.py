"""Stored pixels read as light, colors mixed as OpenColorIO mixes them, and colors gathered and scattered."""

import numpy as np
import PyOpenColorIO as ocio
import pytest
from numpy.typing import NDArray

from answerprint.color.baked.stored import distinct, gather, mix, scatter
from answerprint.color.primaries import AP0, REC709, rgb_to_rgb
from answerprint.color.rendering import half_light

SAME = np.eye(3, dtype=np.float32)
NONE = np.zeros(1, np.float32)


def light_of(plane: NDArray[np.generic], table: NDArray[np.float32] = NONE) -> NDArray[np.float32]:
    found = gather(plane, plane, plane, table, SAME, np.arange(plane.size, dtype=np.int32))
    return np.asarray(found[:, 1])


def mixed(matrix: NDArray[np.float64], colors: NDArray[np.float32]) -> NDArray[np.float32]:
    axes = [np.ascontiguousarray(colors[:, n]) for n in range(3)]
    mix(matrix.astype(np.float32), *axes)
    return np.stack(axes, axis=-1)


def test_every_half_float_is_read_by_its_bits() -> None:
    bits = np.arange(1 << 16, dtype=np.uint16).view(np.int16)
    assert np.array_equal(light_of(bits), half_light())


def test_codes_are_read_by_a_table() -> None:
    table = np.random.default_rng(1).random(1 << 16).astype(np.float32)
    codes = np.array([0, 1, 40000, 65535], np.uint16)
    assert np.array_equal(light_of(codes, table), table[codes])


def test_floats_are_as_they_are_and_finite() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1e-40, -3e38, 0.25], np.float32)
    assert light_of(odd).tolist() == [0, 65504, -65504, odd[3], odd[4], 0.25]


@pytest.mark.parametrize("seed", [1, 2])
def test_colors_are_mixed_as_opencolorio_does_to_the_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = rgb_to_rgb(AP0, REC709) if seed == 1 else random.normal(size=(3, 3))
    colors = (2.0 ** (random.random((200_000, 3)) * 40 - 24)).astype(np.float32)
    colors *= np.where(random.random(colors.shape) < 0.3, -1, 1)
    whole = np.eye(4)
    whole[:3, :3] = matrix
    step = ocio.MatrixTransform(matrix=whole.reshape(-1).tolist())
    processor = ocio.Config.CreateRaw().getProcessor(step)
    theirs = colors.copy()
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(theirs)
    assert np.array_equal(mixed(matrix, colors), theirs)


def test_colors_are_gathered_and_scattered_where_they_belong() -> None:
    where = np.array([4, 1], np.int32)
    planes = [np.arange(6, dtype=np.float32) + 10 * n for n in range(3)]
    assert gather(*planes, NONE, SAME, where).tolist() == [[4, 14, 24], [1, 11, 21]]
    assert gather(*planes, NONE, SAME[::-1].copy(), where).tolist() == [[24, 14, 4], [21, 11, 1]]
    out = np.full((3, 6), 9, np.uint16)
    shown = np.array([[0, 1, 0.25], [-1, 0.5, 2]], np.float32)
    scatter(shown, np.array([1, 0], np.int32), where, out)
    assert out[:, 4].tolist() == [0, 32768, 65535]
    assert out[:, 1].tolist() == [0, 65535, 16384]
    assert (np.delete(out, where, axis=1) == 9).all()


@pytest.mark.parametrize("count", [0, 1, 3, 5000])
def test_colors_are_told_apart_by_their_bits(count: int) -> None:
    random = np.random.default_rng(count)
    colors = random.choice(np.array([0, -0.0, 0.1, 0.5, 1e-40, 7], np.float32), (count, 3))
    kept, which = distinct(colors)
    assert len(kept) == len({color.tobytes() for color in colors})
    assert kept[which].tobytes() == colors.tobytes()


def test_colors_that_all_differ_are_all_kept_in_their_order() -> None:
    """Halves differ in the upper bits of a float, and ramps in few of them."""
    ramp = np.arange(1 << 14, dtype=np.float16).astype(np.float32)
    colors = np.stack([ramp, ramp[::-1], ramp * 0], axis=-1)
    colors = colors[np.unique(colors[:, 0], return_index=True)[1]]
    kept, which = distinct(colors)
    assert np.array_equal(kept, colors)
    assert np.array_equal(which, np.arange(len(colors)))
