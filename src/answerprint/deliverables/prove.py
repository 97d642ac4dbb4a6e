"""The proof of a finished file: decoded again, counted, compared with what it was made from, and its light measured."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes
from answerprint.color.tags import resolved
from answerprint.deliverables.encode import Encoded
from answerprint.deliverables.figures import measured, measured_frames
from answerprint.deliverables.pictures.appearance import Light
from answerprint.errors import EncodeError, FrameError, SourceError
from answerprint.measure.kin.compare import Sample, compare, compare_some, sample, sample_planes
from answerprint.measure.light.meter import LightMeter
from answerprint.measure.pool import FramePool, frame_pool
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.movie import MovieFacts
from answerprint.media.container.mastering import read_static, stamp
from answerprint.media.exr.door import read_frame
from answerprint.media.movie.animation import ANIMATIONS, Animation, open_animation
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.keyframes import spread_keyframes
from answerprint.media.movie.packets import read_packets
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from answerprint.order import Size
from answerprint.progress import Progress, counted, silent

APART: Final = 8
"""Frames from one that is decoded to the next, at least, where a sample is asked for: all of a codec's that has only keyframes would be no sample."""

FARTHEST: Final = 48
"""Frames that a sample may leave out in a row: two seconds of film, and twice what our presets have between keyframes."""


def prove(
    encoded: Encoded, name: str, *, sampled: bool = False, progress: Progress = silent
) -> Deliverable:
    """Decode the partial result to its end and return everything measured of it, under its final `name`.

    Where `sampled` is set, of movies only keyframes are decoded and compared, and
    all packets counted; but every frame of what carries HDR static metadata, which is
    of every pixel, and of what has too few keyframes.

    A file that carries HDR static metadata is given the light measured of its
    own decoded pictures, in place, before its digest is taken. Raises
    SourceError where what was written cannot be read at all, EncodeError where
    its metadata cannot be written.
    """
    if encoded.encoding.preset.video is None:
        return _prove_frames(encoded, name)
    encoded = as_decoded(encoded)
    if encoded.encoding.preset.suffix in ANIMATIONS:
        return _prove_animation(encoded, name)
    path, expected = encoded.encoding.partial, encoded.expected
    facts, reading = probe(path), Reading()
    places = _sample_of(path) if sampled and expected.peak is None else None
    meter = _meter(facts) if places is None else None
    assert encoded.reference is not None
    with frame_pool("prove") as pool:
        samples = _samples(path, facts, reading, expected.size, meter, pool, places)
        number = expected.frames if places is None else len(places)
        shown = counted(samples, f"proving {name}", number, progress)
        likeness = compare_some(encoded.reference, shown)
        for _ in shown:  # frames past the reference's end are counted, too
            pass
    notes = encoded.notes
    if places is not None:
        notes += (f"a sample was proven: {reading.decoded} of {reading.packets} frames",)
    light = meter.result() if meter is not None and reading.decoded else None
    if encoded.expected.peak is not None and light is not None:
        stamp(path, light.content)
    container, bitstream = read_static(path) if light is not None else (None, None)
    made = measured(
        path, name, encoded.encoding.preset.name, expected, facts, reading, likeness, notes,
        sampled=None if places is None else len(places),
    )  # fmt: skip
    return made.model_copy(
        update={"light": light, "container_static": container, "bitstream_static": bitstream}
    )


def as_decoded(encoded: Encoded) -> Encoded:
    """Return an encoding with the pixel format that decoders make of its own."""
    video, expected = encoded.encoding.preset.video, encoded.expected
    assert video is not None
    found = video.decoded.get(expected.pixel_format, expected.pixel_format)
    return replace(encoded, expected=expected.model_copy(update={"pixel_format": found}))


def _prove_animation(encoded: Encoded, name: str) -> Deliverable:
    """Read a loop back with the reader that knows its format."""
    path, expected = encoded.encoding.partial, encoded.expected
    animation = open_animation(path, expected.rate)
    assert encoded.reference is not None
    if encoded.encoding.preset.suffix == ".avif":
        shown = _as_movie(path, animation, expected.size)
    else:
        shown = (sample(_wide(picture)) for picture in animation.read())
    likeness = compare(encoded.reference, shown)
    for _ in shown:  # frames past the reference's end are counted, too
        pass
    reading = Reading(packets=animation.frames, decoded=animation.frames)
    made = measured(
        path, name, encoded.encoding.preset.name, expected, animation.timed(), reading, likeness,
        encoded.notes,
    )  # fmt: skip
    return made.model_copy(update={"plays": animation.loops})


def _as_movie(path: Path, animation: Animation, size: Size) -> Iterator[Sample]:
    """Yield the samples of an AVIF's pictures, as many as it is timed for: Pillow shows saturated blue five codes off."""
    with frame_pool("prove") as pool:
        pictures = _samples(path, probe(path), Reading(), size, None, pool, None)
        for _, (_, shown) in zip(animation.read(), pictures, strict=False):
            yield shown


def _meter(facts: MovieFacts) -> LightMeter | None:
    """Return a meter of the light of HDR pictures."""
    if not facts.color.hdr or facts.bits is None:
        return None
    tags = resolved(facts.color, facts.size, facts.pixel_format)
    return LightMeter(facts.bits, tags)


def _sample_of(path: Path) -> Mapping[int | None, int] | None:
    """Return the frames of a sample, by when they are shown, None where there is none that says enough."""
    return spread_keyframes(read_packets(path), apart=APART, most=FARTHEST)


def _samples(
    path: Path,
    facts: MovieFacts,
    reading: Reading,
    size: Size,
    meter: LightMeter | None,
    pool: FramePool,
    places: Mapping[int | None, int] | None,
) -> Iterator[tuple[int, Sample]]:
    """Yield the number and the samples of every picture, or those of `places`, in order, taken on `pool` while the next are decoded."""
    tags = resolved(facts.color, facts.size, facts.pixel_format)

    def pictures() -> Iterator[tuple[int, Mapping[str, Codes], int]]:
        for number, frame in enumerate(read_frames(path, reading, wanted=places)):
            planes, bits = component_planes(frame.picture)
            if meter is not None:
                meter.add(planes)
            yield number if places is None else places[frame.picture.pts], planes, bits

    return pool.in_order(lambda p: (p[0], sample_planes(p[1], p[2], tags, size)), pictures())


def _prove_frames(encoded: Encoded, name: str) -> Deliverable:
    """Read every written frame back: stills are compared, EXR frames are decoded whole."""
    files = frame_files(encoded)
    if isinstance(encoded.encoding.form, Light):
        for file in files:
            try:
                read_frame(file)
            except FrameError as problem:
                raise EncodeError(
                    f"does not read back ({problem.message})", where=file.name
                ) from None
        return measured_frames(files, name, encoded, None)
    assert encoded.reference is not None
    poster = (
        encoded.encoding.preset.stills is not None and encoded.encoding.preset.stills.which != "all"
    )
    likeness = None if poster else compare(encoded.reference, map(_still_sample, files))
    return measured_frames(files, name, encoded, likeness)


def frame_files(encoded: Encoded) -> list[Path]:
    """Return the files of frames that were written, in order."""
    path = encoded.encoding.partial
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _still_sample(file: Path) -> Sample:
    found = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise SourceError("does not read back", where=file.name)
    return sample(_wide(np.asarray(found)[..., ::-1]))


def _wide(picture: NDArray[Any]) -> NDArray[np.uint16]:
    """Return packed R'G'B' of 8 or 16 bits as three planes of 16."""
    wide = picture.astype(np.uint16) * np.uint16(257) if picture.dtype == np.uint8 else picture
    return np.ascontiguousarray(wide.transpose(2, 0, 1))
