"""Where sound is not: silence, dropouts, and sides that are dead."""

import itertools
import math
from collections.abc import Iterator
from statistics import median
from typing import Final

from answerprint.checks.check import Breach, Subject, check
from answerprint.checks.sound.limits import SoundLimits
from answerprint.checks.sound.track import SOUND, breach, frames_at, heard
from answerprint.measured.heard import FLOOR, Heard
from answerprint.report import Severity

_EDGE: Final = 2
"""Hops at an edge of a dropout that have to be loud."""
_AROUND: Final = 10
"""Hops before and behind a dropout that are compared."""
_FALL: Final = 3
"""Hops within which sound breaks off and begins again around a longer hole; a word or a note takes more."""
_SOFTER: Final = 12
"""dB that it may be softer there than the sound usually is."""
_MOST_HOLES: Final = 3
"""Stretches of silence of a clip beyond which they are a rhythm, or somebody speaking."""


@check(
    "sound.silent",
    *SOUND,
    severity=Severity.WARNING,
    limit="sound.silence_floor sound.silence sound.silence_at_ends sound.dropout sound.dropout_depth",
    source="measured",
)
def silent(subject: Subject) -> Iterator[Breach]:
    """Sound is heard from the beginning to the end: no silent stretch, no dropout, no dead channel.

    Silence is a peak under the floor in every channel. A pause is allowed for as long as
    speech makes one; a hole of up to a quarter second with steep edges, in sound
    that comes back as loud as before or louder, is a dropout however short. So is a longer one
    that sound as loud as it usually is breaks off at and begins at again, which speech and music
    that pause do not, unless the clip has more than a few of them.
    """
    for sound in heard(subject):
        if _peak_db(sound.peak) < subject.limits.sound.silence_floor:
            yield breach(
                subject,
                sound,
                "is silent from beginning to end; lay sound, or drop the track",
                measured=_peak_db(sound.peak),
                limit=subject.limits.sound.silence_floor,
                unit="dBFS",
            )
            continue
        for first, stop, said in _stretches(sound, subject.limits.sound):
            at, seconds = (sound.start or 0.0) + first * sound.hop, (stop - first) * sound.hop
            yield breach(
                subject,
                sound,
                f"{said} for {seconds:.2f} s from {at:.2f} s",
                measured=round(seconds, 3),
                limit=_allowed(said, subject.limits.sound),
                unit="s",
                frames=frames_at(subject, (at, at + seconds - sound.hop)),
            )
        yield from _dead(subject, sound)


def _stretches(sound: Heard, limits: SoundLimits) -> Iterator[tuple[int, int, str]]:
    """Yield silent stretches that last too long, and dropouts: first hop, stop, and what it does there."""
    quiet = [level < limits.silence_floor for level in sound.envelope]
    total = len(quiet)
    for first, stop in _runs(quiet):
        at_end = first == 0 or stop == total
        said = "is silent" if at_end else "is silent between sounds"
        if (stop - first) * sound.hop > _allowed(said, limits):
            yield first, stop, said
    holes = sorted([*_dropouts(sound, limits), *_holes(sound, limits, list(_runs(quiet)))])
    yield from ((first, stop, "drops out") for first, stop in holes)


def _allowed(said: str, limits: SoundLimits) -> float:
    return {"is silent": limits.silence_at_ends, "is silent between sounds": limits.silence}.get(
        said, 0.0
    )


def _dropouts(sound: Heard, limits: SoundLimits) -> Iterator[tuple[int, int]]:
    """Yield short holes with steep edges in sound that is at least as loud behind them as before."""
    levels, longest = sound.envelope, round(limits.dropout / sound.hop)
    at = _EDGE
    while at < len(levels) - _EDGE:
        before = min(levels[at - _EDGE : at])
        low = before - limits.dropout_depth
        if before > -limits.dropout_depth and levels[at] < low:
            stop = next((n for n in range(at, len(levels)) if levels[n] >= low), len(levels))
            if stop - at <= longest and _goes_on(levels, at, stop, limits):
                yield at, stop
            at = stop
        at += 1


def _holes(
    sound: Heard, limits: SoundLimits, quiet: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield silence longer than a dropout and no longer than a pause, whose sides are as loud as the sound usually is."""
    levels = sound.envelope
    audible = [level for level in levels if level >= limits.silence_floor]
    inside = [(first, stop) for first, stop in quiet if first > 0 and stop < len(levels)]
    if len(inside) > _MOST_HOLES:
        return
    for first, stop in inside:
        sides = (levels[max(0, first - _FALL) : first], levels[stop : stop + _FALL])
        steep = all(max(side) >= median(audible) - _SOFTER for side in sides)
        if limits.dropout < (stop - first) * sound.hop <= limits.silence and steep:
            yield first, stop


def _goes_on(levels: tuple[int, ...], first: int, stop: int, limits: SoundLimits) -> bool:
    """Tell whether sound comes back within two hops of a hole, no more than 10 dB softer than it was."""
    before = levels[max(0, first - _AROUND) : first]
    after = levels[stop + 1 : stop + 1 + _AROUND]
    return (
        len(after) > _EDGE
        and max(after) >= max(before) - 10
        and min(after[:_EDGE]) > min(before) - limits.dropout_depth / 2
    )


def _dead(subject: Subject, sound: Heard) -> Iterator[Breach]:
    """Yield the silent one of a front pair whose other is heard: through all of the sound, or from some second on."""
    if sound.stereo is None:
        return
    yield from _dies(subject, sound)
    floor = subject.limits.sound.silence_floor
    for channel in sound.channels[:2]:
        if _peak_db(channel.peak) < floor <= _peak_db(max(c.peak for c in sound.channels[:2])):
            yield breach(
                subject,
                sound,
                f"is silent in {channel.name} from beginning to end",
                measured=_peak_db(channel.peak),
                limit=floor,
                unit="dBFS",
                channel=channel.name,
            )


def _dies(subject: Subject, sound: Heard) -> Iterator[Breach]:
    """Yield a front channel that falls silent for two seconds or more while the other goes on."""
    assert sound.stereo is not None
    each, hops = sound.stereo.by_second, round(1 / sound.hop)
    lit = [
        min(sound.envelope[n * hops : (n + 1) * hops], default=FLOOR)
        > subject.limits.sound.silence_floor
        for n in range(len(each))
    ]
    lone = [one is None and on for one, on in zip(each, lit, strict=True)]
    for first, stop in _runs(lone):
        if stop - first < 2 or not any(one is not None for one in each):
            continue
        at = (sound.start or 0.0) + first
        yield breach(
            subject,
            sound,
            f"is heard on one side alone for {stop - first} s from {at:.0f} s, on both before or after",
            measured=stop - first,
            limit=1,
            unit="s",
            frames=frames_at(subject, (at, at + stop - first - sound.hop)),
        )


def _peak_db(peak: float) -> float:
    return round(max(float(FLOOR), 20 * math.log10(peak)), 1) if peak > 0 else float(FLOOR)


def _runs(flags: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield where runs of True begin and end."""
    at = 0
    for flag, group in itertools.groupby(flags):
        count = len(list(group))
        if flag:
            yield at, at + count
        at += count
