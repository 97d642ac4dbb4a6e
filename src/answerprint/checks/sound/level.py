"""How loud sound is: offset from zero, loudness and true peak."""

from collections.abc import Iterator

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.sound.limits import RULES
from answerprint.checks.sound.track import SOUND, breach, heard
from answerprint.measured.heard import Heard
from answerprint.measured.sound import Loudness
from answerprint.report import Severity

_RULED = Need(lambda s: s.limits.sound.loudness is not None, "the limits name no loudness rule")


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
