"""The pass over a movie's sound: each stream decoded once, in blocks, and measured.

Memory: three seconds of sound, whatever its length.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measure.sound.seam import Ends, Spectrum
from answerprint.measure.sound.tops import Tops
from answerprint.measured.heard import FLOOR, ChannelHeard, Heard, StereoHeard
from answerprint.media.sound.blocks import Listening, Samples, hop_of, read_blocks
from answerprint.media.sound.meter import LoudnessMeter

MOST_STREAMS: Final = 8
"""Audio streams that are measured; the others are only named among the movie's facts."""

_TINY: Final = 1e-12


def hear(path: Path, streams: int, picture: tuple[float, float] | None) -> tuple[Heard, ...]:
    """Decode the first `streams` audio streams of a movie and return what was heard of each.

    `picture` is when its pictures begin and end, in seconds: the sound's loop
    seam lies where they start over. Raises nothing: what cannot be opened or
    decoded is among the faults of its record.
    """
    return tuple(hear_stream(path, index, picture) for index in range(min(streams, MOST_STREAMS)))


def hear_stream(path: Path, index: int, picture: tuple[float, float] | None) -> Heard:
    """Decode one audio stream and measure it."""
    listening = Listening()
    meter: SoundMeter | None = None
    for block in read_blocks(path, index, listening):
        meter = meter or SoundMeter(listening, picture)
        meter.add(block)
    plain = Heard(
        stream=index,
        codec=listening.codec,
        sample_rate=listening.sample_rate,
        layout=listening.layout,
        faults=tuple(listening.faults),
    )
    return plain if meter is None else meter.result(plain, listening)


class SoundMeter:
    """Everything that is measured of a sound, block by block."""

    def __init__(self, listening: Listening, picture: tuple[float, float] | None) -> None:
        rate = listening.sample_rate
        start = listening.start or 0.0
        ending = round((picture[1] - start) * rate) if picture else None
        self._names = listening.places
        self._rate, self._start, self._hop = rate, start, hop_of(rate)
        self._samples = 0
        self._envelope: list[int] = []
        self._channels: list[_Channel] = []
        self._pair: _Pair | None = None
        self._loudness: LoudnessMeter | None = None
        self._ends = Ends(rate, ending)
        self._spectrum: Spectrum | None = None

    def add(self, block: Samples) -> None:
        """Measure the next block, float32 (channels, samples)."""
        if self._spectrum is None:
            self._begin(block.shape[0])
        assert self._spectrum is not None
        magnitude = np.abs(block)
        for channel, samples, size in zip(self._channels, block, magnitude, strict=True):
            channel.add(samples, size, self._samples)
        if self._pair is not None:
            self._pair.add(block[0], block[1])
        self._envelope += _levels(magnitude, self._hop)
        if self._loudness is not None:
            self._loudness.add(block)
        self._spectrum.add(block)
        self._ends.add(block)
        self._samples += block.shape[1]

    def result(self, plain: Heard, listening: Listening) -> Heard:
        """Return `plain` with all that was measured."""
        assert self._spectrum is not None
        bands = self._spectrum.levels()
        update = {
            "sample_rate": self._rate,
            "start": self._start,
            "seconds": self._samples / self._rate,
            "frame": round(listening.frame, 6),
            "holes": tuple(listening.holes),
            "channels": tuple(
                channel.result(self._name(n), self._start, self._rate, bands[n])
                for n, channel in enumerate(self._channels)
            ),
            "stereo": self._pair.result() if self._pair else None,
            "hop": self._hop / self._rate,
            "envelope": tuple(self._envelope),
            "loudness": self._loudness.result() if self._loudness else None,
            "seam": self._ends.seam(self._spectrum),
        }
        return plain.model_copy(update=update)

    def _begin(self, channels: int) -> None:
        self._channels = [_Channel() for _ in range(channels)]
        if channels == 2 or self._names[:2] == ("FL", "FR"):
            self._pair = _Pair()
        layout = "+".join(self._names) if self._names else f"{channels}C"
        self._loudness = LoudnessMeter(self._rate, layout, channels)
        self._spectrum = Spectrum(self._rate, channels)

    def _name(self, number: int) -> str:
        return self._names[number] if self._names else str(number + 1)


class _Channel:
    """Sums over one channel."""

    def __init__(self) -> None:
        self.samples = 0
        self.sum = self.squares = 0.0
        self.tops = Tops()

    def add(self, samples: NDArray[np.float32], magnitude: NDArray[np.float32], at: int) -> None:
        self.samples += len(samples)
        self.sum += float(samples.sum(dtype=np.float64))
        self.squares += _energy(samples)
        self.tops.add(magnitude, at)

    def result(self, name: str, start: float, rate: int, bands: tuple[float, ...]) -> ChannelHeard:
        self.tops.full.close()
        count = max(1, self.samples)
        piled, level = self.tops.pile()
        return ChannelHeard(
            name=name,
            peak=self.tops.peak,
            rms=float(np.sqrt(self.squares / count)),
            dc=self.sum / count,
            full_scale=self.tops.full.samples,
            runs=self.tops.full.timed(start, rate),
            flat=self.tops.flat.samples,
            flat_runs=self.tops.flat.timed(start, rate),
            piled=round(piled, 2),
            piled_at=round(level, 4),
            octaves=bands,
        )


class _Pair:
    """Sums over the front pair."""

    def __init__(self) -> None:
        self._sums = np.zeros(5)
        self._samples = 0
        self._apart = 0.0
        self._by_second: list[float | None] = []

    def add(self, left: NDArray[np.float32], right: NDArray[np.float32]) -> None:
        means = (float(left.sum(dtype=np.float64)), float(right.sum(dtype=np.float64)))
        sums = np.array(
            [_energy(left), _energy(right), float(np.dot(left, right)), *means], np.float64
        )
        self._sums += sums
        self._samples += len(left)
        self._apart = max(self._apart, float(np.abs(left - right).max(initial=0.0)))
        second = _correlation(sums, len(left))
        self._by_second.append(None if second is None else round(second, 4))

    def result(self) -> StereoHeard:
        left, right, both = self._sums[:3] / max(1, self._samples) / 4
        return StereoHeard(
            correlation=_correlation(self._sums, self._samples),
            middle=float(np.sqrt(max(0.0, left + right + 2 * both))),
            side=float(np.sqrt(max(0.0, left + right - 2 * both))),
            apart=self._apart,
            by_second=tuple(self._by_second),
        )


def _correlation(sums: NDArray[np.float64], samples: int) -> float | None:
    """Return the correlation of two channels about their means; None where one is under -100 dBFS."""
    count = max(1, samples)
    of_left, of_right = sums[3:] / count
    left, right = sums[0] / count - of_left**2, sums[1] / count - of_right**2
    if min(left, right) < 1e-10:
        return None
    both = sums[2] / count - of_left * of_right
    return round(float(np.clip(both / np.sqrt(left * right), -1, 1)), 8)


def _energy(samples: NDArray[np.float32]) -> float:
    return float(np.dot(samples, samples))


def _levels(magnitude: Samples, hop: int) -> list[int]:
    """Return the peak of each hop in whole dBFS; what is left over at the end counts as a hop from half of one on."""
    loudest = magnitude.max(axis=0)
    whole = len(loudest) // hop * hop
    peaks = loudest[:whole].reshape(-1, hop).max(axis=1)
    if len(loudest) - whole >= hop / 2:
        peaks = np.append(peaks, loudest[whole:].max())
    return [
        int(level) for level in np.maximum(np.rint(20 * np.log10(peaks + _TINY)), FLOOR).astype(int)
    ]
