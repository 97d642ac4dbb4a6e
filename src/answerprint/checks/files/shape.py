"""Size, aspect, rate and range of the picture: as ordered, and the same all along."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final

from answerprint.checks.check import (
    ASPECT_ORDERED,
    CLIP,
    HDR_ORDERED,
    MOVIE,
    RATE_ORDERED,
    SEQUENCE,
    SIZE_ORDERED,
    Breach,
    Need,
    Subject,
    check,
)
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.figures import Figure
from answerprint.order import Size, same_shape
from answerprint.report import Severity
from answerprint.timing import spell_frames

JITTER: Final = 0.002
"""Seconds by which the distance of two frames may differ from the others; a container with a coarse clock has a tick."""

_TIMED = Need(
    lambda s: s.measurements.movie is not None and len(_times(s.movie)) > 2,
    "fewer than three frames with a time",
    of="movie",
)


@check(
    "size.not-as-ordered",
    SIZE_ORDERED,
    CLIP,
    source="the order; Runware's table of sizes",
    reads=(Figure.FRAMES,),
)
def size_not_as_ordered(subject: Subject) -> Iterator[Breach]:
    """Pictures have the width and height that were ordered.

    A named resolution means the sizes Runware publishes for it, the only service
    that does; a movie is judged as a player turns it.
    """
    wanted = " or ".join(_spell(size) for size in subject.order.sizes)
    for clip in subject.clips:
        for size, frames in _sizes(clip).items():
            if size not in subject.order.sizes:
                yield Breach(
                    f"the {_kind(clip)} is {_spell(size)} where {wanted} was ordered",
                    measured=_spell(size),
                    limit=wanted,
                    unit="pixels",
                    frames=frames,
                )


@check("size.changes", CLIP, source="the delivery itself", reads=(Figure.FRAMES,))
def size_changes(subject: Subject) -> Iterator[Breach]:
    """Every frame of a clip has the same size."""
    for clip in subject.clips:
        common, *others = _sizes(clip).items() or [((0, 0), ())]
        for size, frames in others:
            yield Breach(
                f"frame {spell_frames(frames)} of the {_kind(clip)} is {_spell(size)}, the others {_spell(common[0])}",
                measured=_spell(size),
                limit=_spell(common[0]),
                unit="pixels",
                frames=frames,
            )


@check(
    "size.movie-and-sequence-disagree",
    MOVIE,
    SEQUENCE,
    source="the delivery itself",
    reads=(Figure.FRAMES,),
)
def size_disagrees(subject: Subject) -> Iterator[Breach]:
    """The movie and the EXR sequence of one delivery show the same size of picture."""
    movie, sequence = (next(iter(_sizes(clip)), None) for clip in (subject.movie, subject.sequence))
    if movie and sequence and movie != sequence:
        yield Breach(
            f"the movie is {_spell(movie)} and the EXR sequence {_spell(sequence)}",
            measured=_spell(movie),
            limit=_spell(sequence),
            unit="pixels",
        )


@check("aspect.not-as-ordered", ASPECT_ORDERED, CLIP, source="the order", reads=(Figure.FRAMES,))
def aspect_not_as_ordered(subject: Subject) -> Iterator[Breach]:
    """Pictures have the shape that was ordered, pixel aspect included, within rounding to even pixels."""
    for clip in subject.clips:
        size = next(iter(_sizes(clip)), None)
        if size is None or subject.order.aspect is None:
            continue
        shown = (round(size[0] * _pixel_aspect(clip)), size[1])
        if not same_shape(shown, subject.order.aspect):
            yield Breach(
                f"the {_kind(clip)} shows {_spell(shown)}, which is not {subject.order.aspect}",
                measured=round(shown[0] / shown[1], 4),
                limit=subject.order.aspect,
            )


@check("rate.not-as-ordered", RATE_ORDERED, CLIP, source="the order", reads=(Figure.FRAMES,))
def rate_not_as_ordered(subject: Subject) -> Iterator[Breach]:
    """Frames follow at the rate that was ordered, by the container's word and by the EXR headers' where they say."""
    for clip in subject.clips:
        rate = stated_rate(clip)
        if rate is not None and rate != subject.order.fps:
            yield Breach(
                f"the {_kind(clip)} runs at {rate} where {subject.order.fps} was ordered",
                measured=str(rate),
                limit=str(subject.order.fps),
                unit="frames/s",
            )


@check("rate.variable", _TIMED, source="the container's clock; measured")
def variable_rate(subject: Subject) -> Iterator[Breach]:
    """Frames of a movie stand at equal distances in time.

    A variable rate drifts against its sound in an editor and gains or loses
    frames when it is conformed. Times may be off by the rounding of a container's clock.
    """
    times = _times(subject.movie)
    steps = [(n, b - a) for (_, a), (n, b) in pairwise(times)]
    median = sorted(step for _, step in steps)[len(steps) // 2]
    grain = max(JITTER, 1.01 * subject.movie.facts.tick)
    off = tuple(n for n, step in steps if abs(step - median) > grain)
    if off:
        more = " and more" if len(off) > 8 else ""
        yield Breach(
            f"the rate is variable: the distance to the frame before changes at frame {spell_frames(off[:8])}{more}",
            measured=len(off),
            limit=0,
            unit="steps",
            frames=off,
        )


@check("hdr.absent", HDR_ORDERED, CLIP, source="the order; ITU-R BT.2100")
def hdr_absent(subject: Subject) -> Iterator[Breach]:
    """A clip ordered in HDR is HDR: EXR frames are there, or the movie is tagged PQ or HLG with at least 10 bits."""
    if subject.measurements.sequence is not None or subject.measurements.movie is None:
        return
    facts = subject.movie.facts
    if not facts.color.hdr or (facts.bits or 0) < 10:
        yield Breach(
            f"HDR was ordered and the movie is {facts.bits} bit, transfer {facts.color.transfer or 'untagged'}",
            measured=facts.color.transfer or "untagged",
            limit="smpte2084 or arib-std-b67",
        )


@check(
    "hdr.movie-untagged",
    HDR_ORDERED,
    MOVIE,
    SEQUENCE,
    severity=Severity.WARNING,
    source="the order; ITU-T H.273",
)
def hdr_movie_untagged(subject: Subject) -> Iterator[Breach]:
    """The movie beside EXR frames is tagged as what it is: an HDR picture that says PQ or HLG.

    A warning, since the frames are the master: but players show such a movie
    dull and gray, and an editor's application reads it in the wrong color.
    """
    facts = subject.movie.facts
    if not facts.color.hdr:
        yield Breach(
            f"HDR was ordered and the movie's transfer is {facts.color.transfer or 'untagged'}",
            measured=facts.color.transfer or "untagged",
            limit="smpte2084 or arib-std-b67",
            asset=subject.movie.place,
        )


def stated_rate(clip: SequenceMeasures | MovieMeasures) -> Fraction | None:
    """Return the rate a clip's container or most common header states."""
    if isinstance(clip, MovieMeasures):
        return clip.facts.rate
    header = clip.common_header
    return header.main.rate if header else None


def _sizes(clip: SequenceMeasures | MovieMeasures) -> dict[Size, tuple[int, ...]]:
    """Return the sizes that occur, most frequent first, with frames; upright as a player shows them."""
    if isinstance(clip, SequenceMeasures):
        return clip.sizes
    found: dict[Size, tuple[int, ...]] = {}
    for word, first in clip.sizes.items():
        width, height = (int(n) for n in word.split("x"))
        upright = (height, width) if clip.facts.rotation in (90, 270) else (width, height)
        found[upright] = (first,)
    return found


def _times(movie: MovieMeasures) -> list[tuple[int, float]]:
    return [(f.number, f.time) for f in movie.frames if f.time is not None]


def _pixel_aspect(clip: SequenceMeasures | MovieMeasures) -> float:
    if isinstance(clip, MovieMeasures):
        wide, high = (int(n) for n in clip.facts.pixel_aspect.split(":"))
        return wide / high if clip.facts.rotation in (0, 180) else high / wide
    header = clip.common_header
    return header.main.pixel_aspect if header else 1.0


def _kind(clip: SequenceMeasures | MovieMeasures) -> str:
    return "movie" if isinstance(clip, MovieMeasures) else "sequence"


def _spell(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
