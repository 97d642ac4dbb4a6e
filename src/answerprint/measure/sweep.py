"""The pass over an EXR sequence: every frame decoded once, by a pool of threads, and measured.

Memory: (threads + AHEAD) frames, whatever the length of the sequence.
"""

import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.light import luminance, transformed
from answerprint.color.primaries import REC709, rgb_to_rgb
from answerprint.errors import FrameError
from answerprint.measure.damage import outlying
from answerprint.measure.flashes import FlashMeter
from answerprint.measure.look import look_at_light
from answerprint.measure.motion import THUMB, MotionMeter
from answerprint.measure.pixels import Reach, digest, linear_light, plane_levels, read_plane, shrunk
from answerprint.measure.samples import SampleWatch, Traits, observe_samples
from answerprint.measure.watch import Watch
from answerprint.measured.clips import SequenceMeasures
from answerprint.measured.exr import ExrHeader
from answerprint.measured.frames import FrameLevels
from answerprint.media.exr import ExrFrame, read_frame
from answerprint.media.memory import frames_reused
from answerprint.media.sequence import FrameFile, FrameStore, Sequence
from answerprint.order import Size
from answerprint.progress import Progress, counted, silent

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Frames decoded ahead of the one being collected, beyond one a thread: enough to ride out a slow frame."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one thread saw of one frame."""

    levels: FrameLevels
    header: ExrHeader | None = None
    reach: Reach | None = None
    thumb: NDArray[np.float32] | None = None
    traits: Traits | None = None


def default_threads() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_sequence(
    sequence: Sequence,
    *,
    kept: Watch | None = None,
    threads: int | None = None,
    progress: Progress = silent,
) -> SequenceMeasures:
    """Decode every frame of `sequence` once and return everything the checks need.

    `kept` takes what is to outlast the pass. A frame that cannot be read is recorded
    as such and the pass goes on. Raises ArchiveError where a zip turns out to be damaged.
    """
    collected = Collector(kept)
    with frame_pool("decode", threads) as pool:
        seen = pool.in_order(lambda f: observe(sequence.store, f), sequence.frames)
        for observed in counted(seen, "measuring frames", len(sequence), progress):
            collected.add(observed)
    return collected.result(sequence)


def observe(store: FrameStore, file: FrameFile) -> Observed:
    """Read and measure one frame. Raises ArchiveError; an unreadable frame is a result, not an error."""
    try:
        frame = read_frame(store.read(file.name))
    except FrameError as problem:
        return Observed(FrameLevels(number=file.number, name=file.name, error=problem.message))
    return observe_frame(frame, file)


def observe_frame(frame: ExrFrame, file: FrameFile) -> Observed:
    """Measure a decoded frame."""
    main, picture = frame.header.main, frame.picture
    planes = frame.planes[frame.header.parts.index(main)]
    read = {name: read_plane(planes[name]) for name in main.picture}
    reach = Reach.of_read(list(read.values())) if read else None
    thumb = _thumbnail(reach.cells, frame.header) if reach else None
    luma = luminance(thumb) if thumb is not None else None
    channels = {
        name: read[name].levels if name in read else plane_levels(plane)
        for name, plane in planes.items()
    }
    levels = FrameLevels(
        number=file.number,
        name=file.name,
        digest=digest(planes.values()),
        pixels=main.pixels,
        channels=channels,
        luma=float(luma.mean()) if luma is not None else None,
        luma_peak=float(luma.max()) if luma is not None else None,
        look=look_at_light(picture, reach, main.chromaticities) if reach else None,
    )
    traits = observe_samples(main, planes, channels, reach) if reach else None
    return Observed(levels, frame.header, reach, thumb, traits)


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Yield `work(item)` in the order of `items`, with at most `ahead` of them in flight."""
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@dataclass(frozen=True, slots=True)
class FramePool:
    """Threads that work on frames."""

    pool: ThreadPoolExecutor
    threads: int

    def in_order(self, work: Callable[[Item], Result], frames: Iterable[Item]) -> Iterator[Result]:
        """Yield `work(frame)` in the order of `frames`, with a few more in flight than there are threads."""
        return in_order(self.pool, work, frames, self.threads + AHEAD)


@contextmanager
def frame_pool(name: str, threads: int | None = None) -> Iterator[FramePool]:
    """Open threads for frames, by default one a core; while they run the memory of frames is used again."""
    count = threads or default_threads()
    with single_threaded_opencv(), frames_reused(), ThreadPoolExecutor(count, name) as pool:
        yield FramePool(pool, count)


_counting = threading.Lock()


class _Single:
    """How many blocks keep OpenCV on one thread, and how many threads it had before."""

    blocks = 0
    before = 0


@contextmanager
def single_threaded_opencv() -> Iterator[None]:
    """Keep OpenCV on the calling thread: frames are the unit of parallelism, not rows.

    How many threads OpenCV uses is one number for the process: where several of
    these blocks run at once, the first takes it down and the last puts it back.
    """
    with _counting:
        if not _Single.blocks:
            _Single.before = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _Single.blocks += 1
    try:
        yield
    finally:
        with _counting:
            _Single.blocks -= 1
            if not _Single.blocks:
                cv2.setNumThreads(_Single.before)


class Collector:
    """Frames so far, in order, with the two neighbours that damage is judged by."""

    def __init__(self, kept: Watch | None = None) -> None:
        self.frames: list[FrameLevels] = []
        self.kept = kept
        self.headers: list[ExrHeader] = []
        self.meter = MotionMeter()
        self.flashes = FlashMeter()
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
            self.meter.add(observed.thumb)
            self.flashes.add(observed.thumb)

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
        motion=collected.meter.result() if pictured >= 2 else None,
        flashes=collected.flashes.result(),
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
