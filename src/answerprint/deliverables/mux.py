"""Laying sound under a picture without touching the picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import ffmpeg

from answerprint.deliverables.figures import measured
from answerprint.deliverables.seal import partial_path, refuse_existing, seal, work_folder
from answerprint.errors import EncodeError, SourceError, UsageError
from answerprint.measured.deliverable import Deliverable, Expected
from answerprint.measured.movie import MovieFacts
from answerprint.media import ffmpeg as program
from answerprint.media.audio import fit_named, fit_sound, loudness_target, sound_stream
from answerprint.media.movie import Reading, digest_packets, probe, read_frames
from answerprint.progress import Progress, silent
from answerprint.record import Record, closest


class Carrier(Record):
    """A container that picture is copied into, and the sound it carries best."""

    format: str
    """ffmpeg muxer."""
    encoder: str
    """ffmpeg sound encoder."""
    codec: str
    """Name of the decoder that has to recognise the sound."""
    bit_rate: str | None = None
    """Bit rate of lossy sound."""
    pictures: frozenset[str] | None = None
    """Picture codecs it takes; None for nearly all."""


CARRIERS: Final = {
    ".mp4": Carrier(format="mp4", encoder="aac", codec="aac", bit_rate="256k"),
    ".m4v": Carrier(format="mp4", encoder="aac", codec="aac", bit_rate="256k"),
    ".mov": Carrier(format="mov", encoder="pcm_s24le", codec="pcm_s24le"),
    ".webm": Carrier(
        format="webm",
        encoder="libopus",
        codec="opus",
        bit_rate="160k",
        pictures=frozenset({"vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9"}),
    ),
    ".mkv": Carrier(format="matroska", encoder="flac", codec="flac"),
}
"""Containers by file name extension."""


def mux(
    video: str | Path,
    audio: str | Path,
    out: str | Path,
    *,
    fit: str = "trim",
    fade: float = 0.0,
    loudness: str | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Deliverable:
    """Copy the picture of `video` to `out` with `audio` laid under it, and prove the result.

    Sound the video had is left out. The sound is made to end with the picture,
    to the sample before encoding and within one audio frame after. `out` appears
    once it is proven. Raises UsageError for a container, fit or loudness that
    does not exist, SourceError for an input that cannot be read, EncodeError
    where the result is not what it has to be, StorageError where `out` exists
    and `overwrite` is not set, or the disk refuses.
    """
    video, out = Path(video), Path(out)
    how, rule = fit_named(fit), loudness_target(loudness) if loudness else None
    refuse_existing(out, overwrite=overwrite)
    facts = probe(video)
    carrier = _carrier(out, facts)
    seconds, frames = _length(video, facts)
    partial = partial_path(out)
    with work_folder(out.parent) as work, _removed(partial):
        progress("laying sound", 0, None)
        laid = fit_sound(
            Path(audio), work / "sound.wav", seconds, fit=how, fade=fade, loudness=rule
        )
        program.run(_command(video, work / "sound.wav", partial, carrier), where=out.name)
        made = _proven(video, partial, out, _expected(facts, frames, carrier))
        seal(partial, out)
    return made.model_copy(update={"sound": laid})


def _carrier(out: Path, facts: MovieFacts) -> Carrier:
    carrier = CARRIERS.get(out.suffix.lower())
    if carrier is None:
        raise UsageError(
            f"no container is called {out.suffix!r}, {closest(out.suffix, CARRIERS)}",
            where=str(out),
        )
    if carrier.pictures is not None and facts.codec not in carrier.pictures:
        raise UsageError(
            f"{facts.codec} pictures do not go into {out.suffix} without encoding",
            where=str(out),
            hint="name the result .mp4, .mov or .mkv, or use deliver --preset vp9-web",
        )
    return carrier


def _length(video: Path, facts: MovieFacts) -> tuple[Fraction, int]:
    """Return how long the picture is shown and how many frames decode."""
    times = [frame.time for frame in read_frames(video, Reading())]
    if not times:
        raise SourceError("not one frame decodes", where=str(video))
    known = [time for time in times if time is not None]
    steps = sorted(b - a for a, b in pairwise(known))
    if facts.rate and (
        not steps or abs(1 / facts.rate - steps[len(steps) // 2]) < Fraction(1, 500)
    ):
        return Fraction(len(times)) / facts.rate, len(times)
    if not steps:
        raise SourceError("has no times to lay sound to", where=str(video))
    return known[-1] - known[0] + steps[len(steps) // 2], len(times)


def _command(video: Path, sound: Path, partial: Path, carrier: Carrier) -> list[str]:
    streams = [ffmpeg.input(str(video))["v:0"], sound_stream(sound, carrier.encoder)]
    options: dict[str, Any] = {
        "vcodec": "copy",
        "acodec": carrier.encoder,
        "format": carrier.format,
    }
    if carrier.bit_rate:
        options["b:a"] = carrier.bit_rate
    if carrier.format == "mp4":
        options["movflags"] = "+faststart"
    return program.command(ffmpeg.output(*streams, str(partial), **options))


def _expected(facts: MovieFacts, frames: int, carrier: Carrier) -> Expected:
    return Expected(
        frames=frames,
        rate=facts.rate or Fraction(24),
        size=facts.size,
        codec=facts.codec,
        pixel_format=facts.pixel_format or "",
        color=facts.color,
        sound=carrier.codec,
        faststart=carrier.format == "mp4",
    )


def _proven(video: Path, partial: Path, out: Path, expected: Expected) -> Deliverable:
    if digest_packets(video) != digest_packets(partial):
        raise EncodeError(
            "the copied picture is not the source's, packet for packet", where=str(out)
        )
    reading = Reading()
    for _ in read_frames(partial, reading):
        pass
    return measured(partial, out.name, "mux", expected, probe(partial), reading, None, ())


@contextmanager
def _removed(partial: Path) -> Iterator[None]:
    try:
        yield
    finally:
        partial.unlink(missing_ok=True)
