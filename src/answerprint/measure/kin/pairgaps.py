"""What an alignment in time amounts to: a slip, a rate, swaps, and frames that one side lacks."""

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.alignment import Alignment
from answerprint.measured.pairing import Unpaired

Costs = NDArray[np.float64]

CLEARLY: Final = 1.0
"""Cost by which another frame has to fit better to be the one that is shown."""
NEAR: Final = 3
"""Frames on either side that one may be shown in place of."""
MANY: Final = 4
"""Frames left out from which even spacing is a rate and no accident."""
_NEITHER: Final = 5.0
"""Difference beyond that of nine in ten pairs from which a frame shows another picture altogether: what is painted over comes to 60."""
_MOST: Final = 0.75
"""Share of the pairs that a slip has to hold for."""
_TIE: Final = 1.0
"""Summed cost within which two places of a gap are equally good."""


def far_swaps(found: Alignment, costs: Costs) -> Alignment:
    """Return the alignment with frames exchanged that are further apart and belong in each other's place."""
    place = {j: i for i, j in found.pairs}
    wrong = [j for j, i in place.items() if costs[i, j] - np.nanmin(costs[:, j]) > 2 * CLEARLY]
    swapped = list(found.swapped)
    while wrong:
        j = wrong.pop(0)
        partner = next((k for k in wrong if _exchanged(costs, place, j, k)), None)
        if partner is None:
            continue
        wrong.remove(partner)
        place[j], place[partner] = place[partner], place[j]
        swapped.append((j, partner))
    return Alignment(
        tuple((i, j) for j, i in sorted(place.items())), tuple(sorted(swapped)), found.cost
    )


def _exchanged(costs: Costs, place: dict[int, int], j: int, k: int) -> bool:
    return bool(
        costs[place[k], j] + CLEARLY < costs[place[j], j]
        and costs[place[j], k] + CLEARLY < costs[place[k], k]
        and costs[place[k], j] < 1 + CLEARLY
        and costs[place[j], k] < 1 + CLEARLY
    )


def shows_instead(found: Alignment, costs: Costs, squares: Costs) -> dict[int, int]:
    """Return, by frame of the movie, the nearby frame of the sequence it clearly shows instead of its own.

    `squares` are differences in units that count one: what differs from both shows neither.
    """
    paired = np.array([squares[pair] for pair in found.pairs])
    usual = float(np.nanquantile(paired, 0.9)) if np.isfinite(paired).any() else 0.0
    instead = {}
    for i, j in found.pairs:
        first = max(0, i - NEAR)
        near = costs[first : i + NEAR + 1, j]
        if not np.isfinite(costs[i, j]) or costs[i, j] - np.nanmin(near) <= CLEARLY:
            continue
        shown = first + int(np.nanargmin(near))
        if squares[shown, j] - usual < _NEITHER:
            instead[j] = shown
    return instead


def slip_of(found: Alignment, shape: tuple[int, ...]) -> int:
    """Return by how many frames the movie comes late all the way; 0 where it is only shorter or longer at an end."""
    if shape[0] != shape[1]:
        return 0
    offset, times = Counter(j - i for i, j in found.pairs).most_common(1)[0]
    return offset if times >= _MOST * len(found.pairs) else 0


def retiming(found: Alignment, shape: tuple[int, ...]) -> float | None:
    """Return the frames of the second run for one of the first where frames are left out evenly; None where not.

    Looked at is what lies between the first and the last pair, so that a run
    that was slowed down and cut off at its old length is seen for what it is.
    """
    if not found.pairs:
        return None
    ends = [(min(side), max(side)) for side in zip(*found.pairs, strict=True)]
    inside = [
        [n - first for n in missing if first < n < last]
        for missing, (first, last) in zip(_missing(found, shape), ends, strict=True)
    ]
    spans = [last - first + 1 for first, last in ends]
    for side in (0, 1):
        gaps, other = inside[side], inside[1 - side]
        if len(gaps) < MANY or len(other) > len(gaps) // MANY:
            continue
        even = (np.arange(len(gaps)) + 0.5) / len(gaps) * spans[side]
        if np.abs(np.array(gaps) - even).max() <= spans[side] / len(gaps) + 1:
            rate = 1 + len(gaps) / (len(found.pairs) - 1)
            return round(rate if side == 1 else 1 / rate, 4)
    return None


def left_out(found: Alignment, squares: Costs) -> tuple[tuple[Unpaired, ...], tuple[Unpaired, ...]]:
    """Return the frames of either side, by index, that the other lacks, and between which indices each may lie.

    `squares` are differences, (n, m), in units that count one.
    """
    left, right = _missing(found, squares.shape)
    turned = {j: i for i, j in found.pairs}
    return _all_placed(left, dict(found.pairs), squares), _all_placed(right, turned, squares.T)


def _all_placed(gaps: list[int], place: dict[int, int], squares: Costs) -> tuple[Unpaired, ...]:
    """Return where it is best to leave frames out, each beside what was settled of the others."""
    settled, found = list(gaps), []
    for n, gap in enumerate(gaps):
        others = [*settled[:n], *settled[n + 1 :]]
        found.append(_placed(gap, others, place, squares))
        settled[n] = found[-1].number
    return tuple(found)


def _missing(found: Alignment, shape: tuple[int, ...]) -> tuple[list[int], list[int]]:
    used = tuple({pair[side] for pair in found.pairs} for side in (0, 1))
    return (
        [n for n in range(shape[0]) if n not in used[0]],
        [n for n in range(shape[1]) if n not in used[1]],
    )


def _placed(gap: int, others: list[int], place: dict[int, int], squares: Costs) -> Unpaired:
    """Return where it is best to leave a frame out around `gap`, and where it is as good.

    Of places as good it is one beside `others` left out: frames are lost in a row sooner than in two places.
    """
    costs = {gap: 0.0} | _moved(gap, -1, place, squares) | _moved(gap, 1, place, squares)
    least = min(costs.values())
    alike = [at for at, cost in costs.items() if cost <= least + _TIE and at not in others]
    next_to = {beside for other in others for beside in (other - 1, other + 1)}
    best = min(alike or [gap], key=lambda at: (at not in next_to, costs[at], abs(at - gap)))
    first = last = best
    while first - 1 in alike:
        first -= 1
    while last + 1 in alike:
        last += 1
    return Unpaired(number=best, first=first, last=last)


def _moved(gap: int, way: int, place: dict[int, int], squares: Costs) -> dict[int, float]:
    """Return what moving a gap one way costs, by place: each frame on that way takes its neighbour's partner."""
    costs: dict[int, float] = {}
    at, total = gap, 0.0
    while at + way in place and total <= _TIE:
        partner = place[at + way]
        total += float(np.nan_to_num(squares[at, partner] - squares[at + way, partner]))
        at += way
        costs[at] = total
    return costs
