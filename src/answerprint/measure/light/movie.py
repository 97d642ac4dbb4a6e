"""The light of an HDR movie as it is decoded, and what its file states of it.

Memory: a byte a pixel, and a few numbers a frame.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from answerprint.color.codes import Codes
from answerprint.errors import SourceError
from answerprint.measure.light.meter import LightMeter
from answerprint.measured.light import LightLevel
from answerprint.measured.look import MovieLight
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.container.mastering import read_static

_STATING: Final = frozenset({"hevc", "av1", "libdav1d", "libaom-av1"})
"""Decoders of bitstreams that state HDR static metadata themselves."""
_CONTAINERS: Final = ("mp4", "mov", "matroska", "webm")
"""Names of containers that state it too."""


class MovieLightMeter:
    """Measures MaxCLL and MaxFALL of one movie in PQ or HLG, as long as its frames keep one size.

    PQ is measured at every pixel. HLG, whose system gain makes it five times as
    slow, is measured at one pixel of 2x2 where chroma is that coarse, too.
    """

    def __init__(self, facts: MovieFacts, tags: ColorTags) -> None:
        self._facts, self._tags = facts, tags
        self._meter: LightMeter | None = None
        self._grid = 1
        self._refused = not tags.hdr

    def add(self, planes: Mapping[str, Codes], bits: int) -> None:
        """Take the next frame; does nothing for SDR, nor after a frame that cannot be measured."""
        if self._refused:
            return
        self._meter = self._meter or LightMeter(bits, self._tags)
        try:
            self._meter.add(self._thinned(planes))
        except ValueError:
            self._refused = True

    def result(self, path: Path) -> MovieLight:
        """Return the light of all frames and what the file at `path` states."""
        measured = None if self._refused or self._meter is None else self._meter.result()
        container, bitstream = None, None
        known = any(name in self._facts.container for name in _CONTAINERS)
        if known:
            try:
                container, bitstream = read_static(path)
            except SourceError:
                known = False  # damage is told by the checks of the container
        return MovieLight(
            level=_in_pixels(measured, self._grid) if measured else None,
            grid=self._grid,
            container=container,
            bitstream=bitstream,
            carries_both=known and self._facts.codec in _STATING,
        )

    def _thinned(self, planes: Mapping[str, Codes]) -> Mapping[str, Codes]:
        luma, chroma = planes.get("Y"), planes.get("U")
        if self._tags.transfer != "arib-std-b67" or luma is None or chroma is None:
            return planes
        every = luma[::2, ::2]
        if every.shape != chroma.shape:
            return planes
        self._grid = 2
        thinned: dict[str, Codes] = dict(planes)
        thinned["Y"] = every.copy()
        return thinned


def _in_pixels(level: LightLevel, grid: int) -> LightLevel:
    (x, y), (left, top, width, height) = level.peak_at, level.active
    return level.model_copy(
        update={
            "peak_at": (x * grid, y * grid),
            "active": (left * grid, top * grid, width * grid, height * grid),
        }
    )
