"""Pictures made in memory, to encode without a source on disk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes
from answerprint.color.taps import SHARP
from answerprint.deliverables.pictures.appearance import Appearance, AsIs
from answerprint.deliverables.pictures.geometry import laid
from answerprint.deliverables.pictures.source import Frame, Pictures
from answerprint.measure.kin.compare import Sample, sample
from answerprint.measured.movie import ColorTags
from answerprint.progress import Progress

Rgb = NDArray[np.uint16]
"""Full-range R'G'B' of 16 bits, (3, h, w)."""

SDR_RGB = ColorTags(primaries="bt709", transfer="bt709", matrix="gbr", range="pc")
"""What such pictures are shown as."""


class RgbFrame(Frame):
    """One picture: what is fed, and what the result is compared with."""

    def __init__(self, fed: Rgb, true: Rgb) -> None:
        self.fed = fed
        self.true = true

    def shown(self, appearance: Appearance) -> Rgb:
        return np.asarray(laid(list(self.fed), appearance.placement, SHARP))

    def as_is(self) -> tuple[Codes, Sample]:
        return np.ascontiguousarray(self.fed[[1, 2, 0]]).reshape(-1), sample(self.true)


@dataclass(frozen=True, slots=True)
class RgbPictures(Pictures):
    """SDR pictures in memory."""

    pairs: tuple[tuple[Rgb, Rgb], ...] = ()

    def tasks(self, indices: Sequence[int]) -> Iterator[Callable[[], Frame]]:
        for fed, true in self.pairs:
            yield lambda fed=fed, true=true: RgbFrame(fed, true)  # type: ignore[misc]

    def prepare(
        self, appearances: Sequence[Appearance], *, exactly: bool, progress: Progress
    ) -> None:
        """Have nothing to make ready."""

    def own_form(self) -> AsIs:
        return AsIs("gbrp16le")


def of_pictures(true: Sequence[Rgb], fed: Sequence[Rgb] | None = None) -> RgbPictures:
    """Return pictures that feed `fed` and claim to be `true`."""
    height, width = true[0].shape[1:]
    pairs = tuple(zip(fed or true, true, strict=True))
    return RgbPictures((width, height), Fraction(24), len(true), SDR_RGB, pairs=pairs)
