"""Where developed pictures go: an ffmpeg each, or a folder of frames, none of which holds up another for long."""

import queue
import threading
from abc import ABC, abstractmethod
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.deliverables.commands import command_line
from answerprint.deliverables.pictures.appearance import shown_size
from answerprint.deliverables.pictures.source import Pictures
from answerprint.errors import AnswerprintError, EncodeError, StorageError
from answerprint.media import ffmpeg as program
from answerprint.media.exr.write import write_frame
from answerprint.order import Size
from answerprint.timing import Timecode

if TYPE_CHECKING:
    from answerprint.deliverables.encode import Encoding

QUEUED: Final = 3
"""Pictures that wait for one encoder: enough to keep it busy while another catches up."""
WRITERS: Final = 2
"""Frames of one folder that are written at a time: compressing a still costs more than reading it."""


class Sink(ABC):
    """What takes the pictures of one deliverable, in order."""

    @abstractmethod
    def put(self, picture: Any) -> None:
        """Take the next picture; waits while too many are under way. Never raises."""

    @abstractmethod
    def finish(self) -> AnswerprintError | None:
        """End, and return why there is no file, None where there is one."""

    @abstractmethod
    def abandon(self) -> None:
        """End at once; harmless after `finish`."""


def open_sink(pictures: Pictures, encoding: "Encoding") -> Sink:
    """Open what writes an encoding. Raises ToolError where ffmpeg cannot be started."""
    if encoding.preset.video is not None:
        return _Feed(pictures, encoding)
    return _Frames(pictures, encoding)


class _Feed(Sink):
    """One ffmpeg and the thread that writes to it, so that a slow encoder holds up no other for long."""

    def __init__(self, pictures: Pictures, encoding: "Encoding") -> None:
        self._failure: AnswerprintError | None = None
        self._waiting: queue.Queue[memoryview | None] = queue.Queue(QUEUED)
        arguments = command_line(pictures, encoding)
        self._process = program.Process(arguments, where=encoding.preset.name, feed=True)
        self._writer = threading.Thread(
            target=self._write, name=f"feed {encoding.preset.name}", daemon=True
        )
        self._writer.start()

    def put(self, picture: Any) -> None:
        self._waiting.put(memoryview(picture).cast("B"))

    def finish(self) -> AnswerprintError | None:
        self._waiting.put(None)
        self._writer.join()
        return self._failure

    def abandon(self) -> None:
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
                self._process.lend(picture)
        except EncodeError as problem:
            self._failure = problem


class _Frames(Sink):
    """A folder of frames, or one picture, written by a few threads."""

    def __init__(self, pictures: Pictures, encoding: "Encoding") -> None:
        self._encoding = encoding
        self._size = shown_size(encoding.form, pictures.size)
        self._pool = ThreadPoolExecutor(WRITERS, "write")
        self._written: list[Future[None]] = []
        self._number = 0
        if encoding.preset.frames:
            encoding.partial.mkdir(parents=True)

    def put(self, picture: Any) -> None:
        place = _place(self._encoding, self._number)
        if place is not None:
            if len(self._written) >= 2 * WRITERS:
                self._written[-2 * WRITERS].exception()
            self._written.append(
                self._pool.submit(_write, self._encoding, place, picture, self._size, self._number)
            )
        self._number += 1

    def finish(self) -> AnswerprintError | None:
        self._pool.shutdown()
        for problem in (future.exception() for future in self._written):
            if isinstance(problem, AnswerprintError):
                return problem
            if isinstance(problem, OSError):
                return StorageError(
                    f"cannot be written ({problem.strerror})", where=str(problem.filename)
                )
            if problem is not None:
                raise problem
        return None

    def abandon(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def frame_name(encoding: "Encoding", number: int) -> str:
    """Return the file name of a frame of a folder, counted from 0."""
    preset = encoding.preset
    kind = preset.stills.format if preset.stills else "exr"
    return f"{encoding.clip}.{encoding.first + number:04}.{kind}"


def _place(encoding: "Encoding", number: int) -> Path | None:
    """Return where a picture is written, None for one that a poster leaves out."""
    stills = encoding.preset.stills
    if stills is None or stills.which == "all":
        return encoding.partial / frame_name(encoding, number)
    chosen = 0 if stills.which == "first" else len(encoding.frames) // 2
    return encoding.partial if number == chosen else None


def _write(encoding: "Encoding", place: Path, picture: Any, size: Size, number: int) -> None:
    preset = encoding.preset
    if preset.exr is not None:
        write_frame(place, picture, preset.exr, attributes=_attributes(encoding, number))
        return
    assert preset.stills is not None
    place.write_bytes(still(picture, size, preset.stills.format, preset.stills.quality))


def _attributes(encoding: "Encoding", number: int) -> dict[str, Any]:
    said: dict[str, Any] = {"framesPerSecond": encoding.rate}
    try:
        start = Timecode.parse(encoding.timecode, encoding.rate)
    except ValueError:
        return said
    return (
        said | {"timeCode": replace(start, count=start.count + number)}
        if encoding.rate <= 30
        else said
    )


def still(codes: NDArray[Any], size: Size, kind: str, quality: int) -> bytes:
    """Return packed R'G'B' codes of 8 or 16 bits as a file of `kind`. Raises EncodeError."""
    picture = np.ascontiguousarray(codes.reshape(size[1], size[0], 3)[..., ::-1])
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    done, content = cv2.imencode(f".{kind}", picture, options if kind == "jpg" else [])
    if not done:
        raise EncodeError(f"OpenCV cannot write {kind} of {size[0]}x{size[1]}")
    return bytes(content)
