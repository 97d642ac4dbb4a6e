"""Baked transforms: a lattice that is fine where the transform bends, and says where it cannot be trusted.

An ACES output transform costs about 0.4 µs a pixel. Sampled on a lattice it is
looked up in a tenth of that, wrong by dozens of codes where it has creases. So
the lattice is built on the axes the transform itself clamps to, spaced by the
transform's own response to greys, refined where a cell's error is too large,
and what is still too far off is marked: such pixels go the exact way.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.kernel import FINE, RAMP_SHIFT, Plane, look_up

Colors = NDArray[np.float32]
_Worst = tuple[Colors, Colors]
"""Errors, (n,), and where they are, (n, 3) in 0..1."""
Exact = Callable[[Colors], Colors]
"""A transform of colors, (n, 3), to display R'G'B' in 0..1, (n, 3); it may work in place."""

SIDE: Final = 65
"""Nodes along an axis of the coarse lattice."""
BIAS: Final = float(np.float32(2.0**-18))
"""Added to a value before its logarithm is taken by its bits: below it, spacing is even."""
TRUSTED: Final = (1.3, 1.5)
"""Largest sampled error, in ten-bit codes, of a cell that is not refined and of a part that is looked up."""
CLIPPED: Final = 0.7
"""The same of a coarse cell in which a channel comes to an end: thin creases hide there, and finer parts show them."""
HARD: Final = 1.6
"""The same for colors drawn at random once everything else has been marked."""
SUSPICIOUS: Final = 1.2
"""Error of a color drawn at random from which others are tried around it."""
CLIMBED: Final = 0.7
"""Sampled error from which the worst of a place is searched for, uphill from the worst sample."""
TOP_TRUSTED: Final = (1.4, 1.55)
"""Largest error that this search may come to, of either; the promise is TOLERANCE."""
SUSPECT: Final = 0.35
"""Sampled error from which a place is sampled again, more densely."""
TOLERANCE: Final = 2.0
"""Largest error of a looked up pixel, in ten-bit codes."""
PROBES: Final = (6, 24)
"""Points of a coarse cell that its error is sampled at: of every one, and more of a suspect."""
FINE_PROBES: Final = (2, 20)
"""The same of a part of a refined cell."""
_ENDED: Final = (1.5, 3.0)
"""Ten-bit codes from which the other end of a box is not near 0, where a channel comes to 0 in it: somewhat, and much."""
_DARK: Final = 32
"""Ten-bit code up to which a box is near black as a whole."""
_CREASE: Final = 2.5
"""Change of a node's slope, in ten-bit codes a step, from which boxes beside it are suspect: linear
interpolation over a crease is off by up to half of it."""
_REACHES: Final = (1.0, 0.5, 0.25, 0.12)
"""How far steps uphill go, in boxes, one round after the other."""
_STEPS: Final = 6
"""Steps tried in a round."""
_DRAWS: Final = 40
"""Times that _AT_ONCE random colors are drawn at the end: 10 million."""
_WANDERED: Final = (0.6, 0.3, 0.15, 0.08)
"""How far around suspicious places others are tried, in parts, one round after the other."""
_FOLLOWED, _AROUND = 256, 64
"""How many suspicious places are followed at most, and by how many colors each."""
_AT_ONCE: Final = 1 << 18
"""Probes evaluated in one go."""
_FIRST: Final = int(np.float32(BIAS).view(np.int32))
_NO_TABLE: Final = np.zeros(1, np.float32)
_TEN_BIT: Final = 65535 / 1023
_LOG_SHARE: Final = 0.45
"""Share of plain logarithm in the spacing: greys saturate long before colors do."""
_KNEE: Final = 2.0**-8
"""Light below which the logarithmic share of the spacing becomes even."""


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
    def bytes(self) -> int:
        """Memory it takes."""
        arrays = (self.ramp, self.table, self.cells, self.masks)
        return sum(array.nbytes for array in arrays)


class Baking:
    """One bake under way: the spacing of its axes, and the exact transform at positions on them."""

    def __init__(self, exact: Exact, axes: NDArray[np.float64], top: float) -> None:
        self._exact = exact
        self._back = np.linalg.inv(axes).T.astype(np.float32)
        self._bits = _bits_up_to(top)
        self.ramp = self._ramp()

    def codes(self, positions: Colors) -> Colors:
        """Return 16-bit codes, as floats, at positions (n, 3) in 0..1 along the axes."""
        return self._shown(self.values(positions))

    def values(self, positions: Colors) -> Colors:
        """Return the values along the axes that the kernel's ramp sends to positions in 0..1."""
        steps = np.interp(positions, self.ramp[:-1], np.arange(len(self.ramp) - 1))
        whole = np.floor(steps).astype(np.int64)
        low = self._light(whole)
        return (low + (steps - whole) * (self._light(whole + 1) - low)).astype(np.float32)

    def positions(self, values: Colors) -> Colors:
        """Return where the kernel's ramp puts values from 0 to top: in 0..1."""
        bits = (values + np.float32(BIAS)).view(np.int32) - _FIRST
        steps = bits >> RAMP_SHIFT
        low, part = self.ramp[steps], (bits - (steps << RAMP_SHIFT)) / (1 << RAMP_SHIFT)
        return np.asarray(low + part * (self.ramp[steps + 1] - low), np.float32)

    def _shown(self, values: Colors) -> Colors:
        if not len(values):  # OpenColorIO refuses to do nothing
            return values
        shown = self._exact(values.astype(np.float32) @ self._back)
        return np.clip(shown, 0, 1) * np.float32(65535)

    def _light(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        bits = (_FIRST + (steps << RAMP_SHIFT)).astype(np.int32)
        return bits.view(np.float32).astype(np.float64) - BIAS

    def _ramp(self) -> NDArray[np.float32]:
        """Return positions by the index that the kernel takes from a value's bits, ending with a spare one."""
        values = self._light(np.arange(self._bits))
        grey = self._shown(np.repeat(values[:, None], 3, axis=1).astype(np.float32)).mean(axis=1)
        response = np.maximum.accumulate(grey.astype(np.float64))
        logarithm = np.log2(values + _KNEE)
        mixed = (1 - _LOG_SHARE) * _unit(response) + _LOG_SHARE * _unit(logarithm)
        ramp = _unit(mixed).astype(np.float32)
        return np.append(ramp, ramp[-1])


def bake(exact: Exact, axes: NDArray[np.float64], top: float, *, clamps: bool) -> Lattice:
    """Sample `exact` on a lattice over `axes`, refine the cells that bend, and mark what stays too far off.

    Takes some 25 million evaluations of `exact`, on all cores; memory about
    100 MB. `exact` must be safe to call from several threads.
    """
    baking = Baking(exact, axes, top)
    with ThreadPoolExecutor(thread_name_prefix="bake") as pool:
        nodes = _nodes(baking, pool)
        flat = np.full((SIDE - 1) ** 3, -1, np.int32)
        coarse = Lattice(axes, top, clamps, baking.ramp, nodes, flat, np.empty(0, np.uint64))
        refined = _refined(baking, coarse, _bent(baking, coarse, pool), pool)
        found = _found_out(baking, refined, pool)
        inside = refined.cells[_cell_of(found)] >= 0
        again = np.unique(_cell_of(found[~inside]))
        return _hardened(_refined(baking, refined, again, pool), found[inside])


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
    count = look_up(
        *flat, light, whole, lattice.top, lattice.clamps, BIAS, lattice.ramp, lattice.table, SIDE,
        lattice.cells, lattice.masks, out, missed,
    )  # fmt: skip
    return missed[:count]


def _nodes(baking: Baking, pool: Executor) -> NDArray[np.uint16]:
    grid = np.linspace(0, 1, SIDE, dtype=np.float32)

    def slab(first: np.float32) -> NDArray[np.uint16]:
        there = np.stack(np.meshgrid(first, grid, grid, indexing="ij"), axis=-1).reshape(-1, 3)
        return _rounded(baking.codes(there))

    return np.concatenate([codes.reshape(-1) for codes in pool.map(slab, grid)])


def _bent(baking: Baking, coarse: Lattice, pool: Executor) -> NDArray[np.int64]:
    """Return the indices of coarse cells in which a probe is further off than TRUSTED."""
    cells = np.arange((SIDE - 1) ** 3)
    nodes = coarse.table.reshape(1, SIDE, SIDE, SIDE, 3)
    crossed, steep = _steep(nodes)
    off = _probed(baking, coarse, _corners(cells), _creased(nodes) | crossed, PROBES, pool)
    clipped = crossed.reshape(-1) & (off > CLIPPED)
    return np.flatnonzero((off > TRUSTED[0]) | clipped | steep.reshape(-1))


def _refined(baking: Baking, lattice: Lattice, bent: NDArray[np.int64], pool: Executor) -> Lattice:
    """Give the coarse cells `bent` nodes of their own, and masks of what stays too far off."""
    if not bent.size:
        return lattice
    before = len(lattice.masks)
    cells = lattice.cells.copy()
    cells[bent] = before + np.arange(len(bent))
    blocks = _blocks(baking, bent, pool)
    table = np.concatenate([lattice.table, blocks])
    masks = np.append(lattice.masks, np.zeros(len(bent), np.uint64))
    fine = replace(lattice, cells=cells, table=table, masks=masks)
    masks[before:] = _masks(baking, fine, blocks, bent, pool)
    return fine


def _blocks(baking: Baking, bent: NDArray[np.int64], pool: Executor) -> NDArray[np.uint16]:
    steps = np.linspace(0, 1, FINE + 1, dtype=np.float32)
    inner = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)

    def block(cells: NDArray[np.int64]) -> NDArray[np.uint16]:
        places = (_corners(cells)[:, None, :] + inner[None]) / np.float32(SIDE - 1)
        return _rounded(baking.codes(places.reshape(-1, 3))).reshape(-1)

    return np.concatenate([*pool.map(block, _chunks(bent)), np.empty(0, np.uint16)])


def _masks(
    baking: Baking,
    fine: Lattice,
    blocks: NDArray[np.uint16],
    bent: NDArray[np.int64],
    pool: Executor,
) -> NDArray[np.uint64]:
    """Return a bit for every part of every refined cell: set where a probe is further off than TRUSTED."""
    parts = np.stack(np.meshgrid(*[np.arange(FINE)] * 3, indexing="ij"), axis=-1).reshape(1, -1, 3)
    inner = parts.astype(np.float32) / np.float32(FINE)
    corners = (_corners(bent)[:, None] + inner).reshape(-1, 3)
    side = FINE + 1
    nodes = blocks.reshape(-1, side, side, side, 3)
    crossed, steep = _steep(nodes)
    off = _probed(baking, fine, corners, _creased(nodes) | crossed, FINE_PROBES, pool)
    bits = ((off > TRUSTED[1]) | steep.reshape(-1)).reshape(-1, FINE**3).astype(
        np.uint64
    ) << np.arange(FINE**3, dtype=np.uint64)
    return np.asarray(bits.sum(axis=1, dtype=np.uint64))


def _steep(nodes: NDArray[np.uint16]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which boxes between nodes, (n, side, side, side, 3), see a channel come to an end, and which are steep.

    Where a channel comes to 0 display codes have a vertical tangent, whose error
    no number of samples bounds, but near black, where the spacing of the axes
    has the same tangent.
    """
    low, high = nodes, nodes
    for axis in (1, 2, 3):
        before, after = [slice(None)] * 5, [slice(None)] * 5
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        low = np.minimum(low[tuple(before)], low[tuple(after)])
        high = np.maximum(high[tuple(before)], high[tuple(after)])
    crossed, steep = (((low < _TEN_BIT) & (high > end * _TEN_BIT)).any(axis=-1) for end in _ENDED)
    # A PQ view's white is its peak, and not the last code.
    full = nodes.max(axis=(0, 1, 2, 3)) - _TEN_BIT / 2
    filled = ((low < full) & (high >= full)).any(axis=-1)
    return np.asarray(crossed | filled), steep & (high.max(axis=-1) > _DARK * _TEN_BIT)


def _creased(nodes: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Tell which boxes between nodes, (n, side, side, side, 3), touch a node where the slope changes much."""
    sharp = np.zeros(nodes.shape[:-1], np.bool_)
    for axis in (1, 2, 3):
        bend = (
            np.abs(np.diff(nodes.astype(np.int32), 2, axis=axis)).max(axis=-1) > _CREASE * _TEN_BIT
        )
        inner = [slice(None)] * 4
        inner[axis] = slice(1, -1)
        sharp[tuple(inner)] |= bend
    for axis in (1, 2, 3):
        sharp = _either(sharp, axis)
    return sharp


def _either(nodes: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    count = nodes.shape[axis] - 1
    return np.asarray(nodes.take(range(count), axis) | nodes.take(range(1, count + 1), axis))


def _probed(
    baking: Baking,
    lattice: Lattice,
    corners: Colors,
    creased: NDArray[np.bool_],
    probes: tuple[int, int],
    pool: Executor,
) -> NDArray[np.float32]:
    """Return the largest error found in boxes at `corners`, whole cells or parts of them.

    Suspects are probed again: boxes that are off a little, that are `creased`,
    and those at an end of an axis, where the transform clamps, so that pixels
    lie on the very face.
    """
    parts = 1 if lattice.cells.max(initial=-1) < 0 else FINE
    trusted = TRUSTED[parts > 1]
    spread = _spread(sum(probes))

    def probe(some: Colors, first: int, last: int) -> _Worst:
        inside = some[:, None] + spread[None, first:last] / np.float32(parts)
        places = _onto_faces(inside, some, parts, np.arange(first, last))
        return _worst_of(baking, lattice, places)

    def over(some: Colors, first: int, last: int) -> _Worst:
        pieces = np.array_split(some, max(1, len(some) * (last - first) // _AT_ONCE))
        return _joined(pool.map(lambda piece: probe(piece, first, last), pieces))

    off, places = over(corners, 0, probes[0])
    ends = ((corners == 0) | (corners >= SIDE - 1 - 1.5 / parts)).any(axis=1)
    doubted = ends | creased.reshape(-1)
    suspects = np.flatnonzero(((off > SUSPECT) | doubted) & (off <= trusted))
    more, there = over(corners[suspects], probes[0], sum(probes))
    places[suspects] = np.where((more > off[suspects])[:, None], there, places[suspects])
    off[suspects] = np.maximum(off[suspects], more)
    climbing = np.flatnonzero((off > CLIMBED) & (off <= trusted))
    top = _climbed(baking, lattice, corners[climbing], parts, places[climbing], pool)
    off[climbing[top > TOP_TRUSTED[parts > 1]]] = np.inf
    return off


def _climbed(
    baking: Baking,
    lattice: Lattice,
    corners: Colors,
    parts: int,
    places: Colors,
    pool: Executor,
) -> NDArray[np.float32]:
    """Return the errors come to in boxes at `corners` by going uphill from `places`, one in each."""
    size = np.float32(1 / parts)

    def climb(some: tuple[Colors, Colors]) -> _Worst:
        corner, place = some
        low, high = corner[:, None] / (SIDE - 1), (corner[:, None] + size) / (SIDE - 1)
        best = np.zeros(len(corner), np.float32)
        for reach in _REACHES:
            step = (_spread(_STEPS) - np.float32(0.5)) * np.float32(reach / (parts * (SIDE - 1)))
            tried = np.clip(place[:, None] + step, low, high).astype(np.float32)
            off, there = _worst_of(baking, lattice, tried)
            place = np.where((off > best)[:, None], there, place)
            best = np.maximum(off, best)
        return best, place

    count = max(1, len(corners) * _STEPS // _AT_ONCE)
    pieces = zip(np.array_split(corners, count), np.array_split(places, count), strict=True)
    return _joined(pool.map(climb, pieces))[0]


def _worst_of(baking: Baking, lattice: Lattice, places: Colors) -> _Worst:
    """Return the largest error at places, (n, tried, 3) in 0..1, and where it is, for each of n."""
    off = _off(baking, lattice, places.reshape(-1, 3)).reshape(places.shape[:2])
    worst = off.argmax(axis=1)
    rows = np.arange(len(off))
    return off[rows, worst], places[rows, worst]


def _joined(found: Iterable[_Worst]) -> _Worst:
    off, places = zip(*found, strict=True)
    return np.concatenate(off), np.concatenate(places)


def _onto_faces(places: Colors, corners: Colors, parts: int, numbers: NDArray[np.int64]) -> Colors:
    """Return probe places, (n, probes, 3), in 0..1, most of those at an end of an axis moved onto it."""
    last = SIDE - 1
    moved = (numbers[:, None] % 5 == 4) | (numbers[:, None] % 5 == np.arange(1, 4))
    low = moved[None] & (corners == 0)[:, None]
    high = moved[None] & (corners >= last - 1.5 / parts)[:, None]
    return np.where(low, 0, np.where(high, last, places)).astype(np.float32) / np.float32(last)


def _off(baking: Baking, lattice: Lattice, places: Colors) -> NDArray[np.float32]:
    """Return how far the lattice is off at positions in 0..1, in ten-bit codes of the worst channel."""
    values = baking.values(places)
    out = np.empty((3, len(values)), np.uint16)
    flat = [np.ascontiguousarray(values[:, n]) for n in range(3)]
    missed = looked_up(
        lattice, flat, _NO_TABLE, np.asarray(np.linalg.inv(lattice.axes), np.float64), out
    )
    codes = baking.codes(places)
    codes[missed] = out.T[missed]
    return np.asarray(np.abs(out.T - codes).max(axis=1) / np.float32(_TEN_BIT), np.float32)


def _hardened(lattice: Lattice, found: NDArray[np.int64]) -> Lattice:
    """Mark also the parts that were found out, (n, 3)."""
    bits = np.ravel_multi_index(tuple(found.T % FINE), (FINE,) * 3).astype(np.uint64)
    masks = lattice.masks.copy()
    np.bitwise_or.at(masks, lattice.cells[_cell_of(found)], np.uint64(1) << bits)
    return replace(lattice, masks=masks)


def _found_out(baking: Baking, lattice: Lattice, pool: Executor) -> NDArray[np.int64]:
    """Return the parts, (n, 3), in which random colors, drawn as a picture would hold them, are further off than HARD.

    Parts are counted along each axis as if every cell were refined.
    """
    found = pool.map(lambda seed: _drawn(baking, lattice, seed), range(_DRAWS))
    last = FINE * (SIDE - 1)
    parts = (np.concatenate([*found]) * last).astype(np.int64)
    return np.unique(parts.clip(0, last - 1), axis=0)


def _drawn(baking: Baking, lattice: Lattice, seed: int) -> Colors:
    """Return positions of random colors, and of some around suspicious ones, that are further off than HARD."""
    random = np.random.default_rng(seed)
    spread = random.random((_AT_ONCE, 3))
    colors = np.exp2(spread * 24 - 16) if seed % 2 else spread**6 * 184
    values = np.clip(colors @ lattice.axes.T, 0, lattice.top).astype(np.float32)
    places = baking.positions(values)
    off = _off(baking, lattice, places)
    found = [places[off > HARD]]
    for reach in _WANDERED:
        worst = np.argsort(-off, kind="stable")[: min(_FOLLOWED, int((off > SUSPICIOUS).sum()))]
        step = (random.random((len(worst), _AROUND, 3)) * 2 - 1) * reach / (FINE * (SIDE - 1))
        places = (places[worst, None] + step).reshape(-1, 3).clip(0, 1).astype(np.float32)
        off = _off(baking, lattice, places)
        found.append(places[off > HARD])
    return np.concatenate(found)


def _cell_of(parts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the coarse cells that hold parts, (n, 3), counted along each axis as if every cell were refined."""
    return np.asarray(np.ravel_multi_index(tuple(parts.T // FINE), (SIDE - 1,) * 3), np.int64)


def _corners(cells: NDArray[np.int64]) -> Colors:
    return np.stack(np.unravel_index(cells, (SIDE - 1,) * 3), axis=-1).astype(np.float32)


def _chunks(cells: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return np.array_split(cells, max(1, len(cells) // 500)) if len(cells) else []


def _spread(count: int) -> Colors:
    """Return points spread evenly in a unit cube, its centre first: the R3 sequence of Roberts (2018)."""
    golden = 1.2207440846057596
    steps = np.array([golden**-1, golden**-2, golden**-3])
    return np.asarray((0.5 + np.arange(count)[:, None] * steps) % 1, np.float32)


def _rounded(codes: Colors) -> NDArray[np.uint16]:
    return (codes + np.float32(0.5)).astype(np.uint16)


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values[0]) / (values[-1] - values[0]))


def _bits_up_to(top: float) -> int:
    """Return how many steps of the kernel's ramp there are from 0 to `top`."""
    last = np.float32(top + BIAS).view(np.int32)
    return int((int(last) - _FIRST) >> RAMP_SHIFT) + 2
