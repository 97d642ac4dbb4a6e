"""A sound to lay under rendered pictures: surf on a shore, deterministic by seed."""

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 48_000
"""Samples a second."""


def write_sound(path: Path, *, seconds: float, seed: int = 0) -> Path:
    """Write stereo surf as 16-bit WAV and return its path: filtered noise that swells about every three seconds."""
    samples = round(seconds * SAMPLE_RATE)
    sides = [_surf(samples, np.random.default_rng((seed, side))) for side in (0, 1)]
    pcm = (np.stack(sides, axis=1) * 20_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())
    return path


def _surf(samples: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return noise that falls off with frequency as water's does, in -1..1."""
    spectrum = np.fft.rfft(random.standard_normal(samples))
    hertz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    noise = np.fft.irfft(spectrum / np.maximum(hertz, 60) ** 0.8, samples)
    time = np.arange(samples) / SAMPLE_RATE
    swell = 0.35 + 0.65 * np.sin(np.pi * time / 3.1 + random.uniform(0, 0.6)) ** 2
    result: NDArray[np.float64] = noise / np.abs(noise).max() * swell
    return result
