"""The numbers that decide about sound: limits, and the loudness rules of deliveries."""

from typing import Final, Literal

from pydantic import Field

from answerprint.record import Record


class SoundLimits(Record):
    """Limits of a movie's sound."""

    presence: Literal["any", "required", "forbidden"] = "any"
    """Whether a movie has to have sound: services deliver none, so what comes is told and no fault."""
    length: float = Field(default=0.005, ge=0)
    """Seconds by which sound may end before or after the picture, where an audio frame of its codec is not longer."""
    offset: float = Field(default=0.015, ge=0)
    """Seconds by which sound may begin before or after frame 0, where an audio frame of its codec is not longer.

    EBU R37 grants a stage of production 15 ms of late sound; an AAC frame at 48 kHz is 21 ms.
    """
    silence_floor: float = Field(default=-70.0, ge=-120, le=0)
    """Peak in dBFS under which 10 ms are silent: 26 dB over the noise of 16 bits."""
    silence: float = Field(default=1.0, ge=0)
    """Seconds of silence that a clip may hold between sounds: speech pauses for less."""
    silence_at_ends: float = Field(default=0.5, ge=0)
    """Seconds of silence at the beginning or the end."""
    dropout: float = Field(default=0.25, ge=0)
    """Seconds up to which a hole in steady sound is a dropout and no pause."""
    dropout_depth: float = Field(default=40.0, gt=0)
    """dB by which the level falls and comes back within 20 ms at the edges of a dropout."""
    clipped_run: int = Field(default=4, ge=3)
    """Samples in a row at full scale from which a wave is clipped.

    A sine of 100 Hz at exactly full scale, sampled at 48 kHz, has 2 beyond 0.9999 times that in a row and one of
    50 Hz has 4 or 5: nothing recorded has either alone at its peak.
    """
    clipped_samples: int = Field(default=16, ge=1)
    """Samples in such runs that a channel may hold."""
    piled: float = Field(default=2.75, ge=1)
    """How many times as dense levels may lie in 0.6 dB near the top as just under it.

    Measured on 23 sounds, speech, music, machines, rain, synthetic waves, plain and limited by 6 and 12 dB, as PCM, AAC, MP3
    and Opus: 2.2 at most, a steady sine 2.6, and only square waves (and a saw in MP3) beyond. Clipped by
    6 dB before 192 kbit/s AAC, a voice has 4, a quiet piano 6, a drum 1.8 and noise 0.6, as if it was not.
    """
    dc: float = Field(default=0.005, ge=0, le=1)
    """Mean offset from zero, of full scale: -46 dBFS. Measured on shared footage: 0.0011 at most."""
    inverted: float = Field(default=-0.9, ge=-1, le=0)
    """Correlation of left and right from which one is taken to be turned over. Measured on footage: -0.27 at the lowest."""
    suspected: float = Field(default=-0.7, ge=-1, le=0)
    """Correlation from which that is suspected: a side of its own reverberation at -8 dB leaves it there."""
    dual_mono: float = Field(default=-50.0, le=0)
    """dB of the difference of left and right under their sum, from which they are the same sound twice.

    Measured: narrow stereo comes to -39, mono with noise at -55 dB to -59; AAC leaves between -74 and -39 of one sound twice.
    """
    loudness: Literal["ebu-r128", "ebu-r128-s1", "atsc-a85", "web-14"] | None = None
    """Rule that loudness is judged by; none by default, for sound that is still to be mixed."""
    loudness_tolerance: float | None = Field(default=None, ge=0)
    """LU from the rule's target; the rule's own where none is given. EBU R128 grants 1.0 in production."""
    true_peak: float | None = None
    """Highest true peak in dBTP; that of the rule where none is given, and -1 without a rule."""
    lfe_share: float = Field(default=-10.0, le=0)
    """dB of an LFE channel's sound over 320 Hz against that under it: players cut it at 120 Hz."""
    click: float = Field(default=3.0, ge=1)
    """How many times the largest prediction error beside the seam its own may be before it clicks.

    Measured on a machine, rain, speech, music and a bear, each rolled to begin at 12 places: 1.1 at most; 33 of
    42 cuts between any two places are beyond, and those in noise, which no ear finds, are not.
    """
    click_level: float = Field(default=0.002, ge=0)
    """Size of that error, of full scale, under which no click is heard: -54 dBFS."""
    seam_step: float = Field(default=2.5, ge=1)
    """How many times the sound's own changes of spectrum the one at the loop seam may be."""
    seam_step_floor: float = Field(default=9.0, ge=0)
    """dB of change at the seam that are always allowed."""


class LoudnessRule(Record):
    """What a delivery rule asks of loudness, and how exactly."""

    integrated: float
    """Integrated loudness in LUFS."""
    tolerance: float
    """LU it may lie off."""
    true_peak: float
    """Highest true peak in dBTP."""
    short_term: float | None = None
    """Highest short-term loudness in LUFS."""
    momentary: float | None = None
    """Highest momentary loudness in LUFS, which holds where a sound is too short for short-term loudness."""


RULES: Final = {
    "ebu-r128": LoudnessRule(integrated=-23, tolerance=0.2, true_peak=-1),
    "ebu-r128-s1": LoudnessRule(
        integrated=-23, tolerance=0.2, true_peak=-1, short_term=-18, momentary=-15
    ),
    "atsc-a85": LoudnessRule(integrated=-24, tolerance=2, true_peak=-2),
    "web-14": LoudnessRule(integrated=-14, tolerance=1, true_peak=-1),
}
"""Rules by name: EBU R128 v4 with its tolerance for quality control, its supplement 1, ATSC A/85, and web players' -14."""
