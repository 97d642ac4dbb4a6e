"""Where a lattice's faults may go on: parts beside marked ones.

Creases and jumps of a transform are surfaces. Where one bulges through the face
of a part into the next, by a hundredth of it, colors drawn at random in that one
find nothing; on the face that both have in common they do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.kernel import FINE
from answerprint.color.baked.lattice import Lattice

Parts = NDArray[np.bool_]
"""Whether parts are marked, (parts, parts, parts): along each axis as if every cell were refined."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces that parts, (n, 3), have in common with others: across which axes, (n,), and at which end, (n,) 0 or 1."""

    parts: NDArray[np.int64]
    axes: NDArray[np.int64]
    ends: NDArray[np.int64]


def marked_parts(lattice: Lattice) -> Parts:
    """Return which parts of a lattice are marked."""
    cells = lattice.side - 1
    inner = np.zeros((len(lattice.cells), FINE, FINE, FINE), np.bool_)
    refined = lattice.cells >= 0
    inner[refined] = lattice.marks[lattice.cells[refined]]
    split = inner.reshape(cells, cells, cells, FINE, FINE, FINE)
    return split.transpose(0, 3, 1, 4, 2, 5).reshape((cells * FINE,) * 3)


def faces_beside(fresh: Parts, marked: Parts) -> Faces:
    """Return the faces at which parts that are not `marked` touch `fresh` ones."""
    found = []
    for axis in range(3):
        for end in (0, 1):
            neighbour = np.zeros_like(fresh)
            here, there = [slice(None)] * 3, [slice(None)] * 3
            here[axis], there[axis] = (slice(1, None), slice(None, -1))[:: 1 - 2 * end]
            neighbour[tuple(here)] = fresh[tuple(there)]
            parts = np.argwhere(neighbour & ~marked)
            found.append((parts, np.full(len(parts), axis), np.full(len(parts), end)))
    parts, axes, ends = (np.concatenate([each[n] for each in found]) for n in range(3))
    return Faces(parts, axes, ends)
