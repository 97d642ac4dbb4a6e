"""The proof of a finished file: decoded again, counted, and compared with what it was made from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.color.tags import resolved
from answerprint.deliverables.encode import Encoded
from answerprint.deliverables.figures import measured
from answerprint.deliverables.pictures import Pictures
from answerprint.measure.compare import Reference, compare
from answerprint.measure.movies import rgb16
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.movie import MovieFacts
from answerprint.media.movie import Reading, probe, read_frames
from answerprint.progress import Progress, counted, silent


def prove(
    encoded: Encoded,
    pictures: Pictures,
    reference: Reference,
    name: str,
    *,
    progress: Progress = silent,
) -> Deliverable:
    """Decode the partial file to its end and return everything measured of it, under its final `name`.

    Raises SourceError where what was written is no movie at all.
    """
    path, expected = encoded.encoding.partial, encoded.expected
    facts, reading = probe(path), Reading()
    shown = counted(
        _decoded(path, facts, pictures, reading), f"proving {name}", expected.frames, progress
    )
    likeness = compare(reference, shown)
    for _ in shown:  # frames past the reference's end are counted, too
        pass
    return measured(
        path, name, encoded.encoding.preset.name, expected, facts, reading, likeness, encoded.notes
    )


def _decoded(
    path: Path, facts: MovieFacts, pictures: Pictures, reading: Reading
) -> Iterator[NDArray[np.uint16]]:
    """Yield decoded pictures as R'G'B', turned back and cropped to what went in."""
    tags = resolved(facts.color, facts.size, facts.pixel_format)
    width, height = pictures.size
    for frame in read_frames(path, reading):
        code = np.rot90(rgb16(frame.picture, tags), pictures.rotation // 90)
        yield np.ascontiguousarray(code[:height, :width])
