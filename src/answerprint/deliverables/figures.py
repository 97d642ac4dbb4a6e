"""The figures of a finished file, put together once its frames have been counted."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash

from answerprint.measured.deliverable import Deliverable, Expected, Likeness
from answerprint.measured.movie import MovieFacts
from answerprint.media.movie.door import Reading
from answerprint.media.sound.waves import read_samples

if TYPE_CHECKING:
    from answerprint.deliverables.encode import Encoded

_BLOCK = 1 << 20


def measured(
    path: Path,
    name: str,
    preset: str,
    expected: Expected,
    facts: MovieFacts,
    reading: Reading,
    likeness: Likeness | None,
    notes: tuple[str, ...],
    *,
    sampled: int | None = None,
) -> Deliverable:
    """Put together what was measured of the file at `path`, its sound decoded and its digest taken.

    `sampled` is how many of its frames were to be decoded where not all were.
    """
    frames = reading.decoded if sampled is None else reading.packets
    samples = read_samples(path) if facts.sound else None
    rate = facts.sound[0].sample_rate if facts.sound else 0
    return Deliverable(
        preset=preset,
        file=name,
        bytes=path.stat().st_size,
        digest=file_digest(path),
        expected=expected,
        facts=facts,
        packets=reading.packets,
        decoded=reading.decoded,
        sampled=sampled,
        likeness=likeness,
        picture_seconds=float(frames / (facts.rate or expected.rate)),
        sound_seconds=samples / rate if samples is not None and rate else None,
        sound_frame=_sound_frame(facts) if facts.sound else None,
        notes=notes,
    )


def measured_frames(
    files: Sequence[Path], name: str, encoded: "Encoded", likeness: Likeness | None
) -> Deliverable:
    """Put together what was measured of frames that were written one by one; their digest is of all, in order."""
    running = xxhash.xxh3_64()
    for file in files:
        running.update(file_digest(file).encode())
    poster = not encoded.encoding.preset.frames
    expected = encoded.expected.model_copy(update={"frames": 1}) if poster else encoded.expected
    return Deliverable(
        preset=encoded.encoding.preset.name,
        file=name,
        bytes=sum(file.stat().st_size for file in files),
        digest=running.hexdigest(),
        expected=expected,
        packets=len(files),
        decoded=len(files),
        likeness=likeness,
        picture_seconds=float(len(files) / expected.rate),
        notes=encoded.notes,
    )


def file_digest(path: Path) -> str:
    """Return the xxh3-64 of a file, as 16 hex digits. Memory: a megabyte."""
    running = xxhash.xxh3_64()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            running.update(block)
    return running.hexdigest()


def _sound_frame(facts: MovieFacts) -> float:
    """Return the length of one audio frame of the codec, in seconds: a sample for PCM."""
    sound = facts.sound[0]
    samples = {"aac": 1024, "opus": 960, "flac": 4608, "mp3": 1152, "ac3": 1536}.get(sound.codec, 1)
    return samples / max(1, sound.sample_rate)
