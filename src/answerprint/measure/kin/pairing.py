"""Movie and EXR sequence of one delivery brought together in time, from the prints of their frames.

The frames are aligned in time by the ranks of their cells, which no monotone
curve changes; from the aligned frames the view that relates both is fitted, and
through it they are aligned again.

Memory: the prints of both as floats and a few frames x frames matrices; 15
megabytes at 120 frames a side.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.alignment import Alignment, align
from answerprint.measure.kin.pairgaps import far_swaps, left_out, retiming, shows_instead, slip_of
from answerprint.measure.kin.prints import Prints
from answerprint.measure.kin.residuals import residuals
from answerprint.measure.kin.tonecurve import Look, paired_look, ranked
from answerprint.measured.pairing import Pair, Pairing, ToneCurve, Unpaired
from answerprint.order import Size

Cells = NDArray[np.float32]
Costs = NDArray[np.float64]

SURE: Final = 4.0
"""Noise by which a frame has to fit worse to count one: hundreds of noisy still frames add up to no finding."""
SHARP: Final = 0.025
"""Share of an ordinary step under which noise is not taken to lie, however clean the pictures are."""
FLOOR: Final = 1e-5
"""Least noise, (Oklab x 100)^2: half floats hold the prints no better."""
PASSES: Final = 3
"""Times that view and alignment are fitted from each other: a clip slowed down and cut off at its old length takes three."""
_LAGGING: Final = 3
"""Frames out of their place under which they tell nothing: an encoder shows one for two where a clip ends slowly."""
_GAINED: Final = 0.6
"""Share of what a neighbouring frame fits worse by, which is what they gain where they belong."""
CURVE_POINTS: Final = 17
"""Points of the curve that are kept in the record."""
_BACKWARD: Final = 10.0
"""Cost by which a clip has to fit better backward than forward: four wrong frames' worth."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides as (frames, cells, 3) Oklab x 100, not-a-number where a frame has no picture."""

    sequence: Cells
    movie: Cells
    numbers: tuple[int, ...]
    """Frame numbers of the sequence."""
    size: Size
    """Cells across and down."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Which frame goes with which."""

    squares: Costs
    """Mean square difference of any two frames, (n, m), in units that count one when pairing."""
    costs: Costs
    """The same beyond that of the best, 1 for which."""
    alignment: Alignment
    backward: bool
    motion: float
    """How much worse a neighbouring frame fits, in noise."""


def pair(sequence: Prints, movie: Prints) -> Pairing | None:
    """Bring the prints of both passes together; None where one has none, or more frames than are kept."""
    if not (sequence.size and movie.size and sequence.complete and movie.complete):
        return None
    size, numbers = sequence.size, tuple(sequence.numbers)
    sides = Sides(sequence.stacked(size), movie.stacked(size), numbers, size)
    fit = fitted(ranked(sides.sequence), ranked(sides.movie))
    for _ in range(PASSES):
        look = paired_look(*_cells(sides, fit.alignment))
        shown = look(sides.sequence)
        fit = fitted(shown - _standing(shown, sides.movie, fit.alignment), sides.movie)
    return _record(sides, look, fit)


def fitted(shown: Cells, movie: Cells) -> Fit:
    """Align two sides that are alike but for noise, (frames, cells, values)."""
    squares = _differences(shown, movie)
    noise, motion = _noise(squares)
    known = np.where(np.isfinite(squares), squares, np.inf)
    best = known.min(axis=0)
    # What a frame of the movie differs from all alike tells nothing.
    costs = 1 + (squares - np.where(np.isfinite(best), best, 0)) / (SURE * noise)
    alignment, backward = _directed(costs)
    if not backward and _undecided(alignment, costs, motion):
        alignment = _by_index(costs)
    return Fit(squares / (SURE * noise), costs, alignment, backward, motion)


def _undecided(found: Alignment, costs: Costs, motion: float) -> bool:
    """Tell whether frames paired out of their place in equally long sides fit hardly better there than in it.

    Coding makes slow motion lag by parts of a frame, which over many frames adds up to a gap and a frame too many.
    """
    moved = [(i, j) for i, j in found.pairs if i != j]
    count, many = costs.shape
    swapped = {j for pair in found.swapped for j in pair}
    if count != many or not moved or swapped.intersection(j for _, j in moved):
        return False
    if len(moved) < _LAGGING:
        return True
    gained = [costs[j, j] - costs[i, j] for i, j in moved]
    return bool(SURE * np.nanmean(gained) < _GAINED * motion)


def _differences(shown: Cells, movie: Cells) -> Costs:
    """Return the mean square difference of every frame of the sequence from every one of the movie."""
    left, right = shown.reshape(len(shown), -1), movie.reshape(len(movie), -1)
    square = (left * left).sum(axis=1)[:, None] + (right * right).sum(axis=1)[None, :]
    return np.asarray(square - 2 * (left @ right.T), np.float64) / left.shape[1]


def _standing(shown: Cells, movie: Cells, found: Alignment) -> Cells:
    """Return the mean difference of paired frames by cell: what the view does to a place stays, and tells no frames apart."""
    left, right = _indices(found)
    off = shown[left] - movie[right]
    told = np.isfinite(off[:, 0, 0])
    return np.asarray(off[told].mean(axis=0) if told.any() else np.zeros_like(off[0]))


def _noise(squares: Costs) -> tuple[float, float]:
    """Return how much the lead of one neighbour over the other wavers, and how much worse both fit, in that unit."""
    lead, worse = _neighbours(np.where(np.isfinite(squares), squares, np.inf))
    if lead.size < 3:
        return FLOOR, 0.0
    wavering = np.abs(lead[1:-1] - (lead[:-2] + lead[2:]) / 2)
    spread = 1.48 * float(np.median(wavering)) / np.sqrt(1.5)
    step = max(0.0, float(np.median(worse)))
    noise = max(spread, SHARP * step, FLOOR)
    return noise, step / noise


def _neighbours(squares: Costs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, by frame of the movie, how its best frame's two neighbours differ from each other and from it."""
    count = len(squares)
    if count < 3:
        return np.zeros(0), np.zeros(0)
    at = np.clip(squares.argmin(axis=0), 1, count - 2)
    frames = np.arange(squares.shape[1])
    before, here, after = (squares[at + n, frames] for n in (-1, 0, 1))
    told = np.isfinite(before) & np.isfinite(here) & np.isfinite(after)
    before, here, after = before[told], here[told], after[told]
    return after - before, (before + after) / 2 - here


def _directed(costs: Costs) -> tuple[Alignment, bool]:
    """Align forward, or backward where that is clearly better."""
    forward, backward = align(costs), align(np.ascontiguousarray(costs[::-1]))
    if not backward.pairs or backward.cost + _BACKWARD >= forward.cost:
        return (forward if forward.pairs else _by_index(costs)), False
    last = len(costs) - 1
    turned = tuple((last - i, j) for i, j in backward.pairs)
    return Alignment(turned, backward.swapped, backward.cost), True


def _by_index(costs: Costs) -> Alignment:
    return Alignment(tuple((n, n) for n in range(min(costs.shape))), (), 0.0)


def _cells(sides: Sides, found: Alignment) -> tuple[Cells, Cells]:
    left, right = _indices(found)
    return sides.sequence[left].reshape(-1, 3), sides.movie[right].reshape(-1, 3)


def _indices(found: Alignment) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    left, right = (np.array(each, np.intp) for each in zip(*found.pairs, strict=True))
    return left, right


def _record(sides: Sides, look: Look, fit: Fit) -> Pairing:
    shape = fit.costs.shape
    found = far_swaps(fit.alignment, fit.costs)
    only_sequence, only_movie = left_out(found, fit.squares)
    return Pairing(
        sequence=int(np.isfinite(sides.sequence[:, 0, 0]).sum()),
        movie=len(sides.movie),
        reversed=fit.backward,
        slip=0 if fit.backward else slip_of(found, shape),
        retimed=retiming(found, shape),
        swapped=found.swapped,
        only_sequence=tuple(_numbered(each, sides.numbers) for each in only_sequence),
        only_movie=only_movie,
        likeness=_likeness(look, *_cells(sides, found)),
        motion=round(fit.motion, 2),
        curve=_curve(look),
        pairs=_pairs(sides, look, found, shows_instead(found, fit.costs, fit.squares)),
    )


def _numbered(each: Unpaired, numbers: tuple[int, ...]) -> Unpaired:
    return Unpaired(number=numbers[each.number], first=numbers[each.first], last=numbers[each.last])


def _pairs(sides: Sides, look: Look, found: Alignment, instead: dict[int, int]) -> tuple[Pair, ...]:
    left, right = _indices(found)
    for n, j in enumerate(right.tolist()):
        left[n] = instead.get(j, left[n])
    left_over = residuals(look(sides.sequence[left]), sides.movie[right], sides.size)
    return tuple(
        Pair(
            movie=j,
            sequence=sides.numbers[i],
            shows=sides.numbers[instead[j]] if j in instead else None,
            residual=each.mean,
            spot=each.spot,
            box=each.box,
        )
        for (i, j), each in zip(found.pairs, left_over, strict=True)
    )


def _likeness(look: Look, sequence: Cells, movie: Cells) -> float:
    told = np.isfinite(sequence[:, 0]) & np.isfinite(movie[:, 0])
    a, b = (
        side[told, 0].astype(np.float64) for side in (look(np.ascontiguousarray(sequence)), movie)
    )
    if not b.size or b.std() == 0:
        return 1.0
    if a.std() == 0:
        # Nothing of the one tells anything of the other: the fitted curve is flat.
        return 0.0
    return round(float(np.corrcoef(a, b)[0, 1]), 4)


def _curve(look: Look) -> ToneCurve:
    at = np.linspace(look.light[0], look.light[-1], CURVE_POINTS)
    shown = np.interp(at, look.light, look.shown)
    light, code = (tuple(round(float(v), 2) for v in side) for side in (at, shown))
    return ToneCurve(light=light, shown=code)
