"""The pass over an EXR sequence: every frame decoded once, by a pool of threads, and measured.

Memory: (threads + `pool.AHEAD`) frames, whatever the length of the sequence.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.light import luminance, transformed
from answerprint.color.primaries import REC709, rgb_to_rgb
from answerprint.errors import ArchiveError, FrameError
from answerprint.measure.light.flashes import FlashMeter
from answerprint.measure.look.meter import look_at_light
from answerprint.measure.motion.meter import THUMB, MotionMeter
from answerprint.measure.pool import frame_pool
from answerprint.measure.samples.damage import outlying
from answerprint.measure.samples.faults import patches
from answerprint.measure.samples.halves import HalfPlane
from answerprint.measure.samples.pixels import (
    CellFrame,
    Reach,
    digest,
    linear_light,
    plane_levels,
    read_plane,
    shrunk,
)
from answerprint.measure.samples.places import SampleWatch, Traits, observe_samples
from answerprint.measure.watch import Watch
from answerprint.measured.clips import SequenceMeasures
from answerprint.measured.exr import ExrHeader
from answerprint.measured.figures import EVERYTHING, Figure, Figures, with_all_it_takes
from answerprint.measured.frames import FrameLevels
from answerprint.measured.samples import SampleFigures
from answerprint.media.exr.door import ExrFrame, Plane, read_frame, read_header
from answerprint.media.sequence import FrameFile, FrameStore, Sequence
from answerprint.order import Size
from answerprint.progress import Progress, counted, silent

_OF_SAMPLES: Final = frozenset(Figure) - {
    Figure.FRAMES,
    Figure.LIGHT,
    Figure.CONTAINER,
    Figure.SOUND,
}
"""What every picture plane is gone through for."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one thread saw of one frame."""

    levels: FrameLevels
    header: ExrHeader | None = None
    reach: Reach | None = None
    thumb: NDArray[np.float32] | None = None
    traits: Traits | None = None


def measure_sequence(
    sequence: Sequence,
    *,
    kept: Watch | None = None,
    wanted: Figures = EVERYTHING,
    threads: int | None = None,
    progress: Progress = silent,
) -> SequenceMeasures:
    """Decode every frame of `sequence` once and return what is wanted of it, all that the checks need.

    `kept` takes what is to outlast the pass, and needs `Figure.LUMA`. Where not even
    frames are wanted they are listed, and only the first is opened. A frame that cannot
    be read is recorded as such and the pass goes on. Raises ArchiveError where a zip turns
    out to be damaged.
    """
    wanted = with_all_it_takes(wanted)
    collected = Collector(kept, wanted)
    if Figure.FRAMES not in wanted:
        for observed in _listed(sequence):
            collected.add(observed)
        return collected.result(sequence)
    with frame_pool("decode", threads) as pool:
        seen = pool.in_order(lambda f: observe(sequence.store, f, wanted), sequence.frames)
        for observed in counted(seen, "measuring frames", len(sequence), progress):
            collected.add(observed)
    return collected.result(sequence)


def _listed(sequence: Sequence) -> Iterator[Observed]:
    """Yield frames as they are listed, with the header of the first: what was not ordered is taken from it."""
    header = None
    with suppress(FrameError, ArchiveError):
        header = read_header(sequence.store.read(sequence.frames[0].name))
    for file in sequence.frames:
        yield Observed(FrameLevels(number=file.number, name=file.name), header)
        header = None


def observe(store: FrameStore, file: FrameFile, wanted: Figures = EVERYTHING) -> Observed:
    """Read and measure one frame. Raises ArchiveError; an unreadable frame is a result, not an error."""
    try:
        frame = read_frame(store.read(file.name))
    except FrameError as problem:
        return Observed(FrameLevels(number=file.number, name=file.name, error=problem.message))
    return observe_frame(frame, file, wanted)


def observe_frame(frame: ExrFrame, file: FrameFile, wanted: Figures = EVERYTHING) -> Observed:
    """Measure what is wanted of a decoded frame."""
    main = frame.header.main
    planes = frame.planes[frame.header.parts.index(main)]
    plain = FrameLevels(number=file.number, name=file.name, pixels=main.pixels)
    read: dict[str, HalfPlane] = {}
    if not wanted.isdisjoint(_OF_SAMPLES):
        read = {name: read_plane(planes[name]) for name in main.picture}
    shrunk_to = Reach if Figure.OUTLIERS in wanted else CellFrame
    cells = shrunk_to.of_read(list(read.values())) if read else None
    thumb = _thumbnail(cells.cells, frame.header) if cells and Figure.LUMA in wanted else None
    update, traits = _levels(planes, read, wanted), None
    if thumb is not None:
        luma = luminance(thumb)
        update |= {"luma": float(luma.mean()), "luma_peak": float(luma.max())}
    if cells and Figure.LOOK in wanted:
        update["look"] = look_at_light(frame.picture, cells, main.chromaticities)
    if cells and Figure.SAMPLES in wanted:
        traits = observe_samples(main, planes, update["channels"], cells)
    elif cells and Figure.LEVELS in wanted:
        found = tuple(patches(main, planes, update["channels"]))
        update["samples"] = SampleFigures(patches=found)
    reach = cells if isinstance(cells, Reach) else None
    return Observed(plain.model_copy(update=update), frame.header, reach, thumb, traits)


def _levels(
    planes: Mapping[str, Plane], read: Mapping[str, HalfPlane], wanted: Figures
) -> dict[str, Any]:
    """Return the fields of FrameLevels that `Figure.LEVELS` stands for, where they are wanted."""
    if Figure.LEVELS not in wanted:
        return {}
    channels = {
        name: read[name].levels if name in read else plane_levels(plane)
        for name, plane in planes.items()
    }
    return {"digest": digest(planes.values()), "channels": channels}


class Collector:
    """Frames so far, in order, with the two neighbours that damage is judged by."""

    def __init__(self, kept: Watch | None = None, wanted: Figures = EVERYTHING) -> None:
        self.frames: list[FrameLevels] = []
        self.kept = kept
        self.headers: list[ExrHeader] = []
        self.meter = MotionMeter() if Figure.MOTION in wanted else None
        self.flashes = FlashMeter() if Figure.FLASHES in wanted else None
        self._last: deque[Reach | None] = deque(maxlen=3)
        self._samples = SampleWatch()

    def add(self, observed: Observed) -> None:
        """Take the next frame."""
        self.frames.append(self._numbered(observed))
        self._last.append(observed.reach)
        if len(self._last) == 3:
            self._compare(*self._last)
        for place, figures in zip((-2, -1), self._samples.add(observed.traits), strict=True):
            if figures is not None:
                self.frames[place] = self.frames[place].model_copy(update={"samples": figures})
        if self.kept is not None:
            self.kept.add(observed.levels.number, observed.thumb)
        if observed.thumb is not None:
            for meter in (self.meter, self.flashes):
                if meter is not None:
                    meter.add(observed.thumb)

    def result(self, sequence: Sequence) -> SequenceMeasures:
        """Return everything the checks need of `sequence`, whose frames have all been taken."""
        return _summarize(sequence, self)

    def _numbered(self, observed: Observed) -> FrameLevels:
        if observed.header is None:
            return observed.levels
        if observed.header not in self.headers:
            self.headers.append(observed.header)
        return observed.levels.model_copy(update={"header": self.headers.index(observed.header)})

    def _compare(self, *three: Reach | None) -> None:
        before, middle, after = three
        if before is None or middle is None or after is None:
            return
        if before.cells.shape == middle.cells.shape == after.cells.shape:
            update = {"outliers": outlying(before, middle, after)}
            self.frames[-2] = self.frames[-2].model_copy(update=update)


def _thumbnail(log_cells: NDArray[np.int16], header: ExrHeader) -> NDArray[np.float32]:
    """Shrink cells to linear BT.709 light, by the chromaticities the header states."""
    height, width = log_cells.shape[:2]
    light = linear_light(shrunk(log_cells, fit_within(width, height, THUMB)))
    if light.ndim == 2:
        return np.asarray(cv2.merge([light] * 3))
    try:
        matrix = rgb_to_rgb(header.main.chromaticities or REC709, REC709)
    except ValueError:
        return light
    return transformed(light, matrix)


def fit_within(width: int, height: int, longest: int) -> Size:
    """Return the size of the same shape whose longer side is at most `longest`."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _summarize(sequence: Sequence, collected: Collector) -> SequenceMeasures:
    widths = Counter(frame.width for frame in sequence.frames)
    padding = widths.most_common(1)[0][0]
    pictured = sum(frame.luma is not None for frame in collected.frames)
    meter, flashes = collected.meter, collected.flashes
    return SequenceMeasures(
        place=str(sequence.store.place),
        label=sequence.label,
        first=sequence.range.first,
        last=sequence.range.last,
        missing=sequence.missing,
        doubles={double.name: double.number for double in sequence.doubles},
        padding=padding,
        misspelled=_misspelled(sequence.frames, padding),
        strays=sequence.strays,
        headers=tuple(collected.headers),
        frames=tuple(
            frame.model_copy(update={"bytes": sequence.store.size(frame.name)})
            for frame in collected.frames
        ),
        motion=meter.result() if meter is not None and pictured >= 2 else None,
        flashes=flashes.result() if flashes is not None else None,
    )


def _misspelled(frames: tuple[FrameFile, ...], padding: int) -> tuple[int, ...]:
    """Return the numbers that are written neither with `padding` digits nor as such a sequence would write them.

    A number too large for the padding takes the digits it needs. One that is
    smaller does so only where nothing is padded: 9 beside 10, but not beside 00010.
    """
    padded = any(f.width == padding > _natural_width(f) for f in frames)
    least = padding if padded else 0
    return tuple(
        f.number for f in frames if f.width != padding and f.width != max(least, _natural_width(f))
    )


def _natural_width(frame: FrameFile) -> int:
    return len(str(abs(frame.number)))
