"""A figure that goes up and down through time: its swings, whatever it drifts by between them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Swing:
    """A run of frames through which a figure goes one way."""

    first: int
    last: int
    by: float


def swings(curve: Sequence[float], least: float) -> Iterator[Swing]:
    """Yield the swings of `curve` that go `least` or more, up and down by turns.

    >>> [swing.by for swing in swings([0, 2, 3, 2.5, 3, 0, 1], least=1)]
    [3, -3, 1]
    """
    low = high = way = 0
    for at, value in enumerate(curve):
        low = at if value < curve[low] else low
        high = at if value > curve[high] else high
        if way >= 0 and curve[high] - value >= least:
            if curve[high] - curve[low] >= least and low < high:
                yield Swing(low, high, curve[high] - curve[low])
            way, low = -1, at
        elif way <= 0 and value - curve[low] >= least:
            if curve[high] - curve[low] >= least and high < low:
                yield Swing(high, low, curve[low] - curve[high])
            way, high = 1, at
    if way > 0:
        yield Swing(low, high, curve[high] - curve[low])
    elif way < 0:
        yield Swing(high, low, curve[low] - curve[high])


def main_direction(steps: Sequence[tuple[float, float]]) -> float:
    """Return the angle of the line that steps in a plane go along most, in radians.

    >>> round(math.degrees(main_direction([(1, 1), (-2, -2), (1, 1.1)])))
    45
    """
    xx = sum(x * x for x, _ in steps)
    yy = sum(y * y for _, y in steps)
    xy = sum(x * y for x, y in steps)
    return 0.5 * math.atan2(2 * xy, xx - yy)
