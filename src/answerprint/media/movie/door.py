"""The one door to PyAV: what a movie says of itself, and its frames in presentation order.

Quirks contained here:

- Formats that name other files (playlists, concat scripts) are never opened:
  a "movie" from a stranger could read any file of the machine through them.
- Damaged packets raise from `decode`; the frames after them are still read.
- Rotation is told by decoded frames only, and counterclockwise.
- Containers without an index (Matroska) declare 0 frames, meaning "unknown".
- An animated AVIF has two picture streams: a still for what cannot play it, and the pictures.
"""

import os
import re
import struct
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.container
import av.error
import av.logging
import av.video.stream
import numpy as np
import xxhash
from numpy.typing import NDArray

from answerprint.errors import SourceError
from answerprint.measured.movie import MovieFacts, SoundFacts
from answerprint.media.exr.door import MAX_SAMPLES
from answerprint.media.movie.coded import CodedPictures
from answerprint.media.movie.codepoints import tags_of
from answerprint.paths import unreadable

FORMATS: Final = (
    "aac,ac3,aiff,asf,avi,caf,eac3,flac,flv,gif,h264,hevc,ivf,m4v,matroska,webm,mov,mp4,mp3,mpeg,mpegts,"
    "mpegvideo,mxf,nut,obu,ogg,w64,wav,webp,yuv4mpegpipe"
)
"""Demuxers that may open a file: self-contained formats only, no playlist and no script."""

_CLOCK: Final = re.compile(r"(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$")
"""How Matroska's DURATION tag spells a stream's length."""
_THREE_DIGITS: Final = re.compile(r"([:;])0(\d\d)$")
_SAFE = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}


@dataclass(frozen=True, slots=True)
class MovieFrame:
    """One decoded picture and when it is shown, in seconds from the container's zero; None where it has no time."""

    picture: av.VideoFrame
    time: Fraction | None
    damaged: bool


@dataclass(slots=True)
class Reading:
    """What a pass over a movie counts while its frames are read."""

    packets: int = 0
    decoded: int = 0
    discarded: int = 0
    """Packets an edit list keeps from being shown."""
    others_end: float = 0.0
    """Seconds from the container's zero at which the last packet of sound or subtitles ends."""
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Frames decoded so far when a packet failed, and what the decoder said."""
    coded: CodedPictures | None = None
    """What is to learn of the coded pictures, where somebody wants to know."""


def probe(path: Path) -> MovieFacts:
    """Return what the movie at `path` says of itself. Raises SourceError where there is no picture stream."""
    with opened(path) as container:
        return _facts(container, path)


def read_frames(
    path: Path, reading: Reading, *, wanted: Container[int | None] | None = None
) -> Iterator[MovieFrame]:
    """Yield every frame of the first picture stream in presentation order, counting in `reading`.

    Of packets all of which are counted, only those shown at `wanted` are decoded
    where it is given: times of keyframes, in ticks of the stream.
    Damage is noted in `reading.faults` and reading goes on. Memory: a few
    frames, which the decoder's own threads hold. Raises SourceError where the
    file cannot be opened at all.
    """
    with opened(path) as container:
        stream = _picture_stream(container, path)
        stream.thread_type = "AUTO"
        for packet in _packets(container, stream, reading):
            if wanted is not None and packet.size and packet.pts not in wanted:
                continue
            for frame in _decoded(packet, reading):
                reading.decoded += 1
                yield frame


def read_times(path: Path, reading: Reading) -> tuple[Fraction | None, ...]:
    """Return when each frame is shown, in presentation order, by the packets alone; count them in `reading`.

    Nothing is decoded. Frames that an edit list hides are none, and those without a
    time come last. Raises SourceError where the file cannot be opened at all.
    """
    with opened(path) as container:
        stream = _picture_stream(container, path)
        tick = stream.time_base or Fraction(0)
        shown = (p.pts for p in _packets(container, stream, reading) if p.size and not p.is_discard)
        times = [None if pts is None else pts * tick for pts in shown]
    return tuple(sorted(times, key=lambda time: (time is None, time or 0)))


def read_packets(path: Path) -> list[tuple[int | None, bool]]:
    """Return when each picture packet is shown, in ticks of the stream, and whether it is a keyframe; decode nothing.

    What is broken off ends the list. Raises SourceError where the file cannot be
    opened at all.
    """
    with opened(path) as container:
        stream = _picture_stream(container, path)
        packets = _packets(container, stream, Reading())
        return [(packet.pts, packet.is_keyframe) for packet in packets if packet.size]


def packet_lengths(path: Path) -> tuple[Fraction, ...]:
    """Return how long each packet of the picture stream is shown, in seconds, decoding nothing.

    What is broken off ends the list. Raises SourceError where the file cannot be
    opened at all.
    """
    with opened(path) as container:
        stream = _picture_stream(container, path)
        tick = stream.time_base or Fraction(0)
        packets = (p for p in _packets(container, stream, Reading()) if p.size)
        return tuple((packet.duration or 0) * tick for packet in packets)


def wrapped(picture: NDArray[np.uint8]) -> av.VideoFrame:
    """Return packed R'G'B', (h, w, 3), as a decoded frame."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")


def read_samples(path: Path, index: int = 0) -> int:
    """Decode audio stream `index` to its end and return how many samples per channel it plays.

    Encoder priming and padding that the container marks are left out. Raises
    SourceError where there is no such stream or it cannot be decoded.
    """
    with opened(path) as container:
        if index >= len(container.streams.audio):
            raise SourceError("holds no sound", where=str(path))
        try:
            return sum(frame.samples for frame in container.decode(container.streams.audio[index]))
        except av.error.FFmpegError as problem:
            raise SourceError(
                f"sound cannot be decoded ({problem.strerror})", where=str(path)
            ) from None


def digest_packets(path: Path) -> str:
    """Return the xxh3-64 of the picture stream's packets: equal before and after a stream copy.

    Raises SourceError where there is no picture stream.
    """
    running, reading = xxhash.xxh3_64(), Reading()
    with opened(path) as container:
        for packet in _packets(container, _picture_stream(container, path), reading):
            running.update(bytes(packet))
    return running.hexdigest()


def probe_sound(path: Path) -> tuple[SoundFacts, ...]:
    """Return the audio streams of a sound file or movie; empty where it has none. Raises SourceError."""
    with opened(path) as container:
        return tuple(_sound(stream) for stream in container.streams.audio)


@contextmanager
def opened(path: Path) -> Iterator[av.container.InputContainer]:
    """Open a movie or sound for as long as the block lasts; only local files of known formats. Raises SourceError."""
    av.logging.set_level(None)
    reason = unreadable(path)
    if reason is not None:
        raise SourceError(reason, where=str(path))
    try:
        container = av.open(str(path), options=_SAFE, metadata_errors="replace")
    except PermissionError:
        raise SourceError("cannot be read (permission denied)", where=str(path)) from None
    except (av.error.FFmpegError, ValueError, OSError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise SourceError(
            f"is no movie or sound that can be read ({said})", where=str(path)
        ) from None
    with container:
        yield container


def _picture_stream(
    container: av.container.InputContainer, path: Path
) -> av.video.stream.VideoStream:
    if not container.streams.video:
        raise SourceError("holds no picture stream", where=str(path))
    stream: av.video.stream.VideoStream = _animated(container.streams.video)
    if stream.codec_context is None:
        raise SourceError("its codec is unknown to this ffmpeg", where=str(path))
    if stream.codec_context.width * stream.codec_context.height > MAX_SAMPLES:
        raise SourceError("declares a picture too large to decode safely", where=str(path))
    return stream


def _animated(streams: Any) -> Any:
    """Return the first stream, unless it is one picture beside a moving one: an AVIF's still."""
    return streams[0] if streams[0].frames != 1 else max(streams, key=lambda s: s.frames)


def _packets(container: Any, stream: Any, reading: Reading) -> Iterator[Any]:
    try:
        for packet in container.demux(stream, *_others(container)):
            if packet.stream is not stream:
                reading.others_end = max(reading.others_end, _end(packet))
                continue
            if packet.size:
                reading.packets += 1
                reading.discarded += packet.is_discard
                if reading.coded is not None:
                    reading.coded.add(packet)
            yield packet
    except av.error.FFmpegError as problem:
        reading.faults.append((reading.decoded, f"the container breaks off ({problem.strerror})"))


def _others(container: Any) -> tuple[Any, ...]:
    return (*container.streams.audio, *container.streams.subtitles)


def _end(packet: Any) -> float:
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def _decoded(packet: Any, reading: Reading) -> Iterator[MovieFrame]:
    try:
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                yield MovieFrame(frame, _time(frame), frame.is_corrupt)
    except (av.error.FFmpegError, ValueError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        reading.faults.append((reading.decoded, f"a packet cannot be decoded ({said})"))


def _time(frame: av.VideoFrame) -> Fraction | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return Fraction(frame.pts) * frame.time_base


def _facts(container: av.container.InputContainer, path: Path) -> MovieFacts:
    stream = _picture_stream(container, path)
    codec = stream.codec_context
    format_ = codec.format
    return MovieFacts(
        container=container.format.name,
        codec=codec.name,
        profile=codec.profile,
        pixel_format=format_.name if format_ else None,
        bits=format_.components[0].bits if format_ else None,
        size=(codec.width, codec.height),
        pixel_aspect=_ratio(stream.sample_aspect_ratio),
        rotation=_rotation(container, stream) if format_ else 0,
        rate=_rate(stream),
        tick=float(stream.time_base or 0),
        seconds=_seconds(container, stream),
        container_seconds=_container_seconds(container),
        declared=stream.frames or None,
        timecode=_timecode(container),
        faststart=_faststart(path) if "mp4" in container.format.name else None,
        color=tags_of(codec),
        sound=tuple(_sound(s) for s in container.streams.audio),
        other_pictures=len(container.streams.video) - 1,
    )


def _ratio(value: Fraction | None) -> str:
    return f"{value.numerator}:{value.denominator}" if value else "1:1"


def _rate(stream: Any) -> Fraction | None:
    rate = stream.average_rate or stream.guessed_rate
    return rate if rate and 0 < rate <= 1000 else None


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if (told := _CLOCK.match(stream.metadata.get("DURATION", ""))) is not None:
        hours, minutes, seconds = told.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return _container_seconds(container)


def _container_seconds(container: Any) -> float | None:
    return container.duration / av.time_base if container.duration is not None else None


def _sound(stream: Any) -> SoundFacts:
    known = stream.duration is not None and stream.time_base is not None
    codec = stream.codec_context
    return SoundFacts(
        codec=codec.name if codec else "unknown",
        sample_rate=stream.sample_rate or 0,
        channels=stream.channels or 0,
        layout=stream.layout.name if stream.layout else "unknown",
        seconds=float(stream.duration * stream.time_base) if known else None,
    )


def _timecode(container: Any) -> str | None:
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    told = next((t["timecode"] for t in tags if t.get("timecode")), None)
    # Above 100 frames a second ffmpeg spells the frames of a second with three digits.
    return told and _THREE_DIGITS.sub(r"\1\2", told)


def _rotation(container: Any, stream: Any) -> int:
    try:
        first = next(container.decode(stream), None)
    except av.error.FFmpegError:
        return 0
    return -first.rotation % 360 if first else 0


def _faststart(path: Path) -> bool:
    """Tell whether `moov` stands before `mdat`: a walk over the top-level boxes of ISO/IEC 14496-12."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if kind in (b"moov", b"mdat"):
                return bool(kind == b"moov")
            if size == 1:
                size = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))[0] - 8
            if size < 8:
                break
            file.seek(size - 8, os.SEEK_CUR)
    return False
