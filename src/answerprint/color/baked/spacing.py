"""How a lattice's nodes are spaced along its axes: by a transform's own response to greys, and by a logarithm."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.kernel import RAMP_SHIFT
from answerprint.color.baked.lattice import BIAS, Colors, Exact
from answerprint.color.baked.stored import compiled

_FIRST: Final = int(np.float32(BIAS).view(np.int32))
_LOG_SHARE: Final = 0.45
"""Share of plain logarithm in the spacing: greys saturate long before colors do."""
_KNEE: Final = 2.0**-8
"""Light below which the logarithmic share of the spacing becomes even."""
_BUCKETS: Final = 1 << 13
"""Even pieces of an axis whose first step of the ramp is known: most hold one."""


class Spacing:
    """The axes of a lattice from 0 to `top`, and the exact transform at positions on them.

    `axes` is the matrix from the transform's own input to the axes. `ramp` holds
    positions in 0..1 by the index that the kernel takes from a value's bits.
    """

    def __init__(self, exact: Exact, axes: NDArray[np.float64], top: float) -> None:
        self._exact = exact
        self._back = np.linalg.inv(axes).T.astype(np.float32)
        self._top = top
        self._steps = _steps_up_to(top)
        self.ramp = self._ramp()
        edges = np.arange(_BUCKETS + 1) / _BUCKETS
        found = np.searchsorted(self.ramp[:-1], edges, side="right") - 1
        self._first_steps = found.clip(0, self._steps - 2).astype(np.int32)

    def codes(self, positions: Colors) -> Colors:
        """Return 16-bit codes, as floats, at positions (n, 3) in 0..1 along the axes."""
        return self.codes_of(self.values(positions))

    def values(self, positions: Colors) -> Colors:
        """Return the values along the axes that the kernel's ramp sends to positions in 0..1."""
        flat = np.ascontiguousarray(positions, np.float32).reshape(-1)
        found = np.empty(flat.size, np.float32)
        _values_at(flat, self.ramp, self._first_steps, _FIRST, BIAS, found)
        return found.reshape(positions.shape)

    def positions(self, values: Colors) -> Colors:
        """Return where the kernel's ramp puts values from 0 to top: in 0..1."""
        bits = (values + np.float32(BIAS)).view(np.int32) - _FIRST
        steps = bits >> RAMP_SHIFT
        low, part = self.ramp[steps], (bits - (steps << RAMP_SHIFT)) / (1 << RAMP_SHIFT)
        return np.asarray(low + part * (self.ramp[steps + 1] - low), np.float32)

    def codes_of(self, values: Colors) -> Colors:
        """Return 16-bit codes, as floats, of values (n, 3) along the axes."""
        if not len(values):  # OpenColorIO refuses to do nothing
            return values
        shown = self._exact(values.astype(np.float32) @ self._back)
        return np.clip(shown, 0, 1) * np.float32(65535)

    def _ramp(self) -> NDArray[np.float32]:
        """Return positions by the kernel's index, that of `top` 1, ending with a spare one."""
        values = _light(np.arange(self._steps))
        grey = self.codes_of(np.repeat(values[:, None], 3, axis=1).astype(np.float32)).mean(axis=1)
        response = np.maximum.accumulate(grey.astype(np.float64))
        logarithm = np.log2(values + _KNEE)
        mixed = (1 - _LOG_SHARE) * _unit(response) + _LOG_SHARE * _unit(logarithm)
        ramp = (mixed / np.interp(self._top, values, mixed)).astype(np.float32)
        return np.append(ramp, ramp[-1])


@compiled
def _values_at(positions, ramp, first_steps, first, bias, values):  # type: ignore[no-untyped-def]
    """Turn positions to values, by going up the ramp from the first step of each one's bucket."""
    buckets, last = np.float32(first_steps.shape[0] - 1), ramp.shape[0] - 3
    for p in range(positions.shape[0]):
        place = min(max(positions[p], np.float32(0)), np.float32(1))
        step = first_steps[np.int32(place * buckets)]
        while step < last and ramp[step + 1] <= place:
            step += 1
        low = np.int32(first + (step << RAMP_SHIFT)).view(np.float32)
        high = np.int32(first + ((step + 1) << RAMP_SHIFT)).view(np.float32)
        rise = ramp[step + 1] - ramp[step]
        part = (place - ramp[step]) / rise if rise > 0 else np.float32(0)
        values[p] = np.float64(low) - bias + np.float64(part) * (np.float64(high) - np.float64(low))


def _light(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    bits = (_FIRST + (steps << RAMP_SHIFT)).astype(np.int32)
    return bits.view(np.float32).astype(np.float64) - BIAS


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values[0]) / (values[-1] - values[0]))


def _steps_up_to(top: float) -> int:
    """Return how many steps of the kernel's ramp there are from 0 to `top`."""
    last = np.float32(top + BIAS).view(np.int32)
    return int((int(last) - _FIRST) >> RAMP_SHIFT) + 2
