"""Sound as arrays: placed, looped and faded to the sample."""

import numpy as np
import pytest

from answerprint.media.sound.fitting import crossfade, even_seam, fade, loop, place
from tests.media.sounds import Wave, clicks, noise, onsets, sine


def step(wave: Wave) -> float:
    """The step from the last sample to the first, over the largest ordinary one."""
    ordinary = np.abs(np.diff(wave[:, 0])).max()
    return float(abs(wave[0, 0] - wave[-1, 0]) / ordinary)


def loudness(wave: Wave) -> float:
    return float(np.sqrt(np.mean(np.square(wave))))


@pytest.mark.parametrize("offset", [0, 100, -100, 5000, -5000])
def test_a_sound_lies_where_its_offset_says(offset: int) -> None:
    wave = noise(0.02)
    placed = place(wave, 2000, offset)
    for at in range(2000):
        inside = 0 <= at - offset < len(wave)
        assert np.array_equal(placed[at], wave[at - offset] if inside else [0.0, 0.0])


@pytest.mark.parametrize("seconds", [0.3, 0.97, 1.0, 1.02, 1.7, 3.0])
def test_a_loop_runs_into_itself(seconds: float) -> None:
    wave = sine(seconds, 313.7)
    looped = loop(wave, 48_000, 0, None, 4800)
    assert len(looped) == 48_000
    assert step(looped) <= 1.1
    around = np.concatenate([looped[-4800:], looped[:4800]])
    assert loudness(around) == pytest.approx(loudness(wave), rel=0.25)


def test_without_an_overlap_the_same_loop_clicks() -> None:
    assert step(loop(sine(1.7, 313.7), 48_000, 0, 0, 4800)) > 5


def test_noise_keeps_its_level_through_the_seam() -> None:
    looped = loop(noise(0.7), 96_000, 0, 9600, 4800)
    parts = [loudness(part) for part in np.split(looped, 40)]
    assert max(parts) / min(parts) < 1.1


def test_a_sound_whose_seam_is_even_is_repeated_as_it_is() -> None:
    wave = sine(0.5, 440)  # 220 whole periods
    looped = loop(wave, 48_000, 0, None, 4800)
    assert np.array_equal(looped, np.tile(wave, (2, 1)))


def test_the_beat_stays_where_it_was() -> None:
    wave = clicks(0.4, (6000, 12_000)) + noise(0.4, level=0.001)
    found = onsets(loop(wave, 48_000, 0, 2400, 4800))
    period = len(wave) - 2400
    assert found == [n for k in range(3) for n in (k * period + 6000, k * period + 12_000)][:6]


def test_a_long_sound_keeps_its_time_and_a_negative_offset_starts_it_later() -> None:
    wave = clicks(3, (10_000, 60_000))
    assert onsets(loop(wave, 48_000, 0, None, 4800)) == [10_000]
    assert onsets(loop(wave, 48_000, -30_000, None, 4800)) == [30_000]


def test_an_offset_turns_a_short_loop_round() -> None:
    wave = clicks(0.5, (100,))
    assert onsets(loop(wave, 48_000, 2000, None, 4800)) == [2100, 26_100]


def test_the_first_beat_is_heard_through_the_crossfade() -> None:
    wave = clicks(1.2, (120,)) + sine(1.2, 313.7, level=0.1)
    assert onsets(loop(wave, 48_000, 0, 4800, 4800)) == [120]


def test_an_even_seam_is_told_from_a_step_and_from_a_change_of_level() -> None:
    assert even_seam(sine(0.5, 440))
    assert not even_seam(sine(0.5, 440.5))
    swell = sine(0.5, 440) * np.linspace(0.05, 1, 24_000, dtype=np.float32)[:, None]
    assert not even_seam(swell)
    assert even_seam(swell[::-1])


@pytest.mark.parametrize("samples", [1, 2, 7, 959, 4801])
def test_a_sound_of_a_few_samples_loops(samples: int) -> None:
    looped = loop(noise(1)[:samples], 12_000, -3, None, 4800)
    assert looped.shape == (12_000, 2)
    assert np.isfinite(looped).all()


def test_alike_and_unlike_sounds_cross_at_one_level() -> None:
    same, other = sine(0.1), noise(0.1, level=0.35)
    assert np.allclose(crossfade(same, same), same, atol=1e-6)
    mixed = crossfade(noise(0.1, level=0.35, seed=2), other)
    assert loudness(mixed[1600:3200]) == pytest.approx(0.35, rel=0.1)


def test_fades_are_as_long_as_asked() -> None:
    faded = fade(np.ones((1000, 1), np.float32), 100, 300)[:, 0]
    assert faded[0] < 0.001
    assert np.all(np.diff(faded[:100]) > 0)
    assert np.all(faded[100:700] == 1)
    assert np.all(np.diff(faded[700:]) < 0)


@pytest.mark.parametrize(("coming", "going"), [(0, 0), (2000, 0), (0, 2000), (2000, 3000)])
def test_fades_longer_than_the_sound_are_cut(coming: int, going: int) -> None:
    faded = fade(np.ones((1000, 2), np.float32), coming, going)
    assert faded.shape == (1000, 2)
    assert faded.max() == (1 if coming == going == 0 else pytest.approx(faded.max()))
