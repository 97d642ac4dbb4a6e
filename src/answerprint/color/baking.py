"""Baking a transform: nodes sampled, cells that bend refined, and what stays too far off marked.

An ACES output transform costs about 0.4 µs a pixel. Sampled on a lattice it is
looked up in a twentieth of that, wrong by dozens of codes where it has creases.
So the lattice is built on the axes the transform itself clamps to, spaced by the
transform's own response to greys, refined where a cell's error is too large,
and what is still too far off is marked: such pixels go the exact way. A fault
that is found is followed into the parts beside it, as far as it goes on there.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.creases import creased, steep
from answerprint.color.following import faces_beside, marked_parts
from answerprint.color.kernel import FINE
from answerprint.color.lattice import Colors, Exact, Lattice
from answerprint.color.probing import TRUSTED, Prober
from answerprint.color.spacing import Spacing

HARD: Final = 1.4
"""Largest error, in ten-bit codes, of colors drawn at random once everything else has been marked."""
_CLIPPED: Final = 0.7
"""Largest sampled error of a coarse cell in which a channel comes to an end: thin creases hide there, and finer parts show them."""
_SUSPICIOUS: Final = 1.1
"""Error of a color drawn at random from which others are tried around it."""
_WANDERED: Final = (0.6, 0.3, 0.15, 0.08)
"""How far around suspicious places others are tried, in parts, one round after the other."""
_FOLLOWED, _AROUND = 256, 64
"""How many suspicious places are followed at most, and by how many colors each."""
_CELLS_AT_ONCE: Final = 2048
"""Refined cells whose parts are looked at together: 100 megabytes of work."""


@dataclass(frozen=True, slots=True)
class Fineness:
    """How finely a transform is baked."""

    side: int = 65
    """Nodes along an axis of the coarse lattice."""
    draws: int = 64
    """Times that `at_once` random colors are drawn at the end: 17 million."""
    at_once: int = 1 << 18
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

    `clamps` as in Lattice. Takes some 30 million evaluations of `exact`, on all
    cores; memory about 400 MB beside the lattice. `exact` must be safe to call
    from several threads.
    """
    with ThreadPoolExecutor(thread_name_prefix="bake") as pool:
        baking = _Baking(Spacing(exact, axes, top), pool, fineness)
        coarse = baking.coarse(axes, top, clamps=clamps)
        refined = baking.refined(coarse, baking.bent(coarse))
        found = baking.found_out(refined)
        inside = refined.cells[baking.cell_of(found)] >= 0
        again = np.unique(baking.cell_of(found[~inside]))
        return baking.followed(baking.hardened(baking.refined(refined, again), found[inside]))


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
            return _rounded(self.spacing.codes(there.reshape(-1, 3)))

        nodes = np.concatenate([codes.reshape(-1) for codes in self.pool.map(slab, grid)])
        flat = np.full(self.cells**3, -1, np.int32)
        none = np.empty(0, np.uint64)
        return Lattice(axes, top, clamps, self.spacing.ramp, nodes, flat, none)

    def bent(self, coarse: Lattice) -> NDArray[np.int64]:
        """Return the indices of coarse cells in which a probe is further off than TRUSTED."""
        nodes = coarse.table.reshape(1, *[self.fineness.side] * 3, 3)
        crossed, much = (boxes.reshape(-1) for boxes in steep(nodes, _white(coarse)))
        doubted = creased(nodes).reshape(-1) | crossed
        off = self._prober(coarse).probed(self._corners(np.arange(self.cells**3)), doubted)
        return np.flatnonzero((off > TRUSTED[0]) | (crossed & (off > _CLIPPED)) | much)

    def refined(self, lattice: Lattice, bent: NDArray[np.int64]) -> Lattice:
        """Give the coarse cells `bent` nodes of their own, and masks of what stays too far off."""
        if not bent.size:
            return lattice
        before = len(lattice.masks)
        cells = lattice.cells.copy()
        cells[bent] = before + np.arange(len(bent))
        blocks = self._blocks(bent)
        table = np.concatenate([lattice.table, blocks])
        masks = np.append(lattice.masks, np.zeros(len(bent), np.uint64))
        fine = replace(lattice, cells=cells, table=table, masks=masks)
        masks[before:] = np.concatenate([*self._masks(fine, blocks, bent)])
        return fine

    def found_out(self, lattice: Lattice) -> NDArray[np.int64]:
        """Return the parts, (n, 3), in which random colors, drawn as a picture would hold them, are further off than HARD.

        Parts are counted along each axis as if every cell were refined.
        """
        prober, last = self._prober(lattice), FINE * self.cells
        drawn = self.pool.map(lambda seed: _drawn(prober, seed), range(self.fineness.draws))
        parts = (np.concatenate([*drawn]) * last).astype(np.int64)
        return np.unique(parts.clip(0, last - 1), axis=0)

    def hardened(self, lattice: Lattice, found: NDArray[np.int64]) -> Lattice:
        """Mark also the parts that were found out, (n, 3)."""
        bits = np.ravel_multi_index(tuple(found.T % FINE), (FINE,) * 3).astype(np.uint64)
        masks = lattice.masks.copy()
        np.bitwise_or.at(masks, lattice.cells[self.cell_of(found)], np.uint64(1) << bits)
        return replace(lattice, masks=masks)

    def followed(self, lattice: Lattice) -> Lattice:
        """Mark also the parts that the faults of marked ones go on into, and those that they go on into from there."""
        marked = marked_parts(lattice)
        fresh = marked
        for _ in range(self.fineness.parts_on):
            faces = faces_beside(fresh, marked)
            found = faces.parts[self._prober(lattice).beside(faces) > TRUSTED[1]]
            if not len(found):
                break
            coarse = lattice.cells[self.cell_of(found)] < 0
            lattice = self.refined(lattice, np.unique(self.cell_of(found[coarse])))
            lattice = self.hardened(lattice, found)
            before, marked = marked, marked_parts(lattice)
            fresh = marked & ~before
        return lattice

    def cell_of(self, parts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the coarse cells that hold parts, (n, 3), counted along each axis as if every cell were refined."""
        return np.asarray(np.ravel_multi_index(tuple(parts.T // FINE), (self.cells,) * 3), np.int64)

    def _blocks(self, bent: NDArray[np.int64]) -> NDArray[np.uint16]:
        steps = np.linspace(0, 1, FINE + 1, dtype=np.float32)
        inner = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)

        def block(cells: NDArray[np.int64]) -> NDArray[np.uint16]:
            places = (self._corners(cells)[:, None, :] + inner[None]) / np.float32(self.cells)
            return _rounded(self.spacing.codes(places.reshape(-1, 3))).reshape(-1)

        return np.concatenate([*self.pool.map(block, _pieces(bent, 500))])

    def _masks(
        self, fine: Lattice, blocks: NDArray[np.uint16], bent: NDArray[np.int64]
    ) -> Iterator[NDArray[np.uint64]]:
        """Yield a bit for every part of every refined cell: set where a probe is further off than TRUSTED."""
        prober, white = self._prober(fine), _white(fine)
        nodes = blocks.reshape(-1, *[FINE + 1] * 3, 3)
        for numbers in _pieces(np.arange(len(bent)), _CELLS_AT_ONCE):
            crossed, much = steep(nodes[numbers], white)
            doubted = creased(nodes[numbers]) | crossed
            off = prober.probed(self._parts(bent[numbers]), doubted.reshape(-1))
            marked = ((off > TRUSTED[1]) | much.reshape(-1)).reshape(-1, FINE**3)
            bits = marked.astype(np.uint64) << np.arange(FINE**3, dtype=np.uint64)
            yield np.asarray(bits.sum(axis=1, dtype=np.uint64))

    def _prober(self, lattice: Lattice) -> Prober:
        return Prober(self.spacing, lattice, self.pool, self.fineness.at_once)

    def _corners(self, cells: NDArray[np.int64]) -> Colors:
        return np.stack(np.unravel_index(cells, (self.cells,) * 3), axis=-1).astype(np.float32)

    def _parts(self, cells: NDArray[np.int64]) -> Colors:
        """Return the corners of all parts of cells."""
        parts = np.stack(np.meshgrid(*[np.arange(FINE)] * 3, indexing="ij"), axis=-1)
        inner = parts.reshape(1, -1, 3).astype(np.float32) / np.float32(FINE)
        return np.asarray((self._corners(cells)[:, None] + inner).reshape(-1, 3))


def _drawn(prober: Prober, seed: int) -> Colors:
    """Return positions of random colors, and of some around suspicious ones, that are further off than HARD."""
    random, lattice = np.random.default_rng(seed), prober.lattice
    colors = _colors(random, prober.at_once, seed % 3)
    values = np.clip(colors @ lattice.axes.T, 0, lattice.top).astype(np.float32)
    places = prober.spacing.positions(values)
    off = prober.off(places)
    found = [places[off > HARD]]
    for reach in _WANDERED:
        count = min(_FOLLOWED, int((off > _SUSPICIOUS).sum()))
        worst = np.argsort(-off, kind="stable")[:count]
        step = (random.random((len(worst), _AROUND, 3)) * 2 - 1) * reach
        step /= FINE * (lattice.side - 1)
        places = (places[worst, None] + step).reshape(-1, 3).clip(0, 1).astype(np.float32)
        off = prober.off(places)
        found.append(places[off > HARD])
    return np.concatenate(found)


def _colors(random: np.random.Generator, count: int, kind: int) -> NDArray[np.float64]:
    """Return random scene light, (count, 3): even in stops, mostly dark, or near grey, as pictures are."""
    spread = random.random((count, 3))
    if kind == 0:
        return np.asarray(np.exp2(spread * 24 - 16))
    if kind == 1:
        return np.asarray(spread**6 * 184)
    greys = np.exp2(random.random((count, 1)) * 16 - 11)
    return np.asarray(greys * np.exp2(random.normal(0, 0.5, (count, 3))))


def _white(lattice: Lattice) -> NDArray[np.uint16]:
    return np.asarray(lattice.table.reshape(-1, 3).max(axis=0))


def _pieces(numbers: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    return np.array_split(numbers, max(1, len(numbers) // size))


def _rounded(codes: Colors) -> NDArray[np.uint16]:
    return (codes + np.float32(0.5)).astype(np.uint16)
