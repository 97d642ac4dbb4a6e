"""How many frames there are, by everyone's count."""

from collections.abc import Iterator

from answerprint.checks.check import COUNT_ORDERED, MOVIE, SEQUENCE, Breach, Subject, check
from answerprint.measured.figures import Figure
from answerprint.report import Severity
from answerprint.timing import CountPolicy


@check(
    "count.not-as-ordered", COUNT_ORDERED, ebu="0081X", source="the order", reads=(Figure.FRAMES,)
)
def not_as_ordered(subject: Subject) -> Iterator[Breach]:
    """A clip holds as many frames as were ordered: seconds x rate, or the number that was given.

    Counted are decoded frames of the movie and files of the sequence, never a
    header's claim. The services document duration x 24 and a keyframe grid of 0
    to 120 inclusive, so one frame more passes here under the policy "fencepost"
    and is reported by count.fencepost; under "exact" it does not.
    """
    ordered = subject.order.frame_count or 0
    for kind, count in _counts(subject).items():
        if not subject.order.accepts(count):
            word = "assumed" if "seconds" in subject.order.assumed else "ordered"
            yield Breach(
                f"the {kind} has {count} frames where {ordered} were {word}",
                measured=count,
                limit=ordered,
                unit="frames",
                frames=_beyond(subject, kind, count, ordered),
            )


@check(
    "count.fencepost",
    COUNT_ORDERED,
    severity=Severity.WARNING,
    ebu="0081X",
    source="the services' documents",
    reads=(Figure.FRAMES,),
)
def fencepost(subject: Subject) -> Iterator[Breach]:
    """One frame more than ordered is a fencepost: both ends of the time were counted.

    It is accepted unless the order says `count = "exact"`, and worth knowing: the
    clip is one frame longer than its sound and its edit expect.
    """
    ordered = subject.order.frame_count or 0
    if subject.order.count is not CountPolicy.FENCEPOST or subject.order.frames is not None:
        return
    for kind, count in _counts(subject).items():
        if count == ordered + 1:
            yield Breach(
                f"the {kind} has {count} frames, one more than seconds x rate",
                measured=count,
                limit=ordered,
                unit="frames",
                frames=_beyond(subject, kind, count, ordered),
            )


@check(
    "count.container-disagrees",
    MOVIE,
    ebu="0081X",
    source="ISO/IEC 14496-12",
    reads=(Figure.FRAMES,),
)
def container_disagrees(subject: Subject) -> Iterator[Breach]:
    """The container declares as many frames as it has packets, and every packet shown decodes to a frame.

    Packets that an edit list leaves out are not counted as missing. A container
    that declares nothing (Matroska, fragmented MP4) is judged by its packets alone.
    """
    movie = subject.movie
    declared, shown, decoded = (
        movie.facts.declared,
        movie.packets - movie.discarded,
        len(movie.frames),
    )
    if declared is not None and declared != movie.packets:
        yield Breach(
            f"the container declares {declared} frames and holds {movie.packets} packets",
            measured=movie.packets,
            limit=declared,
            unit="frames",
        )
    if decoded != shown:
        yield Breach(
            f"{shown} packets are to be shown and {decoded} frames decode from them",
            measured=decoded,
            limit=shown,
            unit="frames",
            frames=tuple(at for at, _ in movie.faults),
        )


@check("count.cut-short", MOVIE, ebu="0081X", source="RFC 9559 (Matroska)", reads=(Figure.FRAMES,))
def cut_short(subject: Subject) -> Iterator[Breach]:
    """Pictures, sound or subtitles last as long as the container declares, where it declares no number of frames.

    Matroska and WEBM state a length at their beginning, so a file whose end got
    lost on the way plays without complaint, only shorter. Looked at is what
    ends last, with a frame and a half to spare.
    """
    movie, facts = subject.movie, subject.movie.facts
    shown = [frame.time for frame in movie.frames if frame.time is not None]
    if facts.declared is not None or not (facts.container_seconds and facts.rate and shown):
        return
    step = 1 / float(facts.rate)
    end = max(shown[-1] + step, movie.others_end)
    if facts.container_seconds - end > 1.5 * step:
        yield Breach(
            f"the container declares {facts.container_seconds:.3f} s and ends after {end:.3f} s",
            measured=round(end, 3),
            limit=round(facts.container_seconds, 3),
            unit="s",
            frames=(movie.frames[-1].number,),
        )


@check(
    "count.movie-and-sequence-disagree",
    MOVIE,
    SEQUENCE,
    ebu="0081X",
    source="the delivery itself",
    reads=(Figure.FRAMES,),
)
def movie_and_sequence_disagree(subject: Subject) -> Iterator[Breach]:
    """The movie and the EXR sequence of one delivery are the same clip, so they have the same number of frames."""
    movie, sequence = len(subject.movie.frames), len(subject.sequence.frames)
    if movie != sequence:
        kind = "sequence" if sequence > movie else "movie"
        beyond = _beyond(subject, kind, max(movie, sequence), min(movie, sequence))
        yield Breach(
            f"the movie has {movie} frames and the EXR sequence {sequence}",
            measured=sequence,
            limit=movie,
            unit="frames",
            frames=subject.sequence.missing or beyond,
        )


def _counts(subject: Subject) -> dict[str, int]:
    counts = {}
    if subject.measurements.movie is not None:
        counts["movie"] = len(subject.movie.frames)
    if subject.measurements.sequence is not None:
        counts["sequence"] = len(subject.sequence.frames)
    return counts


def _beyond(subject: Subject, kind: str, count: int, ordered: int) -> tuple[int, ...]:
    """Return the frames past the expected end, or the numbers a sequence lacks inside its range."""
    if kind == "sequence" and count < ordered:
        return subject.sequence.missing
    clip = subject.sequence.frames if kind == "sequence" else subject.movie.frames
    return tuple(frame.number for frame in clip[ordered:])
