"""What a movie says of itself, before a picture of it is judged.

Quirks contained here: rotation is told by decoded frames only, and counterclockwise;
containers without an index (Matroska) declare 0 frames, meaning "unknown".
"""

import mmap
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.container
import av.error

from answerprint.measured.movie import MovieFacts, SoundFacts
from answerprint.media.container.boxes import boxes_within
from answerprint.media.movie.codepoints import tags_of
from answerprint.media.movie.door import opened, picture_stream

_CLOCK: Final = re.compile(r"(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$")
"""How Matroska's DURATION tag spells a stream's length."""
_THREE_DIGITS: Final = re.compile(r"([:;])0(\d\d)$")


def probe(path: Path) -> MovieFacts:
    """Return what the movie at `path` says of itself. Raises SourceError where there is no picture stream."""
    with opened(path) as container:
        return _facts(container, path)


def probe_sound(path: Path) -> tuple[SoundFacts, ...]:
    """Return the audio streams of a sound file or movie; empty where it has none. Raises SourceError."""
    with opened(path) as container:
        return tuple(_sound(stream) for stream in container.streams.audio)


def _facts(container: av.container.InputContainer, path: Path) -> MovieFacts:
    stream = picture_stream(container, path)
    codec = stream.codec_context
    format_ = codec.format
    return MovieFacts(
        container=container.format.name,
        codec=codec.codec.canonical_name,
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
        codec=codec.codec.canonical_name if codec else "unknown",
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
    """Tell whether `moov` stands before `mdat` among the top-level boxes."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        kinds = (box.kind for box in boxes_within(content, 0, len(content)))
        return next((kind for kind in kinds if kind in (b"moov", b"mdat")), b"") == b"moov"
