"""Sound between its loudspeakers: turned over, twice the same, or on the wrong ones."""

import math
from collections.abc import Iterator

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.sound.track import SOUND, breach, heard
from answerprint.measured.figures import Figure
from answerprint.measured.heard import FLOOR, OCTAVES, ChannelHeard, Heard
from answerprint.report import Severity

_STEREO = Need(
    lambda s: any(sound.stereo for sound in heard(s)),
    "the sound has no left and right channel",
    reads=(Figure.SOUND,),
    of="movie",
)
_SURROUND = Need(
    lambda s: any(_is_5_1(sound) for sound in heard(s)),
    "the sound is not in 5.1 channels",
    reads=(Figure.SOUND,),
    of="movie",
)
_SPLIT = OCTAVES.index(320)
_FILM = 5


@check("sound.inverted", *SOUND, _STEREO, limit="sound.inverted sound.suspected", source="measured")
def inverted(subject: Subject) -> Iterator[Breach]:
    """Left and right are not each other turned over: played in mono, as a phone does, such sound is gone.

    Judged by the correlation of the two about their means, over the whole and over any two seconds in a row.
    Reverberation of its own on either side hides it: from `suspected` on it is a warning.
    """
    limit = subject.limits.sound.inverted
    for sound in heard(subject):
        if sound.stereo is None:
            continue
        whole, seconds = sound.stereo.correlation, sound.stereo.by_second
        suspected = max(limit, subject.limits.sound.suspected)
        if whole is not None and whole < suspected:
            loss = 20 * math.log10(max(sound.stereo.middle, 1e-6) / max(sound.stereo.side, 1e-6))
            yield breach(
                subject,
                sound,
                f"has one of its sides turned over: mono would play it {-loss:.0f} dB too quiet; turn one back",
                measured=whole,
                limit=limit if whole < limit else suspected,
                unit="correlation",
                severity=None if whole < limit else Severity.WARNING,
            )
        elif turned := _two_in_a_row([s is not None and s < limit for s in seconds]):
            yield breach(
                subject,
                sound,
                f"has one of its sides turned over from {(sound.start or 0.0) + turned - 1:.0f} s on",
                measured=min(s for s in seconds if s is not None),
                limit=limit,
                unit="correlation",
            )


@check(
    "sound.dual-mono",
    *SOUND,
    _STEREO,
    severity=Severity.INFO,
    limit="sound.dual_mono",
    source="measured",
)
def dual_mono(subject: Subject) -> Iterator[Breach]:
    """Stereo is stereo: left and right are not the same sound twice.

    No fault of a voice; of music or ambience it says that the second channel was lost on the way.
    One side may be louder than the other: that is a mono sound, panned.
    """
    limit = subject.limits.sound.dual_mono
    for sound in heard(subject):
        if sound.stereo is None or sound.stereo.middle <= 1e-6:
            continue
        apart = min(
            20 * math.log10(max(sound.stereo.side, 1e-6) / sound.stereo.middle),
            _unlike(sound.stereo.correlation),
        )
        if apart < limit:
            yield breach(
                subject,
                sound,
                "is mono in two channels",
                measured=round(apart, 1),
                limit=limit,
                unit="dB",
            )


@check(
    "sound.channel-order",
    *SOUND,
    _SURROUND,
    severity=Severity.WARNING,
    limit="sound.lfe_share",
    source="ITU-R BS.775",
)
def channel_order(subject: Subject) -> Iterator[Breach]:
    """The channels of 5.1 lie where the layout says: L R C LFE Ls Rs.

    Files leave mixing rooms in film order, too: L C R Ls Rs LFE. Then a voice comes
    from the right, and the subwoofer gets a surround channel. Suspected by spectra:
    the LFE holds nothing but lows, the others do not (a codec that cuts the LFE by itself leaves
    this alone), and sound in every channel but the center has lost its dialogue.
    """
    for sound in heard(subject):
        if not _is_5_1(sound):
            continue
        lfe = next(c for c in sound.channels if c.name == "LFE")
        lows = [c for c in sound.channels if _only_lows(c, subject)]
        if _heard(lfe) and not _only_lows(lfe, subject):
            film = lows == [sound.channels[_FILM]]
            order = "; the lows lie in channel 6: it is in film order" if film else ""
            yield breach(
                subject,
                sound,
                f"has more than lows in its LFE{order}",
                measured=round(_share(lfe), 1),
                limit=subject.limits.sound.lfe_share,
                unit="dB",
                channel="LFE",
            )
        elif len(others := [c for c in lows if c is not lfe]) == 1:
            yield breach(
                subject,
                sound,
                f"has nothing but lows in {others[0].name}, which is no subwoofer's channel",
                measured=round(_share(others[0]), 1),
                limit=subject.limits.sound.lfe_share,
                unit="dB",
                channel=others[0].name,
            )
        center = next(c for c in sound.channels if c.name == "FC")
        if not _heard(center) and all(_heard(c) for c in sound.channels if c.name != "FC"):
            yield breach(
                subject,
                sound,
                "has nothing in its center, where dialogue belongs",
                measured=float(FLOOR),
                channel="FC",
            )


def _unlike(correlation: float | None) -> float:
    """Return how far two channels differ once they are of one level, in dB under what they share."""
    if correlation is None or correlation <= 0:
        return 0.0
    return 10 * math.log10(max((1 - correlation) / (1 + correlation), 1e-10))


def _is_5_1(sound: Heard) -> bool:
    names = [channel.name for channel in sound.channels]
    return len(names) == 6 and {"FC", "LFE"} <= set(names)


def _heard(channel: ChannelHeard) -> bool:
    """Tell whether more than the rest that a codec leaves is in a channel."""
    return channel.rms > 1e-4


def _only_lows(channel: ChannelHeard, subject: Subject) -> bool:
    return (
        _heard(channel)
        and bool(channel.octaves)
        and _share(channel) < subject.limits.sound.lfe_share
    )


def _share(channel: ChannelHeard) -> float:
    """Return how much of a channel lies over 320 Hz against what lies under it, in dB."""
    if not channel.octaves:
        return 0.0
    power = [10 ** (level / 10) for level in channel.octaves]
    return 10 * math.log10(sum(power[_SPLIT:]) / sum(power[:_SPLIT]))


def _two_in_a_row(flags: list[bool]) -> int:
    """Return the place of the first flag that follows another; 0 where none does."""
    return next((n for n in range(1, len(flags)) if flags[n - 1] and flags[n]), 0)
