"""How a lattice's nodes are spaced along its axes: by a transform's own response to greys, and by a logarithm."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.kernel import RAMP_SHIFT
from answerprint.color.lattice import BIAS, Colors, Exact

_FIRST: Final = int(np.float32(BIAS).view(np.int32))
_LOG_SHARE: Final = 0.45
"""Share of plain logarithm in the spacing: greys saturate long before colors do."""
_KNEE: Final = 2.0**-8
"""Light below which the logarithmic share of the spacing becomes even."""


class Spacing:
    """The axes of a lattice from 0 to `top`, and the exact transform at positions on them.

    `axes` is the matrix from the transform's own input to the axes. `ramp` holds
    positions in 0..1 by the index that the kernel takes from a value's bits.
    """

    def __init__(self, exact: Exact, axes: NDArray[np.float64], top: float) -> None:
        self._exact = exact
        self._back = np.linalg.inv(axes).T.astype(np.float32)
        self._steps = _steps_up_to(top)
        self.ramp = self._ramp()

    def codes(self, positions: Colors) -> Colors:
        """Return 16-bit codes, as floats, at positions (n, 3) in 0..1 along the axes."""
        return self._shown(self.values(positions))

    def values(self, positions: Colors) -> Colors:
        """Return the values along the axes that the kernel's ramp sends to positions in 0..1."""
        steps = np.interp(positions, self.ramp[:-1], np.arange(len(self.ramp) - 1))
        whole = np.floor(steps).astype(np.int64)
        low = _light(whole)
        return (low + (steps - whole) * (_light(whole + 1) - low)).astype(np.float32)

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

    def _ramp(self) -> NDArray[np.float32]:
        """Return positions by the kernel's index, ending with a spare one."""
        values = _light(np.arange(self._steps))
        grey = self._shown(np.repeat(values[:, None], 3, axis=1).astype(np.float32)).mean(axis=1)
        response = np.maximum.accumulate(grey.astype(np.float64))
        logarithm = np.log2(values + _KNEE)
        mixed = (1 - _LOG_SHARE) * _unit(response) + _LOG_SHARE * _unit(logarithm)
        ramp = _unit(mixed).astype(np.float32)
        return np.append(ramp, ramp[-1])


def _light(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    bits = (_FIRST + (steps << RAMP_SHIFT)).astype(np.int32)
    return bits.view(np.float32).astype(np.float64) - BIAS


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values[0]) / (values[-1] - values[0]))


def _steps_up_to(top: float) -> int:
    """Return how many steps of the kernel's ramp there are from 0 to `top`."""
    last = np.float32(top + BIAS).view(np.int32)
    return int((int(last) - _FIRST) >> RAMP_SHIFT) + 2
