"""How far a lattice is off: sampled in every box, more densely where that is suspect, and climbed to its top."""

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.creases import TEN_BIT
from answerprint.color.baked.following import Faces
from answerprint.color.baked.kernel import FINE
from answerprint.color.baked.lattice import Colors, Lattice, looked_up
from answerprint.color.baked.spacing import Spacing

_Worst = tuple[Colors, Colors]
"""Errors, (n,), and where they are, (n, 3) in 0..1."""

TRUSTED: Final = (1.2, 1.3)
"""Largest sampled error, in ten-bit codes, of a cell that is not refined and of a part that is looked up."""
TOP_TRUSTED: Final = (1.3, 1.4)
"""Largest error that a search uphill may come to, of either; the promise is TOLERANCE."""
_CLIMBED: Final = 0.7
"""Sampled error from which the worst of a place is searched for, uphill from the worst sample."""
_SUSPECT: Final = 0.35
"""Sampled error from which a place is sampled again, more densely."""
_PROBES: Final = ((24, 96), (2, 26))
"""Points that errors are sampled at, of each and in all of a suspect: of coarse cells, and of parts of refined ones."""
_REACHES: Final = (1.0, 0.5, 0.25, 0.12)
"""How far steps uphill go, in boxes, one round after the other."""
_STEPS: Final = 8
"""Steps tried in a round."""
_ON_FACES: Final = 6
"""Points that errors are sampled at on a face beside a marked part."""
_INSIDE: Final = 0.002
"""How far inside a part, or a cell, points on its faces and edges lie, in parts or cells."""
_NO_TABLE: Final = np.zeros(1, np.float32)


@dataclass(frozen=True, slots=True)
class Prober:
    """Samples the error of one lattice; `at_once` colors are evaluated in one go, on all threads of `pool`."""

    spacing: Spacing
    lattice: Lattice
    pool: Executor
    at_once: int

    @property
    def parts(self) -> int:
        """Parts a cell has along an axis: of a lattice without refined cells 1."""
        return 1 if self.lattice.cells.max(initial=-1) < 0 else FINE

    def probed(self, corners: Colors, doubted: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the largest error found in boxes at `corners`, whole cells or parts of them; infinite past TOP_TRUSTED.

        Suspects are probed again: boxes that are off a little, that are
        `doubted`, and those at an end of an axis, where the transform clamps, so
        that pixels lie on the very face.
        """
        fine = self.parts > 1
        few, every = _PROBES[fine]
        trusted = TRUSTED[fine]
        spread = _halfway(every, after=few if fine else 0)
        off, places = self._over(corners, spread, 0, few)
        last = self.lattice.side - 1
        ends = ((corners == 0) | (corners >= last - 1.5 / self.parts)).any(axis=1)
        suspects = np.flatnonzero(((off > _SUSPECT) | ends | doubted) & (off <= trusted))
        again, there = self._over(corners[suspects], spread, few, every)
        places[suspects] = np.where((again > off[suspects])[:, None], there, places[suspects])
        off[suspects] = np.maximum(off[suspects], again)
        climbing = np.flatnonzero((off > _CLIMBED) & (off <= trusted))
        top = self._climbed(corners[climbing], places[climbing])
        off[climbing[top > TOP_TRUSTED[fine]]] = np.inf
        return off

    def beside(self, faces: Faces) -> NDArray[np.float32]:
        """Return the largest error found in parts, on faces and uphill from there; infinite past TOP_TRUSTED."""
        size, count = np.float32(1 / FINE), max(1, len(faces.parts) * _ON_FACES // self.at_once)
        corners = faces.parts.astype(np.float32) * size
        spread = spread_evenly(_ON_FACES)[None]

        def probe(some: NDArray[np.int64]) -> _Worst:
            across = np.arange(3) == faces.axes[some, None]
            end = np.where(faces.ends[some], 1 - _INSIDE, _INSIDE)[:, None, None]
            inside = np.where(across[:, None], end, spread) * size
            places = (corners[some, None] + inside) / (self.lattice.side - 1)
            return self._worst_of(places.astype(np.float32))

        off, places = joined(self.pool.map(probe, np.array_split(np.arange(len(corners)), count)))
        climbing = np.flatnonzero((off > _CLIMBED) & (off <= TRUSTED[1]))
        top = self._climbed(corners[climbing], places[climbing])
        off[climbing[top > TOP_TRUSTED[1]]] = np.inf
        return off

    def off(self, places: Colors) -> NDArray[np.float32]:
        """Return how far the lattice is off at positions in 0..1, in ten-bit codes of the worst channel.

        What goes the exact way is not off.
        """
        return self.off_of(self.spacing.values(places))

    def off_of(self, values: Colors) -> NDArray[np.float32]:
        """Return the same of values along the axes, (n, 3), which may lie outside them."""
        out = np.empty((3, len(values)), np.uint16)
        flat = [np.ascontiguousarray(values[:, n]) for n in range(3)]
        back = np.asarray(np.linalg.inv(self.lattice.axes), np.float64)
        missed = looked_up(self.lattice, flat, _NO_TABLE, back, out)
        codes, off = self.spacing.codes_of(values), np.zeros(len(values), np.float32)
        for channel in range(3):
            np.maximum(off, np.abs(out[channel] - codes[:, channel]), out=off)
        off[missed] = 0
        return np.asarray(off / np.float32(TEN_BIT), np.float32)

    def _over(self, corners: Colors, spread: Colors, first: int, last: int) -> _Worst:
        inner = spread[first:last] / np.float32(self.parts)

        def probe(some: Colors) -> _Worst:
            inside = some[:, None] + inner[None]
            return self._worst_of(self._onto_faces(inside, some, np.arange(first, last)))

        count = max(1, len(corners) * (last - first) // self.at_once)
        return joined(self.pool.map(probe, np.array_split(corners, count)))

    def _climbed(self, corners: Colors, places: Colors) -> NDArray[np.float32]:
        """Return the errors come to in boxes at `corners` by going uphill from `places`, one in each."""
        count = max(1, len(corners) * _STEPS // self.at_once)
        pieces = zip(np.array_split(corners, count), np.array_split(places, count), strict=True)
        return joined(self.pool.map(lambda piece: self._climb(*piece), pieces))[0]

    def _climb(self, corners: Colors, places: Colors) -> _Worst:
        last, size = self.lattice.side - 1, np.float32(1 / self.parts)
        low, high = corners[:, None] / last, (corners[:, None] + size) / last
        best = np.zeros(len(corners), np.float32)
        for reach in _REACHES:
            step = (spread_evenly(_STEPS) - np.float32(0.5)) * np.float32(
                reach / (self.parts * last)
            )
            tried = np.clip(places[:, None] + step, low, high).astype(np.float32)
            off, there = self._worst_of(tried)
            places = np.where((off > best)[:, None], there, places)
            best = np.maximum(off, best)
        return best, places

    def _worst_of(self, places: Colors) -> _Worst:
        """Return the largest error at places, (n, tried, 3) in 0..1, and where it is, for each of n."""
        off = self.off(places.reshape(-1, 3)).reshape(places.shape[:2])
        worst = off.argmax(axis=1)
        rows = np.arange(len(off))
        return off[rows, worst], places[rows, worst]

    def _onto_faces(self, places: Colors, corners: Colors, numbers: NDArray[np.int64]) -> Colors:
        """Return probe places, (n, probes, 3), in 0..1, most of those at an end of an axis moved onto it."""
        last = self.lattice.side - 1
        moved = (numbers[:, None] % 5 == 4) | (numbers[:, None] % 5 == np.arange(1, 4))
        low = moved[None] & (corners == 0)[:, None]
        high = moved[None] & (corners >= last - 1.5 / self.parts)[:, None]
        onto = np.where(low, 0, np.where(high, last, places))
        return onto.astype(np.float32) / np.float32(last)


def spread_evenly(count: int) -> Colors:
    """Return points spread evenly in a unit cube, its centre first: the R3 sequence of Roberts (2018)."""
    golden = 1.2207440846057596
    steps = np.array([golden**-1, golden**-2, golden**-3])
    return np.asarray((0.5 + np.arange(count)[:, None] * steps) % 1, np.float32)


def _halfway(count: int, *, after: int) -> Colors:
    """Return points of a unit cube spread evenly, after `after` of them those halfway along its edges and amid its faces.

    What bends beside a box that does not bend itself shows there, and where
    pieces meet that are interpolated each for itself.
    """
    steps = np.stack(np.meshgrid(*[(_INSIDE, 0.5, 1 - _INSIDE)] * 3, indexing="ij"), axis=-1)
    middles = (steps == 0.5).sum(axis=-1)
    points = np.concatenate([steps[middles == 1], steps[middles == 2]]).astype(np.float32)
    even = spread_evenly(count - len(points))
    return np.concatenate([even[:after], points, even[after:]])


def joined(found: Iterable[_Worst]) -> _Worst:
    """Return the parts of a pair that was made piece by piece as one."""
    off, places = zip(*found, strict=True)
    return np.concatenate(off), np.concatenate(places)
