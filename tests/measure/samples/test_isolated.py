"""Pixels that stand alone."""

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.samples.isolated import (
    alpha_speckles,
    glints,
    lit_where_clear,
    unexplained,
)
from answerprint.measure.samples.pixels import ONE_STOP, Reach, half_bits


def seen(plane: NDArray[np.float16]) -> NDArray[np.int64]:
    return glints([plane], Reach.of([plane]))


def flat() -> NDArray[np.float16]:
    return np.full((64, 96), 0.25, np.float16)


def test_a_bright_pixel_is_isolated_and_lines_and_edges_are_not() -> None:
    plane = flat()
    plane[20, :] = 8
    plane[:, 60:] = 8
    assert len(seen(plane)) == 0
    plane[41:43, 30:32] = 8
    found = seen(plane)
    assert {(row[0], row[1]) for row in found.tolist()} <= {(41, 30), (41, 31), (42, 30), (42, 31)}
    assert len(found) >= 1


def test_grain_in_the_dark_is_no_firefly() -> None:
    plane = np.full((64, 96), 0.001, np.float16)
    plane[40, 40] = 0.05
    assert len(seen(plane)) == 0


def test_the_corner_of_the_picture_is_looked_at() -> None:
    plane = flat()
    plane[0, 0] = plane[63, 95] = 8
    assert {(row[0], row[1]) for row in seen(plane).tolist()} == {(0, 0), (63, 95)}


def test_a_neighbour_in_time_explains_what_moves_a_little() -> None:
    plane, near, far = flat(), flat(), flat()
    plane[40, 40], near[40, 46], far[40, 70] = 8, 8, 8
    found, still = seen(plane), Reach.of([flat()]).peaks
    alone = unexplained(found, still, Reach.of([far]).peaks)
    assert alone.tolist() == [5 * ONE_STOP]
    assert unexplained(found, still, Reach.of([near]).peaks).tolist() == [0]


def test_speckles_lie_in_flat_alpha() -> None:
    alpha = np.zeros((32, 48), np.float16)
    alpha[:, 24:] = np.linspace(0, 1, 24, dtype=np.float16)
    assert alpha_speckles(half_bits(alpha))[0] == 0
    alpha[10, 8] = 0.5
    alpha[20, 12] = 0.05
    assert alpha_speckles(half_bits(alpha)) == (1, (8, 10))


def test_light_is_counted_where_alpha_is_clear() -> None:
    alpha, light = np.ones((16, 16), np.float16), np.full((16, 16), 0.5, np.float16)
    alpha[4:8], light[4:6] = 0, 0
    assert lit_where_clear(half_bits(alpha), [half_bits(light)]) == (64, 32)
