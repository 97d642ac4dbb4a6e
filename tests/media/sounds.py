"""Small sounds with a known content, written as WAV, and reading one back."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.media.sound.waves import kept_layout, read_wave, source_facts

Wave = NDArray[np.float32]
RATE = 48_000
EXTENSIBLE = 0xFFFE


def wav(
    path: Path, wave: NDArray[np.floating], *, rate: int = RATE, mask: int | None = None
) -> Path:
    """A WAV of 32-bit floats; `wave` is (samples, channels), `mask` the places of its channels."""
    content = wave.astype("<f4").tobytes()
    width = 4 * wave.shape[1]
    kind = 3 if mask is None else EXTENSIBLE
    head = struct.pack("<HHIIHH", kind, wave.shape[1], rate, rate * width, width, 32)
    if mask is not None:
        head += struct.pack("<HHIH", 22, 32, mask, 3) + bytes.fromhex(
            "000000001000800000aa00389b71"
        )
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(content)) + content
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def read(path: Path) -> Wave:
    """The samples of a file made by us, (samples, channels)."""
    facts, samples = source_facts(path)
    layout = kept_layout(facts)
    assert layout is not None
    return read_wave(path, layout, facts, samples)


def noise(seconds: float, *, channels: int = 2, level: float = 0.1, seed: int = 1) -> Wave:
    made = np.random.default_rng(seed).standard_normal((round(seconds * RATE), channels)) * level
    return made.astype(np.float32)


def sine(seconds: float, hertz: float = 440.0, *, channels: int = 2, level: float = 0.5) -> Wave:
    time = np.arange(round(seconds * RATE)) / RATE
    one = level * np.sin(2 * np.pi * hertz * time)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def clicks(seconds: float, at: tuple[int, ...], *, channels: int = 2) -> Wave:
    """Silence with clicks of half a millisecond that begin at samples `at`."""
    made = np.zeros((round(seconds * RATE), channels), np.float32)
    for start in at:
        made[start : start + 24] = 0.9
    return made


def onsets(wave: Wave) -> list[int]:
    """Samples at which clicks begin: where half the largest magnitude is first passed after 20 ms of less."""
    loud = np.flatnonzero(np.abs(wave[:, 0]) > np.abs(wave[:, 0]).max() / 2)
    return [int(n) for n in loud[np.diff(loud, prepend=-RATE) > RATE // 50]]
