"""Two runs of frames aligned in time by dynamic programming: paired, left out on one side, or swapped with one close by."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.compiling import compiling

Costs = NDArray[np.float64]
_compiled: Any = compiling()

WORST: Final = 5.0
"""Cost from which two frames simply differ; one damaged frame is to count no more than that."""
_GOOD: Final = 2.5
"""Cost that is worth pairing: between a right frame, at 1, and a wrong one in motion, at WORST."""
_GAP: Final = 2.0
"""Cost of leaving out a frame: two cost more than a pair that differs, so that a damaged frame stays paired."""
_SWAP: Final = 1.0
"""Cost of a swap, so that it is only found where two frames agree that it is one."""
_AGREED: Final = 1.75
"""Cost that both frames of a swap have to stay under: one that shows an earlier frame again is none."""
_NEAR: Final = 2
"""Frames apart up to which a swap is looked for: further apart, two that differ cost less than any way around them."""
_ENDS: Final = 3.0
"""Cost of leaving out as many at both ends: a slip has to be better by more than that."""

RATES: Final = (2.0, 0.5, 2.5, 0.4, 1.5, 2 / 3, 1.25, 0.8, 25 / 24, 24 / 25)
"""Frames of the second run for one of the first that a clip may have been brought to another rate by."""
_RATE: Final = 6.0
"""Cost of such a rate: it says more than a slip, and has to be better by more."""

_PAIR, _LEFT, _RIGHT, _CROSS = 0, 1, 2, 3
"""Steps; from _CROSS on a swap of frames one apart, two apart."""

_COMMON: Final = 0.5
"""Share of the shorter run that is paired where one run comes late against the other."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which frame of the one run goes with which of the other, by index, in the order of the second."""

    pairs: tuple[tuple[int, int], ...]
    """Frames that go together."""
    swapped: tuple[tuple[int, int], ...]
    """Frames of the second run that stand in each other's place."""
    cost: float
    """What it costs; less is better."""


def align(costs: Costs) -> Alignment:
    """Align by `costs`, (n, m): 1 is the right frame, WORST and more a wrong one, not-a-number one nothing is known of.

    Equal costs pair index with index, so that stillness never looks like a fault.
    Time and memory: n x m steps of a few nanoseconds, 9 bytes each.
    """
    told = np.nan_to_num(np.minimum(costs, WORST), nan=_GOOD) - _GOOD
    kept = _traced(told, *_costed(told, _GAP, _GAP, _AGREED - _GOOD))
    slipped = _traced(told, *_costed(told, 0.0, _GAP, _AGREED - _GOOD))
    # Frames that one side has more cost the same wherever they are left out.
    forced = _GAP * min(abs(costs.shape[0] - costs.shape[1]), _at_ends(slipped, costs.shape))
    slipped = replace(slipped, cost=slipped.cost + forced + _ENDS)
    retimed = [_at_rate(told, rate) for rate in RATES]
    # Two runs that have hardly a frame in common fit well at their ends, and are no slip.
    slips = [slipped] if len(slipped.pairs) >= _COMMON * min(costs.shape) else []
    return min((kept, *slips, *retimed), key=lambda found: found.cost)


def _at_rate(told: Costs, rate: float) -> Alignment:
    """Pair both runs as if the second had been made of the first at `rate`, each frame held until the next is due."""
    count, many = told.shape
    frames = np.arange(min(many, int(count * rate)))
    shown = np.minimum((frames / rate + 1e-6).astype(np.intp), count - 1)
    first = np.flatnonzero(np.diff(shown, prepend=-1) > 0)
    pairs = tuple(zip(shown[first].tolist(), frames[first].tolist(), strict=True))
    held = np.setdiff1d(frames, first)
    # A held frame only tells against: it fits where nothing moves, too.
    cost = told[shown[first], first].sum() + (told[shown[held], held] - (1 - _GOOD)).sum()
    return Alignment(pairs, (), float(cost) + _GAP * abs(count - many) + _RATE)


def _at_ends(found: Alignment, shape: tuple[int, ...]) -> int:
    """Return how many frames of the longer run lie outside of what is paired."""
    longer = 0 if shape[0] > shape[1] else 1
    at = [pair[longer] for pair in found.pairs]
    return shape[longer] - (max(at) - min(at) + 1 if at else 0)


def _traced(told: Costs, total: Costs, steps: NDArray[np.uint8]) -> Alignment:
    i, j = told.shape
    cost = float(total[i, j])
    pairs: list[tuple[int, int]] = []
    swapped: list[tuple[int, int]] = []
    while i or j:
        step = steps[i, j]
        if step == _PAIR:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif step >= _CROSS:
            apart = int(step) - _CROSS + 1
            i, j = i - apart - 1, j - apart - 1
            pairs += [(i, j + apart), (i + apart, j)]
            pairs += [(i + n, j + n) for n in range(1, apart)]
            swapped.append((j, j + apart))
        elif step == _LEFT:
            i -= 1
        else:
            j -= 1
    pairs.sort(key=lambda pair: pair[1])
    return Alignment(tuple(pairs), tuple(reversed(swapped)), cost)


@_compiled
def _costed(told, ends, gap, agreed):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 - one loop, four steps
    """Return the least cost up to every cell, and the step that leads there; frames left out at the ends cost `ends`."""
    n, m = told.shape
    total = np.empty((n + 1, m + 1))
    steps = np.zeros((n + 1, m + 1), np.uint8)
    for i in range(n + 1):
        for j in range(m + 1):
            if i == 0 and j == 0:
                total[0, 0] = 0.0
                continue
            best, step = np.inf, _PAIR
            if i > 0:
                cost = total[i - 1, j] + (ends if j in (0, m) else gap)
                if cost < best:
                    best, step = cost, _LEFT
            if j > 0:
                cost = total[i, j - 1] + (ends if i in (0, n) else gap)
                if cost < best:
                    best, step = cost, _RIGHT
            if i > 0 and j > 0:
                cost = total[i - 1, j - 1] + told[i - 1, j - 1]
                if cost < best:
                    best, step = cost, _PAIR
            for apart in range(1, min(_NEAR, i - 1, j - 1) + 1):
                p, q = i - 1 - apart, j - 1 - apart
                early, late = told[p, j - 1], told[i - 1, q]
                # A damaged frame alone may be more like its neighbour's partner than like its own.
                if max(early, late) < agreed and early < told[i - 1, j - 1] and late < told[p, q]:
                    cost = total[p, q] + early + late + _SWAP
                    for between in range(1, apart):
                        cost += told[p + between, q + between]
                    if cost < best:
                        best, step = cost, _CROSS + apart - 1
            total[i, j], steps[i, j] = best, step
    return total, steps
