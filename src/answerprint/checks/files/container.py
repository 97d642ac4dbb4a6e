"""Whether a movie's container holds all it claims, and lets every picture be seen in its time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.files.clock import opening_gap, usual_step
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.container import Container
from answerprint.measured.figures import Figure
from answerprint.report import Severity
from answerprint.timing import spell_frames

_STREAMED: Final = frozenset({"h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp9"})
"""Codecs of movies that are watched while they load; masters in others are copied first."""
_MOST_NAMED: Final = 8

CONTAINER: Final = Need(
    lambda s: s.measurements.movie is not None and s.movie.container is not None,
    "no movie whose container was measured",
    reads=(Figure.CONTAINER,),
    of="movie",
)
STATED: Final = Need(
    lambda s: CONTAINER.present(s) and container_of(s).stated is not None,
    "no MP4, MOV, Matroska or WebM whose description of its pictures can be read",
    reads=(Figure.CONTAINER,),
    of="movie",
)
WHOLE: Final = Need(
    lambda s: CONTAINER.present(s) and container_of(s).whole is not None,
    "no MP4, MOV, Matroska, WebM or AVI",
    reads=(Figure.CONTAINER,),
    of="movie",
)
INDEXED: Final = Need(
    lambda s: WHOLE.present(s) and s.movie.facts.faststart is not None,
    "no MP4 or MOV",
    reads=(Figure.CONTAINER,),
    of="movie",
)


@check(
    "container.timestamps",
    MOVIE,
    CONTAINER,
    severity=Severity.WARNING,
    limit="container.gap_frames",
    source="ISO/IEC 14496-12 8.6.1; measured",
)
def timestamps(subject: Subject) -> Iterator[Breach]:
    """Every frame has a time of its own, later than the one before, and the first is shown at once.

    Two frames at one time are one frame in a player and two in an edit. A first
    frame that comes late is a black or held start; the delay of reordered frames
    and empty edits, which container.edit-list judges, are not counted.
    """
    movie, coding = subject.movie, container_of(subject).coding
    untimed = tuple(frame.number for frame in movie.frames if frame.time is None)
    if untimed:
        yield _named(untimed, "has no time to be shown at", movie)
    timed = [(frame.number, frame.time) for frame in movie.frames if frame.time is not None]
    back = tuple(number for (_, before), (number, now) in pairwise(timed) if now <= before)
    if back:
        yield _named(back, "is shown no later than the frame before it", movie)
    if coding.backward:
        yield Breach(
            f"packet {first_of(coding.backward)}, counted from 0, is to be decoded no later than the one before it;"
            " mux the movie again",
            measured=len(coding.backward),
            limit=0,
            unit="packets",
            asset=movie.place,
        )
    step, gap = usual_step(movie), opening_gap(movie)
    if step is not None and gap > subject.limits.container.gap_frames * step + movie.facts.tick:
        yield Breach(
            f"the first frame is shown after {gap:.3f} s of nothing; shift the times to begin at 0",
            measured=round(gap / step, 2),
            limit=subject.limits.container.gap_frames,
            unit="frames",
            frames=(0,),
            asset=movie.place,
        )


@check(
    "container.edit-list",
    MOVIE,
    STATED,
    severity=Severity.WARNING,
    limit="container.late_frames",
    source="ISO/IEC 14496-12 8.6.6",
)
def edit_list(subject: Subject) -> Iterator[Breach]:
    """The edit list shows every picture once, at its own speed, from the start.

    Players follow edit lists, and many tools that make frames do not: what it
    hides or repeats then comes and goes with the program. One that only takes
    off the delay of reordered frames hides nothing and is fine.
    """
    movie, container = subject.movie, container_of(subject)
    if any(container.hidden):
        before, between, after = container.hidden
        yield _edited(movie, f"hides {before} pictures at the start, {between} between and {after} at the end",
                      sum(container.hidden), "pictures")  # fmt: skip
    if container.doubled:
        yield _edited(movie, f"shows {container.doubled} pictures more than once", container.doubled, "pictures")  # fmt: skip
    odd = [edit.speed for edit in container.edits if edit.start is not None and edit.speed != 1]
    if odd:
        yield _edited(movie, f"plays at {odd[0]:g} times the speed", odd[0], "x")
    late = sum(edit.seconds for edit in container.edits if edit.start is None)
    step = usual_step(movie)
    if step is not None and late > subject.limits.container.late_frames * step + 0.001:
        yield _edited(movie, f"shows nothing for {late:.3f} s", round(late / step, 2), "frames")


@check(
    "container.not-faststart",
    MOVIE,
    INDEXED,
    severity=Severity.WARNING,
    limit="container.faststart_bytes",
    source="ASWF Encoding Guidelines",
)
def not_faststart(subject: Subject) -> Iterator[Breach]:
    """An MP4 or MOV for watching has its index before its pictures.

    With the index last a browser shows nothing until the whole file has come.
    Rewrite it with `-movflags +faststart`; nothing is encoded again.
    """
    movie, whole = subject.movie, container_of(subject).whole
    size, most = whole.size if whole else 0, subject.limits.container.faststart_bytes
    if movie.facts.faststart is False and movie.facts.codec in _STREAMED and size > most:
        yield Breach(
            f"the index stands behind the pictures of {size / 1e6:.1f} MB; rewrite it with -movflags +faststart",
            measured=size,
            limit=most,
            unit="bytes",
            asset=movie.place,
        )


@check("container.cut-off", MOVIE, WHOLE, source="ISO/IEC 14496-12 4.2; RFC 8794; RFC 9559")
def cut_off(subject: Subject) -> Iterator[Breach]:
    """The file holds all that its container claims, and nothing else.

    A download that broke off plays to where it ends, and one that left room for
    bytes that never came has zeros for pictures. What is left over behind the
    end is another file, or an error page glued to a movie.
    """
    movie, container = subject.movie, container_of(subject)
    whole = container.whole
    if whole is None:
        return
    last = tuple(frame.number for frame in movie.frames[-1:])
    if whole.claimed > whole.size:
        lost = f", {whole.lost} samples among them" if whole.lost else ""
        yield Breach(
            f"the {whole.part} would end at byte {whole.claimed} of {whole.size}: {whole.claimed - whole.size}"
            f" bytes are missing{lost}; fetch the file again",
            measured=whole.size, limit=whole.claimed, unit="bytes", frames=last, asset=movie.place,
        )  # fmt: skip
    elif whole.files > 1:
        yield Breach(
            f"{whole.files} files are joined in one, of which players show the first; split them",
            measured=whole.files, limit=1, unit="files", asset=movie.place,
        )  # fmt: skip
    elif whole.tail:
        yield Breach(
            f"the last {whole.tail} bytes belong to no part of the container; fetch the file again",
            measured=whole.tail, limit=0, unit="bytes", frames=last, asset=movie.place,
        )  # fmt: skip
    if whole.headless:
        yield Breach(
            "the last fragment has no pictures; fetch the file again",
            frames=last, asset=movie.place,
        )  # fmt: skip
    if container.coding.blank and movie.frames:
        blank = container.coding.blank
        yield Breach(
            f"packet {first_of(blank)}, counted from 0, holds zeros where a picture should begin; fetch the file again",
            measured=len(blank), limit=0, unit="packets", asset=movie.place,
        )  # fmt: skip


def container_of(subject: Subject) -> Container:
    """Return what was measured of the movie's container; only asked for by checks that need it."""
    container = subject.movie.container
    assert container is not None
    return container


def first_of(numbers: tuple[int, ...]) -> str:
    """Spell frame or packet numbers, the first few where there are many."""
    more = " and more" if len(numbers) > _MOST_NAMED else ""
    return f"{spell_frames(numbers[:_MOST_NAMED])}{more}"


def _named(frames: tuple[int, ...], what: str, movie: MovieMeasures) -> Breach:
    return Breach(
        f"frame {first_of(frames)} {what}",
        measured=len(frames), limit=0, unit="frames", frames=frames, asset=movie.place,
    )  # fmt: skip


def _edited(movie: MovieMeasures, what: str, measured: float, unit: str) -> Breach:
    return Breach(
        f"the edit list {what}; mux the movie again without it",
        measured=measured, limit=1 if unit == "x" else 0, unit=unit, asset=movie.place,
    )  # fmt: skip
