"""Fitting a sound to a length, to the sample: offset, trimmed, looped, faded. Arrays in, arrays out.

A wave is (samples, channels) float32 at 48 kHz.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]

_BESIDE: Final = 480
"""Samples on either side of a seam that it is judged by: 10 ms."""

_ATTACK: Final = 96
"""Samples in which a sound that comes in rises: 2 ms, too short to dull a beat and long enough not to click."""


def place(wave: Wave, samples: int, offset: int) -> Wave:
    """Return `samples` of silence with the sound in it, its sample 0 at `offset`; what does not fit is cut."""
    placed = np.zeros((samples, wave.shape[1]), np.float32)
    heard = wave[max(0, -offset) : max(0, samples - offset)]
    start = max(0, offset)
    placed[start : start + len(heard)] = heard
    return placed


def loop(wave: Wave, samples: int, offset: int, overlap: int | None, usual: int) -> Wave:
    """Return the sound repeated to `samples`, so that the end of the whole runs into its beginning, too.

    At every seam the end of the sound overlaps its beginning by `overlap`
    samples, at most half of it; None keeps a seam that is even already and
    overlaps `usual` samples elsewhere. Sample 0 is heard at `offset`, counted
    round the loop; a sound long enough begins later instead.
    """
    if offset < 0 and len(wave) + offset >= samples:
        wave, offset = wave[-offset:], 0
    wrap = usual if overlap is None else overlap
    wave = wave[: samples + wrap]
    if overlap is None:
        overlap = 0 if len(wave) <= samples and even_seam(wave) else usual
    overlap = min(overlap, len(wave) // 2, samples // 2)
    period = len(wave) - overlap
    cycle = wave[:period].copy()
    if overlap:
        cycle[:overlap] = crossfade(wave[period:], wave[:overlap])
    run = np.tile(cycle, (-(-(samples + wrap) // period), 1))
    if samples % period:
        run[:overlap] = wave[:overlap]
        end = min(wrap, samples // 2)
        run[:end] = crossfade(run[samples : samples + end], run[:end])
    return np.roll(run[:samples], offset, axis=0)


def even_seam(wave: Wave) -> bool:
    """Tell whether a sound's end runs into its beginning as it is.

    It does where the step from last to first sample is hardly larger than the
    steps beside it, and the end is at most 6 dB louder than the beginning: a quiet end
    before a loud beginning is an attack, a loud end before a quiet one is a cut.
    """
    if len(wave) < 2 * _BESIDE:
        return False
    head, tail = wave[:_BESIDE], wave[-_BESIDE:]
    step = np.abs(head[0] - tail[-1]).max()
    ordinary = max(np.abs(np.diff(part, axis=0)).max() for part in (head, tail))
    before, after = (float(np.sqrt(np.mean(np.square(part)))) for part in (tail, head))
    return bool(step <= 1.5 * ordinary + 1e-5) and before <= 2 * after + 1e-5


def crossfade(leaving: Wave, coming: Wave) -> Wave:
    """Fade from one sound to another of the same length, at constant power whatever they have in common.

    The one that comes rises within 2 ms, so that its first beat is heard, while
    the other leaves over the whole length. Alike sounds add as amplitudes and
    unlike ones as powers, so their correlation decides by how much both give way.
    """
    count = np.arange(len(coming))[:, None] + 0.5
    rise, fall = np.minimum(1.0, count / _ATTACK), 1.0 - count / max(1, len(coming))
    energy = float(np.sqrt(np.sum(np.square(leaving)) * np.sum(np.square(coming))))
    alike = max(0.0, float(np.sum(leaving * coming)) / energy) if energy > 0 else 0.0
    power = np.sqrt(rise**2 + fall**2 + 2 * alike * rise * fall)
    return ((leaving * fall + coming * rise) / power).astype(np.float32)


def fade(wave: Wave, coming: int, going: int) -> Wave:
    """Return the sound with its first `coming` samples faded in and its last `going` faded out, along a cosine."""
    gain = np.ones(len(wave), np.float32)
    gain[:coming] *= _rise(coming)[: len(wave)]
    if going:
        gain[-going:] *= _rise(going)[::-1][-len(wave) :]
    return wave * gain[:, None]


def _rise(samples: int) -> NDArray[np.float32]:
    ramp = (np.arange(samples) + 0.5) / max(1, samples)
    return (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)
