"""Every frame of a clip as a view: what seams are tried on before anything is written.

Memory: a third of a megabyte a frame.
"""

from collections.abc import Iterator
from pathlib import Path

from answerprint.color.tags import resolved
from answerprint.errors import FrameError
from answerprint.measure.movies import Thumbnailer
from answerprint.measure.perceptual import View
from answerprint.measure.pool import frame_pool
from answerprint.measure.sweep import observe
from answerprint.measured.figures import Figure, with_all_it_takes
from answerprint.media.movie.door import Reading
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.player import describe, show
from answerprint.media.sequence import Sequence
from answerprint.progress import Progress, counted, silent

_THUMBS = with_all_it_takes([Figure.LUMA])


def movie_views(path: Path, *, progress: Progress = silent) -> Iterator[View]:
    """Yield every frame that a movie or animation shows. Raises SourceError."""
    facts = describe(path)
    thumbnail = Thumbnailer(resolved(facts.color, facts.size, facts.pixel_format))
    shown = (component_planes(frame.picture) for frame in show(path, Reading()))
    views = (View.of(thumbnail(planes, bits)) for planes, bits in shown)
    yield from counted(views, "looking at frames", facts.declared or 0, progress)


def sequence_views(sequence: Sequence, *, progress: Progress = silent) -> Iterator[View]:
    """Yield every frame of an EXR sequence. Raises FrameError for one without a picture that can be read."""
    with frame_pool("decode") as pool:
        seen = pool.in_order(lambda f: observe(sequence.store, f, _THUMBS), sequence.frames)
        for observed in counted(seen, "looking at frames", len(sequence), progress):
            if observed.thumb is None:
                raise FrameError(
                    observed.levels.error or "holds no picture", where=observed.levels.name
                )
            yield View.of(observed.thumb)
