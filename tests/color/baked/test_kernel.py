"""The look-up itself, against the same interpolation written out in numpy."""

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.kernel import BLOCK, FINE
from answerprint.color.baked.lattice import MARK, Lattice, looked_up
from answerprint.color.baked.spacing import Spacing

Colors = NDArray[np.float32]

SIDE = 5
TOP = 16.0


def unrefined(nodes: NDArray[np.uint16], *, clamps: bool = True) -> Lattice:
    ramp = Spacing(lambda colors: colors / np.float32(TOP), np.eye(3), TOP).ramp
    cells = np.full((SIDE - 1) ** 3, -1, np.int32)
    return Lattice(np.eye(3), TOP, clamps, ramp, unmarked(nodes.reshape(-1, 3)), cells)


def unmarked(nodes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.pad(nodes, ((0, 0), (0, 1)))


def random_nodes(seed: int = 5) -> NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(0, 65536, (SIDE,) * 3 + (3,)).astype(np.uint16)


def light(count: int = 5000, top: float = TOP) -> Colors:
    return (np.random.default_rng(1).random((count, 3)) ** 3 * top).astype(np.float32)


def shown(
    made: Lattice, colors: Colors, matrix: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.uint16], NDArray[np.int32]]:
    out = np.full((3, len(colors)), 7, np.uint16)
    flat = [np.ascontiguousarray(colors[:, n]) for n in range(3)]
    missed = looked_up(
        made, flat, np.zeros(1, np.float32), np.eye(3) if matrix is None else matrix, out
    )
    return out, missed


def interpolated(nodes: NDArray[np.uint16], positions: Colors) -> NDArray[np.float64]:
    """Walk from a cell's lowest corner to its highest, along the largest coordinate first."""
    result = []
    for place in np.clip(positions.astype(np.float64) * (SIDE - 1), 0, SIDE - 1):
        corner = np.minimum(place.astype(int), SIDE - 2)
        part = place - corner
        value = nodes[tuple(corner)].astype(np.float64)
        for axis in np.argsort(-part):
            stepped = corner.copy()
            stepped[axis] += 1
            value = value + part[axis] * (
                nodes[tuple(stepped)].astype(float) - nodes[tuple(corner)]
            )
            corner = stepped
        result.append(value)
    return np.array(result)


def test_colors_are_interpolated_in_their_tetrahedron() -> None:
    nodes = random_nodes()
    made = unrefined(nodes)
    colors = light(200)
    ties = [[1, 1, 1], [2, 2, 1], [1, 2, 2], [0, 0, 0], [TOP, TOP, TOP], [TOP, 0, TOP]]
    colors[:6] = np.array(ties)
    spacing = Spacing(lambda c: c / np.float32(TOP), np.eye(3), TOP)
    out, missed = shown(made, colors)
    assert missed.size == 0
    assert np.abs(out.T - interpolated(nodes, spacing.positions(colors))).max() < 1.0


def test_the_matrix_comes_before_the_look_up() -> None:
    made = unrefined(random_nodes())
    mix = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0.125, 0, 0.875]])
    mixed = (light() @ mix.T.astype(np.float32)).astype(np.float32)
    # Products are rounded in another order: a code of 16 bits either way at the steepest node.
    off = shown(made, light(), mix)[0].astype(int) - shown(made, mixed)[0]
    assert np.abs(off).max() <= 2


def test_what_lies_outside_is_clamped_where_the_transform_clamps_and_missed_where_not() -> None:
    nodes = random_nodes()
    colors = np.array([[-1, 2, 3], [0, 2, 3], [99, 2, 3], [TOP, 2, 3]], np.float32)
    out, missed = shown(unrefined(nodes), colors)
    assert missed.size == 0
    assert np.array_equal(out[:, 0], out[:, 1])
    assert np.array_equal(out[:, 2], out[:, 3])
    out, missed = shown(unrefined(nodes, clamps=False), colors)
    assert missed.tolist() == [0, 2]
    assert np.array_equal(out[:, [1, 3]], shown(unrefined(nodes), colors)[0][:, [1, 3]])


def test_a_coarse_cell_that_is_marked_is_missed_and_no_other() -> None:
    made = unrefined(random_nodes())
    made.table[0, MARK] = 1
    spacing = Spacing(lambda c: c / np.float32(TOP), np.eye(3), TOP)
    inside = np.flatnonzero((spacing.positions(light()) * (SIDE - 1) < 1).all(axis=1))
    assert 0 < inside.size < len(light())
    assert np.array_equal(shown(made, light())[1], inside)


def test_a_refined_cell_uses_its_own_nodes_and_misses_its_marked_parts() -> None:
    nodes = np.zeros((SIDE,) * 3 + (3,), np.uint16)
    coarse = unrefined(nodes)
    cells = coarse.cells.copy()
    cells[0] = 0
    block = unmarked(np.full((BLOCK, 3), 4000, np.uint16))
    table = np.concatenate([coarse.table, block])
    made = Lattice(coarse.axes, TOP, True, coarse.ramp, table, cells)
    made.marks[0, FINE - 1, FINE - 1, FINE - 1] = 1
    spacing = Spacing(lambda c: c / np.float32(TOP), np.eye(3), TOP)
    places = np.array([[0.1, 0.1, 0.1], [0.99, 0.99, 0.99], [1.5, 0.1, 0.1]], np.float32)
    out, missed = shown(made, spacing.values(places / np.float32(SIDE - 1)))
    assert missed.tolist() == [1]
    assert out[:, 0].tolist() == [4000] * 3
    assert out[:, 2].tolist() == [0] * 3


def test_what_lies_outside_marked_parts_is_missed_only_where_the_transform_does_not_clamp() -> None:
    made = unrefined(random_nodes(), clamps=False)
    made.table[0, MARK] = 1
    colors = np.array([[0, 0, 0], [9, 9, 9], [-1, 9, 9]], np.float32)
    assert shown(made, colors)[1].tolist() == [0, 2]
