"""Where a transform's display codes bend sharply between nodes, told from the nodes alone."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TEN_BIT: Final = 65535 / 1023
"""Sixteen-bit codes in one of ten bits."""
_ENDED: Final = (1.5, 3.0)
"""Ten-bit codes from which the other end of a box is not near 0, where a channel comes to 0 in it: somewhat, and much."""
_DARK: Final = 32
"""Ten-bit code up to which a box is near black as a whole."""
_CREASE: Final = 2.5
"""Change of a node's slope, in ten-bit codes a step, from which boxes beside it are suspect: linear
interpolation over a crease is off by up to half of it."""


def steep(
    nodes: NDArray[np.uint16], white: NDArray[np.uint16]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which boxes between nodes, (n, side, side, side, 3), see a channel come to an end, and which are steep.

    Where a channel comes to 0 display codes have a vertical tangent, whose error
    no number of samples bounds, but near black, where the spacing of the axes
    has the same tangent. `white` is the highest code of each channel: a PQ
    view's white is its peak, and not the last code.
    """
    low, high = nodes, nodes
    for axis in (1, 2, 3):
        before, after = [slice(None)] * 5, [slice(None)] * 5
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        low = np.minimum(low[tuple(before)], low[tuple(after)])
        high = np.maximum(high[tuple(before)], high[tuple(after)])
    crossed, much = (((low < TEN_BIT) & (high > end * TEN_BIT)).any(axis=-1) for end in _ENDED)
    full = white - TEN_BIT / 2
    filled = ((low < full) & (high >= full)).any(axis=-1)
    return np.asarray(crossed | filled), np.asarray(much & (high.max(axis=-1) > _DARK * TEN_BIT))


def creased(nodes: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Tell which boxes between nodes, (n, side, side, side, 3), touch a node where the slope changes much."""
    sharp = np.zeros(nodes.shape[:-1], np.bool_)
    for axis in (1, 2, 3):
        bend = np.abs(np.diff(nodes.astype(np.int32), 2, axis=axis)).max(axis=-1)
        inner = [slice(None)] * 4
        inner[axis] = slice(1, -1)
        sharp[tuple(inner)] |= bend > _CREASE * TEN_BIT
    for axis in (1, 2, 3):
        sharp = _either(sharp, axis)
    return sharp


def _either(nodes: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    count = nodes.shape[axis] - 1
    return np.asarray(nodes.take(range(count), axis) | nodes.take(range(1, count + 1), axis))
