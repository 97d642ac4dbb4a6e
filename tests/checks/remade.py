"""Small real movies, and what can be done to them without encoding again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.checks.catalogue import CHECKS
from answerprint.checks.check import Breach, Subject
from answerprint.checks.limits import Limits
from answerprint.measure.container import measure_container
from answerprint.measured.clips import Measurements, MovieMeasures
from answerprint.measured.frames import FrameLevels
from answerprint.media import ffmpeg as program
from answerprint.media.movie.coded import CodedPictures
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.order import Order
from tests.checks.blinded import blinded
from tests.made import SIZE


def remuxed(path: Path, source: Path, *options: str, before: tuple[str, ...] = ()) -> Path:
    """A stream copy of `source`, with ffmpeg's options for the output, and those for the input `before` it."""
    arguments = ["-loglevel", "error", "-y", *before, "-i", str(source), "-c", "copy", *options]
    program.run([program.program(), *arguments, str(path)], where=path.name)
    return path


def filtered(path: Path, source: Path, metadata: str) -> Path:
    """A stream copy whose H.264 headers say other things than they did, and whose container what it said."""
    return remuxed(path, source, "-movflags", "write_colr", "-bsf:v", f"h264_metadata={metadata}")


def patched(path: Path, source: Path, kind: bytes, offset: int, content: bytes) -> Path:
    """A copy with other bytes at an offset into the content of the first box of that type behind the file's first."""
    file = bytearray(source.read_bytes())
    at = file.index(kind, 32) + 4 + offset
    file[at : at + len(content)] = content
    path.write_bytes(file)
    return path


def described(path: Path) -> MovieMeasures:
    """What `measure_movie` says of a movie's container, without looking at its pictures."""
    reading, coded = Reading(), CodedPictures()
    reading.coded = coded
    shown = list(read_frames(path, reading))
    frames = [
        FrameLevels(number=n, time=float(f.time) if f.time is not None else None)
        for n, f in enumerate(shown)
    ]
    return MovieMeasures(
        place=str(path),
        facts=probe(path),
        packets=reading.packets,
        frames=tuple(frames),
        sizes={f"{f.picture.width}x{f.picture.height}": 0 for f in shown[:1]},
        container=measure_container(path, coded),
    )


def found_in(path: Path, limits: Mapping[str, Any] | None = None) -> dict[str, list[Breach]]:
    """What each of the checks of containers and codecs finds in a movie, those without a finding left out."""
    return found_of(described(path), limits)


def found_of(
    movie: MovieMeasures, limits: Mapping[str, Any] | None = None
) -> dict[str, list[Breach]]:
    """What each of them finds in measurements, as far as it can be judged."""
    subject = Subject(Order(), Measurements(movie=movie), Limits.model_validate(limits or {}))
    own = [check for check in CHECKS if check.family in ("container", "codec")]
    judged = {
        check.id: list(check.judge(blinded(subject, check)))
        for check in own
        if not check.lacks(subject)
    }
    return {id_: found for id_, found in judged.items() if found}


def moving(count: int, size: tuple[int, int] = SIZE) -> list[NDArray[np.uint8]]:
    """Pictures of a texture that moves by three pixels a frame, quickly made."""
    wide, high = size
    texture = np.random.default_rng(1).integers(40, 216, (high, wide + 3 * count, 3), np.uint8)
    soft = cv2.GaussianBlur(texture, (0, 0), 2)
    return [np.ascontiguousarray(soft[:, 3 * n : 3 * n + wide]) for n in range(count)]
