"""How the pictures are coded: what players decode, what the level allows, where decoding can start."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.files.clock import steady_rate
from answerprint.checks.files.levels import is_lower, needed_level, plain_codec
from answerprint.measured.container import Description
from answerprint.measured.figures import Figure
from answerprint.report import Severity
from answerprint.timing import spell_frames

_WATCHED: Final = (".mp4", ".m4v", ".webm")
"""Names of movies made to be watched anywhere; a MOV or MKV may hold what only an editor reads."""

ESSENCE: Final = Need(
    lambda s: (
        s.measurements.movie is not None
        and s.movie.container is not None
        and s.movie.container.essence is not None
    ),
    "no movie whose coded pictures could be read by themselves",
    reads=(Figure.CONTAINER,),
    of="movie",
)


@check(
    "codec.profile",
    MOVIE,
    ESSENCE,
    severity=Severity.WARNING,
    limit="codec.profiles",
    source="ASWF Encoding Guidelines",
)
def profile(subject: Subject) -> Iterator[Breach]:
    """A movie for watching is coded in a profile that players decode.

    4:2:2, 4:4:4, and H.264 in 10 bit play in software and stay black or green
    in browsers and on televisions. A MOV or MKV is taken for a master and not judged.
    """
    movie, coded = subject.movie, _essence(subject)
    codec = plain_codec(movie.facts.codec)
    known = subject.limits.codec.profiles.get(codec)
    if not movie.place.lower().endswith(_WATCHED) or not known or coded.profile is None:
        return
    if coded.profile not in known:
        yield Breach(
            f"the pictures are {codec} {coded.profile}, which most players do not decode; encode it as {known[-1]}",
            measured=coded.profile,
            limit=", ".join(known),
            asset=movie.place,
        )


@check(
    "codec.level",
    MOVIE,
    ESSENCE,
    severity=Severity.WARNING,
    source="H.264 table A-1, H.265 tables A.8 and A.9, AV1 A.3",
)
def level(subject: Subject) -> Iterator[Breach]:
    """The level that is stated allows pictures of that size at that rate, and is stated alike everywhere.

    Players choose a decoder by the level and hardware reserves memory by it: one
    that is too low stutters or is refused. Bit rates and reference frames are not judged.
    """
    movie, coded = subject.movie, _essence(subject)
    codec, rate = plain_codec(movie.facts.codec), steady_rate(movie)
    setup = movie.container.setup_level if movie.container else None
    if setup and coded.level and setup != coded.level:
        yield Breach(
            f"the decoder's configuration says level {setup} and the coded pictures say {coded.level}",
            measured=setup,
            limit=coded.level,
            asset=movie.place,
        )
    needed = needed_level(codec, coded.size, rate) if coded.size and rate else None
    if needed and coded.level and is_lower(codec, coded.level, needed) and coded.size and rate:
        yield Breach(
            f"level {coded.level} is stated, and {coded.size[0]}x{coded.size[1]} at {rate:.3g}/s needs {needed}",
            measured=coded.level,
            limit=needed,
            asset=movie.place,
        )


@check(
    "codec.open-gop",
    MOVIE,
    ESSENCE,
    severity=Severity.WARNING,
    limit="codec.closed_gop codec.longest_gop",
    source="H.264 7.4.1.2.4, H.265 7.4.2.2",
)
def open_gop(subject: Subject) -> Iterator[Breach]:
    """Where it is asked for, every keyframe begins a closed group of pictures, and groups are not too long.

    Pictures after an open one refer to pictures before it, so that a cut or a
    segment there begins with frames that cannot be decoded. Nothing asks for it by default.
    """
    movie, limits = subject.movie, subject.limits.codec
    coding = movie.container.coding if movie.container else None
    if coding is None:
        return
    if limits.closed_gop and coding.open:
        yield Breach(
            f"the keyframe at frame {spell_frames(coding.open)} is no clean start; encode with closed groups of pictures",
            measured=len(coding.open),
            limit=0,
            unit="keyframes",
            frames=coding.open,
            asset=movie.place,
        )
    if 0 < limits.longest_gop < coding.longest:
        yield Breach(
            f"{coding.longest} frames pass from keyframe to keyframe",
            measured=coding.longest,
            limit=limits.longest_gop,
            unit="frames",
            asset=movie.place,
        )


def _essence(subject: Subject) -> Description:
    container = subject.movie.container
    assert container is not None
    assert container.essence is not None
    return container.essence
