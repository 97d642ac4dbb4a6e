"""The look-up itself, against the same interpolation written out in numpy."""

import numpy as np
from numpy.typing import NDArray

from answerprint.color import kernel
from answerprint.color.kernel import BLOCK, FINE, UNTRUSTED, gather, scatter
from answerprint.color.lattice import Lattice, looked_up
from answerprint.color.rendering import half_light
from answerprint.color.spacing import Spacing

Colors = NDArray[np.float32]

SIDE = 5
TOP = 16.0


def unrefined(nodes: NDArray[np.uint16], *, clamps: bool = True) -> Lattice:
    ramp = Spacing(lambda colors: colors / np.float32(TOP), np.eye(3), TOP).ramp
    cells = np.full((SIDE - 1) ** 3, -1, np.int32)
    return Lattice(np.eye(3), TOP, clamps, ramp, nodes.reshape(-1), cells, np.empty(0, np.uint64))


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


def test_half_floats_are_read_by_their_bits() -> None:
    made = unrefined(random_nodes())
    halves = light(2000).astype(np.float16)
    bits = [np.ascontiguousarray(halves[:, n]).view(np.uint16) for n in range(3)]
    out = np.empty((3, len(halves)), np.uint16)
    missed = looked_up(made, bits, half_light(), np.eye(3), out)
    assert missed.size == 0
    assert np.array_equal(out, shown(made, halves.astype(np.float32))[0])


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


def test_a_cell_that_is_not_trusted_is_missed_and_no_other() -> None:
    made = unrefined(random_nodes())
    made.cells[0] = UNTRUSTED
    spacing = Spacing(lambda c: c / np.float32(TOP), np.eye(3), TOP)
    inside = np.flatnonzero((spacing.positions(light()) * (SIDE - 1) < 1).all(axis=1))
    assert 0 < inside.size < len(light())
    assert np.array_equal(shown(made, light())[1], inside)


def test_a_refined_cell_uses_its_own_nodes_and_misses_its_marked_parts() -> None:
    nodes = np.zeros((SIDE,) * 3 + (3,), np.uint16)
    coarse = unrefined(nodes)
    cells = coarse.cells.copy()
    cells[0] = 0
    block = np.full(BLOCK * 3, 4000, np.uint16)
    last_part = np.uint64(1) << np.uint64(FINE**3 - 1)
    made = Lattice(
        coarse.axes, TOP, True, coarse.ramp, np.concatenate([coarse.table, block]), cells,
        np.array([last_part]),
    )  # fmt: skip
    spacing = Spacing(lambda c: c / np.float32(TOP), np.eye(3), TOP)
    places = np.array([[0.1, 0.1, 0.1], [0.99, 0.99, 0.99], [1.5, 0.1, 0.1]], np.float32)
    out, missed = shown(made, spacing.values(places / np.float32(SIDE - 1)))
    assert missed.tolist() == [1]
    assert out[:, 0].tolist() == [4000] * 3
    assert out[:, 2].tolist() == [0] * 3


def test_colors_are_gathered_and_scattered_where_they_belong() -> None:
    where = np.array([4, 1], np.int32)
    planes = [np.arange(6, dtype=np.float32) + 10 * n for n in range(3)]
    assert gather(*planes, np.zeros(1, np.float32), where).tolist() == [[4, 14, 24], [1, 11, 21]]
    out = np.full((3, 6), 9, np.uint16)
    scatter(np.array([[-1, 0.5, 2], [0, 1, 0.25]], np.float32), where, out)
    assert out[:, 4].tolist() == [0, 32768, 65535]
    assert out[:, 1].tolist() == [0, 65535, 16384]
    assert (np.delete(out, where, axis=1) == 9).all()


def test_a_refined_cell_s_parts_fit_its_mask() -> None:
    assert kernel.FINE**3 == 64
