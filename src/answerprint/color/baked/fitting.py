"""Finding out whether a transform is a matrix and a curve a channel, by trying, and proving it.

Views that map no tones only change primaries and encode: HLG's after a gain by
luminance, which undoes its system gamma (BT.2100). Such a transform is sampled
along its curves in a millisecond, and no color of it has to be searched for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.creases import TEN_BIT
from answerprint.color.baked.curves import STEPS, Curves, magnitudes, shown_by_curves
from answerprint.color.baked.lattice import Colors, Exact
from answerprint.color.primaries import (
    AP0,
    AP1,
    P3_D65,
    REC709,
    REC2020,
    rgb_to_rgb,
    rgb_to_xyz,
)

PRIMARIES: Final = (AP1, REC2020, P3_D65, REC709)
"""Primaries that transforms of scene light are known to work in, those of ACES 2.0 first."""
TRUSTED: Final = 1.0
"""Largest error, in ten-bit codes, of any color that curves are tried with."""

_PAST_WHITE: Final = 2.0
"""Display code that curves are followed to: what clips is interpolated before it is clipped."""
_TRIED: Final = 1 << 12
"""Colors that most transforms are found not to be of this kind by."""
_DRAWS: Final = 32
"""Times that all half floats are gone through in the end."""
_MIDDLE: Final = 0.05
"""Value of a channel that gains are read off from: a curve rises well there."""
_NO_POWER: Final = 1e-3
"""Power of luminance below which there is no gain."""
_ALIKE: Final = 1e-5
"""Difference of matrices' elements up to which they lead to the same primaries."""
_NO_TABLE: Final = np.zeros(1, np.float32)


def fitted(exact: Exact, begins: NDArray[np.float64] | None = None) -> Curves | None:
    """Return `exact`, a transform of ACES2065-1 light, as curves on known primaries; None where it is none of them.

    `begins` is the matrix that it multiplies by first, in single precision, where that is
    known: curves on it do not depend on how floats are rounded, where it is
    rounded as the kernel does it. Tried with two million colors, over all that half floats hold, at
    every node and where a channel comes to 0; none of them is further off than TRUSTED.
    """
    for bare in _matrices(begins):
        for sampled in (_without_gain, _with_gain):
            curves = sampled(exact, bare)
            if curves and all(
                _largest_error(curves, exact, tried()) <= TRUSTED for tried in (_few, _many)
            ):
                return curves
    return None


def _matrices(begins: NDArray[np.float64] | None) -> Iterator[Curves]:
    """Yield axes to try, with the weights of their luminance: the transform's own before what they are by the book."""
    none = np.ones(1, np.float32)
    for primaries in PRIMARIES:
        axes, weights = rgb_to_rgb(AP0, primaries), rgb_to_xyz(primaries)[1]
        if begins is not None and np.allclose(begins / begins.sum(), axes / 3, atol=_ALIKE):
            yield Curves(begins, weights, none, none, rounds=True)
        yield Curves(axes, weights, none, none)


def _without_gain(exact: Exact, bare: Curves) -> Curves:
    """Sample curves along the greys."""
    shown = _codes(exact, bare, np.repeat(magnitudes()[:, None], 3, axis=1))
    return replace(bare, curves=np.ascontiguousarray(shown.T))


def _with_gain(exact: Exact, bare: Curves) -> Curves | None:
    """Sample curves along greys that a gain moves: a power of luminance, held below some floor, as BT.2100 has it."""
    values = magnitudes()
    power, floor = _gain(exact, bare)
    if not (-1 < power < 1 and 0 < floor < _MIDDLE):
        return None
    greys = np.where(
        values < floor ** (1 + power), values * floor**-power, values ** (1 / (1 + power))
    )
    shown = _codes(exact, bare, np.repeat(greys[:, None], 3, axis=1))
    gains = np.maximum(values, floor) ** power
    return replace(bare, gains=gains.astype(np.float32), curves=np.ascontiguousarray(shown.T))


def _gain(exact: Exact, bare: Curves) -> tuple[float, float]:
    """Return the power of luminance that red is multiplied by, and where it is held; not-a-number where there is none."""
    along = np.geomspace(_MIDDLE / 64, _MIDDLE * 64, 4096)
    bright = np.append(0, np.geomspace(_MIDDLE / 8, _MIDDLE * 8, 32))
    still = _codes(exact, bare, _of_luminance(_MIDDLE, along, bare.weights))[:, 0]
    moved = _codes(exact, bare, _of_luminance(bright, np.full(33, _MIDDLE), bare.weights))[:, 0]
    gains = np.interp(moved, np.maximum.accumulate(still.astype(np.float64)), along) / _MIDDLE
    power, offset = np.polyfit(np.log(bright[1:]), np.log(gains[1:]), 1)
    if abs(power) < _NO_POWER:
        return np.nan, np.nan
    return float(power), float(np.exp((np.log(gains[0]) - offset) / power))


def _of_luminance(
    luminances: NDArray[np.float64] | float, reds: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return colors, (n, 3), of given luminances and reds, green and blue alike."""
    rest = (luminances - weights[0] * reds) / (1 - weights[0])
    return np.stack([reds, rest, rest], axis=-1)


def _codes(exact: Exact, bare: Curves, colors: NDArray[np.float64]) -> Colors:
    """Return 16-bit codes, not clipped up to _PAST_WHITE, of colors on the axes, (n, 3)."""
    shown = exact((colors @ np.linalg.inv(bare.axes).T).astype(np.float32))
    return np.clip(shown, 0, _PAST_WHITE) * np.float32(65535)


def _largest_error(curves: Curves, exact: Exact, batches: Iterable[NDArray[np.float64]]) -> float:
    """Return how far curves are off at colors of their axes, (n, 3) each, in ten-bit codes of the worst channel."""
    worst, back = 0.0, np.linalg.inv(curves.axes).T
    for values in batches:
        colors = (values @ back).astype(np.float32)
        out = np.empty((3, len(colors)), np.uint16)
        flat = [np.ascontiguousarray(colors[:, n]) for n in range(3)]
        missed = shown_by_curves(curves, flat, _NO_TABLE, np.eye(3), out)
        off = np.abs(np.clip(exact(colors), 0, 1) * np.float32(65535) - out.T).max(axis=1)
        off[missed] = 0
        worst = max(worst, float(off.max()) / TEN_BIT)
        if not worst <= TRUSTED:
            break
    return worst


def _few() -> Iterator[NDArray[np.float64]]:
    yield _drawn(np.random.default_rng(0), _TRIED)


def _many() -> Iterator[NDArray[np.float64]]:
    """Yield colors, (n, 3): one channel at every half float and in every step of its curve, others at random."""
    random, steps = np.random.default_rng(1), magnitudes()
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float64)
    for number in range(_DRAWS):
        within = steps[:-1] + random.random(STEPS - 1) * np.diff(steps)
        along = np.concatenate([halves[np.isfinite(halves)], within])
        colors = _drawn(random, len(along))
        colors[:, number % 3] = along
        yield colors


def _drawn(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return colors, (count, 3), even in stops over all that halves hold, a quarter of their channels negative.

    One in three is near grey, and one in three has channels that come near 0 beside the others.
    """
    colors = 2.0 ** (random.random((count, 3)) * 46 - 30)
    colors[::3] = colors[::3, :1] * 2.0 ** random.normal(0, 0.5, colors[::3].shape)
    colors[1::3] = colors[1::3, :1] * 2.0 ** (-24 * random.random(colors[1::3].shape))
    return np.where(random.random((count, 3)) < 0.25, -colors, colors)
