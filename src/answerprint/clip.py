"""A clip for people who import this package: what it is, and its pictures one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import codes_to_rgb
from answerprint.color.tags import resolved
from answerprint.deliverables.pictures.exr import display_window
from answerprint.errors import SourceError
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.measured.movie import MovieFacts
from answerprint.media.exr.door import read_frame, read_header
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from answerprint.media.sequence import Sequence
from answerprint.order import Size
from answerprint.timing import FrameRange


@dataclass(frozen=True, slots=True)
class Clip:
    """A run of pictures: an EXR sequence, loose or in its zip, or a movie's picture stream.

    The sequence goes before the movie where a delivery has both. `rate` is None
    where nothing states one, `range` where a movie declares no number of frames.
    """

    name: str
    size: Size
    rate: Fraction | None
    range: FrameRange | None
    _sequence: Sequence | None = None
    _movie: tuple[Path, MovieFacts] | None = None

    @classmethod
    @contextmanager
    def open(cls, source: str | Path) -> Iterator[Self]:
        """Open the one clip that `source` holds, for as long as the block lasts.

        Raises what `open_source` raises, and FrameError where the first frame
        cannot be read.
        """
        with open_one(str(source)).opened() as delivery:
            yield cls._of_sequence(delivery) if delivery.sequence else cls._of_movie(delivery)

    @classmethod
    def _of_sequence(cls, delivery: Delivery) -> Self:
        sequence = delivery.sequence
        assert sequence is not None
        part = read_header(sequence.store.read(sequence.frames[0].name)).main
        return cls(delivery.name, part.size, part.rate, sequence.range, _sequence=sequence)

    @classmethod
    def _of_movie(cls, delivery: Delivery) -> Self:
        if delivery.movie is None:
            raise SourceError("holds neither frames nor a movie", where=delivery.source)
        facts = probe(delivery.movie)
        numbers = FrameRange(0, facts.declared - 1) if facts.declared else None
        return cls(delivery.name, facts.size, facts.rate, numbers, _movie=(delivery.movie, facts))

    def __iter__(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield frame number and picture, (h, w, 3) float32, decoding anew.

        EXR pictures are scene-linear in the primaries their header states, cut to
        the display window; movie pictures are R'G'B' in 0..1 in the movie's own
        transfer and primaries. Memory: one frame. Raises FrameError for a frame
        that cannot be read.
        """
        if self._sequence is not None:
            for file in self._sequence.frames:
                planes = display_window(read_frame(self._sequence.store.read(file.name)))
                yield file.number, np.stack(planes, axis=-1).astype(np.float32)
        elif self._movie is not None:
            path, facts = self._movie
            tags = resolved(facts.color, facts.size, facts.pixel_format)
            for number, frame in enumerate(read_frames(path, Reading())):
                yield number, codes_to_rgb(*component_planes(frame.picture), tags)
