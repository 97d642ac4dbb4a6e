"""Filters that bring pictures to another size: which samples make each new one, and with what weight."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Filter:
    """A reconstruction filter.

    `bounded` holds every sample to the range of those under the filter's main
    lobe, line by line and column by column: no overshoot, no ringing. What a
    negative lobe would have taken away is then not taken: the light of a single
    bright pixel in black grows by up to 15 % with `mitchell` and by up to half
    with `lanczos3` (measured); what is soft keeps its own.
    """

    kernel: Literal["lanczos3", "mitchell"]
    bounded: bool


SHARP: Final = Filter("lanczos3", bounded=False)
"""For SDR display codes: the sharpest of the usual filters. Overshoots an edge by up to 11 % of it (measured)."""
SHARP_BOUNDED: Final = Filter("lanczos3", bounded=True)
"""For PQ and HLG codes, where 10 % more code near 1000 cd/m2 reads as 2000 and would set MaxCLL."""
LIGHT: Final = Filter("mitchell", bounded=True)
"""For scene-linear light: a highlight of a thousand times its surroundings would leave a black ring, or
negative light, under any filter's negative lobes. Mitchell's are the smallest of the sharp cubics'
(Mitchell and Netravali 1988, B = C = 1/3), and what is left of them is bounded."""


@dataclass(frozen=True, slots=True)
class Taps:
    """Which input samples make each output sample of one axis, and with what weight.

    Output i is the sum of `weights[i, k]` times input `starts[i] + k`; its main
    lobe is inputs `lobes[i, 0]` to `lobes[i, 1]`, inclusive. Weights of one
    output add up to 1; the samples at the ends are repeated outward.
    """

    starts: NDArray[np.int32]
    weights: NDArray[np.float32]
    lobes: NDArray[np.int32]

    @property
    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
        """As compiled code takes them."""
        return self.starts, self.weights, self.lobes


def lanczos3(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sinc windowed by its own main lobe, stretched over three samples either side."""
    value = np.sinc(x) * np.sinc(x / 3)
    return np.where(np.abs(x) < 3, value, 0.0)


def mitchell(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cubic of Mitchell and Netravali (1988) for B = C = 1/3, two samples either side.

    >>> mitchell(np.array([0.0, 1.0, 2.0])).round(4).tolist()
    [0.8889, 0.0556, 0.0]
    """
    a = np.abs(x)
    inner = (7 * a**3 - 12 * a**2 + 16 / 3) / 6
    outer = (-7 / 3 * a**3 + 12 * a**2 - 20 * a + 32 / 3) / 6
    return np.where(a < 1, inner, np.where(a < 2, outer, 0.0))


_KERNELS: Final[dict[str, tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], float]]] = {
    "lanczos3": (lanczos3, 3.0),
    "mitchell": (mitchell, 2.0),
}


@lru_cache(maxsize=64)
def taps(samples: int, wanted: int, kernel: str) -> Taps:
    """Return how `samples` of one axis become `wanted`; not to be written to.

    Where the picture shrinks the filter is widened by as much, which is what
    keeps detail finer than the output from coming back as a pattern.
    """
    if samples == wanted:
        own = np.arange(samples, dtype=np.int32)
        return Taps(own, np.ones((samples, 1), np.float32), np.stack([own, own], axis=1))
    shape, reach = _KERNELS[kernel]
    step = samples / wanted
    widening = max(step, 1.0)
    centers = (np.arange(wanted) + 0.5) * step - 0.5
    lowest = np.ceil(centers - reach * widening).astype(np.int64)
    inputs = lowest[:, None] + np.arange(int(2 * reach * widening) + 1)
    distances = (inputs - centers[:, None]) / widening
    weights = shape(distances)
    near = np.where(np.abs(distances) < 1, np.clip(inputs, 0, samples - 1), -1)
    lobes = np.stack([np.where(near < 0, samples, near).min(axis=1), near.max(axis=1)], axis=1)
    starts, folded = _fold(inputs, weights / weights.sum(axis=1, keepdims=True), samples)
    return Taps(starts.astype(np.int32), folded.astype(np.float32), lobes.astype(np.int32))


def _fold(
    inputs: NDArray[np.int64], weights: NDArray[np.float64], samples: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the weight of samples beyond the ends to the samples at the ends."""
    count = min(inputs.shape[1], samples)
    starts = np.clip(inputs[:, 0], 0, samples - count)
    places = np.clip(inputs, 0, samples - 1) - starts[:, None]
    folded = np.zeros((len(starts), count))
    np.add.at(folded, (np.arange(len(starts))[:, None], places), weights)
    return starts, folded
