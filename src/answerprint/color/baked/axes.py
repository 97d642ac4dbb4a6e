"""Which axes a transform is best baked on: the primaries it clamps colors to, and up to where, found out by trying."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.fitting import PRIMARIES
from answerprint.color.baked.lattice import Exact
from answerprint.color.primaries import AP0, AP1, Chromaticities, rgb_to_rgb

UNCLAMPED_TOP: Final = 1024.0
"""Where the axes of a transform end that does not clamp."""

_TOPS: Final = (32.0, 16384.0)
"""Between which a top is searched for: ACES 2.0 clamps AP1 light at 1024 for SDR, at 6000 for 4000 cd/m2."""
_HALVINGS: Final = 10
"""Times that what lies between them, in stops, is halved: to half a percent."""
_TRIED: Final = 1 << 13
"""Colors that are tried at once."""
_CHANGED: Final = 0.1 / 1023
"""Largest change of a color brighter than the top by being clamped to it; 0 where the transform does the same."""
_SAME: Final = 0.05 / 1023
"""Change that nine in ten colors keep to where they are clamped: at 0 itself, floats are rounded either way."""


def axes_of(transform: Exact) -> tuple[Chromaticities, float, bool]:
    """Return what a lattice of `transform` is best built on: primaries, their top, and whether colors are clamped to it.

    Most output transforms clamp colors to some primaries before anything else,
    so that nothing outside has to be sampled.
    """
    random = np.random.default_rng(1)
    signs = np.where(random.random((4096, 3)) < 0.3, -1, 1)
    colors = random.random((4096, 3)) ** 3 * 4 * signs
    for primaries in PRIMARIES:
        back = rgb_to_rgb(primaries, AP0).T
        if not _clamps(transform, colors @ back, np.maximum(colors, 0) @ back):
            continue
        top = _top(transform, back)
        if top and _clamps(transform, top * colors @ back, top * np.clip(colors, 0, 1) @ back):
            return primaries, top, True
    return AP1, UNCLAMPED_TOP, False


def _top(transform: Exact, back: NDArray[np.float64]) -> float | None:
    """Return the least light from which brighter colors are shown as if clamped to it; None where there is none."""
    low, high = _TOPS
    if _changed(transform, back, high) > _CHANGED:
        return None
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (
            (middle, high) if _changed(transform, back, middle) > _CHANGED else (low, middle)
        )
    return high


def _changed(transform: Exact, back: NDArray[np.float64], top: float) -> float:
    """Return the largest change of colors up to four times as bright as `top`, the other channels down to a thousandth of that."""
    random = np.random.default_rng(2)
    colors = 4 * top * 10 ** (-3 * random.random((_TRIED, 3)))
    colors[np.arange(_TRIED), np.arange(_TRIED) % 3] = top * (1 + 3 * random.random(_TRIED))
    return float(_apart(transform, colors @ back, np.minimum(colors, top) @ back).max())


def _clamps(transform: Exact, colors: NDArray[np.float64], clamped: NDArray[np.float64]) -> bool:
    return bool(np.quantile(_apart(transform, colors, clamped), 0.9) < _SAME)


def _apart(
    transform: Exact, colors: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float32]:
    shown, there = (
        np.clip(transform(np.ascontiguousarray(each, np.float32)), 0, 1)
        for each in (colors, others)
    )
    return np.asarray(np.abs(shown - there).max(axis=1))
