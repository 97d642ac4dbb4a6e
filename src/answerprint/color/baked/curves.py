"""A baked transform that is a matrix, a gain by luminance where it has one, and a curve a channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.creases import TEN_BIT
from answerprint.color.baked.curving import STEP_SHIFT, show_by_curves
from answerprint.color.baked.lattice import rising
from answerprint.color.baked.stored import Plane

BIAS: Final = float(np.float32(2.0**-30))
"""Added to a magnitude before its logarithm is taken by its bits: below it, steps are even."""
TOP: Final = float(np.float32(2.0**24))
"""Where tables end: half floats reach 2^18 on any display's axes, so that there is room for six stops more."""

_FIRST: Final = int(np.float32(BIAS).view(np.int32))
STEPS: Final = ((int(np.float32(TOP + BIAS).view(np.int32)) - _FIRST) >> STEP_SHIFT) + 2
"""Nodes of a table."""
_ROUNDING: Final = 2.0**-21
"""What sums of products of floats are off by at most, as a share of their largest: the exact way's and ours together."""
_NARROWEST: Final = 128
"""Steps of a table's narrowest kind that a value is long."""
_CODES_IN_DOUBT: Final = 0.25 * TEN_BIT
"""Codes that rounding may be worth before a pixel goes the exact way: curves are steep where channels come to 0,
and steeper below than above."""
_GAIN_IN_DOUBT: Final = 2.0**-10
"""Share of a gain that rounding may be worth: about half a ten-bit code."""


@dataclass(frozen=True, slots=True)
class Curves:
    """A baked transform of linear light: `curves[i](axis[i] * gains(weights @ axis))`, its axes `axes @ color`.

    `axes` is the matrix from the transform's own input to the axes; `weights`,
    (3,), give their luminance, and none is negative. `gains`, (STEPS,), or one node where
    there is none, and `curves`, (3, STEPS), hold nodes at `magnitudes`:
    gains of either sign, and 16-bit codes, not clipped, of what is positive; what
    is negative is shown as 0 is. `rounds` says that the transform itself multiplies
    by `axes` as the kernel does, so that no channel of the two is rounded otherwise.
    """

    axes: NDArray[np.float64]
    weights: NDArray[np.float64]
    gains: NDArray[np.float32]
    curves: NDArray[np.float32]
    rounds: bool = False

    @property
    def bytes(self) -> int:
        """Memory it takes."""
        return self.gains.nbytes + self.curves.nbytes


def magnitudes() -> NDArray[np.float64]:
    """Return the values that nodes of a table stand for, (STEPS,): 64 an octave, even below BIAS."""
    bits = (_FIRST + (np.arange(STEPS) << STEP_SHIFT)).astype(np.int32)
    return bits.view(np.float32).astype(np.float64) - BIAS


def shown_by_curves(
    baked: Curves,
    flat: Sequence[Plane],
    light: NDArray[np.float32],
    matrix: NDArray[np.float64],
    out: NDArray[np.uint16],
) -> NDArray[np.int32]:
    """Show flat planes in `out`, (3, n), and return the indices of pixels that have to go the exact way.

    Those are the ones in which a channel, or the luminance, comes so near 0 out of so large
    components that its code depends on how floats are rounded. Arguments as those
    of `lattice.looked_up`.
    """
    missed = np.empty(flat[0].size, np.int32)
    count = show_by_curves(
        *flat, light, matrix.astype(np.float32), baked.axes.astype(np.float32),
        baked.weights.astype(np.float32), rising(baked.gains), rising(baked.curves), BIAS, TOP,
        _doubts(baked, matrix), out, missed,
    )  # fmt: skip
    return missed[:count]


def _doubts(baked: Curves, matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what the kernel takes for too much, (4,), of each axis and of the luminance: 0 where nothing is."""
    spread = (np.abs(baked.axes) @ np.abs(matrix)).sum(axis=1)
    wrong = _ROUNDING * _NARROWEST * np.append(spread, baked.weights @ spread)
    doubts = wrong / np.append([_CODES_IN_DOUBT] * 3, _GAIN_IN_DOUBT)
    doubts[:3] *= not baked.rounds
    doubts[3] *= baked.gains.size > 1
    return np.asarray(doubts, np.float32)
