"""Movies and animations as a player shows them: every frame there is, and held pictures as often as they stand.

GIF, WebP and AVIF give each picture a time of its own. What they show is a clip
of one rate all the same, that of their shortest pictures, in which the others
are held; a pause at the end of a loop is a hold like any other. PyAV reads GIF
and AVIF, Pillow reads WebP.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from answerprint.errors import SourceError
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.movie.animation import kind_of_animation, open_animation
from answerprint.media.movie.door import MovieFrame, Reading, read_frames, wrapped
from answerprint.media.movie.packets import packet_lengths, read_times
from answerprint.media.movie.probing import probe

LONGEST_HOLD: Final = 240
"""Frames that one picture stands at most; what stands longer stands still, and nothing more is learned of it."""
SHORT: Final = Fraction(3, 2)
"""Pictures up to this many times the shortest are those of the rate: 40 and 50 ms alternate for 22 frames a second."""


def describe(path: Path) -> MovieFacts:
    """Return what the movie or animation at `path` says of itself, at the rate it is shown at.

    Raises SourceError where there is no picture stream.
    """
    lengths = _lengths(path)
    if lengths is None:
        return probe(path)
    stands = holds(lengths)
    if _is_webp(path):
        # As Pillow hands its pictures out, whatever they are stored as.
        shown = {"pixel_format": "rgb24", "color": ColorTags(matrix="gbr", range="pc")}
        facts = open_animation(path, Fraction(24)).facts.model_copy(update=shown)
    elif set(stands) == {1}:
        return probe(path)
    else:
        facts = probe(path)
    step = _step(lengths)
    said = {"declared": sum(stands), "rate": 1 / step, "seconds": float(sum(stands) * step)}
    return facts.model_copy(update=said)


def show(path: Path, reading: Reading) -> Iterator[MovieFrame]:
    """Yield every frame that is shown, in order, counting in `reading` as `read_frames` does.

    A held picture comes again, as the same object, and counts as a packet each
    time. Memory: that of `read_frames`. Raises SourceError where the file cannot
    be opened at all.
    """
    lengths = _lengths(path)
    if lengths is None:
        yield from read_frames(path, reading)
        return
    stands, step = holds(lengths), _step(lengths)
    pictures = _pictures_of_webp(path, reading) if _is_webp(path) else read_frames(path, reading)
    for at, frame in enumerate(pictures):
        for again in range(stands[at] if at < len(stands) else 1):
            yield frame if not again else _later(frame, again * step)
            reading.packets += again > 0
            reading.decoded += again > 0


def show_times(path: Path, reading: Reading) -> tuple[Fraction | None, ...]:
    """Return when every frame is shown, decoding nothing; `reading` counts packets as `show` does.

    Raises SourceError where the file cannot be opened at all.
    """
    lengths = _lengths(path)
    if lengths is None:
        return read_times(path, reading)
    step, start, times = _step(lengths), Fraction(0), list[Fraction]()
    for length, stands in zip(lengths, holds(lengths), strict=True):
        times += [start + again * step for again in range(stands)]
        start += length
    reading.packets = len(times)
    return tuple(times)


def holds(lengths: tuple[Fraction, ...]) -> tuple[int, ...]:
    """Return how many frames each picture stands, by how long it is shown: whole steps, counted without drift.

    >>> holds((Fraction(4, 100), Fraction(5, 100), Fraction(4, 100), Fraction(8, 100)))
    (1, 1, 1, 2)
    """
    step = _step(lengths)
    end, shown, stands = Fraction(0), 0, []
    for length in lengths:
        end += length
        until = max(shown + 1, round(end / step))
        stands.append(min(until - shown, LONGEST_HOLD))
        shown = until
    return tuple(stands)


def _step(lengths: tuple[Fraction, ...]) -> Fraction:
    """Return how long one frame is shown: the mean of the short pictures, a tenth of even shorter ones aside."""
    told = sorted(length for length in lengths if length > 0) or [Fraction(1, 10)]
    short = [length for length in told if length <= SHORT * told[len(told) // 10]]
    return sum(short, Fraction(0)) / len(short)


def _lengths(path: Path) -> tuple[Fraction, ...] | None:
    """Return how long each picture of an animation is shown; None for a movie or a still."""
    if kind_of_animation(path) is None:
        return None
    if not _is_webp(path):
        lengths = packet_lengths(path)
        return lengths if len(lengths) > 1 else None
    try:
        return open_animation(path, Fraction(24)).lengths()
    except SourceError:
        return None


def _is_webp(path: Path) -> bool:
    return kind_of_animation(path) == ".webp"


def _pictures_of_webp(path: Path, reading: Reading) -> Iterator[MovieFrame]:
    animation, start = open_animation(path, Fraction(24)), Fraction(0)
    try:
        for picture, length in animation.pictures_shown():
            reading.packets += 1
            reading.decoded += 1
            yield MovieFrame(wrapped(picture), start, damaged=False)
            start += length
    except SourceError as problem:
        reading.faults.append((reading.decoded, problem.message))


def _later(frame: MovieFrame, by: Fraction) -> MovieFrame:
    return frame if frame.time is None else replace(frame, time=frame.time + by)
