"""How loud sound is, and where it is not: silence, clipping, offset, loudness and true peak."""

import itertools
import math
from collections.abc import Iterator

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.sound import SOUND, breach, frames_at, heard, spell_seconds
from answerprint.checks.soundlimits import RULES, SoundLimits
from answerprint.measured.heard import FLOOR, Heard
from answerprint.measured.sound import Loudness
from answerprint.report import Severity

_RULED = Need(lambda s: s.limits.sound.loudness is not None, "the limits name no loudness rule")
_EDGE = 2
_AROUND = 10


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
    that comes back as loud as before or louder, is a dropout however short.
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


@check(
    "sound.clipped",
    *SOUND,
    severity=Severity.WARNING,
    limit="sound.clipped_run sound.clipped_samples",
    source="measured",
)
def clipped(subject: Subject) -> Iterator[Breach]:
    """No channel is clipped: no runs of samples in a row at full scale.

    One sample at full scale is a peak; several in a row are a wave whose top is
    cut off, and heard as a crackle. What is lost does not come back by turning it down.
    """
    limits = subject.limits.sound
    for sound in heard(subject):
        for channel in sound.channels:
            runs = [run for run in channel.runs if run.samples >= limits.clipped_run]
            samples = max(sum(run.samples for run in runs), channel.full_scale if runs else 0)
            if samples > limits.clipped_samples:
                at = tuple(run.start for run in runs)
                yield breach(
                    subject,
                    sound,
                    f"is clipped in {channel.name} at {spell_seconds(at)}",
                    measured=samples,
                    limit=limits.clipped_samples,
                    unit="samples",
                    channel=channel.name,
                    frames=frames_at(subject, at),
                )


@check("sound.dc", *SOUND, severity=Severity.WARNING, limit="sound.dc", source="measured")
def dc(subject: Subject) -> Iterator[Breach]:
    """No channel has a constant offset: it takes headroom and clicks at every cut and loop point."""
    limit = subject.limits.sound.dc
    for sound in heard(subject):
        for channel in sound.channels:
            if abs(channel.dc) > limit:
                yield breach(
                    subject,
                    sound,
                    f"has an offset of {channel.dc:+.2%} of full scale in {channel.name}; filter it out below 20 Hz",
                    measured=round(channel.dc, 5),
                    limit=limit,
                    unit="of full scale",
                    channel=channel.name,
                )


@check(
    "sound.loudness",
    *SOUND,
    _RULED,
    severity=Severity.WARNING,
    limit="sound.loudness sound.loudness_tolerance",
    source="EBU R128, EBU R128 s1, ATSC A/85",
)
def loudness(subject: Subject) -> Iterator[Breach]:
    """Loudness is what the rule named in the limits asks, by ITU-R BS.1770.

    EBU R128 v4: -23 LUFS, 0.2 LU either way for a measurement in quality control.
    Its supplement 1 for short form, which every clip of 5 to 10 s is, adds a highest short-term
    loudness of -18 LUFS, or momentary of -15 LUFS where 3 s are not reached. ATSC A/85: -24 LKFS, 2 dB either way.
    """
    limits = subject.limits.sound
    assert limits.loudness is not None
    rule = RULES[limits.loudness]
    tolerance = rule.tolerance if limits.loudness_tolerance is None else limits.loudness_tolerance
    for sound in heard(subject):
        found = sound.loudness or Loudness()
        if found.integrated is None:
            yield breach(subject, sound, "is too short or quiet to have a loudness")
            continue
        if abs(found.integrated - rule.integrated) > tolerance + 1e-6:
            off = found.integrated - rule.integrated
            yield breach(
                subject,
                sound,
                f"is {abs(off):.1f} LU too {'loud' if off > 0 else 'quiet'} for {limits.loudness}; "
                f"change its gain by {-off:+.1f} dB",
                measured=found.integrated,
                limit=rule.integrated,
                unit="LUFS",
            )
        yield from _loudest(subject, sound, found)


@check(
    "sound.true-peak", *SOUND, severity=Severity.WARNING, limit="sound.true_peak", source="EBU R128"
)
def true_peak(subject: Subject) -> Iterator[Breach]:
    """No peak between the samples passes the limit: -1 dBTP by EBU R128, which leaves room for a lossy codec.

    Read four times oversampled as ITU-R BS.1770 says. Players and converters clip what passes 0 dBTP.
    """
    limits = subject.limits.sound
    rule = RULES.get(limits.loudness or "", RULES["ebu-r128"])
    limit = rule.true_peak if limits.true_peak is None else limits.true_peak
    for sound in heard(subject):
        found = sound.loudness.true_peak if sound.loudness else None
        if found is not None and found > limit + 1e-6:
            yield breach(
                subject,
                sound,
                f"peaks at {found:+.1f} dBTP; limit it to {limit:g} dBTP",
                measured=found,
                limit=limit,
                unit="dBTP",
            )


def _loudest(subject: Subject, sound: Heard, found: Loudness) -> Iterator[Breach]:
    """Judge the loudest moment: by short-term loudness where the sound is long enough, else by momentary."""
    rule = RULES[subject.limits.sound.loudness or ""]
    kind, measured, limit = "short-term", found.short_term, rule.short_term
    if measured is None:
        kind, measured, limit = "momentary", found.momentary, rule.momentary
    if measured is not None and limit is not None and measured > limit:
        yield breach(
            subject,
            sound,
            f"is too loud for a moment: {kind} loudness {measured:.1f} LUFS",
            measured=measured,
            limit=limit,
            unit="LUFS",
        )


def _stretches(sound: Heard, limits: SoundLimits) -> Iterator[tuple[int, int, str]]:
    """Yield silent stretches that last too long, and dropouts: first hop, stop, and what it does there."""
    quiet = [level < limits.silence_floor for level in sound.envelope]
    total = len(quiet)
    for first, stop in _runs(quiet):
        at_end = first == 0 or stop == total
        said = "is silent" if at_end else "is silent between sounds"
        if (stop - first) * sound.hop > _allowed(said, limits):
            yield first, stop, said
    yield from ((first, stop, "drops out") for first, stop in _dropouts(sound, limits))


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
    """Yield the silent one of a front pair whose other is heard."""
    if sound.stereo is None:
        return
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
