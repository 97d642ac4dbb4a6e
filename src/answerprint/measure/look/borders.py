"""What lies along the four sides of a picture: black bars, and stray lines.

numba compiles the loops once a machine; they hold no lock.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.compiling import compiled
from answerprint.measured.look import SIDES, Bars, EdgeLine

NOISY: Final = 0.02
"""Share of a line of a bar that may be brighter than its black: ringing, never a picture."""
RING: Final = 8
"""Lines over which a codec smears the edge of a bar: one transform block of the usual size."""
WIDEST: Final = 4
"""Lines of a border that are a stray line; more are a bar."""
INWARDS: Final = 12
"""Lines looked at from the border inwards to know how much neighbours differ there."""
APART: Final = 5
"""8-bit codes by which a sample of a stray line differs from the one beside it."""


def black_bars(plane: NDArray[Any], black: int) -> Bars | None:
    """Count the lines at every side that hold nothing above `black`; None where the whole plane does not."""
    widths, lit = [], []
    # Columns are looked at on every fourth row: reading across rows is slow.
    for lines in _inwards(plane, every=4):
        count = int(_dark_lines(lines, black, NOISY))
        if count == len(lines):
            return None
        widths.append(count)
        lit.append(round(float(_lit_share(lines, count, black, RING)), 3) if count else 0.0)
    return Bars(widths=_four(widths), lit=_four(lit))


def edge_lines(
    planes: Mapping[str, NDArray[Any]], unit: int, floor: int = 0
) -> tuple[EdgeLine, ...]:
    """Find lines at the border that are unlike the picture beside them, the most striking of every side.

    `unit` values make an 8-bit code, and what lies below `floor` counts as that.
    Widths are in pixels of the largest plane.
    """
    found: dict[str, EdgeLine] = {}
    tallest = max(plane.shape[0] for plane in planes.values())
    for channel, plane in planes.items():
        if min(plane.shape) < 4 * INWARDS:
            continue
        scale = max(1, round(tallest / plane.shape[0]))
        for side, lines in zip(SIDES, _inwards(plane), strict=True):
            line = _edge_line(lines[:INWARDS], unit, floor, WIDEST // scale)
            if line is None or (side in found and found[side].step >= line[1]):
                continue
            width, step, inside, share = line
            found[side] = EdgeLine(
                side=side,
                width=width * scale,
                step=step,
                inside=inside,
                share=share,
                channel=channel,
            )
    return tuple(found.values())


def _inwards(plane: NDArray[Any], every: int = 1) -> tuple[NDArray[Any], ...]:
    """Return the plane four times, its first line being the outermost at the left, top, right and bottom."""
    columns = plane[::every].T
    return columns, plane, columns[::-1], plane[::-1]


def _edge_line(
    lines: NDArray[Any], unit: int, floor: int, widest: int
) -> tuple[int, float, float, float] | None:
    steps, shares = np.zeros(INWARDS), np.zeros(INWARDS)
    _line_steps(lines, floor, APART * unit, steps, shares)
    steps /= unit
    width = 1 + int(np.argmax(steps[1 : widest + 1]))
    inside = float(np.max(steps[width + 1 :]))
    step, share = float(steps[width]), float(shares[width])
    if step < 2 * inside + 1 or share < 0.5:
        return None
    return width, round(step, 2), round(inside, 2), round(share, 3)


def _four(values: list[Any]) -> tuple[Any, Any, Any, Any]:
    left, top, right, bottom = values
    return left, top, right, bottom


@compiled
def _dark_lines(lines: NDArray[Any], black: int, noisy: float) -> int:
    """Count the lines from the first on that hold at most `noisy` above `black`."""
    height: int = lines.shape[0]
    width = lines.shape[1]
    most = int(noisy * width)
    for y in range(height):
        bright = 0
        for x in range(width):
            bright += lines[y, x] > black
            if bright > most:
                return y
    return height


@compiled
def _lit_share(lines: NDArray[Any], first: int, black: int, ring: int) -> float:
    """Return how much of the fullest line from `first` to `ring` lines on is above `black`."""
    height, width = lines.shape
    best = np.int64(0)
    for y in range(first, min(height, first + ring)):
        bright = np.int64(0)
        for x in range(width):
            bright += np.int64(lines[y, x] > black)
        best = max(best, bright)
    return float(best / width)


@compiled
def _line_steps(
    lines: NDArray[Any],
    floor: int,
    apart: int,
    steps: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> None:
    """Measure the mean step from each line to the next, and how much of it is more than `apart`."""
    count, width = lines.shape
    for y in range(1, count):
        total, far, seen = np.int64(0), np.int64(0), np.int64(0)
        for x in range(0, width, 2):
            before = max(np.int32(lines[y - 1, x]), np.int32(floor))
            step = abs(max(np.int32(lines[y, x]), np.int32(floor)) - before)
            total += np.int64(step)
            far += np.int64(step >= apart)
            seen += np.int64(1)
        steps[y] = total / seen
        shares[y] = far / seen
