"""Sound under pictures that stay untouched."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import answerprint as ap
from answerprint.errors import SourceError, StorageError, UsageError
from answerprint.media.movie import digest_packets, probe, probe_sound, read_samples
from tests.made import codes, movie, tone, variable_movie


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return movie(tmp_path_factory.mktemp("clip") / "clip.mp4", codes(36))


@pytest.fixture(scope="module")
def webm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return movie(
        tmp_path_factory.mktemp("webm") / "clip.webm",
        codes(36),
        vcodec="libvpx-vp9",
        preset=None,
        deadline="realtime",
    )


@pytest.mark.parametrize("fit", ["trim", "pad", "loop", "stretch"])
@pytest.mark.parametrize("seconds", [0.6, 3.1])
def test_sound_ends_with_the_picture_within_an_audio_frame(
    tmp_path: Path, clip: Path, fit: str, seconds: float
) -> None:
    made = ap.mux(
        clip, tone(tmp_path / "tone.wav", seconds), tmp_path / "out.mp4", fit=fit, fade=0.1
    )
    assert made.sound_seconds is not None
    assert abs(made.sound_seconds - 1.5) <= 1024 / 48000
    assert digest_packets(tmp_path / "out.mp4") == digest_packets(clip)
    assert made.decoded == made.packets == 36


@pytest.mark.parametrize(
    ("suffix", "codec", "exact"),
    [(".mp4", "aac", False), (".mov", "pcm_s24le", True), (".mkv", "flac", True)],
)
def test_every_container_carries_the_sound_it_carries_best(
    tmp_path: Path, clip: Path, suffix: str, codec: str, *, exact: bool
) -> None:
    out = tmp_path / f"out{suffix}"
    ap.mux(clip, tone(tmp_path / "tone.wav", 2), out)
    assert probe(out).sound[0].codec == codec
    if exact:
        assert read_samples(out) == 72_000
    assert digest_packets(out) == digest_packets(clip)


def test_webm_takes_vp9_and_opus(tmp_path: Path, webm: Path) -> None:
    made = ap.mux(webm, tone(tmp_path / "tone.wav", 2), tmp_path / "out.webm")
    assert made.facts.sound[0].codec in ("opus", "libopus")
    assert made.sound_seconds == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("tone.mp3", {}),
        ("tone.m4a", {"acodec": "aac"}),
        ("tone.flac", {}),
        ("tone.wav", {"layout": "5.1"}),
        ("tone.wav", {"layout": "5.1(side)"}),
        ("tone.wav", {"layout": "mono", "rate": 11025}),
        ("tone.wav", {"rate": 88200}),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm"])
def test_sound_of_every_kind(
    tmp_path: Path, clip: Path, webm: Path, name: str, options: dict[str, Any], suffix: str
) -> None:
    source = tone(tmp_path / name, 1.2, **options)
    made = ap.mux(webm if suffix == ".webm" else clip, source, tmp_path / f"out{suffix}")
    assert made.facts.sound[0].channels == probe_channels(source)
    assert made.sound_seconds == pytest.approx(1.5, abs=1024 / 48000)


def probe_channels(path: Path) -> int:
    return probe_sound(path)[0].channels


def test_sound_the_movie_had_is_replaced(tmp_path: Path, clip: Path) -> None:
    first = tmp_path / "first.mov"
    ap.mux(clip, tone(tmp_path / "a.wav", 2), first)
    made = ap.mux(first, tone(tmp_path / "b.wav", 2, layout="mono"), tmp_path / "second.mov")
    assert [sound.channels for sound in made.facts.sound] == [1]


def test_tags_survive(tmp_path: Path, clip: Path) -> None:
    made = ap.mux(clip, tone(tmp_path / "a.wav", 2), tmp_path / "out.mov")
    assert made.facts.color == probe(clip).color
    assert made.facts.rate == Fraction(24)


def test_loudness_and_silence_are_reported(tmp_path: Path, clip: Path) -> None:
    made = ap.mux(clip, tone(tmp_path / "a.wav", 0.8), tmp_path / "out.mp4", loudness="ebu-r128")
    assert made.sound is not None
    assert made.sound.after is not None
    assert made.sound.after.integrated == pytest.approx(-23, abs=0.2)
    assert "silence was added" in made.sound.notes[0]


def test_a_variable_rate_is_as_long_as_it_is_shown(tmp_path: Path) -> None:
    made = ap.mux(
        variable_movie(tmp_path / "v.mp4", codes(24)),
        tone(tmp_path / "a.wav", 4),
        tmp_path / "out.mov",
    )
    assert made.sound_seconds == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(
    ("out", "options", "error", "said"),
    [
        ("out.avi", {}, UsageError, "no container is called '.avi'"),
        ("out.webm", {}, UsageError, "h264 pictures do not go into .webm"),
        ("out.mp4", {"fit": "cut"}, UsageError, "no fit is called 'cut'"),
        ("out.mp4", {"loudness": "r128"}, UsageError, "no loudness is called 'r128'"),
        ("clip.mp4", {}, StorageError, "exists already"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, clip: Path, out: str, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    (tmp_path / "clip.mp4").write_text("mine")
    with pytest.raises(error) as refused:
        ap.mux(clip, tone(tmp_path / "a.wav", 1), tmp_path / out, **options)
    assert said in str(refused.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.wav", "clip.mp4"]


def test_inputs_that_cannot_be_read_are_named(tmp_path: Path, clip: Path) -> None:
    sound = tone(tmp_path / "a.wav", 1)
    for video, audio in (
        (tmp_path / "none.mp4", sound),
        (clip, tmp_path / "none.wav"),
        (sound, sound),
        (clip, clip),
    ):
        with pytest.raises(SourceError):
            ap.mux(video, audio, tmp_path / "out.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
