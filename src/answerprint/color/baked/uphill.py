"""Searching for the top of an error, uphill from colors that are off already."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.lattice import Colors

Found = tuple[NDArray[np.int32], NDArray[np.float64]]
"""How far colors are off, (n,), and the colors, (n, 3)."""

_CLIMBED, _AROUND = 2048, 12
"""Colors that are climbed from, and how many are tried around each in every round."""
_REACHES: Final = (0.03, 0.015, 0.008, 0.004, 0.002, 0.001, 0.0005, 0.00025)
"""How far around them others are tried, as shares of each channel, one round after the other."""


def climb(off: Callable[[Colors], NDArray[np.int32]], worst: Sequence[Found]) -> Found:
    """Try colors around the worst, around the worst of those and so on, and return where that leads.

    `off` tells how far colors, (n, 3), are off. Always tries the same ones.
    """
    if not worst:
        return np.empty(0, np.int32), np.empty((0, 3))
    best, colors = (np.concatenate([each[n] for each in worst]) for n in range(2))
    furthest = np.argsort(-best, kind="stable")[:_CLIMBED]
    best, colors = best[furthest], colors[furthest]
    random, rows = np.random.default_rng(11), np.arange(len(best))
    for reach in _REACHES:
        moved = np.exp(random.normal(0, reach, (len(colors), _AROUND, 3)))
        tried = (colors[:, None] * moved).astype(np.float32)
        found = off(tried.reshape(-1, 3)).reshape(-1, _AROUND)
        there = found.argmax(axis=1)
        higher = found[rows, there] > best
        colors[higher] = tried[rows, there][higher]
        best = np.maximum(best, found[rows, there])
    return best, colors
