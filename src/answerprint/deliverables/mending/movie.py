"""The pictures of a movie whose seam was mended, and the preset that keeps its kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes
from answerprint.deliverables.mending.cure import Cure
from answerprint.deliverables.mending.morph import SEARCHED, Passage, between, passage
from answerprint.deliverables.pictures.appearance import Appearance, AsIs
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.pictures.movie import MoviePicture, MoviePictures
from answerprint.deliverables.pictures.source import Frame, Pictures
from answerprint.deliverables.preset import Preset, load_preset
from answerprint.errors import UsageError
from answerprint.measure.sweep import fit_within
from answerprint.measured.movie import MovieFacts
from answerprint.progress import Progress

_KIN: Final = {
    ("h264", None): "h264-web", ("hevc", None): "hevc-sdr10", ("hevc", "smpte2084"): "hevc-pq10",
    ("hevc", "arib-std-b67"): "hevc-hlg", ("vp9", None): "vp9-web", ("vp8", None): "vp9-web",
    ("vp9", "smpte2084"): "vp9-hdr10", ("av1", None): "av1-web", ("av1", "smpte2084"): "av1-hdr10",
    ("prores", None): "prores-422hq", ("prores", "smpte2084"): "prores-422hq-pq",
    ("prores", "arib-std-b67"): "prores-422hq-hlg", ("dnxhd", None): "dnxhr-hqx", ("ffv1", None): "ffv1-archive",
    ("gif", None): "gif-loop", ("webp", None): "webp-loop",
}  # fmt: skip
"""Preset by decoder and, of HDR, transfer."""


@dataclass(frozen=True, slots=True)
class MendedPictures(Pictures):
    """A movie's pictures without those that a cure drops, and with those it makes.

    Memory: as the movie's, and two frames more.
    """

    source: MoviePictures | None = None
    cure: Cure = Cure(0, 0)

    @classmethod
    def of(cls, source: MoviePictures, cure: Cure) -> Self:
        """Return the pictures of `source` as `cure` has them."""
        return cls(
            source.size, source.rate, cure.count, source.tags,
            pixel_aspect=source.pixel_aspect, alpha=source.alpha, source=source, cure=cure,
        )  # fmt: skip

    def tasks(self, indices: Sequence[int]) -> Iterator[Callable[[], Frame]]:
        """Decode the frames that stay, in order, and make the others from the last and the first of them."""
        assert self.source is not None
        wanted, ends = frozenset(indices), {}
        places = self.cure.kept
        for place, task in zip(places, self.source.tasks(places), strict=False):
            if place in (places[0], places[-1]) and self.cure.made:
                ends[place] = task()
            if place - places[0] in wanted:
                yield _ready(ends[place]) if place in ends else task
        if self.cure.made:
            yield from self._made(ends[places[-1]], ends[places[0]], wanted)

    def prepare(
        self, appearances: Sequence[Appearance], *, exactly: bool, progress: Progress
    ) -> None:
        """Make the movie's own pictures ready."""
        assert self.source is not None
        self.source.prepare(appearances, exactly=exactly, progress=progress)

    def own_form(self) -> AsIs | None:
        """Return the movie's own form."""
        assert self.source is not None
        return self.source.own_form()

    def _made(
        self, last: Frame, first: Frame, wanted: frozenset[int]
    ) -> Iterator[Callable[[], Frame]]:
        assert self.source is not None
        assert isinstance(last, MoviePicture)
        assert isinstance(first, MoviePicture)
        way = passage(_gray(last), _gray(first))
        for number, at in enumerate(self.cure.moments(), start=len(self.cure.kept)):
            if number in wanted:
                yield _ready(_between(last, first, way, at, self.source))


def kindred_preset(facts: MovieFacts, suffix: str) -> Preset:
    """Return the preset that keeps a movie's codec and kind of display, in its own size.

    Raises UsageError where there is none, or where it makes files of another `suffix`.
    """
    codec = "avif" if facts.codec in ("av1", "libdav1d") and suffix == ".avif" else facts.codec
    codec = {"libdav1d": "av1", "libvpx-vp9": "vp9"}.get(codec, codec)
    transfer = facts.color.transfer if facts.color.hdr else None
    name = "avif-loop" if codec == "avif" else _KIN.get((codec, transfer))
    if name is None:
        raise UsageError(
            f"no preset keeps a movie of {facts.codec}",
            where="preset",
            hint="name one, as in --preset h264-web",
        )
    preset = load_preset(name)
    if suffix != preset.suffix:
        raise UsageError(
            f"{name} makes {preset.suffix} files, not {suffix or 'folders'}",
            where="mend",
            hint="name the result so, or another preset with --preset",
        )
    return preset.model_copy(update={"geometry": Geometry()})


def _ready(picture: Frame) -> Callable[[], Frame]:
    return lambda: picture


def _gray(picture: MoviePicture) -> NDArray[np.uint8]:
    plane = picture.planes["Y" if "Y" in picture.planes else "G"]
    size = fit_within(plane.shape[1], plane.shape[0], SEARCHED)
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return (
        np.asarray(small >> (picture.bits - 8), np.uint8) if picture.bits > 8 else np.asarray(small)
    )


def _between(
    last: MoviePicture, first: MoviePicture, way: Passage, at: float, movie: MoviePictures
) -> MoviePicture:
    planes: dict[str, Codes] = {
        name: between(plane, first.planes[name], way, at) for name, plane in last.planes.items()
    }
    return MoviePicture(planes, last.bits, movie)
