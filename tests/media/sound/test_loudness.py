"""Loudness: the rules, the limiter's use, and the result read by a meter that is not ours."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.measured.sound import Loudness
from answerprint.media.sound.laid import lay
from answerprint.media.sound.loudness import (
    TARGETS,
    LoudnessTarget,
    level,
    loudness_target,
    measure_loudness,
    measure_wave,
)
from answerprint.media.sound.options import plan_sound
from tests.media.sounds import RATE, Wave, clicks, noise, read, sine, wav

PEAKY = noise(4, level=0.02) + clicks(4, tuple(range(0, 4 * RATE, RATE // 3)))


def independent(wave: Wave) -> float:
    """Integrated loudness by pyloudnorm."""
    pyloudnorm: Any = pytest.importorskip("pyloudnorm")
    return float(pyloudnorm.Meter(RATE).integrated_loudness(wave.astype(np.float64)))


@pytest.mark.parametrize(
    "wave",
    [noise(2), sine(3, 1000), noise(4, channels=1), PEAKY, np.r_[noise(2, level=0.3), noise(2, level=0.01)]],
    ids=["noise", "sine", "mono", "peaky", "gated"],
)  # fmt: skip
def test_two_meters_agree(wave: Wave) -> None:
    heard = measure_wave(wave, "mono" if wave.shape[1] == 1 else "stereo")
    assert heard.integrated == pytest.approx(independent(wave), abs=0.2)


def test_a_sine_at_full_scale_is_what_the_standard_says() -> None:
    """BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LUFS."""
    heard = measure_wave(sine(5, 997, channels=1, level=1), "mono")
    assert heard.integrated == pytest.approx(-3.01, abs=0.1)
    assert heard.short_term == pytest.approx(-3.01, abs=0.1)
    assert heard.true_peak == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("noise", "ebu-r128"),
        ("noise", "-16.5"),
        ("surf", "web-14"),
        ("surf", "-9"),
        *(("peaky", name) for name in TARGETS),
    ],
)
def test_every_target_is_met_by_both_meters(
    tmp_path: Path, surf: Path, source: str, name: str
) -> None:
    rule = loudness_target(name)
    waves = {"noise": noise(3.5, level=0.01), "peaky": PEAKY}
    path = surf if source == "surf" else wav(tmp_path / "source.wav", waves[source])
    laid = lay(
        _plan(path, loudness=name, fit="loop"), tmp_path / "laid.wav", Fraction(4), Fraction(24)
    )
    heard = measure_loudness(tmp_path / "laid.wav")
    assert laid.after == heard
    assert heard.integrated == pytest.approx(rule.integrated, abs=0.2)
    assert independent(read(tmp_path / "laid.wav")) == pytest.approx(rule.integrated, abs=0.2)
    assert heard.true_peak is not None
    assert heard.true_peak <= rule.true_peak
    assert laid.before is not None
    if not laid.limited:
        assert laid.before.integrated is not None
        assert laid.gain == pytest.approx(rule.integrated - laid.before.integrated, abs=0.02)


def test_one_linear_gain_where_it_fits_and_the_limiter_only_where_it_does_not() -> None:
    wave = noise(2, level=0.05)
    quiet = level(wave, "stereo", TARGETS["ebu-r128"])
    assert quiet.limited == 0
    assert np.allclose(quiet.wave, wave * 10 ** (quiet.gain / 20), atol=1e-4)
    loud = level(PEAKY, "stereo", TARGETS["web-14"])
    assert loud.limited > 3
    assert any("peaks were limited" in note for note in loud.notes)


def test_what_peaks_do_not_allow_is_said() -> None:
    made = level(clicks(2, (0, 48_000)), "stereo", TARGETS["web-14"])
    assert made.after.integrated is not None
    assert made.after.integrated < -15
    assert made.after.true_peak is not None
    assert made.after.true_peak <= -1
    assert "held by its true peak" in made.notes[1]


def test_short_form_holds_its_loudest_moment() -> None:
    wave = np.r_[noise(4, level=0.05), noise(3, level=0.15)]
    made = level(wave, "stereo", LoudnessTarget(integrated=-23, true_peak=-1, short_term=-22))
    assert made.after.short_term == pytest.approx(-22, abs=0.1)
    assert made.after.integrated is not None
    assert made.after.integrated < -23.2
    assert "its loudest moment stands at the rule's limit" in made.notes[0]


def test_a_clip_shorter_than_the_short_term_window_is_held_by_its_momentary_loudness() -> None:
    rule = TARGETS["ebu-r128-s1"]
    assert rule.room(Loudness(integrated=-20, momentary=-10)) == -5
    assert rule.room(Loudness(integrated=-20, momentary=-10, short_term=-17)) == -3
    assert rule.room(Loudness()) is None


@pytest.mark.parametrize(
    ("wave", "said"),
    [
        (np.zeros((RATE, 2), np.float32), "the sound is silent; loudness was left alone"),
        (noise(0.2), "the sound is too short or quiet to measure; loudness was left alone"),
        (noise(1, level=1e-5), "the sound is too short or quiet to measure; loudness was left alone"),
    ],
)  # fmt: skip
def test_what_has_no_loudness_is_left_alone(wave: Wave, said: str) -> None:
    made = level(wave, "stereo", TARGETS["ebu-r128"])
    assert made.notes == (said,)
    assert made.wave is wave


def test_a_true_peak_is_held_without_a_loudness_and_a_named_one_goes_before_the_rule(
    tmp_path: Path,
) -> None:
    source = wav(tmp_path / "loud.wav", noise(1, level=0.5))
    for options, limit in (
        ({}, -1),
        ({"true_peak": -6}, -6),
        ({"loudness": "-9", "true_peak": -3}, -3),
    ):
        laid = lay(_plan(source, **options), tmp_path / "out.wav", Fraction(1), Fraction(24))
        heard = measure_loudness(tmp_path / "out.wav")
        assert laid.after == heard
        assert heard.true_peak == pytest.approx(limit, abs=0.3)
        assert heard.true_peak is not None
        assert heard.true_peak <= limit


def _plan(source: Path, **options: Any) -> Any:
    return plan_sound(source, **options)
