"""Sound whose waves are cut off: at full scale, below it, or before a lossy codec made them round again."""

import math
from collections.abc import Iterator, Sequence

from answerprint.checks.check import Breach, Subject, check
from answerprint.checks.sound.track import SOUND, breach, frames_at, heard, spell_seconds
from answerprint.measured.heard import ChannelHeard, FullScaleRun, Heard
from answerprint.report import Severity


@check(
    "sound.clipped",
    *SOUND,
    severity=Severity.WARNING,
    limit="sound.clipped_run sound.clipped_samples sound.piled",
    source="measured; Eaton and Naylor 2013 for coded sound",
)
def clipped(subject: Subject) -> Iterator[Breach]:
    """No channel is clipped: no wave's top is cut off at full scale, nor was before it was turned down or coded.

    One sample at full scale is a peak; several in a row are a wave whose top is
    cut off, and heard as a crackle. What is lost does not come back by turning it down: tops that
    stand still at one level, and end at a slope, tell it. A lossy codec makes them uneven; levels
    pile up near the cut all the same, more than those of a limiter or of a sine. Synthetic waves
    may have flat tops by design. Noise that was clipped before it was coded is not told.
    """
    for sound in heard(subject):
        for channel in sound.channels:
            found = (
                _at_full_scale(subject, sound, channel)
                or _flat(subject, sound, channel)
                or _piled(subject, sound, channel)
            )
            if found is not None:
                yield found


def _at_full_scale(subject: Subject, sound: Heard, channel: ChannelHeard) -> Breach | None:
    return _cut(
        subject, sound, channel, channel.runs, channel.full_scale, f"is clipped in {channel.name}"
    )


def _flat(subject: Subject, sound: Heard, channel: ChannelHeard) -> Breach | None:
    said = f"was clipped and then turned down to {_db(channel.peak)} in {channel.name}"
    return _cut(subject, sound, channel, channel.flat_runs, channel.flat, said)


def _piled(subject: Subject, sound: Heard, channel: ChannelHeard) -> Breach | None:
    limit = subject.limits.sound.piled
    # What a subwoofer plays is often one tone, whose levels pile up by themselves.
    if channel.name == "LFE" or channel.piled <= limit:
        return None
    return breach(
        subject,
        sound,
        f"looks as if it was clipped before it was coded: levels of {channel.name} pile up "
        f"at {_db(channel.piled_at)}; ask for it unclipped",
        measured=channel.piled,
        limit=limit,
        unit="of the levels under it",
        channel=channel.name,
    )


def _cut(
    subject: Subject,
    sound: Heard,
    channel: ChannelHeard,
    every: Sequence[FullScaleRun],
    total: int,
    said: str,
) -> Breach | None:
    """Return a breach where runs that are long enough hold more samples than may be; `total` counts those of all."""
    limits = subject.limits.sound
    runs = [run for run in every if run.samples >= limits.clipped_run]
    samples = max(sum(run.samples for run in runs), total if runs else 0)
    if samples <= limits.clipped_samples:
        return None
    at = tuple(run.start for run in runs)
    return breach(
        subject,
        sound,
        f"{said} at {spell_seconds(at)}",
        measured=samples,
        limit=limits.clipped_samples,
        unit="samples",
        channel=channel.name,
        frames=frames_at(subject, at),
    )


def _db(magnitude: float) -> str:
    return f"{20 * math.log10(max(magnitude, 1e-6)):.1f} dBFS"
