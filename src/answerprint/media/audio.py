"""Sound fitted to a picture: exactly as long, faded, and at a named loudness.

Everything is worked out once into a WAV of floats at 48 kHz, sample-exact, so
that each deliverable only has to encode it.
"""

import math
import re
import tempfile
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import ffmpeg

from answerprint.errors import SourceError, UsageError
from answerprint.measured.sound import Loudness, SoundLaid
from answerprint.media import ffmpeg as program
from answerprint.media.movie import probe_sound, read_samples
from answerprint.record import Record, closest

SAMPLE_RATE: Final = 48_000
"""Samples a second of all sound we make: what picture is cut to (AES5), and what Opus is defined at."""


class Fit(StrEnum):
    """How a sound becomes as long as its picture."""

    TRIM = "trim"
    """Cut what is too long; what is too short ends in silence."""
    PAD = "pad"
    """Add silence; what is too long is cut."""
    LOOP = "loop"
    """Repeat it until the picture ends."""
    STRETCH = "stretch"
    """Change its speed and keep its pitch."""


def fit_named(name: str) -> Fit:
    """Return the Fit of that name. Raises UsageError."""
    if name not in list(Fit):
        raise UsageError(f"no fit is called {name!r}, {closest(name, Fit)}")
    return Fit(name)


class LoudnessTarget(Record):
    """What a delivery rule asks of loudness."""

    integrated: float
    """Integrated loudness in LUFS."""
    true_peak: float
    """Highest true peak in dBTP."""
    short_term: float | None = None
    """Highest short-term loudness in LUFS, where the rule limits it."""


TARGETS: Final = {
    "ebu-r128": LoudnessTarget(integrated=-23, true_peak=-1),
    "ebu-r128-s1": LoudnessTarget(integrated=-23, true_peak=-1, short_term=-18),
    "atsc-a85": LoudnessTarget(integrated=-24, true_peak=-2),
    "web-14": LoudnessTarget(integrated=-14, true_peak=-1),
}
"""Rules by name: EBU R128 v4, its supplement 1 for short form, ATSC A/85, and the -14 LUFS web players level to."""


def loudness_target(name: str) -> LoudnessTarget:
    """Return the rule of that name, or a plain target in LUFS such as `-16`. Raises UsageError."""
    if name in TARGETS:
        return TARGETS[name]
    if re.fullmatch(r"-\d{1,2}(\.\d+)?", name):
        return LoudnessTarget(integrated=float(name), true_peak=-1)
    raise UsageError(
        f"no loudness is called {name!r}, {closest(name, TARGETS)}, or a number such as -16"
    )


def fit_sound(
    source: Path,
    target: Path,
    seconds: Fraction,
    *,
    fit: Fit = Fit.TRIM,
    fade: float = 0.0,
    loudness: LoudnessTarget | None = None,
) -> SoundLaid:
    """Write the first audio stream of `source` to `target` as a WAV of exactly `seconds`, and say what was done.

    `fade` is the length of a fade at either end, in seconds. Raises SourceError
    where there is no sound in `source`, EncodeError where ffmpeg fails.
    """
    length = _length(source)
    samples = round(seconds * SAMPLE_RATE)
    notes = _notes(length, float(seconds), fit)
    fitted = _fitted(ffmpeg.input(str(source))["a:0"], length, samples, fit, fade)
    laid = SoundLaid(
        source=str(source),
        source_seconds=round(length, 4),
        seconds=float(seconds),
        fit=fit,
        notes=notes,
    )
    if loudness is None:
        _write(fitted, target, source)
        return laid
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sound-") as work:
        level = Path(work) / "fitted.wav"
        _write(fitted, level, source)
        leveled = _level(level, target, loudness)
        return laid.model_copy(update=leveled | {"notes": (*notes, *leveled["notes"])})


def sound_stream(path: Path, encoder: str) -> Any:
    """Return the first audio stream of a file as an ffmpeg-python node, in a layout `encoder` takes.

    Opus knows 5.1 by its back channels only (RFC 7845), where most files have side channels.
    """
    stream = ffmpeg.input(str(path))["a:0"]
    if encoder == "libopus":
        return stream.filter("aformat", channel_layouts="mono|stereo|3.0|quad|5.0|5.1|6.1|7.1")
    return stream


def measure_loudness(path: Path) -> Loudness:
    """Measure the first audio stream of a file. Raises SourceError or EncodeError."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as figures:
        stream = ffmpeg.input(str(path))["a:0"].filter("ebur128", metadata=1, peak="true")
        stream = stream.filter("ametadata", mode="print", file=figures.name)
        program.run(program.command(stream.output("-", format="null")), where=str(path))
        said = Path(figures.name).read_text(encoding="ascii", errors="replace")
    peaks = [float(v) for v in re.findall(r"r128\.true_peak=([\d.]+)", said)]
    return Loudness(
        integrated=_audible(re.findall(r"r128\.I=(-?[\d.]+)", said)[-1:]),
        short_term=_audible(re.findall(r"r128\.S=(-?[\d.]+)", said)),
        momentary=_audible(re.findall(r"r128\.M=(-?[\d.]+)", said)),
        true_peak=round(_decibels(max(peaks)), 2) if peaks and max(peaks) > 0 else None,
    )


def _length(source: Path) -> float:
    facts = probe_sound(source)
    if not facts:
        raise SourceError("holds no sound", where=str(source))
    samples = read_samples(source)
    if not samples or not facts[0].sample_rate:
        raise SourceError("its sound is empty", where=str(source))
    return samples / facts[0].sample_rate


def _notes(length: float, seconds: float, fit: Fit) -> tuple[str, ...]:
    difference = seconds - length
    if fit in (Fit.TRIM, Fit.PAD) and difference > 0.001:
        return (f"the sound is {difference:.3f} s shorter than the picture; silence was added",)
    if fit is Fit.STRETCH and not 0.5 <= length / seconds <= 2:
        return (f"the sound was stretched {seconds / length:.2f} times, which can be heard",)
    return ()


def _fitted(stream: Any, length: float, samples: int, fit: Fit, fade: float) -> Any:
    seconds = samples / SAMPLE_RATE
    stream = stream.filter("aresample", SAMPLE_RATE)
    if fit is Fit.STRETCH:
        stream = _stretched(stream, length / seconds)
    elif fit is Fit.LOOP and length < seconds:
        stream = stream.filter("aloop", loop=-1, size=round(length * SAMPLE_RATE))
    stream = stream.filter("atrim", end_sample=samples).filter("apad", whole_len=samples)
    if fade > 0:
        out = max(0.0, seconds - fade)
        stream = stream.filter("afade", type="in", duration=fade)
        stream = stream.filter("afade", type="out", start_time=out, duration=fade)
    return stream


def _stretched(stream: Any, tempo: float) -> Any:
    if "rubberband" in program.filters():
        return stream.filter("rubberband", tempo=tempo)
    while tempo < 0.5:  # atempo's own lower bound
        stream, tempo = stream.filter("atempo", 0.5), tempo / 0.5
    return stream.filter("atempo", tempo)


def _level(source: Path, target: Path, rule: LoudnessTarget) -> dict[str, Any]:
    """Bring `source` to the rule in one linear gain; limit peaks only where the gain alone would pass them."""
    before = measure_loudness(source)
    stream = ffmpeg.input(str(source))["a:0"]
    if before.integrated is None:
        _write(stream, target, source)
        return {
            "before": before,
            "after": before,
            "notes": ("the sound is silent; loudness was left alone",),
        }
    gain = rule.integrated - before.integrated
    if rule.short_term is not None and before.short_term is not None:
        gain = min(gain, rule.short_term - before.short_term)
    stream = stream.filter("volume", f"{gain}dB", precision="float")
    notes: tuple[str, ...] = ()
    if before.true_peak is not None and before.true_peak + gain > rule.true_peak:
        stream, notes = (
            _limited(stream, rule.true_peak),
            ("peaks were limited to reach the loudness",),
        )
    _write(stream, target, source)
    return {
        "gain": round(gain, 2),
        "before": before,
        "after": measure_loudness(target),
        "notes": notes,
    }


def _limited(stream: Any, true_peak: float) -> Any:
    # A limiter sees samples; four times oversampled they come within 0.2 dB of the true peak (BS.1770 annex 2).
    limit = 10 ** ((true_peak - 0.3) / 20)
    stream = stream.filter("aresample", SAMPLE_RATE * 4)
    stream = stream.filter(
        "alimiter", limit=limit, attack=2, release=50, level="disabled", latency=1
    )
    return stream.filter("aresample", SAMPLE_RATE)


def _write(stream: Any, target: Path, source: Path) -> None:
    output = stream.output(
        str(target), format="wav", acodec="pcm_f32le", ar=SAMPLE_RATE, map_metadata=-1
    )
    program.run(program.command(output), where=str(source))


def _audible(values: list[str]) -> float | None:
    """Return the loudest of the printed values; None for silence, which ebur128 prints as -70 or -120."""
    heard = [float(v) for v in values if float(v) > -70]
    return max(heard, default=None)


def _decibels(ratio: float) -> float:
    return 20 * math.log10(ratio)
