"""How sound is to be laid under a picture: the plan and its parts."""

from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import Field

from answerprint.media.sound.loudness import LoudnessTarget
from answerprint.media.sound.waves import SAMPLE_RATE
from answerprint.record import Record

CROSSFADE: Final = 0.1
"""Seconds that a looped sound's end and beginning overlap where its own seam would be heard."""

MOST_GAIN: Final = 60.0
"""Gain in dB, up or down, past which a number is taken for a slip."""


class Fit(StrEnum):
    """How a sound becomes as long as its picture."""

    TRIM = "trim"
    """Cut what is too long; what is too short ends in silence."""
    PAD = "pad"
    """Add silence; what is too long is cut."""
    LOOP = "loop"
    """Repeat it until the picture ends, so that its end runs into its beginning when the picture loops."""
    STRETCH = "stretch"
    """Change its speed."""


class Channels(StrEnum):
    """Channel layout that sound is mapped to."""

    KEEP = "keep"
    """The sound's own; of several the one with most channels."""
    MONO = "mono"
    STEREO = "stereo"
    SURROUND = "5.1"


class Unit(StrEnum):
    """What an offset is counted in."""

    FRAME = "f"
    """Frames of the picture."""
    SAMPLE = "smp"
    """Samples at 48 kHz."""
    MILLISECOND = "ms"
    SECOND = "s"


class Offset(Record):
    """How much later than frame 0 the sound's sample 0 is heard; below 0 its beginning is cut."""

    amount: float = 0.0
    """Number of units."""
    unit: Unit = Unit.FRAME
    """What is counted."""

    def samples(self, rate: Fraction) -> int:
        """Return the offset in samples at 48 kHz under a picture of `rate` frames a second.

        >>> Offset(amount=3).samples(Fraction(24))
        6000
        """
        units = {
            Unit.FRAME: SAMPLE_RATE / rate,
            Unit.SAMPLE: Fraction(1),
            Unit.MILLISECOND: Fraction(SAMPLE_RATE, 1000),
            Unit.SECOND: Fraction(SAMPLE_RATE),
        }
        return round(Fraction(str(self.amount)) * units[self.unit])


class Stem(Record):
    """One sound of a mix."""

    path: Path
    """File that holds it; its first audio stream is taken."""
    gain: float = Field(default=0.0, ge=-MOST_GAIN, le=MOST_GAIN)
    """Gain in dB."""
    offset: Offset = Offset()
    """When it begins, on top of the plan's own offset."""


class SoundPlan(Record):
    """How sound is laid: which sounds, how long they become, and how loud."""

    stems: tuple[Stem, ...] = Field(min_length=1)
    """Sounds that are mixed."""
    fit: Fit = Fit.TRIM
    """How each becomes as long as the picture."""
    keep_pitch: bool = True
    """Stretch without changing the pitch; else as a tape that runs faster or slower."""
    crossfade: float | None = Field(default=None, ge=0, le=60)
    """Seconds of a loop's overlap; None keeps a seam that is even already and overlaps CROSSFADE elsewhere."""
    offset: Offset = Offset()
    """When the sounds begin."""
    fade_in: float = Field(default=0.0, ge=0, le=3600)
    """Seconds of the fade at the start."""
    fade_out: float = Field(default=0.0, ge=0, le=3600)
    """Seconds of the fade at the end."""
    channels: Channels = Channels.KEEP
    """Layout of the result."""
    loudness: LoudnessTarget | None = None
    """Loudness it is brought to."""
    true_peak: float | None = Field(default=None, ge=-40, le=0)
    """Highest true peak in dBTP, in place of the loudness rule's."""

    @property
    def peak(self) -> float | None:
        """The true peak in dBTP that holds: its own, else the loudness rule's; None where neither is named."""
        if self.true_peak is None and self.loudness is not None:
            return self.loudness.true_peak
        return self.true_peak
