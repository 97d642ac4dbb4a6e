"""A true-peak limiter that looks ahead: peaks are held, and what lies under the limit passes untouched."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

AHEAD: Final = 240
"""Samples over which the gain comes down before a peak: 5 ms at 48 kHz."""

RELEASE: Final = 2400
"""Samples after which the gain has recovered by 63 %: 50 ms at 48 kHz."""

_TAPS: Final = 24
_BLOCK: Final = 1 << 19

Gain = NDArray[np.float64]


def limit(wave: NDArray[np.float32], ceiling: float) -> tuple[NDArray[np.float32], float]:
    """Hold the true peaks of a sound at `ceiling` dBTP; return it and the most that was taken off, in dB.

    All channels get the same gain, so that the image does not move. `wave` is
    (samples, channels). Peaks are read four times oversampled (ITU-R BS.1770,
    annex 2), which misses up to 0.2 dB: measure afterwards. Memory: the result,
    4 bytes a sample, and 100 MB.
    """
    needed = np.ones(len(wave), np.float32)
    for start, stop in _blocks(len(wave)):
        peaks = true_peaks(wave[max(0, start - _TAPS) : stop + _TAPS])[min(start, _TAPS) :]
        needed[start:stop] = 10 ** (ceiling / 20) / np.maximum(peaks[: stop - start], 1e-9)
    np.minimum(needed, 1.0, out=needed)
    if needed.min(initial=1.0) >= 1.0:
        return wave, 0.0
    limited, last, least = np.empty_like(wave), 1.0, 1.0
    for start, stop in _blocks(len(wave)):
        gain, last = _gain(needed, start, stop, last)
        limited[start:stop] = wave[start:stop] * gain[:, None]
        least = min(least, float(gain.min()))
    return limited, -20 * math.log10(least)


def true_peaks(wave: NDArray[np.float32]) -> Gain:
    """Return the highest magnitude of any channel between each sample and its next, four times oversampled."""
    peaks: Gain = np.abs(wave).max(axis=1, initial=0.0).astype(np.float64)
    reach = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1)
    for between in (0.25, 0.5, 0.75):
        taps = np.sinc(between - reach) * np.kaiser(_TAPS, 5.0)
        taps /= taps.sum()
        for channel in wave.T:
            led = np.pad(channel.astype(np.float64), (_TAPS // 2 - 1, _TAPS // 2))
            np.maximum(peaks, np.abs(np.convolve(led, taps[::-1], mode="valid")), out=peaks)
    return peaks


def _blocks(samples: int) -> list[tuple[int, int]]:
    return [(start, min(start + _BLOCK, samples)) for start in range(0, samples, _BLOCK)]


def _gain(needed: NDArray[np.float32], start: int, stop: int, last: float) -> tuple[Gain, float]:
    """Return the gain of a block, and the unsmoothed gain that its successor goes on from."""
    first, end = start - 2 * AHEAD, stop + 2 * AHEAD
    outside = (max(0, -first), max(0, end - len(needed)))
    around = np.pad(needed[max(0, first) : end], outside, constant_values=1.0)
    held = _released(_lowest(around.astype(np.float64), 2 * AHEAD + 1), last)
    # The mean over a window no wider than the held minimum never rises above what a peak needs.
    window = np.hanning(2 * AHEAD + 3)[1:-1]
    gain = np.convolve(held, window / window.sum(), mode="valid")
    return gain, float(held[stop - start - 1])


def _lowest(values: Gain, width: int) -> Gain:
    """Return the minimum of every `width` neighbours (van Herk's running minimum)."""
    count = len(values) - width + 1
    led = np.pad(values, (0, -len(values) % width), constant_values=1.0).reshape(-1, width)
    forward = np.minimum.accumulate(led, axis=1).ravel()
    backward = np.minimum.accumulate(led[:, ::-1], axis=1)[:, ::-1].ravel()
    lowest: Gain = np.minimum(backward[:count], forward[width - 1 :][:count])
    return lowest


def _released(needed: Gain, last: float) -> Gain:
    """Let the gain fall at once and recover along an exponential; `last` is the gain before the first.

    The reduction is max(what is needed, the last reduction decayed); in logarithms
    the decay is a straight line, which makes that a running maximum.
    """
    decay = np.arange(len(needed) + 1) / RELEASE
    reduction = np.log(np.maximum(1.0 - np.concatenate(([last], needed)), 1e-12))
    held: Gain = 1.0 - np.exp(np.maximum.accumulate(reduction + decay) - decay)
    return held[1:]
