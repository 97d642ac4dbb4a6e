"""What deliverables are made of: the EXR sequence's pictures where a clip has one, else its movie's."""

from fractions import Fraction
from pathlib import Path

from answerprint.color.input import InputColor
from answerprint.color.tags import resolved
from answerprint.deliverables.pictures.exr import SequencePictures
from answerprint.deliverables.pictures.movie import MoviePictures
from answerprint.deliverables.pictures.source import Pictures
from answerprint.deliverables.treatment import Treatment
from answerprint.errors import SourceError
from answerprint.ingest.delivery import Delivery
from answerprint.media.exr.door import read_header
from answerprint.media.movie.door import Reading
from answerprint.media.movie.player import describe, show
from answerprint.media.movie.probing import probe


def master_pictures(
    delivery: Delivery, treated: Treatment, fps: Fraction | None, count: int | None = None
) -> Pictures:
    """Return the pictures deliverables are made of: the EXR sequence's where there is one, else the movie's.

    The rate is `fps`, else what the clip states, else 24. Raises SourceError
    where the clip cannot be shown.
    """
    if delivery.sequence is not None:
        frames = delivery.sequence
        header = read_header(frames.store.read(frames.frames[0].name))
        rate = fps or header.main.rate or (probe(delivery.movie).rate if delivery.movie else None)
        color = InputColor(treated.input_color)
        return SequencePictures(
            header.main.size,
            rate or Fraction(24),
            len(frames),
            None,
            first=frames.range.first,
            alpha=any(channel.name == "A" for channel in header.main.channels),
            notes=color.notes(header),
            sequence=frames,
            color=color,
        )
    assert delivery.movie is not None
    return _movie_pictures(delivery.movie, fps, count)


def _movie_pictures(path: Path, fps: Fraction | None, count: int | None) -> MoviePictures:
    facts = describe(path)
    rate = fps or facts.rate
    if rate is None or facts.pixel_format is None:
        raise SourceError(
            "states no frame rate" if rate is None else "holds no picture that decodes",
            where=str(path),
        )
    width, height = facts.size
    turned = facts.rotation in (90, 270)
    across, down = (int(n) for n in facts.pixel_aspect.split(":"))
    return MoviePictures(
        (height, width) if turned else (width, height),
        rate,
        sum(1 for _ in show(path, Reading())) if count is None else count,
        resolved(facts.color, facts.size, facts.pixel_format),
        pixel_aspect=Fraction(down, across) if turned else Fraction(across, down),
        alpha="a" in facts.pixel_format.partition("p")[0].removeprefix("pal"),
        path=path,
        facts=facts,
    )
