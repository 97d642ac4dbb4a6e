"""Block edges and fine detail of a plane, from one look at some of its lines.

numba compiles the loops once a machine; they hold no lock. Memory: a few lines.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measured.look import BlockEdges, Detail

SAMPLED: Final = 7
"""One row in this many is looked at, and one group of columns: no block or grid has edges at every seventh line only."""

_GROUP: Final = 32
"""Neighbouring columns looked at together: what a SIMD register likes."""
_CAP: Final = 12
"""Excess of a step in 8-bit codes beyond which it counts no more: an outline of the picture, not of a block."""
_KEPT: Final = 0.8
"""Share of the lines of one phase that are averaged, the weakest: a building's edges fall on one phase, too."""
_FINE: Final = 8
"""Width of the usual transform block."""
_COARSE: Final = 16
"""Width of the usual macroblock."""

Lines = NDArray[np.int64]


def block_edges(
    plane: NDArray[Any], unit: int, floor: int = 0
) -> tuple[Detail | None, tuple[BlockEdges, BlockEdges] | None]:
    """Measure fine detail and block edges, across (vertical edges) and down, of an integer plane.

    `unit` is how many of its values make one 8-bit code, and what lies below
    `floor` counts as that. No block edges of a plane too small to hold four macroblocks a
    side, and no detail of one that is no larger than one.
    """
    height, width = plane.shape
    if height < _COARSE or width < _GROUP:
        return None, None
    across, down = np.zeros(width, np.int64), np.zeros(height, np.int64)
    sums = np.zeros(5, np.int64)
    _look_along(plane, floor, unit, across, sums)
    _look_down(plane, floor, unit, down, sums)
    along, far, seen, below, held = (float(value) for value in sums)
    detail = Detail(
        fine=_short((along / seen + below / held) / 2 / unit), coarse=_short(far / seen / unit)
    )
    if min(height, width) < 4 * _COARSE:
        return detail, None
    rows, columns = len(range(1, height - 1, SAMPLED)), _sampled_columns(width)
    return detail, (_edges(across / (rows * unit)), _edges(down / (columns * unit)))


def _edges(excess: NDArray[np.float64]) -> BlockEdges:
    """Fold the excess of every line by its place in a block, and tell the phase that stands out."""
    phases = _folded(excess, _FINE)
    phase = int(np.argmax(phases))
    others = np.delete(phases, phase)
    size, coarse = _FINE, _folded(excess, _COARSE)
    best = int(np.argmax(coarse))
    if coarse[best] > 2 * coarse[(best + _FINE) % _COARSE] + 0.05:
        size, phase, others = _COARSE, best, np.delete(coarse, best)
        phases = coarse
    return BlockEdges(
        size=size,
        phase=phase,
        edge=_short(phases[phase]),
        inside=_short(others.mean()),
        next=_short(others.max()),
    )


def _folded(excess: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    whole = len(excess) // size * size
    by_phase = np.sort(excess[:whole].reshape(-1, size), axis=0)
    kept = max(1, int(_KEPT * len(by_phase)))
    return np.asarray(by_phase[:kept].mean(axis=0))


def _sampled_columns(width: int) -> int:
    starts = range(0, width - _GROUP + 1, _GROUP * SAMPLED)
    return max(1, len(starts)) * _GROUP


def _short(value: float) -> float:
    return float(f"{value:.3g}")


@compiled
def _look_along(
    plane: NDArray[Any], floor: int, unit: int, excess: Lines, sums: NDArray[np.int64]
) -> None:
    """Add to `excess` how much the step into each column stands out from the steps beside it, over sampled rows."""
    height, width = plane.shape
    row, steps = np.zeros(width, np.int32), np.zeros(width, np.int32)
    total = np.zeros(width, np.int32)
    fine, coarse, count = np.int64(0), np.int64(0), np.int64(0)
    code, cap = np.int32(unit), np.int32(2 * _CAP * unit)
    for y in range(1, height - 1, SAMPLED):
        for x in range(width):
            row[x] = max(np.int32(plane[y, x]), np.int32(floor))
        # Told of every result that it has 32 bits: numba would make it 64, and registers hold half as many.
        for x in range(1, width):
            steps[x] = abs(np.int32(row[x] - row[x - 1]))
        for x in range(2, width - 1):
            out = np.int32(np.int32(2) * steps[x] - steps[x - 1] - steps[x + 1])
            total[x] += min(max(out, np.int32(0)), cap)
        bend, far = np.int32(0), np.int32(0)
        for x in range(8, width - 1):
            curve = abs(np.int32(np.int32(2) * row[x] - row[x - 1] - row[x + 1]))
            bend = np.int32(bend + max(np.int32(curve - code), np.int32(0)))
            far = np.int32(far + abs(np.int32(row[x] - row[x - 8])))
        fine += bend
        coarse += far
        count += width - 9
    for x in range(width):
        excess[x] = total[x] // 2
    sums[0], sums[1], sums[2] = fine, coarse, count


@compiled
def _look_down(
    plane: NDArray[Any], floor: int, unit: int, excess: Lines, sums: NDArray[np.int64]
) -> None:
    """Do the same for rows, over sampled groups of columns."""
    height, width = plane.shape
    columns = max(1, (width - _GROUP) // (_GROUP * SAMPLED) + 1) * _GROUP
    lines = np.zeros((4, columns), np.int32)
    fine, count = np.int64(0), np.int64(0)
    code, cap = np.int32(unit), np.int32(2 * _CAP * unit)
    for y in range(height):
        line = lines[y & 3]
        for at in range(0, columns, _GROUP):
            for x in range(_GROUP):
                line[at + x] = max(np.int32(plane[y, at * SAMPLED + x]), np.int32(floor))
        if y < 3:
            continue
        # The step judged is the one from row y - 2 to row y - 1.
        a, b, c = lines[(y - 3) & 3], lines[(y - 2) & 3], lines[(y - 1) & 3]
        total, bend = np.int32(0), np.int32(0)
        for x in range(columns):
            step, curve = np.int32(c[x] - b[x]), np.int32(np.int32(2) * c[x] - b[x] - line[x])
            beside = np.int32(abs(np.int32(b[x] - a[x])) + abs(np.int32(line[x] - c[x])))
            out = np.int32(np.int32(2) * abs(step) - beside)
            total = np.int32(total + min(max(out, np.int32(0)), cap))
            bend = np.int32(bend + max(np.int32(abs(curve) - code), np.int32(0)))
        excess[y - 1] = total // 2
        fine += bend
        count += columns
    sums[3], sums[4] = fine, count
