"""Baking a transform: nodes sampled, cells that bend refined, and what stays too far off marked.

An ACES output transform costs about 0.4 µs a pixel. Sampled on a lattice it is
looked up in a fortieth of that, wrong by dozens of codes where it has creases.
So the lattice is built on the axes the transform itself clamps to, spaced by the
transform's own response to greys, refined where a cell's error is too large,
and what is still too far off is marked: such pixels go the exact way.

What is guaranteed: pixels of marked parts are exact. What is evidence: that
others are not off by more than TOLERANCE. It is sought where faults are likely, in
every cell and part, on the edges they share, uphill from the worst of each, and in the parts
beside marked ones, as far as a fault goes on there; and then by colors drawn at
random, inside the axes and beyond them, turn after turn, until a turn of eight
million finds none: with 95 % confidence, fewer than one in 2.8 million is.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.creases import creased, steep
from answerprint.color.baked.drawing import drawn
from answerprint.color.baked.following import Parts, faces_beside, marked_parts
from answerprint.color.baked.kernel import BLOCK, FINE
from answerprint.color.baked.lattice import MARK, TOLERANCE, Colors, Exact, Lattice
from answerprint.color.baked.probing import TRUSTED, Prober, joined
from answerprint.color.baked.spacing import Spacing
from answerprint.media.memory import frames_reused

_CLIPPED: Final = 0.7
"""Largest sampled error of a coarse cell in which a channel comes to an end: thin creases hide there, and finer parts show them."""
_CELLS_AT_ONCE: Final = 2048
"""Refined cells whose parts are looked at together: 100 megabytes of work."""


@dataclass(frozen=True, slots=True)
class Fineness:
    """How finely a transform is baked."""

    side: int = 65
    """Nodes along an axis of the coarse lattice."""
    draws: int = 128
    """Times that `at_once` random colors are drawn in a turn: 8 million."""
    turns: int = 4
    """Turns of drawing at most, until one finds nothing further off than TOLERANCE."""
    at_once: int = 1 << 16
    """Colors evaluated in one go."""
    parts_on: int = 6
    """Parts that a fault is followed through at most, one after the other."""


FINENESS: Final = Fineness()


def bake(
    exact: Exact,
    axes: NDArray[np.float64],
    top: float,
    *,
    clamps: bool,
    fineness: Fineness = FINENESS,
) -> Lattice:
    """Sample `exact` on a lattice over `axes`, refine the cells that bend, and mark what stays too far off.

    `clamps` as in Lattice. Takes 50 to 90 million evaluations of `exact`, on all
    cores; memory about 200 MB beside two lattices. `exact` must be safe to call
    from several threads.
    """
    with frames_reused(), ThreadPoolExecutor(cores_there(), "bake") as pool:
        baking = _Baking(Spacing(exact, axes, top), pool, fineness)
        coarse = baking.coarse(axes, top, clamps=clamps)
        lattice = baking.refined(coarse, baking.bent(coarse))
        followed = np.zeros((FINE * baking.cells,) * 3, np.bool_)
        for turn in range(fineness.turns):
            found, most = baking.found_out(lattice, turn)
            lattice = baking.hardened(lattice, found)
            lattice, followed = baking.followed(lattice, followed)
            if most <= TOLERANCE:
                break
        return lattice


@dataclass(frozen=True, slots=True)
class _Baking:
    spacing: Spacing
    pool: ThreadPoolExecutor
    fineness: Fineness

    @property
    def cells(self) -> int:
        """Cells along an axis."""
        return self.fineness.side - 1

    def coarse(self, axes: NDArray[np.float64], top: float, *, clamps: bool) -> Lattice:
        grid = np.linspace(0, 1, self.fineness.side, dtype=np.float32)

        def slab(first: np.float32) -> NDArray[np.uint16]:
            there = np.stack(np.meshgrid(first, grid, grid, indexing="ij"), axis=-1)
            return _unmarked(self.spacing.codes(there.reshape(-1, 3)))

        nodes = np.concatenate(list(self.pool.map(slab, grid)))
        flat = np.full(self.cells**3, -1, np.int32)
        return Lattice(axes, top, clamps, self.spacing.ramp, nodes, flat)

    def bent(self, coarse: Lattice) -> NDArray[np.int64]:
        """Return the indices of coarse cells in which a probe is further off than TRUSTED."""
        nodes = coarse.table[:, :MARK].reshape(1, *[self.fineness.side] * 3, 3)
        crossed, much = (boxes.reshape(-1) for boxes in steep(nodes, _white(coarse)))
        doubted = creased(nodes).reshape(-1) | crossed
        off = self._prober(coarse).probed(self._corners(np.arange(self.cells**3)), doubted)
        return np.flatnonzero((off > TRUSTED[0]) | (crossed & (off > _CLIPPED)) | much)

    def refined(self, lattice: Lattice, bent: NDArray[np.int64]) -> Lattice:
        """Give the coarse cells `bent` nodes of their own, and mark the parts that stay too far off."""
        if not bent.size:
            return lattice
        before, nodes = len(lattice.blocks), len(lattice.table)
        cells = lattice.cells.copy()
        cells[bent] = before + np.arange(len(bent))
        table = np.zeros((nodes + len(bent) * BLOCK, 4), np.uint16)
        table[:nodes] = lattice.table
        fine = replace(lattice, cells=cells, table=table)
        self._fill(fine.blocks[before:], bent)
        fine.marks[before:] = np.concatenate([*self._marks(fine, fine.blocks[before:], bent)])
        return fine

    def found_out(self, lattice: Lattice, turn: int) -> tuple[NDArray[np.int64], float]:
        """Return the parts, (n, 3), in which colors of a turn are further off than HARD, and the largest error of any.

        Parts are counted along each axis as if every cell were refined.
        """
        prober, last = self._prober(lattice), FINE * self.cells
        first = turn * self.fineness.draws
        seeds = range(first, first + self.fineness.draws)
        off, places = joined(self.pool.map(lambda seed: drawn(prober, seed), seeds))
        parts = (places * last).astype(np.int64).clip(0, last - 1)
        return np.unique(parts, axis=0), float(off.max(initial=0))

    def hardened(self, lattice: Lattice, found: NDArray[np.int64]) -> Lattice:
        """Refine the coarse cells of parts that were found out, (n, 3), and mark those of refined ones."""
        inside = lattice.cells[self.cell_of(found)] >= 0
        lattice = self.refined(lattice, np.unique(self.cell_of(found[~inside])))
        return self.marked(lattice, found[inside])

    def marked(self, lattice: Lattice, parts: NDArray[np.int64]) -> Lattice:
        """Mark also these parts, (n, 3), of refined cells."""
        marked = replace(lattice, table=lattice.table.copy())
        marked.marks[lattice.cells[self.cell_of(parts)], *(parts.T % FINE)] = 1
        return marked

    def followed(self, lattice: Lattice, before: Parts) -> tuple[Lattice, Parts]:
        """Mark also the parts that the faults of marked ones go on into, and those that they go on into from there.

        Those marked `before` were followed then. Returns what is marked, too.
        """
        marked = marked_parts(lattice)
        fresh = marked & ~before
        for _ in range(self.fineness.parts_on):
            faces = faces_beside(fresh, marked)
            found = faces.parts[self._prober(lattice).beside(faces) > TRUSTED[1]]
            if not len(found):
                break
            coarse = lattice.cells[self.cell_of(found)] < 0
            lattice = self.refined(lattice, np.unique(self.cell_of(found[coarse])))
            lattice = self.marked(lattice, found)
            last, marked = marked, marked_parts(lattice)
            fresh = marked & ~last
        return lattice, marked

    def cell_of(self, parts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the coarse cells that hold parts, (n, 3), counted along each axis as if every cell were refined."""
        return np.asarray(np.ravel_multi_index(tuple(parts.T // FINE), (self.cells,) * 3), np.int64)

    def _fill(self, blocks: NDArray[np.uint16], bent: NDArray[np.int64]) -> None:
        """Sample the nodes of refined cells."""
        steps = np.linspace(0, 1, FINE + 1, dtype=np.float32)
        inner = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)

        def fill(numbers: NDArray[np.int64]) -> None:
            places = (self._corners(bent[numbers])[:, None] + inner[None]) / np.float32(self.cells)
            codes = _unmarked(self.spacing.codes(places.reshape(-1, 3)))
            blocks[numbers] = codes.reshape(-1, *blocks.shape[1:])

        for _ in self.pool.map(fill, _pieces(np.arange(len(bent)), 500)):
            pass

    def _marks(
        self, fine: Lattice, blocks: NDArray[np.uint16], bent: NDArray[np.int64]
    ) -> Iterator[NDArray[np.bool_]]:
        """Yield the marks of the parts of refined cells: set where a probe is further off than TRUSTED."""
        prober, white = self._prober(fine), _white(fine)
        for numbers in _pieces(np.arange(len(bent)), _CELLS_AT_ONCE):
            nodes = blocks[numbers][..., :MARK]
            crossed, much = steep(nodes, white)
            doubted = creased(nodes) | crossed
            off = prober.probed(self._parts(bent[numbers]), doubted.reshape(-1))
            yield (off > TRUSTED[1]).reshape(much.shape) | much

    def _prober(self, lattice: Lattice) -> Prober:
        return Prober(self.spacing, lattice, self.pool, self.fineness.at_once)

    def _corners(self, cells: NDArray[np.int64]) -> Colors:
        return np.stack(np.unravel_index(cells, (self.cells,) * 3), axis=-1).astype(np.float32)

    def _parts(self, cells: NDArray[np.int64]) -> Colors:
        """Return the corners of all parts of cells."""
        parts = np.stack(np.meshgrid(*[np.arange(FINE)] * 3, indexing="ij"), axis=-1)
        inner = parts.reshape(1, -1, 3).astype(np.float32) / np.float32(FINE)
        return np.asarray((self._corners(cells)[:, None] + inner).reshape(-1, 3))


def cores_there() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _white(lattice: Lattice) -> NDArray[np.uint16]:
    return np.asarray(lattice.table[:, :MARK].max(axis=0))


def _pieces(numbers: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    return np.array_split(numbers, max(1, len(numbers) // size))


def _unmarked(codes: Colors) -> NDArray[np.uint16]:
    """Return nodes of codes, (n, 3), as a table holds them: (n, 4)."""
    nodes = np.zeros((len(codes), 4), np.uint16)
    nodes[:, :MARK] = codes + np.float32(0.5)
    return nodes
