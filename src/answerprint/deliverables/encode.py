"""Encoding: every picture read once, fed to all encoders side by side, and sampled for the proof.

Memory: a few pictures an encoder, because each one's queue is short; disk: the
partial files and the samples of `measure.compare`.
"""

import queue
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ffmpeg

from answerprint.deliverables.pictures import Pictures
from answerprint.deliverables.preset import Preset
from answerprint.errors import AnswerprintError, EncodeError, ToolError
from answerprint.measure.compare import Reference
from answerprint.measured.deliverable import Expected
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.audio import sound_stream
from answerprint.order import Size
from answerprint.progress import Progress, counted, silent

QUEUED: Final = 3
"""Pictures that wait for one encoder: enough to keep it busy while another catches up."""

_ROTATIONS: Final = {90: ("clock",), 180: ("clock", "clock"), 270: ("cclock",)}


@dataclass(frozen=True, slots=True)
class Encoding:
    """One file to be made: its preset, where it is written for now, and the sound to lay."""

    preset: Preset
    partial: Path
    sound: Path | None = None
    timecode: str = "01:00:00:00"


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of one encoding: what the file has to be, or why there is none."""

    encoding: Encoding
    expected: Expected
    notes: tuple[str, ...]
    failure: AnswerprintError | None = None


def encode(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    reference: Reference,
    *,
    progress: Progress = silent,
) -> tuple[Encoded, ...]:
    """Feed `pictures` to one ffmpeg for each encoding, and their samples to `reference`.

    An encoder that fails ends its own file and no other. What fails the
    pictures themselves is raised: FrameError, SourceError, ArchiveError.
    """
    with ExitStack() as stack:
        feeds = [_Feed(pictures, encoding) for encoding in encodings]
        for feed in feeds:
            stack.callback(feed.abandon)
        count = 0
        station = "encoding " + ", ".join(e.preset.name for e in encodings)
        for shown in counted(pictures.frames(), station, pictures.count, progress):
            reference.add(shown.rgb)
            count += 1
            for feed in feeds:
                feed.put(shown.raw)
        return tuple(feed.finish(count) for feed in feeds)


def settle(pictures: Pictures, encoding: Encoding, count: int) -> Expected:
    """Return what the file has to be, given what goes in."""
    preset = encoding.preset
    return Expected(
        frames=count,
        rate=pictures.rate,
        size=whole_size(upright(pictures), preset.video.granule),
        codec=preset.video.codec,
        pixel_format=preset.video.pixel_format,
        color=preset.color,
        sound=preset.sound.codec if preset.sound and encoding.sound else None,
        timecode=encoding.timecode if preset.container.timecode else None,
        faststart=preset.container.faststart,
        psnr=preset.proof.psnr,
        ssim=preset.proof.ssim,
    )


def command_line(pictures: Pictures, encoding: Encoding) -> list[str]:
    """Return the ffmpeg command that makes one file of raw pictures on standard input. Raises ToolError."""
    preset = encoding.preset
    _require(preset)
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format=pictures.pixel_format, video_size=pictures.size,
        framerate=str(pictures.rate), thread_queue_size=QUEUED,
    )  # fmt: skip
    streams = [_chain(fed.video, pictures, preset)]
    options = _video_options(preset) | _container_options(encoding)
    if encoding.sound and preset.sound:
        streams.append(sound_stream(encoding.sound, preset.sound.encoder))
        options |= {"acodec": preset.sound.encoder} | dict(preset.sound.options)
    return program.command(ffmpeg.output(*streams, str(encoding.partial), **options))


def upright(pictures: Pictures) -> Size:
    """Return the size of the pictures as a player turns them."""
    width, height = pictures.size
    return (height, width) if pictures.rotation in (90, 270) else (width, height)


def whole_size(size: Size, granule: Size) -> Size:
    """Return `size` rounded up to whole chroma samples.

    The rule for odd sizes: the last column and row are repeated, so that nothing
    of the picture is lost and nothing of it is resampled.

    >>> whole_size((853, 480), (2, 2))
    (854, 480)
    """
    return tuple(-(-n // g) * g for n, g in zip(size, granule, strict=True))  # type: ignore[return-value]


class _Feed:
    """One ffmpeg and the thread that writes to it, so that a slow encoder holds up no other for long."""

    def __init__(self, pictures: Pictures, encoding: Encoding) -> None:
        self.encoding = encoding
        self.pictures = pictures
        self._failure: AnswerprintError | None = None
        self._waiting: queue.Queue[memoryview | None] = queue.Queue(QUEUED)
        arguments = command_line(pictures, encoding)
        self._process = program.Process(arguments, where=encoding.preset.name, feed=True)
        self._writer = threading.Thread(
            target=self._write, name=f"feed {encoding.preset.name}", daemon=True
        )
        self._writer.start()

    def put(self, picture: memoryview) -> None:
        self._waiting.put(picture)

    def finish(self, count: int) -> Encoded:
        self._waiting.put(None)
        self._writer.join()
        return Encoded(
            self.encoding,
            settle(self.pictures, self.encoding, count),
            (*self.pictures.notes, *_size_notes(self.pictures, self.encoding.preset)),
            self._failure,
        )

    def abandon(self) -> None:
        """End the process at once; harmless after `finish`."""
        self._process.kill()
        if self._writer.is_alive():
            self._waiting.put(None)
            self._writer.join()

    def _write(self) -> None:
        """Write pictures until None comes; after a failure only empty the queue."""
        while (picture := self._waiting.get()) is not None:
            self._attempt(picture)
        if self._failure is None:
            self._attempt(None)

    def _attempt(self, picture: memoryview | None) -> None:
        if self._failure is not None:
            return
        try:
            if picture is None:
                self._process.finish()
            else:
                self._process.write(picture)
        except EncodeError as problem:
            self._failure = problem


def _chain(stream: Any, pictures: Pictures, preset: Preset) -> Any:
    """Build the filters: declare what comes in, turn, make sizes even, convert color."""
    tags = pictures.tags
    stream = program.tag_color(stream, tags)
    for turn in _ROTATIONS.get(pictures.rotation, ()):
        stream = stream.filter("transpose", turn)
    stream = _even(stream, upright(pictures), preset)
    if not _same_color(tags, preset.color):
        stream = program.convert_color(stream, tags, preset.color, dither=preset.video.bits < 10)
    stream = program.tag_color(stream.filter("format", preset.video.pixel_format), preset.color)
    return stream.filter("setsar", pictures.pixel_aspect.replace(":", "/"))


def _even(stream: Any, size: Size, preset: Preset) -> Any:
    whole = whole_size(size, preset.video.granule)
    if whole == size:
        return stream
    right, bottom = whole[0] - size[0], whole[1] - size[1]
    stream = stream.filter("pad", *whole)
    return stream.filter("fillborders", right=right, bottom=bottom, mode="smear")


def _same_color(one: ColorTags, other: ColorTags) -> bool:
    return (one.matrix, one.range, one.primaries) == (other.matrix, other.range, other.primaries)


def _video_options(preset: Preset) -> dict[str, Any]:
    color = preset.color
    return {
        "vcodec": preset.video.encoder,
        "pix_fmt": preset.video.pixel_format,
        "color_primaries": color.primaries,
        "color_trc": color.transfer,
        "colorspace": color.matrix,
        "color_range": color.range,
    } | dict(preset.video.options)


def _container_options(encoding: Encoding) -> dict[str, Any]:
    container = encoding.preset.container
    options: dict[str, Any] = {"format": container.format, "map_metadata": -1}
    if container.faststart:
        options["movflags"] = "+faststart"
    if container.timecode:
        options["timecode"] = encoding.timecode
    return options


def _size_notes(pictures: Pictures, preset: Preset) -> tuple[str, ...]:
    size = upright(pictures)
    whole = whole_size(size, preset.video.granule)
    if whole == size:
        return ()
    return (
        f"{size[0]}x{size[1]} became {whole[0]}x{whole[1]}: the last column or row is repeated",
    )


def _require(preset: Preset) -> None:
    wanted = {preset.video.encoder, *([preset.sound.encoder] if preset.sound else [])}
    missing = sorted(wanted - program.encoders()) + sorted(
        {"zscale", "fillborders"} - program.filters()
    )
    if missing:
        raise ToolError(
            f"this ffmpeg lacks {', '.join(missing)}",
            where=preset.name,
            hint=f"unset {program.PREFERENCE} to use the bundled one",
        )
