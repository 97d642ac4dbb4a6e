"""The pass over a movie: every frame decoded once, in presentation order, and measured.

Memory: a few frames, whatever the length of the movie.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, codes_to_rgb
from answerprint.color.light import luminance, transformed
from answerprint.color.primaries import REC709, rgb_to_rgb
from answerprint.color.tags import chromaticities, resolved
from answerprint.color.transfer import to_light
from answerprint.measure.container import measure_container
from answerprint.measure.flashes import FlashMeter, white_of
from answerprint.measure.heard import hear
from answerprint.measure.look import look_at_codes
from answerprint.measure.motion import THUMB, MotionMeter
from answerprint.measure.movielight import MovieLightMeter
from answerprint.measure.pixels import code_levels, digest
from answerprint.measure.sweep import fit_within, frame_pool
from answerprint.measure.watch import Watch
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.frames import FrameLevels
from answerprint.measured.heard import span_of
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.coded import CodedPictures
from answerprint.media.movie import MovieFrame, Reading
from answerprint.media.player import describe, show
from answerprint.order import Size
from answerprint.progress import Progress, silent

_converting = threading.Lock()
"""A frame keeps its own converter and lends its tags to it meanwhile: two threads at one frame crash the process."""


def measure_movie(
    path: Path, *, kept: Watch | None = None, progress: Progress = silent
) -> MovieMeasures:
    """Decode every frame of the movie at `path` once and return everything the checks need.

    `kept` takes what is to outlast the pass. Damage is recorded and the pass goes on.
    Raises SourceError where the file is no movie with a picture stream.
    """
    facts, reading = describe(path), Reading(coded=CodedPictures())
    collector = _Collector(facts, kept)
    progress("measuring movie", 0, facts.declared)
    with frame_pool("measure") as pool:
        looks = pool.in_order(collector.look, collector.numbered(show(path, reading)))
        for done, look in enumerate(looks, start=1):
            collector.add(look)
            progress("measuring movie", done, facts.declared)
    return collector.result(path, reading)


@dataclass(frozen=True, slots=True)
class _Look:
    """One decoded frame, and what it shows by itself."""

    planes: dict[str, Codes]
    bits: int
    small: NDArray[np.float32]
    levels: FrameLevels


class _Collector:
    """Frames so far, in the order they are shown, and everything that is measured over time."""

    def __init__(self, facts: MovieFacts, kept: Watch | None) -> None:
        self._facts = facts
        self._tags = resolved(facts.color, facts.size, facts.pixel_format)
        self._kept = kept
        self._thumbnail = Thumbnailer(self._tags)
        self._motion = MotionMeter()
        self._flashes = FlashMeter(white_of(self._tags))
        self._light = MovieLightMeter(facts, self._tags)
        self._frames: list[FrameLevels] = []
        self._sizes: dict[str, int] = {}
        if kept is not None:
            kept.expect(facts.declared)

    def numbered(self, frames: Iterable[MovieFrame]) -> Iterator[tuple[int, MovieFrame]]:
        """Yield frames with their numbers; the first settles the size of all thumbnails."""
        for number, frame in enumerate(frames):
            self._thumbnail.fit(frame.picture.width, frame.picture.height)
            yield number, frame

    def look(self, numbered: tuple[int, MovieFrame]) -> _Look:
        """Look at a frame by itself; on any thread."""
        number, frame = numbered
        planes, bits = component_planes(frame.picture)
        small = self._thumbnail(planes, bits)
        levels = _levels(frame, number, planes, small)
        seen = look_at_codes(planes, bits, self._tags)
        return _Look(planes, bits, small, levels.model_copy(update={"look": seen}))

    def add(self, look: _Look) -> None:
        """Take the next frame, in order."""
        number = len(self._frames)
        self._motion.add(look.small)
        self._flashes.add(look.small)
        self._light.add(look.planes, look.bits)
        if self._kept is not None:
            self._kept.add(number, look.small)
        self._frames.append(look.levels)
        height, width = look.planes["Y" if "Y" in look.planes else "G"].shape
        self._sizes.setdefault(f"{width}x{height}", number)

    def result(self, path: Path, reading: Reading) -> MovieMeasures:
        """Return everything measured of the movie at `path`, and of what it holds beside pictures."""
        frames = self._frames
        return MovieMeasures(
            place=str(path),
            facts=_settled(self._facts, frames),
            packets=reading.packets,
            discarded=reading.discarded,
            frames=tuple(frames),
            sizes=self._sizes,
            faults=tuple(reading.faults),
            others_end=round(reading.others_end, 4),
            motion=self._motion.result() if len(frames) >= 2 else None,
            flashes=self._flashes.result(),
            light=self._light.result(path),
            heard=hear(path, len(self._facts.sound), span_of(frames)),
            container=measure_container(path, reading.coded) if reading.coded else None,
        )


class Thumbnailer:
    """Shrinks decoded frames of one movie to linear BT.709 light, 1.0 = diffuse white."""

    def __init__(self, tags: ColorTags) -> None:
        self._tags = tags
        self._size: Size | None = None
        self._matrix = rgb_to_rgb(chromaticities(tags), REC709)

    def __call__(self, planes: Mapping[str, Codes], bits: int) -> NDArray[np.float32]:
        """Return a float32 (h, w, 3) thumbnail; every one of a movie has the size of its first."""
        height, width = planes["Y" if "Y" in planes else "G"].shape
        size = self.fit(width, height)
        light = to_light(codes_to_rgb(planes, bits, self._tags, size), self._tags.transfer)
        return transformed(light, self._matrix)

    def fit(self, width: int, height: int) -> Size:
        """Return the size of all thumbnails, which the first picture settles."""
        self._size = self._size or fit_within(width, height, THUMB)
        return self._size


def _levels(
    frame: MovieFrame,
    number: int,
    planes: Mapping[str, Codes],
    small: NDArray[np.float32],
) -> FrameLevels:
    luma = luminance(small)
    return FrameLevels(
        number=number,
        time=float(frame.time) if frame.time is not None else None,
        error="decoded with errors" if frame.damaged else None,
        digest=digest(planes.values()),
        pixels=frame.picture.width * frame.picture.height,
        channels={name: code_levels(plane) for name, plane in planes.items()},
        luma=float(luma.mean()),
        luma_peak=float(luma.max()),
    )


def component_planes(picture: av.VideoFrame) -> tuple[dict[str, Codes], int]:
    """Return the code values of a frame by component (Y U V A, or G B R A), and their bits.

    Formats that are not planar are first converted as `planar_format` says. Any
    number of threads may ask for the same frame, as they do where one is held.
    """
    format_ = planar_format(picture.format.name)
    if format_ != picture.format.name.replace("yuvj", "yuv"):
        with _converting:
            picture = picture.reformat(format=format_)
    names = "GBRA" if picture.format.is_rgb else "YUVA"
    bits = picture.format.components[0].bits
    planes = zip(names, picture.planes, strict=False)
    return {
        name: _plane(plane, np.uint16 if bits > 8 else np.uint8) for name, plane in planes
    }, bits


@cache
def planar_format(name: str) -> str:
    """Return the little-endian planar pixel format that holds all of `name`: itself where it is one."""
    format_ = av.VideoFormat(name.replace("yuvj", "yuv"))
    bits = format_.components[0].bits
    gray = len(format_.components) == 1 and not format_.has_palette
    if (
        (format_.is_planar or gray)
        and not format_.is_big_endian
        and bits <= 16
        and "nv" not in name
        and name[0] != "p"
    ):
        return format_.name
    kind = "gbrp" if format_.is_rgb or format_.has_palette else "yuv444p"
    return f"{kind}16le" if bits > 8 else kind


def _plane(plane: Any, dtype: type[np.uint8] | type[np.uint16]) -> Codes:
    rows = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // np.dtype(dtype).itemsize)
    return np.ascontiguousarray(rows[: plane.height, : plane.width])


def _settled(facts: MovieFacts, frames: list[FrameLevels]) -> MovieFacts:
    """Take the length from the frames where the container tells none."""
    times = [f.time for f in frames if f.time is not None]
    if facts.seconds is not None or len(times) < 2:
        return facts
    step = (times[-1] - times[0]) / (len(times) - 1)
    return facts.model_copy(update={"seconds": times[-1] - times[0] + step})
