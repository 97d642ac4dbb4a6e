"""Whether a movie's container describes the pictures that are in it: size, rate, shape, color and length."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.files.clock import rate_doubt, shown_end, steady_rate, usual_step
from answerprint.checks.files.container import CONTAINER, STATED, container_of
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.container import Container, Description
from answerprint.measured.figures import Figure
from answerprint.report import Severity

_TWINS: Final = {
    "transfer": frozenset({"bt709", "smpte170m", "bt2020-10", "bt2020-12"}),
    "matrix": frozenset({"bt470bg", "smpte170m"}),
    "primaries": frozenset({"smpte170m", "smpte240m"}),
}
"""Names that stand for one curve, matrix or set of primaries (ITU-T H.273 tables 3, 4 and 2)."""
BOTH_STATE: Final = Need(
    lambda s: STATED.present(s) and container_of(s).essence is not None,
    "container and coded pictures do not both describe the pictures",
    reads=(Figure.CONTAINER,),
    of="movie",
)
STEADY: Final = Need(
    lambda s: s.measurements.movie is not None and steady_rate(s.movie) is not None,
    "frames do not stand at equal distances in time",
    of="movie",
)
LASTING: Final = Need(
    lambda s: CONTAINER.present(s) and usual_step(s.movie) is not None,
    "fewer than two frames with a time",
    reads=(Figure.CONTAINER,),
    of="movie",
)


@check(
    "container.size-disagrees",
    MOVIE,
    STATED,
    limit="container.shown_pixels",
    severity=Severity.WARNING,
    source="ISO/IEC 14496-12 8.3.2 and 12.1.3; RFC 9559",
    reads=(Figure.FRAMES,),
)
def size_disagrees(subject: Subject) -> Iterator[Breach]:
    """The container gives the pictures the size they have.

    Players lay out and scale by the container and decode by the stream, so that
    one shows a cropped or stretched picture where another does not.
    """
    movie, container = subject.movie, container_of(subject)
    stated = container.stated.size if container.stated else None
    decoded = next(iter(movie.sizes), None)
    if stated and decoded and f"{stated[0]}x{stated[1]}" != decoded:
        yield Breach(
            f"the container says {stated[0]}x{stated[1]} and frames decode to {decoded}",
            measured=f"{stated[0]}x{stated[1]}",
            limit=decoded,
            unit="pixels",
            asset=movie.place,
        )
    elif stated and container.shown and not _shows(container, subject):
        wide, high = container.shown
        yield Breach(
            f"the track is to be shown at {wide:g}x{high:g}, and its pictures are {stated[0]}x{stated[1]}"
            f" with pixels of {_aspect_of(container)}",
            measured=f"{wide:g}x{high:g}",
            limit=f"{stated[0]}x{stated[1]}",
            unit="pixels",
            asset=movie.place,
        )


@check(
    "container.rate-disagrees",
    MOVIE,
    CONTAINER,
    STEADY,
    severity=Severity.WARNING,
    limit="container.rate_share container.tick_rate",
    source="H.264 E.2.1, H.265 E.3.1, RFC 9559 DefaultDuration",
)
def rate_disagrees(subject: Subject) -> Iterator[Breach]:
    """Frames are shown at the rate that the container and the coded pictures state.

    Editors conform by one of them and players by another: 24 against 24000/1001
    slips a frame in 42 s, and a clip retimed without its stream plays at the old speed in some.
    """
    movie, container, limits = subject.movie, container_of(subject), subject.limits.container
    shown = steady_rate(movie) or 0.0
    parties = (("container", container.stated), ("coded pictures", container.essence))
    for party, description in parties:
        rate = description.rate if description else None
        if rate is None or rate >= limits.tick_rate:
            continue
        if abs(float(rate) / shown - 1) > limits.rate_share + rate_doubt(movie):
            yield Breach(
                f"frames are shown at {shown:.3f}/s and the {party} say{'s' * (party == 'container')} {float(rate):.3f}/s",
                measured=round(shown, 3),
                limit=round(float(rate), 3),
                unit="frames/s",
                asset=movie.place,
            )


@check(
    "container.aspect-disagrees",
    MOVIE,
    BOTH_STATE,
    severity=Severity.WARNING,
    limit="container.aspect_share",
    source="ISO/IEC 14496-12 12.1.4, H.264 E.2.1, RFC 9559",
)
def aspect_disagrees(subject: Subject) -> Iterator[Breach]:
    """Container and coded pictures give a pixel one shape.

    A container that says nothing says square. Coded pictures that say nothing
    leave it to the container, which is how a shape is mended without encoding again.
    """
    container = container_of(subject)
    coded = container.essence.pixel_aspect if container.essence else None
    if coded is None:
        return
    stated, share = _aspect_of(container), subject.limits.container.aspect_share
    if abs(_value(stated) / _value(coded) - 1) > share:
        yield Breach(
            f"a pixel is {stated} for the container and {coded} for the coded pictures",
            measured=stated,
            limit=coded,
            asset=subject.movie.place,
        )


@check(
    "container.range-disagrees",
    MOVIE,
    BOTH_STATE,
    severity=Severity.WARNING,
    source="ITU-T H.273; ISO/IEC 14496-12 12.1.5",
)
def range_disagrees(subject: Subject) -> Iterator[Breach]:
    """Container and coded pictures state one range and one color, where both state any.

    Safari and QuickTime believe the container, Chrome and ffmpeg the stream: the
    same file is contrasty in one and gray in the other. Code points that stand
    for one curve or matrix agree.
    """
    container = container_of(subject)
    stated, coded = container.stated, container.essence
    if stated is None or coded is None:
        return
    for kind in ("range", "transfer", "primaries", "matrix"):
        outside, inside = getattr(stated.color, kind), getattr(coded.color, kind)
        if outside and inside and not _alike(kind, outside, inside):
            yield Breach(
                f"the container tags its {kind} as {outside} and the coded pictures say {inside}",
                measured=outside,
                limit=inside,
                channel=kind,
                asset=subject.movie.place,
            )


@check(
    "container.duration-disagrees",
    MOVIE,
    LASTING,
    severity=Severity.WARNING,
    limit="container.length_frames",
    source="ISO/IEC 14496-12 8.2.2, 8.3.2, 8.4.2",
)
def duration_disagrees(subject: Subject) -> Iterator[Breach]:
    """The lengths in a container's headers are those of its frames.

    A header that is too short cuts the end in players that believe it, and one
    that is too long holds the last frame: both are visible in a loop.
    """
    movie = subject.movie
    step = usual_step(movie) or 0.0
    spare = subject.limits.container.length_frames * step + 0.002
    for what, length, other, than in _lengths(movie):
        if abs(length - other) > spare:
            yield Breach(
                f"{what} says {length:.3f} s and {than} {other:.3f} s",
                measured=round(length, 3),
                limit=round(other, 3),
                unit="s",
                asset=movie.place,
            )


def _alike(kind: str, one: str, other: str) -> bool:
    return one == other or {one, other} <= _TWINS.get(kind, frozenset())


def _aspect_of(container: Container) -> str:
    """Return a pixel's shape by the container: what it says, else what its two sizes say, else square."""
    stated = container.stated or Description()
    return stated.pixel_aspect or "1:1"


def _value(ratio: str) -> float:
    wide, high = ratio.split(":")
    return int(wide) / int(high)


def _shows(container: Container, subject: Subject) -> bool:
    """Tell whether the size to be shown is the coded one, with or without its pixels' shape."""
    spare = subject.limits.container.shown_pixels
    stated = container.stated.size if container.stated else None
    if stated is None or container.shown is None:
        return True
    (wide, high), shape = container.shown, _value(_aspect_of(container))
    widths, heights = (stated[0], stated[0] * shape), (stated[1], stated[1] / shape)
    fits = [abs(wide - w) <= spare and abs(high - h) <= spare for w in widths for h in heights]
    return any(fits[:3])


def _lengths(movie: MovieMeasures) -> Iterator[tuple[str, float, float, str]]:
    """Yield what says how long, what says otherwise, and how long they say."""
    said, end = movie.container.lengths if movie.container else None, shown_end(movie)
    if said is None or end is None:
        return
    if said.movie is not None and said.longest is not None:
        yield "the movie header", said.movie, said.longest, "the longest track"
    if said.media is not None and said.samples is not None:
        yield "the media header", said.media, said.samples, "the table of times"
    if said.track is not None:
        yield "the track header", said.track, end, "the last frame ends at"
    whole = movie.facts.container_seconds
    if "matroska" in movie.facts.container and whole is not None and whole < end:
        yield "the container", whole, end, "the last frame ends at"
