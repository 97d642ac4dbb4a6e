"""A baked transform: a lattice that is fine where the transform bends, and says where it cannot be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.kernel import Plane, look_up

Colors = NDArray[np.float32]
Exact = Callable[[Colors], Colors]
"""A transform of colors, (n, 3), to display R'G'B' in 0..1, (n, 3); it may work in place."""

TOLERANCE: Final = 2.0
"""Largest error of a looked up pixel, in ten-bit codes."""
BIAS: Final = float(np.float32(2.0**-18))
"""Added to a value before its logarithm is taken by its bits: below it, spacing is even."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A baked transform of linear light (or code) on three axes, each from 0 to `top`.

    `axes` is the matrix from the transform's own input to those axes; `clamps`
    says that the transform itself clamps them to 0..top, so that nothing
    outside has to be known.
    """

    axes: NDArray[np.float64]
    top: float
    clamps: bool
    ramp: NDArray[np.float32]
    table: NDArray[np.uint16]
    cells: NDArray[np.int32]
    masks: NDArray[np.uint64]

    @property
    def side(self) -> int:
        """Nodes along an axis of the coarse lattice."""
        return int(np.cbrt(self.cells.size) + 0.5) + 1

    @property
    def bytes(self) -> int:
        """Memory it takes."""
        arrays = (self.ramp, self.table, self.cells, self.masks)
        return sum(array.nbytes for array in arrays)


def looked_up(
    lattice: Lattice,
    flat: Sequence[Plane],
    light: NDArray[np.float32],
    matrix: NDArray[np.float64],
    out: NDArray[np.uint16],
) -> NDArray[np.int32]:
    """Look up flat planes into `out`, (3, n), and return the indices of pixels that have to go the exact way.

    `matrix` brings the planes' light to what the baked transform takes; `light`
    turns stored 16-bit values to light.
    """
    missed = np.empty(flat[0].size, np.int32)
    whole = (lattice.axes @ matrix).astype(np.float32)
    # The kernel reads a mask for every pixel, of the first block where a cell has none.
    masks = lattice.masks if lattice.masks.size else np.zeros(1, np.uint64)
    count = look_up(
        *flat, light, whole, lattice.top, lattice.clamps, BIAS, lattice.ramp, lattice.table,
        lattice.side, lattice.cells, masks, out, missed,
    )  # fmt: skip
    return missed[:count]
