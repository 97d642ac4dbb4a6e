"""Measuring a delivery: everything it holds decoded once, for the checks that are wanted."""

from collections.abc import Iterator
from typing import Final

from answerprint.errors import SourceError
from answerprint.ingest.delivery import Delivery
from answerprint.measure.kept import KEEPING, Kept, compare_kept
from answerprint.measure.movies import measure_movie
from answerprint.measure.sweep import measure_sequence
from answerprint.measured.clips import Measurements, MovieMeasures, SequenceMeasures
from answerprint.measured.figures import Kind, Unmeasured, Wanted
from answerprint.order import Order
from answerprint.progress import Progress, silent

WHOLE: Final = Wanted()
"""Everything there is to measure."""


def measure(
    delivery: Delivery,
    *,
    sequence: SequenceMeasures | None = None,
    kept: Kept | None = None,
    order: Order | None = None,
    wanted: Wanted = WHOLE,
    threads: int | None = None,
    progress: Progress = silent,
) -> Measurements:
    """Decode everything a delivery holds once and return what is wanted of it; not the sequence, where that is done.

    `kept` is what that pass kept beside them; `order` says which frames are pinned to pictures.

    A movie that cannot be read beside frames that can is recorded and no error.
    Raises SourceError where nothing can be read, ArchiveError where a zip is refused.
    """
    if delivery.sequence and sequence is None:
        keeps = not wanted.sequence.isdisjoint(KEEPING)
        kept = Kept(order, len(delivery.sequence)) if keeps else None
        sequence = measure_sequence(
            delivery.sequence,
            kept=kept,
            wanted=wanted.sequence,
            threads=threads,
            progress=progress,
        )
    movie, unreadable = None, {}
    keeps = not wanted.movie.isdisjoint(KEEPING)
    shown = Kept(order, len(sequence.frames) if sequence else None) if keeps else None
    try:
        if delivery.movie:
            movie = measure_movie(
                delivery.movie, kept=shown, wanted=wanted.movie, progress=progress
            )
    except SourceError as problem:
        if sequence is None:
            raise
        unreadable[str(delivery.movie)] = problem.message
    plain = Measurements(
        files=delivery.files,
        unreadable=unreadable,
        sequence=sequence,
        movie=movie,
        unmeasured=Unmeasured.beside(wanted, tuple(_kinds(sequence, movie))),
    )
    return compare_kept(plain, kept, shown if movie else None, wanted.either, progress)


def _kinds(sequence: SequenceMeasures | None, movie: MovieMeasures | None) -> Iterator[Kind]:
    if sequence is not None:
        yield "sequence"
    if movie is not None:
        yield "movie"
