"""The pass over a movie: every frame decoded once, in presentation order, and measured.

Memory: a few frames, whatever the length of the movie.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, codes_to_rgb
from answerprint.color.light import luminance, transformed
from answerprint.color.primaries import REC709, rgb_to_rgb
from answerprint.color.tags import chromaticities, resolved
from answerprint.color.transfer import to_light
from answerprint.measure.container import measure_container
from answerprint.measure.light.flashes import FlashMeter, white_of
from answerprint.measure.light.movie import MovieLightMeter
from answerprint.measure.look.meter import look_at_codes
from answerprint.measure.motion.meter import THUMB, MotionMeter
from answerprint.measure.pool import frame_pool
from answerprint.measure.samples.pixels import code_levels, digest
from answerprint.measure.sound.heard import hear
from answerprint.measure.sweep import fit_within
from answerprint.measure.watch import Watch
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.figures import EVERYTHING, Figure, Figures, with_all_it_takes
from answerprint.measured.frames import FrameLevels
from answerprint.measured.heard import span_of
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.movie.coded import CodedPictures
from answerprint.media.movie.door import MovieFrame, Reading
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.player import describe, show, show_times
from answerprint.order import Size
from answerprint.progress import Progress, silent


def measure_movie(
    path: Path,
    *,
    kept: Watch | None = None,
    wanted: Figures = EVERYTHING,
    progress: Progress = silent,
) -> MovieMeasures:
    """Decode every frame of the movie at `path` once and return what is wanted of it, all that the checks need.

    `kept` takes what is to outlast the pass, and needs `Figure.LUMA`. Where not even
    frames are wanted they are told by their packets, and none is decoded. Damage is
    recorded and the pass goes on. Raises SourceError where the file is no movie with
    a picture stream.
    """
    facts, reading = describe(path), Reading(coded=CodedPictures())
    wanted = with_all_it_takes(wanted)
    collector = _Collector(facts, kept, wanted)
    if Figure.FRAMES not in wanted:
        collector.list_times(show_times(path, reading))
        return collector.result(path, reading)
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
    small: NDArray[np.float32] | None
    levels: FrameLevels


class _Collector:
    """Frames so far, in the order they are shown, and everything that is measured over time."""

    def __init__(self, facts: MovieFacts, kept: Watch | None, wanted: Figures) -> None:
        self._facts = facts
        self._wanted = wanted
        self._tags = resolved(facts.color, facts.size, facts.pixel_format)
        self._kept = kept
        self._thumbnail = Thumbnailer(self._tags)
        self._motion = MotionMeter() if Figure.MOTION in wanted else None
        self._flashes = FlashMeter(white_of(self._tags)) if Figure.FLASHES in wanted else None
        self._light = MovieLightMeter(facts, self._tags) if Figure.LIGHT in wanted else None
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
        small = self._thumbnail(planes, bits) if Figure.LUMA in self._wanted else None
        update: dict[str, Any] = {}
        if Figure.LEVELS in self._wanted:
            channels = {name: code_levels(plane) for name, plane in planes.items()}
            update |= {"digest": digest(planes.values()), "channels": channels}
        if small is not None:
            luma = luminance(small)
            update |= {"luma": float(luma.mean()), "luma_peak": float(luma.max())}
        if Figure.LOOK in self._wanted:
            update["look"] = look_at_codes(planes, bits, self._tags)
        return _Look(planes, bits, small, _plain(frame, number).model_copy(update=update))

    def list_times(self, times: Iterable[Fraction | None]) -> None:
        """Take frames of which no more is known than when they are shown."""
        for number, time in enumerate(times):
            shown = float(time) if time is not None else None
            self._frames.append(FrameLevels(number=number, time=shown))

    def add(self, look: _Look) -> None:
        """Take the next frame, in order."""
        number = len(self._frames)
        for meter in (self._motion, self._flashes):
            if meter is not None and look.small is not None:
                meter.add(look.small)
        if self._light is not None:
            self._light.add(look.planes, look.bits)
        if self._kept is not None:
            self._kept.add(number, look.small)
        self._frames.append(look.levels)
        height, width = look.planes["Y" if "Y" in look.planes else "G"].shape
        self._sizes.setdefault(f"{width}x{height}", number)

    def result(self, path: Path, reading: Reading) -> MovieMeasures:
        """Return everything measured of the movie at `path`, and of what it holds beside pictures."""
        frames, wanted = self._frames, self._wanted
        motion, flashes, light = self._motion, self._flashes, self._light
        coded = reading.coded if Figure.CONTAINER in wanted else None
        return MovieMeasures(
            place=str(path),
            facts=_settled(self._facts, frames),
            packets=reading.packets,
            discarded=reading.discarded,
            frames=tuple(frames),
            sizes=self._sizes,
            faults=tuple(reading.faults),
            others_end=round(reading.others_end, 4),
            motion=motion.result() if motion is not None and len(frames) >= 2 else None,
            flashes=flashes.result() if flashes is not None else None,
            light=light.result(path) if light is not None else None,
            heard=hear(path, len(self._facts.sound), span_of(frames))
            if Figure.SOUND in wanted
            else (),
            container=measure_container(path, coded) if coded is not None else None,
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


def _plain(frame: MovieFrame, number: int) -> FrameLevels:
    return FrameLevels(
        number=number,
        time=float(frame.time) if frame.time is not None else None,
        error="decoded with errors" if frame.damaged else None,
        pixels=frame.picture.width * frame.picture.height,
    )


def _settled(facts: MovieFacts, frames: list[FrameLevels]) -> MovieFacts:
    """Take the length from the frames where the container tells none."""
    times = [f.time for f in frames if f.time is not None]
    if facts.seconds is not None or len(times) < 2:
        return facts
    step = (times[-1] - times[0]) / (len(times) - 1)
    return facts.model_copy(update={"seconds": times[-1] - times[0] + step})
