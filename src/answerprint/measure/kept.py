"""What is kept of a clip's frames beside its record until everything was read: prints to pair, frames to compare with pins.

Memory: 8 kB a frame for at most two minutes, and 125 kB for every frame near a pin;
for every one of at most 600 where the order names footage that lies here.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.kinship import KinWatch, compare_kin
from answerprint.measure.kin.pairing import pair
from answerprint.measure.kin.pins import PinWatch, compare_pins
from answerprint.measure.kin.prints import Prints
from answerprint.measured.clips import Measurements, MovieMeasures, SequenceMeasures
from answerprint.measured.figures import Figure, Figures
from answerprint.measured.kinship import Kin
from answerprint.measured.pairing import Pairing
from answerprint.measured.pins import Pin
from answerprint.order import Order
from answerprint.progress import Progress, silent

KEEPING: Final = frozenset({Figure.PAIRING, Figure.PINS, Figure.KIN})
"""Figures that are had by what is kept."""


class Kept:
    """What is kept of one clip, which is said to have `count` frames."""

    def __init__(self, order: Order | None = None, count: int | None = None) -> None:
        self.order = order or Order()
        self.prints = Prints()
        self.pins = PinWatch(self.order, count)
        self.kin = KinWatch(self.order)

    def expect(self, count: int | None) -> None:
        """Say how many frames are to come, where that is known better now; only before the first."""
        if count is not None:
            self.pins = PinWatch(self.order, count)

    def add(self, number: int, picture: NDArray[np.float32] | None) -> None:
        """Take the next frame's thumbnail: linear Rec.709 light, 1.0 = diffuse white; None where there is none."""
        self.prints.add(number, picture)
        self.pins.add(number, picture)
        self.kin.add(number, picture)


def compare_kept(
    plain: Measurements,
    kept: Kept | None,
    shown: Kept | None,
    wanted: Figures,
    progress: Progress = silent,
) -> Measurements:
    """Return `plain` with how sequence and movie go with each other, and with what the order names, as far as wanted.

    `kept` is of its sequence, `shown` of its movie.
    """
    sequence, movie = plain.sequence, plain.movie
    update: dict[str, object] = {}
    if Figure.PAIRING in wanted and sequence and movie:
        update["pairing"] = pair_kept(kept, shown)
    if Figure.PINS in wanted:
        update["pins"] = pins_kept(kept if sequence else None, shown, movie)
    if Figure.KIN in wanted:
        update["kin"] = kin_kept(shown if movie else kept, movie or sequence, progress)
    return plain.model_copy(update=update)


def pair_kept(sequence: Kept | None, movie: Kept | None) -> Pairing | None:
    """Bring sequence and movie together; None where nothing was kept of one of them."""
    return pair(sequence.prints, movie.prints) if sequence and movie else None


def pins_kept(
    sequence: Kept | None, movie: Kept | None, measured: MovieMeasures | None
) -> tuple[Pin, ...]:
    """Compare pins with what was kept: of the movie where there is one, because it shows the picture as it is seen."""
    if movie is not None and measured is not None:
        return compare_pins(movie.order, movie.pins, measured.facts.color.transfer or "bt709")
    return compare_pins(sequence.order, sequence.pins, "linear") if sequence is not None else ()


def kin_kept(
    kept: Kept | None, clip: MovieMeasures | SequenceMeasures | None, progress: Progress = silent
) -> tuple[Kin, ...]:
    """Compare the footage that the order names with what was kept of `clip`."""
    if kept is None or clip is None:
        return ()
    return compare_kin(kept.order, kept.kin, kept.prints, clip, progress=progress)
