"""Sound under pictures that stay untouched."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import pytest

import answerprint as ap
from answerprint.errors import EncodeError, SourceError, StorageError, UsageError
from answerprint.media import ffmpeg as program
from answerprint.media.movie.packets import digest_packets
from answerprint.media.movie.probing import probe, probe_sound
from answerprint.media.sound.loudness import measure_loudness
from answerprint.media.sound.waves import read_samples
from tests.made import codes, facts_of, movie, tone, variable_movie
from tests.media.sounds import clicks, sine, wav


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
    with pytest.raises(UsageError, match="vp9 pictures do not go into .mov"):
        ap.mux(webm, tmp_path / "none.wav", tmp_path / "out.mov")
    made = ap.mux(webm, tone(tmp_path / "tone.wav", 2), tmp_path / "out.webm")
    assert facts_of(made).sound[0].codec in ("opus", "libopus")
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
    assert facts_of(made).sound[0].channels == probe_channels(source)
    assert made.sound_seconds == pytest.approx(1.5, abs=1024 / 48000)


def probe_channels(path: Path) -> int:
    return probe_sound(path)[0].channels


def test_sound_the_movie_had_is_replaced(tmp_path: Path, clip: Path) -> None:
    first = tmp_path / "first.mov"
    ap.mux(clip, tone(tmp_path / "a.wav", 2), first)
    made = ap.mux(first, tone(tmp_path / "b.wav", 2, layout="mono"), tmp_path / "second.mov")
    assert [sound.channels for sound in facts_of(made).sound] == [1]


def test_tags_survive(tmp_path: Path, clip: Path) -> None:
    made = ap.mux(clip, tone(tmp_path / "a.wav", 2), tmp_path / "out.mov")
    assert facts_of(made).color == probe(clip).color
    assert facts_of(made).rate == Fraction(24)


def test_loudness_and_silence_are_reported(tmp_path: Path, clip: Path) -> None:
    made = ap.mux(clip, tone(tmp_path / "a.wav", 0.8), tmp_path / "out.mp4", loudness="ebu-r128")
    assert made.sound is not None
    assert made.sound.after is not None
    assert made.sound.after.integrated == pytest.approx(-23, abs=0.2)
    assert "silence was added" in made.sound.notes[0]


def test_several_sounds_are_mixed(tmp_path: Path, clip: Path) -> None:
    one, two = (tone(tmp_path / name, 2) for name in ("a.wav", "b.wav"))
    made = ap.mux(clip, [f"{one}@-12dB", two], tmp_path / "out.mov", offset="+2f", channels="mono")
    assert made.sound is not None
    assert [stem.gain for stem in made.sound.stems] == [-12, 0]
    assert [stem.start for stem in made.sound.stems] == pytest.approx([1 / 12, 1 / 12], abs=1e-5)
    assert facts_of(made).sound[0].channels == 1


@pytest.mark.parametrize("codec", ["aac", "opus"])
def test_a_true_peak_is_held_through_the_codec(tmp_path: Path, clip: Path, codec: str) -> None:
    # Clicks that stand on the limit are raised past it by a lossy codec.
    sound = wav(tmp_path / "a.wav", sine(2, level=0.1) + clicks(2, tuple(range(0, 96_000, 7000))))
    made = ap.mux(clip, sound, tmp_path / "out.mp4", codec=codec, loudness="web-14")
    heard = measure_loudness(tmp_path / "out.mp4")
    assert made.sound is not None
    assert made.sound.delivered == heard
    assert heard.true_peak is not None
    assert heard.true_peak <= -1
    assert heard.integrated == pytest.approx(-14, abs=0.3)


def test_frames_that_an_edit_list_hides_stay_hidden_or_the_copy_is_refused(tmp_path: Path) -> None:
    whole, cut = movie(tmp_path / "whole.mp4", codes(36)), tmp_path / "cut.mp4"
    copied = ffmpeg.input(str(whole), ss=0.3).output(str(cut), vcodec="copy")
    program.run(program.command(copied), where=cut.name)
    sound = tone(tmp_path / "a.wav", 2)
    assert ap.mux(cut, sound, tmp_path / "out.mp4").decoded < 36
    with pytest.raises(EncodeError, match="frames are shown where the source shows"):
        ap.mux(cut, sound, tmp_path / "out.mkv")
    assert not (tmp_path / "out.mkv").exists()


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
        ("out.mp4", {"codec": "pcm-24"}, UsageError, "no sound codec of .mp4 is called 'pcm-24'"),
        ("out.mov", {"codec": "acc"}, UsageError, "did you mean 'aac'"),
        ("out.mp4", {"offset": "3"}, UsageError, "no offset reads '3'"),
        ("out.mp4", {"fades": 1}, UsageError, "did you mean 'fade'"),
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
    with pytest.raises(UsageError, match="no sound to lay"):
        ap.mux(clip, [], tmp_path / "out.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
