"""The limiter: peaks held between the samples, too, and nothing else touched."""

import numpy as np
import pytest

from answerprint.media.sound.limiter import limit, true_peaks
from tests.media.sounds import noise, sine


def decibels(value: float) -> float:
    return float(20 * np.log10(value))


def test_a_peak_between_two_samples_is_seen() -> None:
    time = np.arange(4800)
    wave = np.sin(2 * np.pi * time / 4 + np.pi / 4)[:, None].astype(np.float32)
    assert decibels(float(np.abs(wave).max())) == pytest.approx(-3.01, abs=0.01)
    assert decibels(float(true_peaks(wave)[100:-100].max())) == pytest.approx(0, abs=0.1)


def test_what_lies_under_the_ceiling_passes_untouched() -> None:
    wave = noise(0.5, level=0.05)
    held, taken = limit(wave, -1)
    assert held is wave
    assert taken == 0


@pytest.mark.parametrize("ceiling", [-1.0, -2.0, -9.0])
def test_true_peaks_are_held(ceiling: float) -> None:
    wave = noise(1, level=0.5)
    held, taken = limit(wave, ceiling)
    assert decibels(float(true_peaks(held).max())) <= ceiling + 0.05
    assert taken > 3


def test_both_sides_are_turned_down_together() -> None:
    wave = sine(0.5, level=0.4)
    wave[12_000:12_050, 0] *= 4
    held, _ = limit(wave, -1)
    assert np.allclose(held[:, 0] * wave[:, 1], held[:, 1] * wave[:, 0], atol=1e-6)
    assert not np.allclose(held[:, 1], wave[:, 1], atol=0.05)


def test_sound_away_from_a_peak_keeps_its_level() -> None:
    wave = sine(1, level=0.4)
    wave[24_000:24_010] = 1.5
    held, _ = limit(wave, -1)
    assert np.array_equal(held[:23_000], wave[:23_000])
    assert np.allclose(held[45_000:], wave[45_000:], atol=1e-3)
    assert np.abs(np.diff(held[23_000:24_000], axis=0)).max() < 0.05


@pytest.mark.parametrize("samples", [1, 2, 30, 480])
def test_a_few_samples_are_held(samples: int) -> None:
    held, _ = limit(np.full((samples, 1), 4.0, np.float32), -1)
    assert np.abs(held).max() <= 0.9


def test_blocks_leave_no_trace() -> None:
    """Peaks on both sides of a block's end are held as they are anywhere else."""
    block = 1 << 19
    wave = noise(24, channels=1, level=0.01)
    for at in (block - 300, block - 1, block, block + 200):
        wave[at : at + 5] = 1.5
    moved = np.roll(wave, -100_000, axis=0)
    held = [limit(each, -1)[0] for each in (wave, moved)]
    assert np.allclose(
        held[0][block - 20_000 :][:40_000], held[1][block - 120_000 :][:40_000], atol=1e-5
    )
    assert decibels(float(true_peaks(held[0][block - 4800 :][:9600]).max())) <= -0.95
