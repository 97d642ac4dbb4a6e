"""Trying a lattice with colors drawn at random, as pictures hold them and past all bounds, and uphill from the worst.

What was found so is evidence, and no bound: of `n` colors drawn, none of which
is off, it tells with 95 % confidence that fewer than one in n / 3 is.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.kernel import FINE
from answerprint.color.baked.lattice import Colors
from answerprint.color.baked.probing import Prober, joined

HARD: Final = 1.4
"""Largest error, in ten-bit codes, of colors drawn at random once everything else has been marked."""
KINDS: Final = 5
"""Ways that colors are drawn in."""

_APART: Final = 12
"""Stops that channels of light past all bounds are apart: further, and floats are rounded by as much as is seen."""
_SUSPICIOUS: Final = 1.1
"""Error of a color drawn at random from which others are tried around it."""
_WANDERED: Final = (0.6, 0.3, 0.15, 0.08)
"""How far around suspicious places others are tried, in parts, one round after the other."""
_FOLLOWED, _AROUND = 64, 64
"""How many suspicious places are followed at most, and by how many colors each."""


def drawn(prober: Prober, seed: int) -> tuple[NDArray[np.float32], Colors]:
    """Return random colors, and some around suspicious ones, that are further off than HARD: by how much, and where they are.

    Errors, (n,), in ten-bit codes; places, (n, 3), in 0..1 are those on the axes
    that the lattice clamps them to. `at_once` colors are drawn.
    """
    random, lattice = np.random.default_rng([7, seed]), prober.lattice
    values = _values(random, prober, seed % KINDS)
    places = prober.spacing.positions(np.clip(values, 0, np.float32(lattice.top)))
    off = prober.off_of(values)
    found = [(off[off > HARD], places[off > HARD])]
    for reach in _WANDERED:
        count = min(_FOLLOWED, int((off > _SUSPICIOUS).sum()))
        worst = np.argsort(-off, kind="stable")[:count]
        step = (random.random((len(worst), _AROUND, 3)) * 2 - 1) * reach
        step /= FINE * (lattice.side - 1)
        places = (places[worst, None] + step).reshape(-1, 3).clip(0, 1).astype(np.float32)
        off = prober.off(places)
        found.append((off[off > HARD], places[off > HARD]))
    return joined(found)


def _values(random: np.random.Generator, prober: Prober, kind: int) -> Colors:
    """Return random values along the axes, (at_once, 3): scene light of pictures, light past all bounds, or even over parts."""
    lattice, shape = prober.lattice, (prober.at_once, 3)
    if kind == 0:
        return prober.spacing.values(random.random(shape, np.float32))
    if kind == 1:
        most = 4 * lattice.top * np.exp2(-20 * random.random((shape[0], 1)))
        beyond = most * np.exp2(-_APART * random.random(shape))
        return np.where(random.random(shape) < 0.25, -beyond, beyond).astype(np.float32)
    return np.asarray(_light(random, prober.at_once, kind) @ lattice.axes.T, np.float32)


def _light(random: np.random.Generator, count: int, kind: int) -> NDArray[np.float64]:
    """Return random scene light, (count, 3): even in stops, mostly dark, or near grey, as pictures are."""
    spread = random.random((count, 3))
    if kind == 2:
        return np.asarray(np.exp2(spread * 24 - 16))
    if kind == 3:
        return np.asarray(spread**6 * 184)
    greys = np.exp2(random.random((count, 1)) * 16 - 11)
    return np.asarray(greys * np.exp2(random.normal(0, 0.5, (count, 3))))
