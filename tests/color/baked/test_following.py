"""Faults followed: which faces lie beside marked parts, and what is found on them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.baking import _Baking, bake
from answerprint.color.baked.following import faces_beside, marked_parts
from answerprint.color.baked.kernel import BLOCK, FINE
from answerprint.color.baked.lattice import TOLERANCE, Lattice
from answerprint.color.baked.spacing import Spacing
from tests.color.baked.test_baking import SMALL, TOP, clamped, colors, errors, smooth

Colors = NDArray[np.float32]

NONE = np.zeros((FINE * (SMALL.side - 1),) * 3, np.bool_)
"""No part marked."""


def cut(light: Colors) -> Colors:
    """A jump of twelve ten-bit codes across a curved surface that no axis is parallel to."""
    shown, inside = smooth(light), clamped(light)
    beyond = np.log2(inside + np.float32(0.1)) @ np.array([1, -0.4, 0.3], np.float32)
    shown[beyond + 0.3 * np.sin(2 * beyond + inside[:, 1] / 8) > 1, 0] -= np.float32(12 / 1023)
    return shown


def test_marks_are_counted_along_the_axes_as_if_every_cell_were_refined() -> None:
    cells = np.array([-1, 1, -1, -1, -1, -1, 0, -1], np.int32)
    table = np.zeros((3**3 + 2 * BLOCK, 4), np.uint16)
    made = Lattice(np.eye(3), TOP, True, np.empty(0, np.float32), table, cells)
    made.marks[0, 0, 0, 0] = made.marks[1, -1, -1, -1] = 1
    marked = marked_parts(made)
    assert marked.shape == (2 * FINE,) * 3
    assert np.argwhere(marked).tolist() == [[3, 3, 7], [4, 4, 0]]


def test_faces_are_those_of_parts_that_are_not_marked_beside_fresh_ones() -> None:
    marked = np.zeros((4, 4, 4), np.bool_)
    marked[1, 1, 1] = marked[1, 1, 2] = marked[0, 0, 3] = True
    fresh = np.zeros_like(marked)
    fresh[1, 1, 1] = fresh[0, 0, 3] = True
    faces = faces_beside(fresh, marked)
    found = {
        (*map(int, part), int(axis), int(end))
        for part, axis, end in zip(faces.parts, faces.axes, faces.ends, strict=True)
    }
    assert found == {
        (2, 1, 1, 0, 0), (0, 1, 1, 0, 1), (1, 2, 1, 1, 0), (1, 0, 1, 1, 1), (1, 1, 0, 2, 1),
        (1, 0, 3, 0, 0), (0, 1, 3, 1, 0), (0, 0, 2, 2, 1),
    }  # fmt: skip


def test_a_fault_is_followed_through_cells_whose_marks_were_missed() -> None:
    whole = bake(cut, np.eye(3), TOP, clamps=True, fineness=SMALL)
    forgotten = replace(whole, table=whole.table.copy())
    forgotten.marks[::4] = 0
    with ThreadPoolExecutor(2) as pool:
        found, _ = _Baking(Spacing(cut, np.eye(3), TOP), pool, SMALL).followed(forgotten, NONE)
    (first, missed), (second, again) = (errors(each, cut, colors()) for each in (forgotten, found))
    assert (first > TOLERANCE).sum() > 100
    assert (second > TOLERANCE).sum() * 5 < (first > TOLERANCE).sum()
    assert missed < again < errors(whole, cut, colors())[1] + 0.001


def test_a_lattice_without_faults_stays_as_it_is() -> None:
    whole = bake(smooth, np.eye(3), TOP, clamps=True, fineness=SMALL)
    whole.marks[:] = 0
    with ThreadPoolExecutor(2) as pool:
        found, _ = _Baking(Spacing(smooth, np.eye(3), TOP), pool, SMALL).followed(whole, NONE)
    assert found.table.tobytes() == whole.table.tobytes()
