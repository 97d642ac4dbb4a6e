"""Pictures on their way to encoders: raw, in order, each made once, with what they are tagged as."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import REC709
from answerprint.color.tags import resolved
from answerprint.color.transforms import to_display, to_scene
from answerprint.color.views import VIEWS, view_of
from answerprint.errors import FrameError, SourceError
from answerprint.measure.movies import component_planes, planar_format, rgb16
from answerprint.measure.sweep import AHEAD, default_threads, in_order, single_threaded_opencv
from answerprint.measured.exr import ExrHeader
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.exr import ExrFrame, read_frame
from answerprint.media.movie import MovieFrame, Reading, read_frames
from answerprint.media.sequence import FrameFile, Sequence
from answerprint.order import Size


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: the bytes an encoder is fed, and full-range 16-bit R'G'B' to compare its result with."""

    raw: memoryview
    rgb: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Pictures:
    """A run of pictures of one size, ready to be encoded.

    `rotation` is what a player turns them by, clockwise; `rgb` of the frames
    is not turned. Iterating decodes anew; memory is a few frames a thread.
    """

    size: Size
    rate: Fraction
    count: int
    pixel_format: str
    tags: ColorTags
    frames: Callable[[], Iterator[Shown]]
    pixel_aspect: str = "1:1"
    rotation: int = 0
    notes: tuple[str, ...] = ()


def sequence_pictures(sequence: Sequence, header: ExrHeader, rate: Fraction, view: str) -> Pictures:
    """Show an EXR sequence through a view; frames must all have the size of `header`.

    Pixels outside the data window are black, pixels outside the display window
    are left out. Iterating raises FrameError for a frame that cannot be read.
    """

    def frames() -> Iterator[Shown]:
        with ThreadPoolExecutor(default_threads(), "show") as pool, single_threaded_opencv():
            yield from in_order(
                pool,
                lambda file: _show_exr(sequence, file, header, view),
                sequence.frames,
                ahead=default_threads() + AHEAD,
            )

    return Pictures(header.main.size, rate, len(sequence), "gbrp16le", VIEWS[view].tags, frames)


def movie_pictures(
    path: Path, facts: MovieFacts, count: int, rate: Fraction, view: str
) -> Pictures:
    """Pass a movie's pictures on in their own format; HDR pictures are shown anew through an SDR view.

    HDR goes back to scene light through the inverse of the ACES view its tags
    stand for, and from there through `view`, so that it matches what the EXR
    frames of the same clip become.
    """
    tags = resolved(facts.color, facts.size, facts.pixel_format)
    if tags.hdr and not VIEWS[view].tags.hdr:
        return _regraded_movie(path, facts, count, rate, view, tags)

    def frames() -> Iterator[Shown]:
        for frame in _whole_frames(path, facts):
            planes, _ = component_planes(frame.picture)
            raw = b"".join(plane.tobytes() for plane in planes.values())
            yield Shown(memoryview(raw), rgb16(frame.picture, tags))

    return Pictures(
        facts.size,
        rate,
        count,
        planar_format(facts.pixel_format or "yuv420p"),
        tags,
        frames,
        facts.pixel_aspect,
        facts.rotation,
    )


def display_window(frame: ExrFrame) -> NDArray[np.float32]:
    """Return the picture a viewer sees: (h, w, 3) float32 of the display window, black where there are no pixels."""
    part = frame.header.main
    planes = [plane.astype(np.float32) for plane in frame.picture]
    picture = cv2.merge(planes * 3 if len(planes) == 1 else planes)
    if part.data_window == part.display_window:
        return np.asarray(picture)
    (x0, y0, x1, y1), (left, top, right, bottom) = part.data_window, part.display_window
    window = np.zeros((bottom - top + 1, right - left + 1, 3), np.float32)
    xs, xe = max(x0, left), min(x1, right) + 1
    ys, ye = max(y0, top), min(y1, bottom) + 1
    if xs < xe and ys < ye:
        window[ys - top : ye - top, xs - left : xe - left] = picture[
            ys - y0 : ye - y0, xs - x0 : xe - x0
        ]
    return window


def _show_exr(sequence: Sequence, file: FrameFile, header: ExrHeader, view: str) -> Shown:
    frame = read_frame(sequence.store.read(file.name))
    part = frame.header.main
    if part.size != header.main.size:
        raise FrameError(f"is {part.size[0]}x{part.size[1]}, unlike the sequence", where=file.name)
    if not part.picture:
        raise FrameError("holds no picture", where=file.name)
    return _planar(to_display(display_window(frame), view, part.chromaticities or REC709))


def _regraded_movie(
    path: Path, facts: MovieFacts, count: int, rate: Fraction, view: str, tags: ColorTags
) -> Pictures:
    def frames() -> Iterator[Shown]:
        codes = (rgb16(frame.picture, tags) for frame in _whole_frames(path, facts))
        with ThreadPoolExecutor(default_threads(), "show") as pool:
            ahead = default_threads() + AHEAD
            yield from in_order(
                pool,
                lambda code: _planar(to_display(to_scene(code, view_of(tags)), view)),
                codes,
                ahead,
            )

    note = (
        f"HDR ({tags.transfer}) was shown as SDR through the inverse of {view_of(tags)} and {view}"
    )
    return Pictures(
        facts.size,
        rate,
        count,
        "gbrp16le",
        VIEWS[view].tags,
        frames,
        facts.pixel_aspect,
        facts.rotation,
        (note,),
    )


def _whole_frames(path: Path, facts: MovieFacts) -> Iterator[MovieFrame]:
    for number, frame in enumerate(read_frames(path, Reading())):
        if (frame.picture.width, frame.picture.height) != facts.size:
            raise SourceError(
                f"changes its size at frame {number}", where=str(path), hint="cut it there first"
            )
        yield frame


def _planar(code: NDArray[np.uint16]) -> Shown:
    red, green, blue = cv2.split(code)
    return Shown(np.concatenate([green, blue, red]).data.cast("B"), code)
