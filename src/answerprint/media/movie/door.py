"""The one door to movies through PyAV: opened safely, and decoded frame by frame in presentation order.

Quirks contained here:

- Formats that name other files (playlists, concat scripts) are never opened:
  a "movie" from a stranger could read any file of the machine through them.
- Damaged packets raise from `decode`; the frames after them are still read.
- An animated AVIF has two picture streams: a still for what cannot play it, and the pictures.
"""

import mmap
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
from numpy.typing import NDArray

from answerprint.errors import SourceError
from answerprint.media.container.whole import wholeness
from answerprint.media.exr.door import MAX_SAMPLES
from answerprint.media.movie.coded import CodedPictures
from answerprint.paths import unreadable

FORMATS: Final = (
    "aac,ac3,aiff,asf,avi,caf,eac3,flac,flv,gif,h264,hevc,ivf,m4v,matroska,webm,mov,mp4,mp3,mpeg,mpegts,"
    "mpegvideo,mxf,nut,obu,ogg,w64,wav,webp,yuv4mpegpipe"
)
"""Demuxers that may open a file: self-contained formats only, no playlist and no script."""
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
        stream = picture_stream(container, path)
        stream.thread_type = "AUTO"
        for packet in packets_of(container, stream, reading):
            if wanted is not None and packet.size and packet.pts not in wanted:
                continue
            for frame in _decoded(packet, reading):
                reading.decoded += 1
                yield frame


def wrapped(picture: NDArray[np.uint8]) -> av.VideoFrame:
    """Return packed R'G'B', (h, w, 3), as a decoded frame."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")


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
            f"is no movie or sound that can be read ({said})",
            where=str(path),
            hint=_cut_off(path),
        ) from None
    with container:
        yield container


def _cut_off(path: Path) -> str | None:
    """Return what to do about a file that cannot be opened because it ends before it should; None for any other."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            whole = wholeness(data)
    except (OSError, ValueError, IndexError, struct.error):
        return None
    if whole is None or whole.claimed <= whole.size:
        return None
    return f"it is cut off at byte {whole.size} of {whole.claimed} or more: fetch it again"


def picture_stream(
    container: av.container.InputContainer, path: Path
) -> av.video.stream.VideoStream:
    """Return the stream of moving pictures. Raises SourceError where there is none that can be decoded safely."""
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


def packets_of(container: Any, stream: Any, reading: Reading) -> Iterator[Any]:
    """Yield the packets of a picture stream as they are stored, counting them and all others in `reading`."""
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
