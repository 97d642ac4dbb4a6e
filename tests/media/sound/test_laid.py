"""Sound fitted to a picture, to the sample, and brought to a loudness."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.errors import SourceError, UsageError
from answerprint.measured.sound import SoundLaid
from answerprint.media.movie.probing import probe_sound
from answerprint.media.sound.laid import (
    Fit,
    as_delivered,
    fit_named,
    lay,
    loudness_target,
    measure_loudness,
)
from answerprint.media.sound.options import plan_sound
from answerprint.media.sound.plan import SoundPlan, Stem
from answerprint.media.sound.waves import read_samples
from tests.made import tone
from tests.media.sounds import Wave, clicks, noise, onsets, read, sine, wav

RATE = Fraction(24)


def laid(tmp_path: Path, audio: Any, seconds: str = "1", **options: Any) -> tuple[Wave, SoundLaid]:
    """Lay sound as options say; return it and what is said of it."""
    plan = plan_sound(audio, **options)
    assert plan is not None
    told = lay(plan, tmp_path / "laid.wav", Fraction(seconds), RATE)
    wave = read(tmp_path / "laid.wav")
    assert len(wave) == round(Fraction(seconds) * 48_000)
    return wave, told


def fit_sound(source: Path, target: Path, seconds: Fraction, **options: Any) -> SoundLaid:
    """Lay one sound as long as a picture."""
    return lay(SoundPlan(stems=(Stem(path=source),), **options), target, seconds, RATE)


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("seconds", [0.7, 2.0, 3.3])
def test_every_fit_ends_with_the_picture_to_the_sample(
    tmp_path: Path, fit: Fit, seconds: float
) -> None:
    laid = fit_sound(
        tone(tmp_path / "tone.wav", seconds), tmp_path / "fitted.wav", Fraction(2), fit=fit
    )
    assert read_samples(tmp_path / "fitted.wav") == 96_000
    assert laid.source_seconds == pytest.approx(seconds, abs=0.001)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp3", {"b:a": "128k"}),
        ("a.m4a", {"acodec": "aac"}),
        ("a.flac", {}),
        ("a.ogg", {"acodec": "libvorbis"}),
        ("a.wav", {"layout": "5.1"}),
        ("a.wav", {"layout": "mono", "rate": 22050}),
        ("a.wav", {"rate": 96000, "acodec": "pcm_s24le"}),
    ],
)
def test_formats_layouts_and_rates(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    source = tone(tmp_path / name, 1.5, **options)
    fit_sound(source, tmp_path / "fitted.wav", Fraction(1))
    sound = probe_sound(tmp_path / "fitted.wav")[0]
    assert sound.sample_rate == 48_000
    assert sound.channels == probe_sound(source)[0].channels
    assert read_samples(tmp_path / "fitted.wav") == 48_000


def test_missing_sound_is_filled_with_silence_and_said(tmp_path: Path) -> None:
    laid = fit_sound(tone(tmp_path / "tone.wav", 0.5), tmp_path / "fitted.wav", Fraction(2))
    assert laid.notes == ("the sound is 1.500 s shorter than the picture; silence was added",)


def test_looped_sound_has_no_silence(tmp_path: Path) -> None:
    source = tone(tmp_path / "tone.wav", 0.5)
    fit_sound(source, tmp_path / "padded.wav", Fraction(4), fit=Fit.PAD)
    fit_sound(source, tmp_path / "looped.wav", Fraction(4), fit=Fit.LOOP)
    padded, looped = (
        measure_loudness(tmp_path / name).short_term for name in ("padded.wav", "looped.wav")
    )
    assert padded is not None
    assert looped is not None
    assert looped > padded + 6


def test_stretched_sound_keeps_its_pitch(tmp_path: Path) -> None:
    fit_sound(
        tone(tmp_path / "tone.wav", 1.5), tmp_path / "fitted.wav", Fraction(2), fit=Fit.STRETCH
    )
    content = (tmp_path / "fitted.wav").read_bytes()
    samples = np.frombuffer(content[content.index(b"data") + 8 :], np.float32).reshape(-1, 2)[:, 0]
    spectrum = np.abs(np.fft.rfft(samples[24_000:72_000]))
    assert abs(int(spectrum.argmax()) - 440) <= 4


def test_silence_is_left_alone(tmp_path: Path) -> None:
    source = tone(tmp_path / "silence.wav", 1, gain=0)
    laid = fit_sound(
        source, tmp_path / "fitted.wav", Fraction(1), loudness=loudness_target("ebu-r128")
    )
    assert laid.notes == ("the sound is silent; loudness was left alone",)


def test_names_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'ebu-r128'"):
        loudness_target("ebu-128")
    with pytest.raises(UsageError, match="did you mean 'stretch'"):
        fit_named("stretched")


def test_what_has_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        fit_sound(tmp_path / "none.wav", tmp_path / "out.wav", Fraction(1))
    (tmp_path / "text.wav").write_text("hello")
    with pytest.raises(SourceError, match="no movie or sound"):
        fit_sound(tmp_path / "text.wav", tmp_path / "out.wav", Fraction(1))


def test_stems_are_mixed_with_their_gains_and_starts(tmp_path: Path) -> None:
    one = wav(tmp_path / "one.wav", clicks(0.5, (0,)))
    two = wav(tmp_path / "two.wav", clicks(0.5, (0,)))
    wave, told = laid(tmp_path, [f"{one}@-6dB", f"{two}@+12f@-12dB"], offset="480smp")
    assert np.abs(wave[480:504]).max() == pytest.approx(0.9 * 10 ** (-6 / 20), rel=0.01)
    assert np.abs(wave[24_480:24_504]).max() == pytest.approx(0.9 * 10 ** (-12 / 20), rel=0.01)
    assert not wave[504:24_480].any()
    assert [(stem.gain, stem.start) for stem in told.stems] == [(-6, 0.01), (-12, 0.51)]


def test_a_mix_past_full_scale_is_held_and_said(tmp_path: Path) -> None:
    source = wav(tmp_path / "loud.wav", sine(1, level=0.8))
    wave, told = laid(tmp_path, [source, source])
    assert np.abs(wave).max() < 0.9
    assert told.after is not None
    assert told.after.true_peak is not None
    assert told.after.true_peak <= -1
    assert told.limited > 4
    assert "peaks were limited" in told.notes[0]


@pytest.mark.parametrize("offset", ["+3f", "-3f", "100smp", "-1smp", "12.5ms"])
@pytest.mark.parametrize("fit", ["trim", "pad", "loop"])
def test_an_offset_moves_sound_to_the_sample(tmp_path: Path, fit: str, offset: str) -> None:
    samples = {"+3f": 6000, "-3f": -6000, "100smp": 100, "-1smp": -1, "12.5ms": 600}[offset]
    source = wav(tmp_path / "click.wav", clicks(2, (20_000,)))
    wave, _ = laid(tmp_path, source, fit=fit, offset=offset)
    assert onsets(wave) == [20_000 + samples]


@pytest.mark.parametrize(("keep_pitch", "hertz"), [(True, 440), (False, 330)])
def test_stretching_keeps_the_pitch_or_bends_it_as_a_tape(
    tmp_path: Path, keep_pitch: bool, hertz: int
) -> None:
    wave, _ = laid(
        tmp_path, wav(tmp_path / "s.wav", sine(1.5)), "2", fit="stretch", keep_pitch=keep_pitch
    )
    spectrum = np.abs(np.fft.rfft(wave[24_000:72_000, 0]))
    assert abs(int(spectrum.argmax()) - hertz) <= 4


@pytest.mark.parametrize("seconds", ["0.9", "1.6", "2.5"])
@pytest.mark.parametrize(("keep_pitch", "within"), [(True, 144), (False, 2)])
def test_stretched_beats_fall_where_they_should(
    tmp_path: Path, keep_pitch: bool, within: int, seconds: str
) -> None:
    at = (0, 24_000, 60_000)
    source = wav(tmp_path / "c.wav", clicks(1.5, at))
    wave, _ = laid(tmp_path, source, seconds, fit="stretch", keep_pitch=keep_pitch)
    wanted = [n * float(seconds) / 1.5 for n in at]
    assert onsets(wave) == pytest.approx(wanted, abs=within)


def test_stretch_fills_what_an_offset_leaves(tmp_path: Path) -> None:
    source = wav(tmp_path / "s.wav", clicks(1, (0, 24_000)))
    later, _ = laid(tmp_path, source, "2", fit="stretch", offset="+0.5s", keep_pitch=False)
    assert onsets(later) == pytest.approx([24_000, 60_000], abs=2)
    earlier, _ = laid(tmp_path, source, "2", fit="stretch", offset="-0.25s", keep_pitch=False)
    assert onsets(earlier) == pytest.approx([32_000], abs=2)


def test_fades_stand_at_the_ends_of_the_picture(tmp_path: Path) -> None:
    source = wav(tmp_path / "s.wav", noise(2))
    plain, _ = laid(tmp_path, source)
    wave, told = laid(tmp_path, source, fade=0.5, fade_in=0.1)
    same = np.abs(wave - plain).max(axis=1) < 1e-7
    assert (told.fade_in, told.fade_out) == (0.1, 0.5)
    assert same[4800:24_000].all()
    assert not same[:4700].any()
    assert not same[24_100:].any()


@pytest.mark.parametrize(
    ("channels", "asked", "layout"),
    [
        (1, "stereo", "stereo"),
        (1, "5.1", "5.1"),
        (2, "mono", "mono"),
        (2, "5.1", "5.1"),
        (6, "stereo", "stereo"),
        (6, "mono", "mono"),
        (6, "keep", "5.1"),
    ],
)
def test_mapped_channels_keep_their_loudness(
    tmp_path: Path, channels: int, asked: str, layout: str
) -> None:
    source = sine(1, 997, channels=channels, level=0.1)
    source[:, 2:] = 0  # what both sides share; center, LFE and surrounds have weights of their own
    _, told = laid(tmp_path, wav(tmp_path / "s.wav", source), channels=asked)
    assert told.layout == layout
    assert told.after is not None
    before = measure_loudness(tmp_path / "s.wav").integrated
    assert told.after.integrated == pytest.approx(before, abs=0.2)


def test_a_mix_has_the_layout_of_its_widest_stem(tmp_path: Path) -> None:
    mono = wav(tmp_path / "m.wav", noise(1, channels=1))
    wide = wav(tmp_path / "w.wav", noise(1, channels=6))
    assert laid(tmp_path, [mono, wide])[1].layout == "5.1"


@pytest.mark.parametrize(
    ("channels", "mask", "layout", "said"),
    [
        (2, 0x9, "stereo", False),  # FL and LFE
        (2, 0x30, "stereo", False),  # the back channels alone
        (1, 0x8, "mono", False),  # LFE alone
        (3, None, "2.1", False),
        (6, 0x60F, "5.1(side)", False),
        (8, 0xFF, "stereo", True),  # 7.1(wide)
        (16, None, "stereo", True),
    ],
)
def test_odd_layouts_are_taken_by_their_number_or_mixed_and_said(
    tmp_path: Path, channels: int, mask: int | None, layout: str, said: bool
) -> None:
    source = wav(tmp_path / "odd.wav", noise(0.5, channels=channels), mask=mask)
    wave, told = laid(tmp_path, source, "0.5")
    assert told.layout == layout
    assert wave.any()
    assert bool(told.notes) is said


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("fit", list(Fit))
def test_what_is_no_sound_is_silenced_and_said(tmp_path: Path, wrong: float, fit: str) -> None:
    source = noise(0.5)
    source[1000:1010] = wrong
    wave, told = laid(tmp_path, wav(tmp_path / "s.wav", source), "0.5", fit=fit)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= 1
    assert "20 samples of s.wav are no sound" in told.notes[0]


@pytest.mark.parametrize(("samples", "rate"), [(1, 48_000), (4, 44_100), (1, 8000), (20, 192_000)])
def test_a_sound_of_a_few_samples_is_laid(tmp_path: Path, samples: int, rate: int) -> None:
    source = wav(tmp_path / "s.wav", np.full((samples, 2), 0.5), rate=rate)
    wave, _ = laid(tmp_path, source, "0.1")
    assert wave[: samples * 48_000 // rate + 1].any()
    assert not wave[100 * 48_000 // rate + 1200 :].any()
    laid(tmp_path, source, "0.1", fit="loop", loudness="ebu-r128")
    with pytest.raises(SourceError, match="cannot be stretched"):
        laid(tmp_path, source, "1", fit="stretch")


def test_a_sound_outside_the_picture_is_said(tmp_path: Path) -> None:
    source = wav(tmp_path / "s.wav", noise(0.5))
    for offset in ("+2s", "-0.5s", "-10s"):
        wave, told = laid(tmp_path, source, offset=offset)
        assert not wave.any()
        assert told.notes[0] == "nothing of s.wav is heard: it lies outside the picture"


@pytest.mark.parametrize(
    "name", ["-dash.wav", "a:b.wav", "concat:x.wav", "100%d.wav", "quo'\"te.wav", "new\nline.wav", "音.wav", "[a],b;c=d.wav"]
)  # fmt: skip
def test_no_name_is_taken_for_anything_but_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wav(tmp_path / name, noise(0.2))
    monkeypatch.chdir(tmp_path)
    wave, _ = laid(tmp_path, Path(name), "0.2")
    assert wave.any()


def test_a_name_that_is_not_text_is_refused(tmp_path: Path) -> None:
    source = wav(tmp_path / os.fsdecode(b"raw\xff.wav"), noise(0.1))
    with pytest.raises(SourceError, match="not UTF-8"):
        laid(tmp_path, source)


def test_a_finished_file_past_the_true_peak_is_said(tmp_path: Path) -> None:
    source = wav(tmp_path / "s.wav", sine(1, level=0.95))
    plan = plan_sound(source, true_peak=-6)
    assert plan is not None
    told = lay(plan, tmp_path / "laid.wav", Fraction(1), RATE)
    assert as_delivered(told, tmp_path / "laid.wav", plan).notes == told.notes
    raised = as_delivered(told, source, plan)
    assert raised.delivered is not None
    assert "raised the true peak 5.5" in raised.notes[-1]


@pytest.mark.shared
def test_every_real_sound_is_laid_or_refused(shared: Path, tmp_path: Path) -> None:
    files = sorted(path for path in (shared / "audio").rglob("*") if path.is_file())
    done = 0
    for number, path in enumerate(files):
        options = {"fit": "loop", "loudness": "ebu-r128"} if number % 4 == 0 else {}
        try:
            _, told = laid(tmp_path, path, "0.5", **options)
        except SourceError as refused:
            assert "\n" not in str(refused)
            continue
        done += 1
        assert told.after is not None
        if options and not told.notes:
            assert told.after.integrated == pytest.approx(-23, abs=0.2)
            assert told.after.true_peak is not None
            assert told.after.true_peak <= -1
    assert done > len(files) / 2
