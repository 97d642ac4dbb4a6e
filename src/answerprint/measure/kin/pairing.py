"""Movie and EXR sequence of one delivery brought together in time, from the prints of their frames.

The frames are aligned in time by the ranks of their cells, which no monotone
curve changes; from the aligned frames the view that relates both is fitted, and
through it they are aligned again.

Memory: the prints of both as floats and a few frames x frames matrices; 15
megabytes at 120 frames a side.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.alignment import Alignment
from answerprint.measure.kin.fit import (
    Fit,
    beyond_best,
    differences,
    fitted,
    in_place,
    out_of_place,
    undecided,
)
from answerprint.measure.kin.pairgaps import far_swaps, left_out, retiming, shows_instead, slip_of
from answerprint.measure.kin.prints import Prints
from answerprint.measure.kin.residuals import residuals
from answerprint.measure.kin.tonecurve import Look, paired_look, ranked
from answerprint.measured.pairing import Pair, Pairing, ToneCurve, Unpaired
from answerprint.order import Size

Cells = NDArray[np.float32]
Costs = NDArray[np.float64]

PASSES: Final = 3
"""Times that view and alignment are fitted from each other: a clip slowed down and cut off at its old length takes three."""
CURVE_POINTS: Final = 17
"""Points of the curve that are kept in the record."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides as (frames, cells, 3) Oklab x 100, not-a-number where a frame has no picture."""

    sequence: Cells
    movie: Cells
    numbers: tuple[int, ...]
    """Frame numbers of the sequence."""
    size: Size
    """Cells across and down."""


def pair(sequence: Prints, movie: Prints) -> Pairing | None:
    """Bring the prints of both passes together; None where one has none, or more frames than are kept."""
    if not (sequence.size and movie.size and sequence.complete and movie.complete):
        return None
    size, numbers = sequence.size, tuple(sequence.numbers)
    sides = Sides(sequence.stacked(size), movie.stacked(size), numbers, size)
    fit = fitted(ranked(sides.sequence), ranked(sides.movie))
    for _ in range(PASSES):
        look, shown = _seen(sides, fit.alignment)
        fit = fitted(shown, sides.movie)
    return _record(sides, *_in_place_where_as_good(sides, look, fit))


def _seen(sides: Sides, found: Alignment) -> tuple[Look, Cells]:
    """Return the view that relates the frames of an alignment, and the sequence through it."""
    look = paired_look(*_cells(sides, found))
    shown = look(sides.sequence)
    return look, shown - _standing(shown, sides.movie, found)


def _in_place_where_as_good(sides: Sides, look: Look, fit: Fit) -> tuple[Look, Fit]:
    """Return the fit, or that of every frame in its place where it is as good through a view of its own.

    The view is fitted to an alignment and speaks for it: in waves and in noise it finds a slip that is none.
    """
    if fit.backward or not out_of_place(fit.alignment, fit.costs.shape):
        return look, fit
    placed = in_place(fit.squares)
    own, shown = _seen(sides, placed)
    squares = differences(shown, sides.movie) / fit.unit
    if not undecided(fit.alignment, fit.squares, squares, fit.motion):
        return look, fit
    return own, replace(fit, squares=squares, costs=beyond_best(squares), alignment=placed)


def _standing(shown: Cells, movie: Cells, found: Alignment) -> Cells:
    """Return the mean difference of paired frames by cell: what the view does to a place stays, and tells no frames apart."""
    left, right = _indices(found)
    off = shown[left] - movie[right]
    told = np.isfinite(off[:, 0, 0])
    return np.asarray(off[told].mean(axis=0) if told.any() else np.zeros_like(off[0]))


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
