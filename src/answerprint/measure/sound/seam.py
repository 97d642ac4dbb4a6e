"""The spectrum of a sound, and how its end runs into its beginning."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measured.heard import FLOOR, OCTAVES, SoundSeam
from answerprint.media.sound.blocks import Samples

_WINDOW: Final = 0.085
"""Seconds of one spectrum: 4096 samples at 48 kHz."""
_ORDER: Final = 24
"""Samples a sample is predicted from: enough for a dozen resonances."""
_AROUND: Final = 0.05
"""Seconds on either side of the seam that the prediction is learned from."""
_BESIDE: Final = 0.01
"""Seconds on either side of the seam whose own errors a click is compared with."""
_NOISE: Final = 1e-3
"""Noise the prediction is learned with, relative to the sound: -60 dB."""
_AUDIBLE: Final = -70.0
"""Level of a band in dB under which its changes are not heard."""


class Spectrum:
    """Energy of each channel by octave, and how the octaves of all change from window to window."""

    def __init__(self, rate: int, channels: int) -> None:
        self.size = max(64, round(rate * _WINDOW) // 2 * 2)
        self._edges = _edges(rate, self.size)
        self._taper = np.hanning(self.size + 1)[:-1].astype(np.float32)
        self._sum = np.zeros((channels, len(OCTAVES)))
        self._count = 0
        self._last: NDArray[np.float64] | None = None
        self._steps: list[float] = []

    def add(self, block: Samples) -> None:
        """Take the next block; a rest shorter than a window takes no part."""
        for start in range(0, block.shape[1] - self.size + 1, self.size):
            octaves = self.octaves(block[:, start : start + self.size])
            self._sum += octaves
            self._count += 1
            level = _in_db(octaves.sum(axis=0))
            if self._last is not None:
                self._steps.append(step(self._last, level))
            self._last = level

    def octaves(self, window: Samples) -> NDArray[np.float64]:
        """Return the mean square of each octave, (channels, octaves), by Parseval's theorem."""
        power = np.abs(np.fft.rfft(window * self._taper, axis=1)) ** 2
        sums = np.stack([power[:, low:high].sum(axis=1) for low, high in self._edges], axis=1)
        return np.asarray(2 * sums / (self.size * float(np.dot(self._taper, self._taper))))

    def levels(self) -> tuple[tuple[float, ...], ...]:
        """Return the mean level of each octave in dBFS, by channel; nothing where the sound is shorter than a window."""
        if not self._count:
            return ((),) * len(self._sum)
        return tuple(tuple(row) for row in np.round(_in_db(self._sum / self._count), 1).tolist())

    @property
    def usual_step(self) -> float:
        """What nine in ten changes from window to window stay under, in dB."""
        return float(np.quantile(self._steps, 0.9)) if self._steps else 0.0


class Ends:
    """The first and the last tenth of a second of a sound; the last before sample `ending`, where one is given."""

    def __init__(self, rate: int, ending: int | None) -> None:
        self._rate, self._ending = rate, ending
        self._kept = max(round(0.1 * rate), 2 * _ORDER)
        self._head: Samples | None = None
        self._tail: Samples | None = None
        self._at = 0

    def add(self, block: Samples) -> None:
        """Take the next block."""
        left = block.shape[1] if self._ending is None else max(0, self._ending - self._at)
        self._at += block.shape[1]
        block = block[:, :left]
        self._head = _joined(self._head, block[:, : self._kept])[:, : self._kept]
        self._tail = _joined(self._tail, block)[:, -self._kept :].copy()

    def seam(self, spectrum: Spectrum) -> SoundSeam | None:
        """Return how the end runs into the beginning; None for less than a fifth of a second."""
        head, tail = self._head, self._tail
        if head is None or tail is None or self._at < 2 * self._kept or tail.shape[1] < self._kept:
            return None
        level, click = max(
            (click_between(a, b, self._rate) for a, b in zip(tail, head, strict=True)),
            key=lambda found: found[0] * min(found[1], 100),
        )
        last, first = (
            _in_db(spectrum.octaves(part).sum(axis=0))
            for part in (tail[:, -spectrum.size :], head[:, : spectrum.size])
        )
        return SoundSeam(
            click=round(min(click, 1e6), 3),
            level=round(level, 6),
            step=round(step(last, first), 2),
            step_usual=round(spectrum.usual_step, 2),
        )


def click_between(
    tail: NDArray[np.float32], head: NDArray[np.float32], rate: int
) -> tuple[float, float]:
    """Return how badly the seam between two stretches is predicted: against full scale, and against what is beside it.

    Each sample is predicted from the _ORDER before it, by coefficients learned on
    the stretches without the seam: steady tones and noise alike are predicted as
    well across a good seam as elsewhere, a cut wave is not. They are learned as if
    noise lay 60 dB under the sound: without it, sound that a codec has cut at some
    frequency would be predicted so sharply that any seam stood out.
    """
    around = max(4 * _ORDER, round(_AROUND * rate))
    before, after = tail[-around:].astype(np.float64), head[:around].astype(np.float64)
    known = [np.lib.stride_tricks.sliding_window_view(x, _ORDER + 1) for x in (before, after)]
    rows = np.concatenate(known)
    loud = float(np.sqrt((rows**2).mean()))
    ridge = max(_NOISE * loud, 1e-7) * np.sqrt(len(rows))
    system = np.vstack([rows[:, :-1], ridge * np.eye(_ORDER)])
    aim = np.concatenate([rows[:, -1], np.zeros(_ORDER)])
    taps = np.linalg.lstsq(system, aim, rcond=None)[0]
    across = np.concatenate([before[-2 * _ORDER :], after[: 2 * _ORDER]])
    windows = np.lib.stride_tricks.sliding_window_view(across, _ORDER + 1)
    errors = np.abs(windows[:, -1] - windows[:, :-1] @ taps)
    # errors[k] belongs to sample _ORDER + k of `across`; the seam lies before sample 2 * _ORDER.
    at_seam = float(errors[_ORDER : 2 * _ORDER].max())
    near = round(_BESIDE * rate)
    beside = [np.abs(part[:, -1] - part[:, :-1] @ taps) for part in known]
    usual = max(float(beside[0][-near:].max()), float(beside[1][:near].max()))
    return at_seam, at_seam / max(usual, _NOISE * loud, 1e-7)


def step(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return how far two spectra in dB lie apart: the mean over the bands that are audible in either."""
    first, second = np.maximum(before, _AUDIBLE), np.maximum(after, _AUDIBLE)
    heard = (first > _AUDIBLE) | (second > _AUDIBLE)
    return float(np.abs(second - first)[heard].mean()) if heard.any() else 0.0


def _edges(rate: int, size: int) -> list[tuple[int, int]]:
    low = [max(1, round(edge * size / rate)) for edge in OCTAVES]
    return [
        (min(a, size), min(b, size)) for a, b in zip(low, [*low[1:], size // 2 + 1], strict=True)
    ]


def _in_db(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum(10 * np.log10(power + 1e-20), FLOOR))


def _joined(before: Samples | None, after: Samples) -> Samples:
    return after if before is None else np.concatenate([before, after], axis=1)
