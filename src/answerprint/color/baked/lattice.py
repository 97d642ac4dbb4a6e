"""A baked transform: a lattice that is fine where the transform bends, and says where it cannot be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.kernel import FINE, look_up
from answerprint.color.baked.stored import Plane

Colors = NDArray[np.float32]
Exact = Callable[[Colors], Colors]
"""A transform of colors, (n, 3), to display R'G'B' in 0..1, (n, 3); it may work in place."""

TOLERANCE: Final = 2.0
"""Largest error of a looked up pixel, in ten-bit codes."""
BIAS: Final = float(np.float32(2.0**-18))
"""Added to a value before its logarithm is taken by its bits: below it, spacing is even."""
MARK: Final = 3
"""Place of a part's mark among the four numbers of its first node."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A baked transform of linear light (or code) on three axes, each from 0 to `top`.

    `axes` is the matrix from the transform's own input to those axes; `clamps`
    says that the transform itself clamps them to 0..top, so that nothing
    outside has to be known. `table`, (nodes, 4), holds R', G' and B' of every node
    in 16-bit codes, those of the coarse lattice first and then BLOCK of each refined cell, and
    1 where what lies between it and the next nodes has to go the exact way, else 0.
    `cells` numbers the refined ones among coarse cells; others are -1.
    """

    axes: NDArray[np.float64]
    top: float
    clamps: bool
    ramp: NDArray[np.float32]
    table: NDArray[np.uint16]
    cells: NDArray[np.int32]

    @property
    def side(self) -> int:
        """Nodes along an axis of the coarse lattice."""
        return int(np.cbrt(self.cells.size) + 0.5) + 1

    @property
    def bytes(self) -> int:
        """Memory it takes."""
        return sum(array.nbytes for array in (self.ramp, self.table, self.cells))

    @property
    def blocks(self) -> NDArray[np.uint16]:
        """Nodes of refined cells, as they lie in the table: (cells, FINE + 1, FINE + 1, FINE + 1, 4)."""
        return self.table[self.side**3 :].reshape(-1, *[FINE + 1] * 3, 4)

    @property
    def marks(self) -> NDArray[np.uint16]:
        """Marks of the parts of refined cells, as they lie in the table: (cells, FINE, FINE, FINE)."""
        return self.blocks[:, :FINE, :FINE, :FINE, MARK]


def looked_up(
    lattice: Lattice,
    flat: Sequence[Plane],
    light: NDArray[np.float32],
    matrix: NDArray[np.float64],
    out: NDArray[np.uint16],
) -> NDArray[np.int32]:
    """Look up flat planes into `out`, (3, n), and return the indices of pixels that have to go the exact way.

    `matrix` brings the planes' light to what the baked transform takes; `light`
    turns stored 16-bit codes to light.
    """
    missed = np.empty(flat[0].size, np.int32)
    whole = (lattice.axes @ matrix).astype(np.float32)
    count = look_up(
        *flat, light, whole, lattice.top, lattice.clamps, BIAS, rising(lattice.ramp),
        lattice.table.reshape(-1).view(np.int64), lattice.side, lattice.cells, out, missed,
    )  # fmt: skip
    return missed[:count]


def rising(nodes: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return nodes along the last axis, each beside what it rises by to the next, as one integer: read at once."""
    pairs = np.zeros((*nodes.shape, 2), np.float32)
    pairs[..., 0] = nodes
    np.subtract(nodes[..., 1:], nodes[..., :-1], out=pairs[..., :-1, 1])
    return pairs.reshape(*nodes.shape[:-1], -1).view(np.int64)
