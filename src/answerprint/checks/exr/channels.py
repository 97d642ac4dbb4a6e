"""Channels that are constant, stand for others, stand still or are swapped."""

from collections.abc import Iterator
from itertools import groupby, pairwise, permutations
from statistics import median
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.exr.limits import ChannelLimits
from answerprint.measured.figures import Figure
from answerprint.measured.samples import ChannelFigures
from answerprint.timing import spell_frames

Order = tuple[int, ...]
"""Which channel each of three stands for."""

ORDERS: Final[tuple[Order, ...]] = tuple(permutations(range(3)))
"""All orders of three channels, the right one first."""
USUALLY_MOVES: Final = 0.3
"""Share of the other channels' motion that a channel has in most frames, for standing still to be a defect."""
_PAIRS: Final = ((0, 1), (1, 2), (0, 2))

_COLORED = Need(
    lambda s: s.measurements.sequence is not None and bool(_figures(s)),
    "no readable EXR frame with three picture channels",
    reads=(Figure.SAMPLES,),
    of="sequence",
)

_CODED: Final = 0.1
"""Share of what counts as flat that DWA leaves of a constant channel beside two that are not: it codes the three together."""
_LIT: Final = 2**-9
"""Scene-linear light from which a channel is no darkness, which may well be even."""


@check(
    "channels.stuck",
    _COLORED,
    limit="channels.flat channels.alive channels.held channels.odd_share",
    source="measured",
)
def stuck(subject: Subject) -> Iterator[Breach]:
    """No channel of the picture is constant, a copy of another, or held from the frame before, while the others live.

    A gray picture has three equal channels, and a tinted one may have two: a copy is one
    only where other frames of the clip keep the two apart. So it is with a channel that
    is constant, unless it is so through the whole clip, to the last bit or as nearly as coding leaves one light.
    """
    limits, figures = subject.limits.channels, _figures(subject)
    most = _most_odd(figures, limits)
    for place in range(3):
        name = _name(subject, place)
        for what, hit in (
            ("is constant", _constant(subject, figures, limits, place)),
            ("is a copy of another channel", _copied(figures, limits, place)),
            ("is that of the frame before", _held(figures, limits, place)),
        ):
            whole = len(hit) == len(figures)
            if hit and (whole or what == "is constant" or len(hit) <= most):
                yield Breach(
                    f"{name} {what} in frame {spell_frames(hit)} while the others are not; "
                    "have the frame rendered again",
                    measured=len(hit),
                    limit=0,
                    unit="frames",
                    frames=hit,
                    channel=name,
                )


@check(
    "channels.swapped",
    _COLORED,
    limit="channels.swap_ratio channels.swap_step channels.odd_share",
    source="measured",
)
def swapped(subject: Subject) -> Iterator[Breach]:
    """No frame has its channels in another order than the rest of the clip.

    Every frame is compared with the one before it under each order of the channels; one
    that fits far better, and as well as frames do that follow each other, is a swap. The order
    that most frames have is taken for the right one: a clip swapped as a whole is not seen here.
    """
    limits, figures = subject.limits.channels, _figures(subject)
    orders = _orders(figures, limits)
    turns = sum(a != b for a, b in pairwise(orders))
    if not turns or turns > _most_odd(figures, limits):
        return
    usual = max(set(orders), key=orders.count)
    for order in sorted(set(orders) - {usual}):
        numbers = tuple(n for n, each in zip(figures, orders, strict=True) if each == order)
        found = [_name(subject, order.index(channel)) for channel in usual]
        wanted = [_name(subject, place) for place in range(3)]
        yield Breach(
            f"frame {spell_frames(numbers)} has its channels swapped: what is {', '.join(wanted)} elsewhere "
            f"lies in {', '.join(found)}",
            measured=", ".join(found),
            limit=", ".join(wanted),
            frames=numbers,
        )


def _figures(subject: Subject) -> dict[int, ChannelFigures]:
    return {
        f.number: f.samples.channels
        for f in subject.sequence.frames
        if f.samples is not None and f.samples.channels is not None
    }


def _name(subject: Subject, place: int) -> str:
    common = subject.sequence.common_header
    return common.main.picture[place] if common and len(common.main.picture) == 3 else "RGB"[place]


def _most_odd(figures: dict[int, ChannelFigures], limits: ChannelLimits) -> float:
    """Return at how many frames channels may jump and be at fault; one frame alone jumps twice."""
    return max(2, limits.odd_share * len(figures))


def _constant(
    subject: Subject, figures: dict[int, ChannelFigures], limits: ChannelLimits, place: int
) -> tuple[int, ...]:
    flat = tuple(
        n
        for n, each in figures.items()
        if each.spread[place] < limits.flat and _lives(each.spread, limits, but=place)
    )
    if len(flat) < len(figures):
        return flat
    name, frames = _name(subject, place), subject.sequence.frames
    levels = [f.channels[name] for f in frames if f.number in figures and name in f.channels]
    even = max(figures[n].spread[place] for n in flat) < _CODED * limits.flat
    lit = even and min(held.mean or 0.0 for held in levels) > _LIT
    return flat if lit or all(held.minimum == held.maximum for held in levels) else ()


def _lives(values: tuple[float, ...], limits: ChannelLimits, *, but: int) -> bool:
    return min(v for place, v in enumerate(values) if place != but) > limits.alive


def _copied(
    figures: dict[int, ChannelFigures], limits: ChannelLimits, place: int
) -> tuple[int, ...]:
    """Return the frames in which the channel is one with another that the clip keeps apart from it.

    Which of the two is the copy is told by where it begins or ends: it is the one that jumps there.
    """
    hit: list[int] = []
    for n, pair in enumerate(_PAIRS):
        if place in pair and median(each.apart[n] for each in figures.values()) > limits.alive:
            close = [each.apart[n] < limits.flat < max(each.apart) for each in figures.values()]
            for run in _runs(close):
                jumps = [_jump(figures, limits, run, channel) for channel in pair]
                if pair[jumps.index(max(jumps))] == place and max(jumps) > 0:
                    hit += list(figures)[run.start : run.stop]
    return tuple(sorted(hit))


def _jump(
    figures: dict[int, ChannelFigures], limits: ChannelLimits, run: range, place: int
) -> float:
    """Return how far a channel moves at the ends of a run beyond its ordinary steps; 0 or less where it does not jump."""
    moves = [_moved(each, place) for each in figures.values()]
    ends = [moves[at] for at in (run.start, run.stop) if at < len(moves)]
    return max(ends) - limits.swap_step * median(moves) - limits.flat


def _runs(hit: list[bool]) -> Iterator[range]:
    """Yield the runs of places that are hit."""
    start = 0
    for value, group in groupby(hit):
        stop = start + len(list(group))
        if value:
            yield range(start, stop)
        start = stop


def _moved(figures: ChannelFigures, place: int) -> float:
    return figures.crossing[4 * place] if figures.crossing else 0.0


def _held(figures: dict[int, ChannelFigures], limits: ChannelLimits, place: int) -> tuple[int, ...]:
    """Return the frames in which the channel has not moved and the others have, in a clip where it moves with them."""
    shares = {
        number: _moved(each, place) / rest
        for number, each in figures.items()
        if each.crossing
        and _turn(each.crossing) == ORDERS[0]
        and (rest := min(_moved(each, other) for other in range(3) if other != place)) > limits.flat
    }
    if not shares or median(shares.values()) < USUALLY_MOVES:
        return ()
    return tuple(number for number, share in shares.items() if share < limits.held)


def _orders(figures: dict[int, ChannelFigures], limits: ChannelLimits) -> list[Order]:
    """Return, for every frame, which channel of the first frame each of its channels stands for."""
    crossings = [each.crossing for each in figures.values()]
    steps = [_cost(crossing, ORDERS[0]) for crossing in crossings if crossing]
    ordinary = median(steps) if steps else 0.0
    orders, now = [], ORDERS[0]
    for crossing in crossings:
        if crossing:
            turn = _turn(crossing)
            usual, own = _cost(crossing, ORDERS[0]), _cost(crossing, turn)
            reach = limits.swap_step * ordinary + limits.flat
            if own < limits.swap_ratio * usual and own < reach < usual:
                now = tuple(now[place] for place in turn)
        orders.append(now)
    return orders


def _turn(crossing: tuple[float, ...]) -> Order:
    """Return the order in which three channels are nearest to those of the frame before."""
    return min(ORDERS, key=lambda order: _cost(crossing, order))


def _cost(crossing: tuple[float, ...], order: Order) -> float:
    """Return how far three channels are from those of the frame before, taken in that order."""
    return sum(crossing[3 * place + channel] for place, channel in enumerate(order)) / 3
