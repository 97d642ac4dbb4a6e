"""A movie's sound in blocks of a second, on the timeline a player plays it on.

Quirks contained here:

- Decoders leave out the priming and padding that containers mark; first packets
  whose declared length is shorter than what they decode to overlap the next, and
  players play on, so overlaps move the timeline and are no fault.
- Streams may change rate or channels on the way: what comes after is converted to
  what came first, and the change is noted.
- Headers may declare rates and channel counts nothing has: those are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from answerprint.errors import SourceError
from answerprint.media.movie.door import opened

Samples = NDArray[np.float32]

HOLE: Final = 0.010
"""Seconds between timestamps from which there is a hole, half an AAC frame."""
COARSE_HOLE: Final = 0.030
"""The same where ticks are 1 ms, as in Matroska and Flash: real WebM files stray by up to 21 ms (measured)."""
LONGEST_HOLE: Final = 60.0
"""Seconds up to which a hole is filled with silence; a longer one is a broken timestamp."""

_COARSE = Fraction(1, 2000)
_RATES = range(1_000, 768_001)
_CHANNELS = range(1, 65)
_KEPT: Final = 32


@dataclass(slots=True)
class Listening:
    """What a pass over one audio stream learns of it while its blocks are read."""

    codec: str = "unknown"
    sample_rate: int = 0
    layout: str = ""
    places: tuple[str, ...] = ()
    """Place of each channel; empty where the stream tells none."""
    start: float | None = None
    """When the first sample is heard, in seconds from the container's zero."""
    frame: float = 0.0
    """Longest run of samples a packet decoded to, in seconds; 0 for lossless codecs."""
    samples: int = 0
    """Samples a channel, silence in holes included."""
    faults: list[tuple[float, str]] = field(default_factory=list)
    holes: list[tuple[float, float]] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds at which the next sample is heard."""
        return (self.start or 0.0) + (self.samples / self.sample_rate if self.sample_rate else 0.0)

    def fault(self, said: str) -> None:
        """Note what went wrong, as long as there are not too many."""
        if len(self.faults) < _KEPT:
            self.faults.append((round(self.now, 4), said))


def read_blocks(path: Path, index: int, listening: Listening) -> Iterator[Samples]:
    """Yield audio stream `index` of a movie in blocks, float32 (channels, samples), full scale at 1.

    Every block is a hundred hops of a hundredth of a second, except for the last. What
    cannot be opened or decoded is noted in `listening.faults`; nothing is raised.
    Memory: two seconds of sound.
    """
    waiting: list[Samples] = []
    length = 0
    for piece in _pieces(path, index, listening):
        waiting.append(piece)
        length += piece.shape[1]
        size = 100 * hop_of(listening.sample_rate)
        if length >= size:
            joined = np.concatenate(waiting, axis=1)
            whole = length // size * size
            yield from np.split(joined[:, :whole], whole // size, axis=1)
            waiting, length = [joined[:, whole:]], length - whole
    if length:
        yield np.concatenate(waiting, axis=1)


def hop_of(sample_rate: int) -> int:
    """Return how many samples a hundredth of a second is."""
    return max(1, round(sample_rate / 100))


def _pieces(path: Path, index: int, listening: Listening) -> Iterator[Samples]:
    try:
        with opened(path) as container:
            stream: Any = container.streams.audio[index]
            if stream.codec_context is None:
                listening.fault("its codec is unknown to this ffmpeg")
                return
            listening.codec = stream.codec_context.name
            lossless = stream.codec_context.codec.lossless and not stream.codec_context.codec.lossy
            hole = COARSE_HOLE if stream.time_base and stream.time_base >= _COARSE else HOLE
            timeline = _Timeline(listening, lossless=lossless, hole=hole)
            for packet in container.demux(stream):
                for frame in _decoded(packet, listening):
                    yield from timeline.placed(frame)
    except SourceError as problem:
        listening.fault(problem.message)
    except (av.error.FFmpegError, ValueError, OSError, IndexError) as problem:
        listening.fault(f"the container breaks off ({_said(problem)})")


def _decoded(packet: Any, listening: Listening) -> list[Any]:
    try:
        return [frame for frame in packet.decode() if frame.samples]
    except (av.error.FFmpegError, ValueError) as problem:
        listening.fault(f"a packet cannot be decoded ({_said(problem)})")
        return []


def _said(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)


class _Format(NamedTuple):
    rate: int
    layout: str
    channels: int

    @classmethod
    def of(cls, frame: Any) -> "_Format":
        return cls(frame.sample_rate, frame.layout.name, frame.layout.nb_channels)


class _Timeline:
    """Places decoded frames one after the other, with silence where timestamps leave a hole."""

    def __init__(self, listening: Listening, *, lossless: bool, hole: float) -> None:
        self._listening = listening
        self._least_hole = hole
        self._lossless = lossless
        self._first: _Format | None = None
        self._last: _Format | None = None
        self._resampler: Any = None
        self._shift = 0.0

    def placed(self, frame: Any) -> Iterator[Samples]:
        """Yield what is heard next: silence for a hole, and the frame."""
        found = _Format.of(frame)
        if self._first is None and not self._begin(frame, found):
            return
        assert self._first is not None
        hole = self._hole(frame)
        if hole:
            yield self._counted(np.zeros((self._first.channels, hole), np.float32))
        if found != self._last:
            self._change(found)
        for each in self._converted(frame):
            yield self._counted(_samples(each))

    def _begin(self, frame: Any, found: _Format) -> bool:
        told = self._listening
        if found.rate not in _RATES or found.channels not in _CHANNELS:
            told.fault(f"it declares {found.channels} channels at {found.rate} Hz")
            return False
        told.sample_rate, told.layout = found.rate, found.layout
        places = tuple(channel.name for channel in frame.layout.channels)
        told.places = places if len(set(places)) == found.channels else ()
        told.start = float(frame.time) if frame.time is not None else 0.0
        self._first = self._last = found
        return True

    def _hole(self, frame: Any) -> int:
        """Return the samples of silence before the frame; move the timeline where it overlaps or cannot be true."""
        told = self._listening
        if not self._lossless:
            told.frame = max(told.frame, frame.samples / frame.sample_rate)
        if frame.time is None:
            return 0
        gap = float(frame.time) - told.now - self._shift
        if abs(gap) < self._least_hole:
            return 0
        if gap > 0 and len(told.holes) < _KEPT:
            told.holes.append((round(told.now, 4), round(gap, 4)))
        if 0 < gap <= LONGEST_HOLE:
            return round(gap * told.sample_rate)
        self._shift += gap
        return 0

    def _change(self, found: _Format) -> None:
        assert self._first is not None
        self._last = found
        self._resampler = None
        if found == self._first:
            return
        self._listening.fault(
            f"it changes from {self._first.rate} Hz {self._first.layout} to {found.rate} Hz {found.layout}"
        )
        self._resampler = av.AudioResampler("fltp", self._first.layout, self._first.rate)

    def _converted(self, frame: Any) -> list[Any]:
        if self._resampler is None:
            return [frame]
        frame.pts = None
        try:
            return [each for each in self._resampler.resample(frame) if each.samples]
        except (av.error.FFmpegError, ValueError) as problem:
            self._listening.fault(f"what it changes to cannot be converted ({_said(problem)})")
            return []

    def _counted(self, samples: Samples) -> Samples:
        self._listening.samples += samples.shape[1]
        return samples


def _samples(frame: Any) -> Samples:
    """Return the samples of a frame of any format as float32 (channels, samples), full scale at 1."""
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype.kind == "f":
        found = np.nan_to_num(values, nan=0.0, posinf=8.0, neginf=-8.0)
    elif values.dtype == np.uint8:
        found = (values.astype(np.float32) - 128) / 128
    else:
        found = values.astype(np.float32) / -float(np.iinfo(values.dtype).min)
    return np.ascontiguousarray(found, dtype=np.float32)
