"""Sound: there or not as wanted, as long as the picture, and nothing wrong with it that a meter can hear."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.measured.figures import Figure
from answerprint.measured.heard import Heard, span_of
from answerprint.report import Severity

_STREAM = Need(lambda s: bool(s.movie.facts.sound), "the movie holds no sound", of="movie")
_HEARD = Need(
    lambda s: bool(heard(s)), "none of its sound was decoded", reads=(Figure.SOUND,), of="movie"
)
SOUND = (MOVIE, _STREAM, _HEARD)
"""What a check of sound needs."""
_REQUIRED = Need(lambda s: s.limits.sound.presence == "required", "the limits require no sound")
_NOT_REQUIRED = Need(lambda s: s.limits.sound.presence != "required", "the limits require sound")


def heard(subject: Subject) -> tuple[Heard, ...]:
    """Return the audio streams of the movie that decoded to something."""
    return tuple(sound for sound in subject.movie.heard if sound.start is not None)


def picture_span(subject: Subject) -> tuple[float, float] | None:
    """Return when the pictures begin and end, in seconds; None where their times are not known."""
    return span_of(subject.movie.frames)


def frames_at(subject: Subject, seconds: Iterable[float]) -> tuple[int, ...]:
    """Return the frames shown at these times, each once, in order; none before the first."""
    timed = [(f.time, f.number) for f in subject.movie.frames if f.time is not None]
    times = [time for time, _ in timed]
    # A sound begins a hair before its frame where clocks tick differently.
    places = {bisect_right(times, second + 1e-3) - 1 for second in seconds}
    return tuple(timed[place][1] for place in sorted(places) if place >= 0)


def spell_seconds(seconds: Iterable[float]) -> str:
    """Write times as a person reads them: the first three, and how many more."""
    told = list(seconds)
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return ", ".join(f"{second:.2f} s" for second in told[:3]) + more


def breach(subject: Subject, sound: Heard, said: str, **figures: Any) -> Breach:
    """Return a breach of that stream, which is named where there are several."""
    which = f"sound stream {sound.stream + 1}" if len(subject.movie.facts.sound) > 1 else "sound"
    return Breach(f"{which} {said}", asset=subject.movie.place, **figures)


@check("sound.absent", MOVIE, _REQUIRED, limit="sound.presence", source="the limits")
def absent(subject: Subject) -> Iterator[Breach]:
    """A movie that has to have sound has it: judged where the limits say `sound.presence = "required"`."""
    if not subject.movie.facts.sound:
        yield Breach(
            "the movie holds no sound; lay one under it",
            measured=0,
            limit=1,
            unit="audio streams",
            asset=subject.movie.place,
        )


@check(
    "sound.unexpected",
    MOVIE,
    _NOT_REQUIRED,
    severity=Severity.INFO,
    limit="sound.presence",
    source="the services' documents",
)
def unexpected(subject: Subject) -> Iterator[Breach]:
    """A generated clip comes silent: sound in it is told, so that nobody publishes it unheard.

    Services deliver Ray 3.2 movies without sound. Where none may be there, say
    `sound.presence = "forbidden"` in the limits: it is an error then.
    """
    found = subject.movie.facts.sound
    if found:
        forbidden = subject.limits.sound.presence == "forbidden"
        kinds = ", ".join(f"{s.codec} {s.layout}" for s in found)
        yield Breach(
            f"the movie holds sound ({kinds})"
            + (", which the limits forbid" if forbidden else "; listen to it before it is used"),
            measured=len(found),
            limit=0,
            unit="audio streams",
            asset=subject.movie.place,
            severity=Severity.ERROR if forbidden else None,
        )


@check("sound.unreadable", MOVIE, _STREAM, source="the decoder", reads=(Figure.SOUND,))
def unreadable(subject: Subject) -> Iterator[Breach]:
    """Every packet of sound decodes, to one rate and one channel layout.

    A packet that does not is heard as a gap or a crack; a stream of which nothing
    does is silent in one player and refused by the next.
    """
    for sound in subject.movie.heard:
        if sound.start is None and (sound.faults or subject.movie.frames):
            said = sound.faults[0][1] if sound.faults else "it holds no samples"
            yield breach(subject, sound, f"cannot be decoded: {said}; ask for the file again")
        elif sound.faults:
            at = tuple(sorted({second for second, _ in sound.faults}))
            yield breach(
                subject,
                sound,
                f"is damaged at {spell_seconds(at)}: {sound.faults[0][1]}",
                measured=len(sound.faults),
                limit=0,
                unit="faults",
                frames=frames_at(subject, at),
            )


@check("sound.length", *SOUND, severity=Severity.WARNING, limit="sound.length", source="measured")
def length(subject: Subject) -> Iterator[Breach]:
    """Sound ends with the picture, within one audio frame of its codec.

    Shorter sound leaves the end silent and a loop with a hole; longer sound keeps
    the last picture standing. Priming and padding that the container marks do not
    count; codecs end on whole frames, which is why one of them is granted.
    """
    span = picture_span(subject)
    for sound in heard(subject) if span else ():
        assert span is not None
        off = sound.end - span[1]
        allowed = max(subject.limits.sound.length, sound.frame) + 1e-4
        if abs(off) > allowed:
            yield breach(
                subject,
                sound,
                f"ends {_ms(off)} {'after' if off > 0 else 'before'} the picture",
                measured=round(off, 4),
                limit=round(allowed, 4),
                unit="s",
            )


@check("sound.offset", *SOUND, severity=Severity.WARNING, limit="sound.offset", source="EBU R37")
def offset(subject: Subject) -> Iterator[Breach]:
    """The first sample of sound is heard with frame 0.

    By the timestamps, edit lists followed and priming left out. What starts late is
    cut off or out of step in every tool that ignores timestamps, and many do.
    """
    span = picture_span(subject)
    for sound in heard(subject) if span else ():
        assert span is not None
        assert sound.start is not None
        off = sound.start - span[0]
        allowed = max(subject.limits.sound.offset, sound.frame) + 1e-4
        if abs(off) > allowed:
            yield breach(
                subject,
                sound,
                f"begins {_ms(off)} {'after' if off > 0 else 'before'} frame 0",
                measured=round(off, 4),
                limit=round(allowed, 4),
                unit="s",
                frames=(0,),
            )


def _ms(seconds: float) -> str:
    return f"{abs(seconds) * 1000:.0f} ms"
