"""What clips may be measured for, kind by kind: what is asked for decides what is decoded and measured."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Self

from answerprint.record import Record

Kind = Literal["sequence", "movie"]
"""What a figure is of: the EXR sequence of a delivery, or its movie."""
KINDS: Final[tuple[Kind, ...]] = ("sequence", "movie")
"""Both."""


class Figure(StrEnum):
    """A kind of figures, named after where they stand in the measurements."""

    FRAMES = "frames"
    """Whether every frame can be read, its header or size, and the decoder's faults.

    Without it frames are listed by the files there are, or by a movie's packets,
    which tell when each is shown.
    """
    LEVELS = "levels"
    """Digest and levels of every channel, and where samples lie that no picture holds."""
    LUMA = "luma"
    """Mean and peak luminance."""
    SAMPLES = "samples"
    """Black tiles, bands, fireflies, channels and alpha of EXR frames."""
    OUTLIERS = "outliers"
    """What of an EXR frame stands out from the frames beside it."""
    LOOK = "look"
    """Detail, blocks, banding, bars, plateaus, tones and gamut."""
    MOTION = "motion"
    """The steps between frames and across the seam."""
    FLASHES = "flashes"
    """Turns of light and of saturated red."""
    LIGHT = "light"
    """MaxCLL, MaxFALL and HDR static metadata of a movie."""
    CONTAINER = "container"
    """A movie's container beside what it holds."""
    SOUND = "sound"
    """What is heard of a movie's sound."""
    PAIRING = "pairing"
    """How movie and sequence go together."""
    PINS = "pins"
    """Frames compared with the pictures they are pinned to."""
    KIN = "kin"
    """The clip compared with the footage it was made from."""


Figures = frozenset[Figure]
"""Some of them."""
EVERYTHING: Final[Figures] = frozenset(Figure)

_TAKES: Final[Mapping[Figure, tuple[Figure, ...]]] = {
    Figure.LEVELS: (Figure.FRAMES,),
    Figure.LUMA: (Figure.FRAMES,),
    Figure.SAMPLES: (Figure.LEVELS,),
    Figure.OUTLIERS: (Figure.FRAMES,),
    Figure.LOOK: (Figure.FRAMES,),
    Figure.MOTION: (Figure.LUMA,),
    Figure.FLASHES: (Figure.LUMA,),
    Figure.LIGHT: (Figure.FRAMES,),
    Figure.PAIRING: (Figure.LUMA,),
    Figure.PINS: (Figure.LUMA,),
    Figure.KIN: (Figure.LUMA,),
}
"""What has to be measured first, or comes with it."""

_OF: Final[Mapping[Kind, Figures]] = {
    "sequence": EVERYTHING - {Figure.LIGHT, Figure.CONTAINER, Figure.SOUND},
    "movie": EVERYTHING - {Figure.SAMPLES, Figure.OUTLIERS},
}
"""What there is to measure of each."""


def with_all_it_takes(figures: Iterable[Figure]) -> Figures:
    """Return `figures` with those they cannot be had without.

    >>> sorted(with_all_it_takes([Figure.MOTION]))
    [<Figure.FRAMES: 'frames'>, <Figure.LUMA: 'luma'>, <Figure.MOTION: 'motion'>]
    """
    found, left = set[Figure](), list(figures)
    while left:
        figure = left.pop()
        found.add(figure)
        left += _TAKES.get(figure, ())
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures are wanted of the sequence and of the movie of a delivery."""

    sequence: Figures = EVERYTHING
    movie: Figures = EVERYTHING

    @classmethod
    def of(cls, sequence: Iterable[Figure], movie: Iterable[Figure]) -> Self:
        """Want these figures, and all that they take."""
        return cls(with_all_it_takes(sequence), with_all_it_takes(movie))

    @property
    def either(self) -> Figures:
        """What is wanted of one of them or both."""
        return self.sequence | self.movie


class Unmeasured(Record):
    """Which figures of a delivery's clips were not asked for, and so not measured."""

    sequence: tuple[Figure, ...] = ()
    """Of the EXR sequence."""
    movie: tuple[Figure, ...] = ()
    """Of the movie."""

    @classmethod
    def beside(cls, wanted: Wanted, kinds: Collection[Kind]) -> Self:
        """Return what `wanted` leaves out of the clips that are there."""
        return cls(
            sequence=_left_out(wanted.sequence, "sequence") if "sequence" in kinds else (),
            movie=_left_out(wanted.movie, "movie") if "movie" in kinds else (),
        )

    def of(self, kind: Kind) -> tuple[Figure, ...]:
        """Return what was not measured of the clip of that kind."""
        return self.sequence if kind == "sequence" else self.movie


def _left_out(wanted: Figures, kind: Kind) -> tuple[Figure, ...]:
    return tuple(figure for figure in Figure if figure in _OF[kind] - wanted)
