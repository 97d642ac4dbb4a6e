"""Tops of waves: cut off or round."""

import numpy as np
import pytest

from answerprint.measure.sound.tops import Runs, Tops
from tests.media.sounds import RATE, Wave, noise, sine


def tops_of(wave: Wave, block: int = RATE) -> Tops:
    """The tops of the first channel, taken in blocks."""
    magnitude = np.abs(wave[:, 0]).astype(np.float32)
    tops = Tops()
    for at in range(0, len(magnitude), block):
        tops.add(magnitude[at : at + block], at)
    tops.full.close()
    return tops


def voice(seconds: float = 2) -> Wave:
    """Harmonics that swell and fade, as a voice's do."""
    time = np.arange(round(seconds * RATE)) / RATE
    swell = np.abs(np.sin(2 * np.pi * 1.7 * time)) ** 2 * (
        0.4 + 0.3 * np.sin(2 * np.pi * 0.3 * time)
    )
    made = swell * sum(np.sin(2 * np.pi * 140 * n * time + n * n) / n for n in range(1, 9))
    return np.asarray(0.5 * (made / np.abs(made).max())[:, None], np.float32)


def cut(wave: Wave, share: float) -> Wave:
    """Cut off at that share of the peak."""
    level = share * np.abs(wave).max()
    return np.clip(wave, -level, level)


def test_a_run_goes_on_over_blocks() -> None:
    runs = Runs()
    for at, mask in ((0, [0, 0, 1, 1]), (4, [1, 1, 0, 0]), (8, [1, 1, 0, 1]), (12, [0, 1, 1, 1])):
        runs.add(np.array(mask, bool), at)
    runs.close()
    assert (runs.runs, runs.samples) == ([(2, 4), (13, 3)], 7)


def test_waves_that_were_cut_and_turned_down_are_flat() -> None:
    whole, flat = tops_of(voice()), tops_of(0.3 * cut(voice(), 0.6))
    assert whole.flat.samples == 0
    assert flat.flat.samples > 500
    assert flat.peak == pytest.approx(0.09, rel=1e-3)
    assert flat.full.samples == 0


def test_flat_tops_survive_rounding_to_16_bits_and_blocks_of_any_size() -> None:
    rounded = np.rint(0.5 * cut(voice(), 0.7) * 32768) / 32768
    assert tops_of(rounded).flat.samples > 200
    assert tops_of(rounded, 1000).flat.samples == pytest.approx(
        tops_of(rounded).flat.samples, rel=0.02
    )


def test_a_higher_peak_makes_flat_tops_ordinary() -> None:
    wave = cut(voice(), 0.6)
    wave[-1000] = 0.5
    assert tops_of(wave).flat.samples == 0


@pytest.mark.parametrize("hertz", [20, 50, 100, 1000])
def test_round_tops_are_not_flat(hertz: float) -> None:
    assert tops_of(sine(2, hertz, level=0.7)).flat.samples <= 16


def test_levels_pile_up_where_tops_were_cut() -> None:
    for wave in (voice(), noise(3), sine(2, 440)):
        assert tops_of(wave).pile()[0] < 2.75
    piled, level = tops_of(cut(voice(), 0.5)).pile()
    assert piled > 4
    assert level == pytest.approx(0.25, rel=0.1)


def test_a_short_or_silent_sound_has_no_pile() -> None:
    assert tops_of(np.zeros((0, 1), np.float32)).pile() == (0, 0)
    assert tops_of(np.zeros((RATE, 1), np.float32)).pile() == (0, 0)
    assert tops_of(np.ones((8, 1), np.float32)).pile() == (0, 0)


def test_what_a_codec_threw_far_above_hides_no_pile() -> None:
    wave = cut(voice(), 0.5)
    wave[:60, 0] = np.linspace(0.5, 0.9, 60)
    assert tops_of(wave).pile() == pytest.approx(tops_of(cut(voice(), 0.5)).pile(), rel=0.05)
