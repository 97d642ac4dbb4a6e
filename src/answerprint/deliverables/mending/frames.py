"""The EXR frames of a sequence whose seam was mended: those that stay byte for byte, those made in their format."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.deliverables.mending.cure import Cure
from answerprint.deliverables.mending.morph import SEARCHED, Passage, between, passage
from answerprint.errors import EncodeError, StorageError
from answerprint.measure.perceptual import View
from answerprint.measure.sweep import fit_within
from answerprint.measured.exr import Window
from answerprint.media.exr.door import ExrFrame, frame_bytes, read_frame
from answerprint.media.exr.fix import rewritten
from answerprint.media.exr.layout import Start, parse_start, start_of
from answerprint.media.exr.start import ExrSource
from answerprint.media.exr.values import STRUCTURAL
from answerprint.media.sequence import FrameFile, Sequence


def write_mended(sequence: Sequence, cure: Cure, folder: Path) -> None:
    """Write the frames of `sequence` as `cure` has them into a new folder, numbered on from the first that stays.

    Frames that stay keep every byte and, but for the number, their name. Memory:
    three frames. Raises FrameError for one that cannot be read, EncodeError where
    its format cannot be written, StorageError where the disk refuses.
    """
    kept = [sequence.frames[place] for place in cure.kept]
    try:
        folder.mkdir(parents=True)
        for number, file in enumerate(kept, start=kept[0].number):
            _copy(sequence.store.read(file.name), folder / numbered(file, number))
        for number, content in enumerate(_made(sequence, cure), start=kept[0].number + len(kept)):
            with (folder / numbered(kept[-1], number)).open("wb") as target:
                target.writelines(content)
    except OSError as problem:
        raise StorageError(f"cannot be written ({problem.strerror})", where=str(folder)) from None


def numbered(file: FrameFile, number: int) -> str:
    """Return the name a frame has under another number.

    >>> numbered(FrameFile(1001, "exr/shot.1001.exr", 4), 1120)
    'shot.1120.exr'
    """
    name = PurePosixPath(file.name).name
    head, _, tail = name.rpartition(f"{file.number:0{file.width}d}")
    return f"{head}{number:0{file.width}d}{tail}"


def _copy(source: ExrSource, target: Path) -> None:
    if isinstance(source, bytes):
        target.write_bytes(source)
    else:
        shutil.copyfile(source, target)


def _made(sequence: Sequence, cure: Cure) -> Iterator[tuple[bytes | memoryview, ...]]:
    if not cure.made:
        return
    sources = [sequence.store.read(sequence.frames[at].name) for at in (cure.last, cure.first)]
    last, first = (read_frame(source) for source in sources)
    start = parse_start(_content(sources[0]))
    _require_plain(last, first, start)
    way = passage(_gray(last), _gray(first))
    for at in cure.moments():
        planes = {
            name: _between(
                plane, first.planes[0][name], way, at, lit=name in last.header.main.picture
            )
            for name, plane in last.planes[0].items()
        }
        yield _like(planes, last, start)


def _require_plain(last: ExrFrame, first: ExrFrame, start: Start) -> None:
    """Raise EncodeError unless both frames are one flat scan-line part with the same channels."""
    part, other = last.header.main, first.header.main
    plain = len(start.headers) == 1 and part.storage == "scanline"
    sampled = all(channel.sampling == (1, 1) for channel in part.channels)
    same = (part.channels, part.data_window) == (other.channels, other.data_window)
    if not (plain and sampled and same):
        raise EncodeError(
            "frames of many parts, tiles, subsampled or changing channels cannot be made, only dropped"
        )


def _between(
    one: NDArray[Any], other: NDArray[Any], way: Passage, at: float, *, lit: bool
) -> NDArray[Any]:
    """Return the plane between two; `lit` says that they hold light.

    Glints that are mixed as light come out brighter than both pictures look; what
    lightness goes by is its cube root.
    """
    if one.dtype == np.uint32:  # numbers of objects: there is none between two
        return one if at < 0.5 else other
    first, second = (np.nan_to_num(plane, nan=0.0) for plane in (one, other))
    if not lit:
        return between(first, second, way, at)
    mixed = between(_roots(first), _roots(second), way, at)
    return np.asarray(mixed**3, one.dtype)


def _roots(light: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(np.cbrt(light.astype(np.float32)))


def _like(
    planes: Mapping[str, Any], frame: ExrFrame, start: Start
) -> tuple[bytes | memoryview, ...]:
    """Return the pieces of a file of `planes` that says everything else as another frame does."""
    part = frame.header.main
    windows = {"dataWindow": _box(part.data_window), "displayWindow": _box(part.display_window)}
    try:
        content = frame_bytes(planes, compression=part.compression, attributes=windows)
    except (ValueError, KeyError) as problem:
        raise EncodeError(f"a frame cannot be made ({problem})") from None
    made = parse_start(content)
    own = {a.name: a for a in made.headers[0]}
    said = {a.name: a for a in start.headers[0] if a.name not in STRUCTURAL}
    merged = own | said
    return rewritten(
        content, made, start_of(made.version, [tuple(merged[n] for n in sorted(merged))])
    )


def _box(window: Window) -> tuple[Any, Any]:
    return np.array(window[:2], np.int32), np.array(window[2:], np.int32)


def _content(source: ExrSource) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()


def _gray(frame: ExrFrame) -> NDArray[np.uint8]:
    planes = [np.asarray(plane, np.float32) for plane in frame.picture]
    light = cv2.merge(planes * (3 // len(planes)))
    size = fit_within(light.shape[1], light.shape[0], SEARCHED)
    return View.of(np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA))).gray
