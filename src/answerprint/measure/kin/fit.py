"""Two sides that are alike but for noise aligned in time, and whether that is any better than leaving all in place.

Memory: a few frames x frames matrices.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.alignment import Alignment, align

Cells = NDArray[np.float32]
Costs = NDArray[np.float64]

SURE: Final = 4.0
"""Noise by which a frame has to fit worse to count one: hundreds of noisy still frames add up to no finding."""
SHARP: Final = 0.025
"""Share of an ordinary step under which noise is not taken to lie, however clean the pictures are."""
FLOOR: Final = 1e-5
"""Least noise, (Oklab x 100)^2: half floats hold the prints no better."""
_LAGGING: Final = 3
"""Frames out of their place under which they tell nothing: an encoder shows one for two where a clip ends slowly."""
_GAINED: Final = 0.6
"""Share of what a neighbouring frame fits worse by, which is what they gain where they belong."""
_BACKWARD: Final = 10.0
"""Cost by which a clip has to fit better backward than forward: four wrong frames' worth."""


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
    unit: float
    """Mean square difference that counts one."""


def fitted(shown: Cells, movie: Cells) -> Fit:
    """Align two sides that are alike but for noise, (frames, cells, values)."""
    squares = differences(shown, movie)
    noise, motion = _noise(squares)
    unit = SURE * noise
    squares = squares / unit
    costs = beyond_best(squares)
    alignment, backward = _directed(costs)
    if not backward and undecided(alignment, squares, squares, motion):
        alignment = in_place(costs)
    return Fit(squares, costs, alignment, backward, motion, unit)


def beyond_best(squares: Costs) -> Costs:
    """Return costs of pairing, 1 for each frame's best: what a frame of the movie differs from all alike tells nothing."""
    best = np.where(np.isfinite(squares), squares, np.inf).min(axis=0)
    return np.asarray(1 + squares - np.where(np.isfinite(best), best, 0))


def out_of_place(found: Alignment, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the pairs out of their place in equally long sides; none where frames are exchanged, too."""
    moved = [(i, j) for i, j in found.pairs if i != j]
    swapped = {j for pair in found.swapped for j in pair}
    return [] if shape[0] != shape[1] or swapped.intersection(j for _, j in moved) else moved


def undecided(found: Alignment, there: Costs, in_place: Costs, motion: float) -> bool:
    """Tell whether frames paired out of their place fit hardly better there than in it.

    Coding makes slow motion lag by parts of a frame, which over many frames adds up to a gap and a frame too many.
    """
    moved = out_of_place(found, there.shape)
    if len(moved) < _LAGGING:
        return bool(moved)
    gained = [in_place[j, j] - there[i, j] for i, j in moved]
    return bool(SURE * np.nanmean(gained) < _GAINED * motion)


def differences(shown: Cells, movie: Cells) -> Costs:
    """Return the mean square difference of every frame of the sequence from every one of the movie."""
    left, right = shown.reshape(len(shown), -1), movie.reshape(len(movie), -1)
    square = (left * left).sum(axis=1)[:, None] + (right * right).sum(axis=1)[None, :]
    return np.asarray(square - 2 * (left @ right.T), np.float64) / left.shape[1]


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
        return (forward if forward.pairs else in_place(costs)), False
    last = len(costs) - 1
    turned = tuple((last - i, j) for i, j in backward.pairs)
    return Alignment(turned, backward.swapped, backward.cost), True


def in_place(costs: Costs) -> Alignment:
    """Return the alignment of every frame with the one of its own index."""
    return Alignment(tuple((n, n) for n in range(min(costs.shape))), (), 0.0)
