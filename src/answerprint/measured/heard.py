"""What was measured of a movie's sound, in figures that any limit can be set on afterwards.

Levels are relative to full scale, which is 1 or 0 dBFS; times are seconds on the
movie's own clock, the one its frames are timed by.
"""

import itertools
from collections.abc import Sequence
from statistics import median
from typing import Final

from answerprint.measured.frames import FrameLevels
from answerprint.measured.sound import Loudness
from answerprint.record import Record

FLOOR: Final = -120
"""Level in dBFS that stands for silence and everything below: under the noise of 20 bits."""

OCTAVES: Final = (20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)
"""Lower edges in Hz of the bands a spectrum is summed in; the last one reaches as far as the sound does."""

FULL_SCALE: Final = 0.9999
"""Magnitude from which a sample counts as full scale: integers of 16 bits end at 0.99997."""


class FullScaleRun(Record):
    """Samples in a row that stand at full scale or beyond, or at one level: a wave whose top is cut off."""

    start: float
    """When it begins, in seconds."""
    samples: int
    """How many samples it has."""


class ChannelHeard(Record):
    """One channel of a sound, as a whole."""

    name: str
    """Place of its loudspeaker, for example `FL` or `LFE`; its number where the stream tells no places."""
    peak: float
    """Largest magnitude of a sample."""
    rms: float
    """Root of the mean square."""
    dc: float
    """Mean of the samples."""
    full_scale: int = 0
    """Samples in runs of at least three at full scale."""
    runs: tuple[FullScaleRun, ...] = ()
    """The longest of those runs, in order of time; at most 32."""
    flat: int = 0
    """Samples in runs of at least three at its own peak, which they enter or leave at a slope: a top that is cut off."""
    flat_runs: tuple[FullScaleRun, ...] = ()
    """The longest of those runs, in order of time; at most 32."""
    piled: float = 0.0
    """How many times as many samples lie in the fullest 0.6 dB near the top as in the 0.75 dB under it; 0 in older reports."""
    piled_at: float = 0.0
    """Magnitude of that pile."""
    octaves: tuple[float, ...] = ()
    """Mean square in dBFS of each band of OCTAVES, not under FLOOR."""


class StereoHeard(Record):
    """How the left and the right front channel belong together."""

    correlation: float | None
    """-1 where one is the other turned over, 1 where they are the same; None where one is silent."""
    middle: float
    """Root of the mean square of half their sum: what mono plays."""
    side: float
    """Root of the mean square of half their difference."""
    apart: float
    """Largest difference of two samples heard at once."""
    by_second: tuple[float | None, ...] = ()
    """Correlation in each second."""


class SoundSeam(Record):
    """How the end of a sound runs into its beginning, where the picture starts over.

    A click is an error of linear prediction across the seam; it and the changes
    of level and spectrum are compared with the sound's own.
    """

    click: float
    """Prediction error at the seam over the largest within 10 ms beside it."""
    level: float
    """Size of that error against full scale."""
    step: float
    """Change of the spectrum from the last 85 ms to the first, in dB, mean over the bands that sound."""
    step_usual: float
    """What nine in ten of the sound's own changes from 85 ms to the next stay under."""


class Heard(Record):
    """One audio stream, decoded to its end, on the timeline a player would play it on.

    Priming and padding that the container marks are left out, edit lists are
    followed, and a hole between timestamps counts as silence.
    """

    stream: int = 0
    """Number among the movie's audio streams."""
    codec: str
    """Decoder name."""
    sample_rate: int = 0
    """Samples a second as decoded."""
    layout: str = ""
    """Channel layout as decoded."""
    start: float | None = None
    """When its first sample is heard; None where nothing decodes."""
    seconds: float = 0.0
    """How long it lasts, holes included."""
    frame: float = 0.0
    """Length of one audio frame of its codec in seconds, as near as it can end to the picture; 0 for a lossless one."""
    faults: tuple[tuple[float, str], ...] = ()
    """When a packet failed or the format changed, and what was said; at most 32."""
    holes: tuple[tuple[float, float], ...] = ()
    """Where timestamps leave a hole: when, and for how many seconds; at most 32."""
    channels: tuple[ChannelHeard, ...] = ()
    """Its channels, in order."""
    stereo: StereoHeard | None = None
    """The front pair; None where there is none."""
    hop: float = 0.01
    """Seconds of one value of `envelope`."""
    envelope: tuple[int, ...] = ()
    """Peak of the loudest channel in each hop, in whole dBFS, not under FLOOR."""
    loudness: Loudness | None = None
    """Loudness by ITU-R BS.1770; None where it could not be metered."""
    seam: SoundSeam | None = None
    """How its end runs into its beginning; None where it is too short."""

    @property
    def end(self) -> float:
        """When its last sample ends."""
        return (self.start or 0.0) + self.seconds

    @property
    def peak(self) -> float:
        """Largest magnitude of a sample of any channel."""
        return max((channel.peak for channel in self.channels), default=0.0)


def span_of(frames: Sequence[FrameLevels]) -> tuple[float, float] | None:
    """Return when a movie's pictures begin and end: the last is shown as long as most are. None without times."""
    times = sorted(frame.time for frame in frames if frame.time is not None)
    if len(times) < 2:
        return None
    return times[0], times[-1] + median(b - a for a, b in itertools.pairwise(times))
