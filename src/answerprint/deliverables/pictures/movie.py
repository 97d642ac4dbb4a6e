"""The pictures of a movie: display pictures, passed on as they are wherever they can be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes
from answerprint.color.grading import Grading
from answerprint.color.planes import decode_planes
from answerprint.color.rendering import DisplayRendering, display_rendering
from answerprint.color.taps import SHARP, SHARP_BOUNDED
from answerprint.deliverables.pictures.appearance import Appearance, AsIs
from answerprint.deliverables.pictures.geometry import Placement, framed, laid, unframed
from answerprint.deliverables.pictures.source import Frame, Pictures
from answerprint.errors import SourceError
from answerprint.measure.kin.compare import Sample, sample_planes
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.movie.door import MovieFrame, Reading
from answerprint.media.movie.planes import component_planes, planar_format
from answerprint.media.movie.player import show
from answerprint.progress import Progress


@dataclass(frozen=True, slots=True)
class MoviePictures(Pictures):
    """A movie's pictures: display pictures as its tags say, turned upright."""

    path: Path = Path()
    facts: MovieFacts | None = None
    ready: dict[tuple[Grading, ColorTags], DisplayRendering | None] = field(default_factory=dict)

    def tasks(self, indices: Sequence[int]) -> Iterator[Callable[[], Frame]]:
        """Decode in order, on this thread, and yield what is left to do."""
        wanted = iter(indices)
        awaited = next(wanted, None)
        for number, frame in enumerate(self._whole_frames()):
            if number == awaited:
                yield lambda frame=frame: self._picture(frame)  # type: ignore[misc]
                awaited = next(wanted, None)
            if awaited is None:
                return

    def prepare(
        self, appearances: Sequence[Appearance], *, exactly: bool, progress: Progress
    ) -> None:
        """Make ready what brings the movie's kind of display to the asked one."""
        assert self.tags is not None
        pixels = self.size[0] * self.size[1] * self.count
        for appearance in appearances:
            self.ready[appearance.grading, appearance.tags] = display_rendering(
                self.tags, appearance.tags, pixels, exactly=exactly, progress=progress
            )

    def own_form(self) -> AsIs | None:
        """Return the movie's own planar pixel format, where it is upright, and opaque: ffmpeg's conversions leave alpha out."""
        assert self.facts is not None
        if self.facts.rotation or self.alpha:
            return None
        return AsIs(planar_format(self.facts.pixel_format or "yuv420p"))

    def _picture(self, frame: MovieFrame) -> "MoviePicture":
        return MoviePicture(*component_planes(frame.picture), self)

    def _whole_frames(self) -> Iterator[MovieFrame]:
        assert self.facts is not None
        for number, frame in enumerate(show(self.path, Reading())):
            if (frame.picture.width, frame.picture.height) != self.facts.size:
                raise SourceError(
                    f"changes its size at frame {number}",
                    where=str(self.path),
                    hint="cut it there first",
                )
            yield frame


class MoviePicture(Frame):
    """One decoded frame of a movie."""

    def __init__(self, planes: Mapping[str, Codes], bits: int, movie: MoviePictures) -> None:
        self.planes, self.bits = planes, bits
        self._movie = movie

    def shown(self, appearance: Appearance) -> NDArray[np.uint16]:
        """Bring the picture upright, to its size, and to another kind of display where that is asked."""
        assert self._movie.tags is not None
        tags, placement = self._movie.tags, appearance.placement
        matrix, range_ = tags.matrix or "bt709", tags.range or "tv"
        rgb = self._upright(decode_planes(self.planes, self.bits, matrix, range_))
        if not placement.untouched:
            rgb = laid(list(rgb), unframed(placement), SHARP_BOUNDED if tags.hdr else SHARP)
        render = self._movie.ready[appearance.grading, appearance.tags]
        return framed(rgb if render is None else render.show(rgb), placement)

    def as_is(self) -> tuple[Codes, Sample]:
        """Return the codes of all planes as they are stored."""
        assert self._movie.tags is not None
        flat = np.concatenate([plane.reshape(-1) for plane in self.planes.values()])
        taken = sample_planes(self.planes, self.bits, self._movie.tags, self._movie.size)
        return flat, taken

    def alpha(self, placement: Placement) -> NDArray[np.uint16] | None:
        """Return the A plane, upright and laid as the picture is."""
        plane = self.planes.get("A")
        if plane is None:
            return None
        scale = np.float32(65535 / ((1 << self.bits) - 1))
        whole = (plane * scale + np.float32(0.5)).astype(np.uint16)
        return np.asarray(laid([self._upright(whole[None])[0]], placement, SHARP_BOUNDED)[0])

    def _upright(self, planes: NDArray[np.uint16]) -> NDArray[np.uint16]:
        assert self._movie.facts is not None
        turns = self._movie.facts.rotation // 90
        return np.ascontiguousarray(np.rot90(planes, -turns, (1, 2))) if turns else planes
