"""Sound laid under a picture: mixed, fitted to exactly its length, faded, and at a named loudness.

Everything is worked out once into a WAV of floats at 48 kHz, sample-exact, so
that each deliverable only has to encode it.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import ffmpeg
import numpy as np

from answerprint.measured.sound import SoundLaid
from answerprint.media.sound import fitting
from answerprint.media.sound.loudness import (
    Leveled,
    LoudnessTarget,
    hold_peaks,
    level,
    loudness_target,
    measure_loudness,
    measure_wave,
)
from answerprint.media.sound.options import fit_named
from answerprint.media.sound.plan import Fit, SoundPlan
from answerprint.media.sound.stems import Source, fitted, mix_layout, samples_in, shortfall
from answerprint.media.sound.waves import LAYOUTS, SAMPLE_RATE, Wave, write_wave

__all__ = [
    "Fit",
    "LoudnessTarget",
    "as_delivered",
    "fit_named",
    "lay",
    "loudness_target",
    "measure_loudness",
    "sound_stream",
]

SAFE_PEAK: Final = -1.0
"""dBTP that a sound past full scale is held at where nothing else was asked: EBU R128's limit."""


def lay(plan: SoundPlan, target: Path, seconds: Fraction, rate: Fraction) -> SoundLaid:
    """Write the sound of `plan` to `target` as a WAV of exactly `seconds`, and say what was done.

    `rate` is the picture's, which offsets in frames are counted by. Memory:
    about six times the result, which takes 0.4 MB a second in stereo, and the
    whole source where it is stretched. Raises SourceError where a stem has no
    sound or cannot be stretched as far, EncodeError where ffmpeg fails.
    """
    sources = [Source.of(stem, plan, rate) for stem in plan.stems]
    layout, notes = mix_layout(plan, sources)
    samples = round(seconds * SAMPLE_RATE)
    mix = np.zeros((samples, LAYOUTS[layout]), np.float32)
    for source in sources:
        wave, said = fitted(plan, source, layout, samples)
        mix += wave * np.float32(10 ** (source.stem.gain / 20))
        notes += said
    mix = fitting.fade(mix, samples_in(plan.fade_in), samples_in(plan.fade_out))
    leveled = _leveled(plan, mix, layout)
    write_wave(target, leveled.wave, layout)
    return SoundLaid(
        source=str(plan.stems[0].path),
        source_seconds=sources[0].laid.seconds,
        seconds=float(seconds),
        fit=plan.fit,
        stems=tuple(source.laid for source in sources),
        layout=layout,
        fade_in=plan.fade_in,
        fade_out=plan.fade_out,
        gain=leveled.gain,
        limited=round(leveled.limited, 2),
        before=leveled.before,
        after=leveled.after,
        notes=(*notes, *shortfall(plan, sources, samples), *leveled.notes),
    )


def as_delivered(laid: SoundLaid, path: Path, plan: SoundPlan) -> SoundLaid:
    """Return `laid` with the loudness of the finished file at `path`, and a note where it passes the true peak.

    A lossy codec raises peaks by some tenths of a decibel: what was held before
    it is measured again after it. Raises EncodeError where it has no sound.
    """
    heard = measure_loudness(path)
    over = 0.0
    if plan.peak is not None and heard.true_peak is not None:
        over = heard.true_peak - plan.peak
    notes = (f"its codec raised the true peak {over:.2f} dB past the limit",) if over > 0 else ()
    return laid.model_copy(update={"delivered": heard, "notes": (*laid.notes, *notes)})


def sound_stream(path: Path, encoder: str) -> Any:
    """Return the first audio stream of a file as an ffmpeg-python node, in a layout `encoder` takes.

    Opus knows 5.1 by its back channels only (RFC 7845), where most files have side channels.
    """
    stream = ffmpeg.input(str(path.absolute()))["a:0"]
    if encoder == "libopus":
        return stream.filter("aformat", channel_layouts="mono|stereo|3.0|quad|5.0|5.1|6.1|7.1")
    return stream


def _leveled(plan: SoundPlan, mix: Wave, layout: str) -> Leveled:
    """Bring the mix to the plan's loudness; without one hold its peaks, at full scale where none was named."""
    if plan.loudness is not None:
        rule = plan.loudness.model_copy(update={"true_peak": plan.peak})
        return level(mix, layout, rule)
    before = measure_wave(mix, layout)
    if plan.peak is None and np.abs(mix).max(initial=0.0) <= 1.0:
        return Leveled(mix, before, before)
    return hold_peaks(mix, layout, SAFE_PEAK if plan.peak is None else plan.peak, before)
