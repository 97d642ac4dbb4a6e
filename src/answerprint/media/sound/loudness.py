"""Loudness: the rules deliveries ask for, the meter, and bringing a sound to its rule."""

import math
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import ffmpeg
import numpy as np

from answerprint.errors import UsageError
from answerprint.measured.sound import Loudness
from answerprint.media import ffmpeg as program
from answerprint.media.sound.limiter import limit
from answerprint.media.sound.waves import Wave, fed_wave, feed_wave
from answerprint.record import Record, closest

TOLERANCE: Final = 0.2
"""LU that a result may lie from its target: what EBU R128 v4 grants a measurement in quality control."""

MOST_LIMITED: Final = 20.0
"""dB of limiting past which a sound is not driven further towards its target."""

_CLOSE: Final = 0.05
"""LU from the target at which no further pass is made."""
_STEP: Final = 12.0
"""Most dB that one pass changes the gain after the first."""
_PASSES: Final = 10
_MARGIN: Final = 0.05
"""dB under the true peak that the limiter is set to, and comes down by where the meter still reads more."""
_LOUDER: Final = 20.0
"""dB of gain from which a listener is told that noise comes up, too."""


class LoudnessTarget(Record):
    """What a delivery rule asks of loudness."""

    integrated: float
    """Integrated loudness in LUFS."""
    true_peak: float
    """Highest true peak in dBTP."""
    short_term: float | None = None
    """Highest short-term loudness in LUFS, where the rule limits it."""
    momentary: float | None = None
    """Highest momentary loudness in LUFS, which holds where a sound is too short for short-term loudness."""

    def room(self, heard: Loudness) -> float | None:
        """Return the gain in dB that brings what was heard to this rule; None where that has no loudness."""
        if heard.integrated is None:
            return None
        room = [self.integrated - heard.integrated]
        if self.short_term is not None and heard.short_term is not None:
            room.append(self.short_term - heard.short_term)
        elif self.momentary is not None and heard.momentary is not None:
            room.append(self.momentary - heard.momentary)
        return min(room)


TARGETS: Final = {
    "ebu-r128": LoudnessTarget(integrated=-23, true_peak=-1),
    "ebu-r128-s1": LoudnessTarget(integrated=-23, true_peak=-1, short_term=-18, momentary=-15),
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


def measure_loudness(path: Path) -> Loudness:
    """Measure the first audio stream of a file with ffmpeg's ebur128. Raises EncodeError where nothing decodes."""
    with _metered(ffmpeg.input(str(path.absolute()))["a:0"]) as (output, figures):
        program.run(program.command(output), where=path.name)
        return _figures(figures)


def measure_wave(wave: Wave, layout: str) -> Loudness:
    """Measure a sound with ffmpeg's ebur128."""
    with _metered(fed_wave(layout)) as (output, figures):
        feed_wave(output, wave, "loudness")
        return _figures(figures)


@dataclass(frozen=True, slots=True)
class Leveled:
    """A sound brought to a loudness, and how."""

    wave: Wave
    before: Loudness
    after: Loudness
    gain: float = 0.0
    """Gain in dB."""
    limited: float = 0.0
    """Most the limiter took off, in dB."""
    notes: tuple[str, ...] = ()


def level(wave: Wave, layout: str, rule: LoudnessTarget) -> Leveled:
    """Bring a sound to a rule: in one linear gain, and through the limiter only where a peak would pass.

    What limiting takes from the loudness is given back and measured again, until
    the result is at the rule or the limiter takes MOST_LIMITED. True peaks are
    held in any case. Memory: four copies of the wave.
    """
    before = measure_wave(wave, layout)
    gain = rule.room(before)
    if gain is None:
        said = "is too short or quiet to measure" if wave.any() else "is silent"
        held = hold_peaks(wave, layout, rule.true_peak, before)
        return replace(held, notes=(*held.notes, f"the sound {said}; loudness was left alone"))
    best = _nearest(wave, layout, rule, before, gain)
    return replace(best, notes=_notes(best, rule))


def hold_peaks(wave: Wave, layout: str, true_peak: float, before: Loudness) -> Leveled:
    """Limit a sound whose true peak passes `true_peak` dBTP; any other is returned as it is."""
    made = Leveled(wave, before, before)
    ceiling = true_peak
    while (over := _over(made.after, true_peak)) > 0:
        # The meter reads peaks on another grid than the limiter: what it still finds comes off the ceiling.
        ceiling -= _MARGIN + (over if made.limited else 0.0)
        held, taken = limit(wave, ceiling)
        notes = (f"peaks were limited by up to {taken:.1f} dB",)
        made = Leveled(held, before, measure_wave(held, layout), 0.0, taken, notes)
    return made


def _nearest(
    wave: Wave, layout: str, rule: LoudnessTarget, before: Loudness, gain: float
) -> Leveled:
    """Search the gain whose limited result comes nearest to the rule, by the secant through the last two tries."""
    best: Leveled | None = None
    step, last = gain, math.inf
    for _ in range(_PASSES):
        made = _raised(wave, layout, rule, before, gain)
        left = rule.room(made.after) or 0.0
        if best is None or abs(left) < abs(rule.room(best.after) or 0.0):
            best = made
        if abs(left) <= _CLOSE or (left > 0 and made.limited > MOST_LIMITED):
            break
        yielded = 1.0 if math.isinf(last) else (last - left) / step
        step, last = float(np.clip(left / max(yielded, 0.1), -_STEP, _STEP)), left
        gain += step
    assert best is not None
    return best


def _raised(
    wave: Wave, layout: str, rule: LoudnessTarget, before: Loudness, gain: float
) -> Leveled:
    raised = wave * np.float32(10 ** (gain / 20))
    after = measure_wave(raised, layout)
    held = hold_peaks(raised, layout, rule.true_peak, after)
    return replace(held, before=before, gain=round(gain, 2))


def _over(heard: Loudness, true_peak: float) -> float:
    return -math.inf if heard.true_peak is None else heard.true_peak - true_peak


def _notes(made: Leveled, rule: LoudnessTarget) -> tuple[str, ...]:
    notes = list(made.notes)
    short = rule.integrated - (made.after.integrated or 0.0)
    if (rule.room(made.after) or 0.0) > TOLERANCE:
        notes.append(f"its loudness stays {short:.1f} LU under the target, held by its true peak")
    elif short > TOLERANCE:
        notes.append(
            f"its loudest moment stands at the rule's limit, {short:.1f} LU under the target as a whole"
        )
    if made.gain > _LOUDER:
        notes.append(f"it was raised by {made.gain:.1f} dB, and its noise with it")
    return tuple(notes)


@contextmanager
def _metered(stream: Any) -> Iterator[tuple[Any, Path]]:
    """Yield an output that meters the stream, and the file that gets the figures."""
    with tempfile.NamedTemporaryFile(prefix="answerprint-", suffix=".txt") as figures:
        stream = stream.filter("ebur128", metadata=1, peak="true")
        stream = stream.filter("ametadata", mode="print", file=figures.name)
        yield stream.output("-", format="null"), Path(figures.name)


def _figures(path: Path) -> Loudness:
    said = path.read_text(encoding="ascii", errors="replace")
    peaks = [float(v) for v in re.findall(r"r128\.true_peak=([\d.]+)", said)]
    return Loudness(
        integrated=_audible(re.findall(r"r128\.I=(-?[\d.]+)", said)[-1:]),
        short_term=_audible(re.findall(r"r128\.S=(-?[\d.]+)", said)),
        momentary=_audible(re.findall(r"r128\.M=(-?[\d.]+)", said)),
        true_peak=round(20 * math.log10(max(peaks)), 2) if peaks and max(peaks) > 0 else None,
    )


def _audible(values: list[str]) -> float | None:
    """Return the loudest of the printed values; None for silence, which ebur128 prints as -70 or -120."""
    heard = [float(v) for v in values if float(v) > -70]
    return max(heard, default=None)
