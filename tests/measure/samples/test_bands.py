"""Bands of a chunk, on cells made up."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.samples.bands import band_jump, chunk_lines
from answerprint.measure.samples.halfloops import CELL
from answerprint.measure.samples.pixels import ONE_STOP
from tests.checks.subjects import header


def cells(seed: int = 0) -> NDArray[np.int16]:
    random = np.random.default_rng(seed)
    return (0x3400 + random.integers(-100, 100, (90, 64, 3))).astype(np.int16)


def planes(picture: NDArray[np.int16]) -> list[NDArray[np.uint16]]:
    return [np.ascontiguousarray(plane).view(np.uint16) for plane in np.moveaxis(picture, 2, 0)]


def jump(frame: NDArray[np.int16], lines: int = 32) -> tuple[tuple[int, int], float] | None:
    found = band_jump(*(planes(picture) for picture in (cells(1), frame, cells(2))), lines=lines)
    return None if found is None else (found.lines, found.stops - max(0.0, found.beside))


def test_a_chunk_of_wrong_light_is_found_through_grain() -> None:
    frame = cells(3)
    frame[16:24] += ONE_STOP // 4
    found = jump(frame)
    assert found is not None
    assert found[0] == (64, 95)
    assert found[1] == pytest.approx(0.25, abs=0.06)


def test_garbage_of_the_right_mean_is_found() -> None:
    frame = cells(3)
    frame[88:] += np.random.default_rng(4).integers(-4000, 4000, (2, 64, 3)).astype(np.int16)
    found = jump(frame)
    assert found is not None
    assert found[0] == (352, 359)
    assert found[1] > 0.5


@pytest.mark.parametrize("rows", [slice(0, 90), slice(18, 26), slice(17, 21)])
def test_what_does_not_keep_to_a_chunk_is_none(rows: slice) -> None:
    frame = cells(3)
    frame[rows] += ONE_STOP
    found = jump(frame)
    assert found is not None
    assert found[1] < 0.1


def test_a_picture_of_one_chunk_has_no_bands() -> None:
    assert jump(cells(3), lines=90 * CELL) is None
    assert jump(cells(3), lines=0) is None


def test_lines_of_a_chunk_are_those_of_its_compression() -> None:
    assert chunk_lines(header().main) == 256
    assert chunk_lines(header(compression="zips").main) == 0
    assert chunk_lines(header(storage="tiled").main) == 0
