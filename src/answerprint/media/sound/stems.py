"""The sounds of a mix: looked at, read, and each made as long as the picture."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from answerprint.errors import SourceError
from answerprint.measured.movie import SoundFacts
from answerprint.measured.sound import StemLaid
from answerprint.media.sound import fitting
from answerprint.media.sound.plan import CROSSFADE, Channels, Fit, SoundPlan, Stem
from answerprint.media.sound.waves import (
    LAYOUTS,
    SAMPLE_RATE,
    Wave,
    kept_layout,
    read_wave,
    source_facts,
    stretch,
)

LOUDEST: Final = 1e5
"""Magnitude from which a sample is damage: 100 dB above full scale."""

_STRETCHES: Final = (Fraction(1, 20), Fraction(20))
"""Least and most that a sound's length is multiplied by: past this nothing of it is recognised."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a stem's file holds, and when it begins."""

    stem: Stem
    facts: SoundFacts
    count: int
    """Samples at its own rate."""
    start: int
    """When its sample 0 is heard, in samples at 48 kHz after frame 0."""

    @classmethod
    def of(cls, stem: Stem, plan: SoundPlan, rate: Fraction) -> "Source":
        """Look at a stem's file, under a picture of `rate` frames a second. Raises SourceError."""
        start = plan.offset.samples(rate) + stem.offset.samples(rate)
        return cls(stem, *source_facts(stem.path), start)

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.stem.path.name

    @property
    def samples(self) -> int:
        """Length in samples at 48 kHz."""
        return max(1, round(Fraction(self.count * SAMPLE_RATE, self.facts.sample_rate)))

    @property
    def laid(self) -> StemLaid:
        """What a report says of it."""
        return StemLaid(
            source=str(self.stem.path),
            seconds=round(self.count / self.facts.sample_rate, 4),
            layout=self.facts.layout,
            gain=self.stem.gain,
            start=round(self.start / SAMPLE_RATE, 6),
        )


def mix_layout(plan: SoundPlan, sources: list[Source]) -> tuple[str, tuple[str, ...]]:
    """Return the layout of the mix, and what a listener should know of it."""
    if plan.channels is not Channels.KEEP:
        return plan.channels.value, ()
    layouts = [kept for source in sources if (kept := kept_layout(source.facts)) is not None]
    notes = tuple(
        f"{source.name} has a layout that deliverables do not carry ({source.facts.layout}); "
        "its channels were mixed"
        for source in sources
        if kept_layout(source.facts) is None
    )
    return max(layouts or ["stereo"], key=LAYOUTS.__getitem__), notes


def fitted(
    plan: SoundPlan, source: Source, layout: str, samples: int
) -> tuple[Wave, tuple[str, ...]]:
    """Return one stem as long as the picture, and what a listener should know of it. Raises SourceError."""
    start, overlap = source.start, samples_in(CROSSFADE)
    if plan.crossfade is not None:
        overlap = samples_in(plan.crossfade)
    most = source.samples if plan.fit is Fit.STRETCH else samples + abs(start) + overlap
    wave = read_wave(source.stem.path, layout, source.facts, min(most, source.samples))
    wave, notes = _sane(wave, source.name)
    if plan.fit is Fit.LOOP:
        keep = plan.crossfade is None
        return fitting.loop(wave, samples, start, None if keep else overlap, overlap), notes
    if plan.fit is Fit.STRETCH and start < samples:
        wave, said = _stretched(plan, source, wave, layout, samples - max(0, start))
        return fitting.place(wave, samples, max(0, start)), notes + said
    return fitting.place(wave, samples, start), notes


def shortfall(plan: SoundPlan, sources: list[Source], samples: int) -> tuple[str, ...]:
    """Say where trimmed or padded sound leaves the picture silent."""
    if plan.fit not in (Fit.TRIM, Fit.PAD):
        return ()
    ends = [source.start + source.samples for source in sources]
    notes = [
        f"nothing of {source.name} is heard: it lies outside the picture"
        for source, end in zip(sources, ends, strict=True)
        if end <= 0 or source.start >= samples
    ]
    missing = (samples - max(0, *ends)) / SAMPLE_RATE
    if missing > 0.001:
        notes.append(f"the sound is {missing:.3f} s shorter than the picture; silence was added")
    return tuple(notes)


def samples_in(seconds: float) -> int:
    """Return how many samples at 48 kHz lie in `seconds`."""
    return round(seconds * SAMPLE_RATE)


def _stretched(
    plan: SoundPlan, source: Source, wave: Wave, layout: str, samples: int
) -> tuple[Wave, tuple[str, ...]]:
    """Stretch what is left of a sound after its offset to what is left of the picture."""
    wave = wave[max(0, -source.start) :]
    times = Fraction(samples, max(1, len(wave)))
    if not len(wave) or not _STRETCHES[0] <= times <= _STRETCHES[1]:
        raise SourceError(
            f"cannot be stretched from {len(wave) / SAMPLE_RATE:.3f} s to {samples / SAMPLE_RATE:.3f} s",
            where=str(source.stem.path),
            hint="fit it by trim, pad or loop",
        )
    made = stretch(wave, samples, layout, keep_pitch=plan.keep_pitch)
    if 0.5 <= times <= 2:
        return made, ()
    return made, (f"the sound was stretched {float(times):.2f} times, which can be heard",)


def _sane(wave: Wave, name: str) -> tuple[Wave, tuple[str, ...]]:
    """Silence samples that are no numbers, or too large to be sound."""
    bad = ~(np.abs(wave) < LOUDEST)
    if not bad.any():
        return wave, ()
    wave[bad] = 0.0
    return wave, (f"{int(bad.sum())} samples of {name} are no sound; they were silenced",)
