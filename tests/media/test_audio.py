"""Sound fitted to a picture, to the sample, and brought to a loudness."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.errors import SourceError, UsageError
from answerprint.media.audio import Fit, fit_named, fit_sound, loudness_target, measure_loudness
from answerprint.media.movie import probe_sound, read_samples
from tests.made import tone


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


@pytest.mark.parametrize(
    ("name", "integrated", "peak"),
    [("ebu-r128", -23, -1), ("atsc-a85", -24, -2), ("web-14", -14, -1), ("-18.5", -18.5, -1)],
)
def test_loudness_reaches_its_target(
    tmp_path: Path, surf: Path, name: str, integrated: float, peak: float
) -> None:
    rule = loudness_target(name)
    laid = fit_sound(surf, tmp_path / "loud.wav", Fraction(2), loudness=rule)
    after = measure_loudness(tmp_path / "loud.wav")
    assert after.integrated == pytest.approx(integrated, abs=0.2)
    assert after.true_peak is not None
    assert after.true_peak <= peak
    assert laid.before is not None
    assert laid.after == after


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


@pytest.mark.shared
def test_every_real_sound_is_fitted_or_refused(shared: Path, tmp_path: Path) -> None:
    files = [path for path in (shared / "audio").rglob("*") if path.is_file()]
    fitted = 0
    for path in files:
        try:
            fit_sound(path, tmp_path / "fitted.wav", Fraction(1))
        except SourceError as refused:
            assert "\n" not in str(refused)
        else:
            assert read_samples(tmp_path / "fitted.wav") == 48_000
            fitted += 1
    assert fitted > len(files) / 2
