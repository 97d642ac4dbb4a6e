"""Laying sound under a picture without touching the picture."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Unpack

import ffmpeg

from answerprint.deliverables.carrier import Carrier, SoundCoding, carrier_for, coding_for
from answerprint.deliverables.figures import measured
from answerprint.deliverables.seal import partial_path, refuse_existing, seal, work_folder
from answerprint.errors import EncodeError, SourceError, UsageError
from answerprint.measured.deliverable import Deliverable, Expected
from answerprint.measured.movie import MovieFacts
from answerprint.measured.sound import SoundLaid
from answerprint.media import ffmpeg as program
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.packets import digest_packets
from answerprint.media.movie.probing import probe
from answerprint.media.sound.laid import as_delivered, lay, sound_stream
from answerprint.media.sound.options import SoundOptions, plan_sound
from answerprint.media.sound.plan import SoundPlan
from answerprint.progress import Progress, silent

_SPARE: Final = 0.2
"""dB that sound is laid lower on top of what its codec added: another wave rises by another amount."""


def mux(
    video: str | Path,
    audio: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    codec: str | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
    **sound: Unpack[SoundOptions],
) -> Deliverable:
    """Copy the picture of `video` to `out` with `audio` laid under it, and prove the result.

    `audio` is a file, `FILE@GAIN`, or several that are mixed; `sound` are the
    options of `plan_sound`. `codec` is one of CODINGS, the container's best by
    default. Sound the video had is left out. Sample 0 of the sound is heard with
    the first frame, and the sound ends with the picture, to the sample before
    encoding and within one audio frame after. `out` appears once it is proven.
    Raises UsageError for a container, codec or option that does not exist,
    SourceError for an input that cannot be read, EncodeError where the result is
    not what it has to be, StorageError where `out` exists and `overwrite` is not
    set, or the disk refuses.
    """
    video, out = Path(video), Path(out)
    plan = plan_sound(audio, **sound)
    if plan is None:
        raise UsageError("there is no sound to lay", where="audio", hint="name a sound file")
    refuse_existing(out, overwrite=overwrite)
    facts = probe(video)
    carrier = carrier_for(out, facts.codec)
    coding = coding_for(out, carrier, codec)
    timing = _timing(video, facts)
    expected = _expected(facts, timing, carrier, coding)
    partial = partial_path(out)
    with work_folder(out.parent) as work, _removed(partial):
        progress("laying sound", 0, None)

        def encoded(plan: SoundPlan) -> SoundLaid:
            laid = lay(plan, work / "sound.wav", timing.seconds, expected.rate)
            command = _command(video, timing.first, work / "sound.wav", partial, carrier, coding)
            program.run(command, where=out.name)
            return laid

        laid = _under_peak(plan, partial, encoded)
        made = _proven(video, partial, out, expected)
        seal(partial, out)
    return made.model_copy(update={"sound": laid})


def _under_peak(
    plan: SoundPlan, partial: Path, encode: Callable[[SoundPlan], SoundLaid]
) -> SoundLaid:
    """Lay and encode a plan; where the codec raised a peak past the limit, once more with that much less."""
    laid = encode(plan)
    if plan.peak is None:
        return laid
    laid = as_delivered(laid, partial, plan)
    over = _over(laid, plan.peak)
    if over <= 0:
        return laid
    lower = plan.model_copy(update={"true_peak": plan.peak - over - _SPARE})
    return as_delivered(encode(lower), partial, plan)


def _over(laid: SoundLaid, peak: float) -> float:
    """Return by how much the finished file passes a true peak, in dB."""
    heard = laid.delivered.true_peak if laid.delivered else None
    return 0.0 if heard is None else heard - peak


@dataclass(frozen=True, slots=True)
class _Timing:
    """When the pictures of a movie are shown."""

    first: Fraction
    """Time of the first frame in seconds, by the container's clock."""
    seconds: Fraction
    """How long they are shown."""
    frames: int


def _timing(video: Path, facts: MovieFacts) -> _Timing:
    times = [frame.time for frame in read_frames(video, Reading())]
    if not times:
        raise SourceError("not one frame decodes", where=str(video))
    known = [time for time in times if time is not None]
    first = known[0] if known else Fraction(0)
    steps = sorted(b - a for a, b in pairwise(known))
    if facts.rate and (
        not steps or abs(1 / facts.rate - steps[len(steps) // 2]) < Fraction(1, 500)
    ):
        return _Timing(first, Fraction(len(times)) / facts.rate, len(times))
    if not steps:
        raise SourceError("has no times to lay sound to", where=str(video))
    return _Timing(first, known[-1] - first + steps[len(steps) // 2], len(times))


def _command(
    video: Path, first: Fraction, sound: Path, partial: Path, carrier: Carrier, coding: SoundCoding
) -> list[str]:
    # ffmpeg would set the earliest stream of the movie to 0, which may be its own
    # old sound: the pictures' own first time is set to 0 instead.
    placed = {"copyts": None, "itsoffset": f"{-float(first):.9f}"}
    streams = [
        ffmpeg.input(str(video.absolute()), **placed)["v:0"],
        sound_stream(sound, coding.encoder),
    ]
    options: dict[str, Any] = {
        "vcodec": "copy",
        "acodec": coding.encoder,
        "format": carrier.format,
    }
    if coding.bit_rate:
        options["b:a"] = coding.bit_rate
    if carrier.format == "mp4":
        options["movflags"] = "+faststart"
    return program.command(ffmpeg.output(*streams, str(partial.absolute()), **options))


def _expected(
    facts: MovieFacts, timing: _Timing, carrier: Carrier, coding: SoundCoding
) -> Expected:
    return Expected(
        frames=timing.frames,
        rate=facts.rate or Fraction(24),
        size=facts.size,
        codec=facts.codec,
        pixel_format=facts.pixel_format or "",
        color=facts.color,
        sound=coding.codec,
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
    if reading.decoded != expected.frames:
        raise EncodeError(
            f"{reading.decoded} frames are shown where the source shows {expected.frames}",
            where=str(out),
            hint="frames hidden by an edit list stay hidden in .mp4 and .mov only",
        )
    return measured(partial, out.name, "mux", expected, probe(partial), reading, None, ())


@contextmanager
def _removed(partial: Path) -> Iterator[None]:
    try:
        yield
    finally:
        partial.unlink(missing_ok=True)
