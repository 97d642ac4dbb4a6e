"""Sound heard in one pass: real encodes, figures a second meter agrees with, and nothing that makes it fail."""

from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest

from answerprint.measure.sound.heard import hear, hear_stream
from answerprint.measured.heard import Heard, span_of
from answerprint.media import ffmpeg as program
from answerprint.media.sound.loudness import measure_loudness
from tests.checks import subjects
from tests.made import codes, movie
from tests.media.sounds import RATE, Wave, noise, sine, wav


@pytest.fixture(scope="module")
def silent_movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return movie(tmp_path_factory.mktemp("heard") / "silent.mp4", codes(24, size=(64, 36)))


def muxed(picture: Path, sound: Path, target: Path, codec: str = "aac", **options: Any) -> Path:
    """The picture with that sound, which begins `late` seconds after it and has a hole from and to the times `without`."""
    late, without = options.pop("late", None), options.pop("without", None)
    laid = ffmpeg.input(str(sound), **({"itsoffset": late} if late else {}))
    heard = laid.audio
    if without:
        heard = heard.filter("aselect", f"not(between(t,{without[0]},{without[1]}))")
    output = ffmpeg.input(str(picture)).video, heard
    node = ffmpeg.output(*output, str(target), vcodec="copy", acodec=codec, **options)
    program.run(program.command(node), where=target.name)
    return target


def heard_of(tmp_path: Path, wave: Wave, **layout: Any) -> Heard:
    return hear_stream(wav(tmp_path / "a.wav", wave, **layout), 0, None)


@pytest.mark.parametrize(
    ("codec", "suffix", "options"),
    [
        ("aac", "mp4", {"audio_bitrate": "192k"}),
        ("libopus", "mkv", {"audio_bitrate": "192k"}),
        ("libopus", "webm", {"audio_bitrate": "192k"}),
        ("flac", "mkv", {}),
        ("pcm_s16le", "mov", {}),
        ("pcm_s24le", "mov", {}),
        ("libmp3lame", "mp4", {"audio_bitrate": "192k"}),
    ],
)
def test_every_codec_is_heard_on_the_pictures_timeline(
    tmp_path: Path, silent_movie: Path, codec: str, suffix: str, options: dict[str, str]
) -> None:
    sound = wav(tmp_path / "a.wav", sine(1, 400, level=0.4))
    picture = silent_movie
    if suffix == "webm":
        picture = movie(
            tmp_path / "p.webm", codes(24, size=(64, 36)), vcodec="libvpx-vp9", crf=40, preset=None
        )
    made = muxed(picture, sound, tmp_path / f"b.{suffix}", codec, **options)
    heard = hear_stream(made, 0, (0.0, 1.0))
    assert heard.faults == ()
    assert heard.holes == ()
    assert heard.start == pytest.approx(0, abs=0.002)
    # MP4 does not mark the priming of MP3, and codecs end on whole frames.
    assert heard.seconds == pytest.approx(1, abs=0.002 + (2 * heard.frame if heard.frame else 0))
    assert (heard.frame == 0) == (codec in ("flac", "pcm_s16le", "pcm_s24le"))
    assert heard.channels[0].peak == pytest.approx(0.4, rel=0.1)
    assert [channel.name for channel in heard.channels] == ["FL", "FR"]
    assert heard.loudness is not None
    metered = measure_loudness(made)
    assert heard.loudness.integrated == pytest.approx(metered.integrated, abs=0.05)
    assert heard.loudness.true_peak == pytest.approx(metered.true_peak, abs=0.1)


@pytest.mark.parametrize(
    "wave",
    [noise(2), sine(3, 1000), noise(4, channels=1), np.r_[noise(2, level=0.3), noise(2, level=0.01)]],
    ids=["noise", "sine", "mono", "gated"],
)  # fmt: skip
def test_loudness_agrees_with_a_meter_that_is_not_ours(tmp_path: Path, wave: Wave) -> None:
    pyloudnorm: Any = pytest.importorskip("pyloudnorm")
    heard = heard_of(tmp_path, wave)
    assert heard.loudness is not None
    independent = pyloudnorm.Meter(RATE).integrated_loudness(wave.astype(np.float64))
    assert heard.loudness.integrated == pytest.approx(float(independent), abs=0.2)


def test_levels_offset_and_clipping_are_those_of_the_samples(tmp_path: Path) -> None:
    wave = sine(2, 500, level=0.5)
    wave[:, 0] += np.float32(0.1)
    wave[RATE - 10 : RATE + 10, 1] = 1.0  # across the border of two blocks
    heard = heard_of(tmp_path, wave)
    left, right = heard.channels
    assert left.dc == pytest.approx(0.1, abs=1e-4)
    assert left.rms == pytest.approx(np.sqrt(0.1**2 + 0.5**2 / 2), rel=1e-3)
    assert right.peak == 1
    (run,) = right.runs
    assert run.start == pytest.approx(1 - 10 / RATE, abs=1e-4)
    assert run.samples == 20
    assert right.full_scale == 20
    assert not left.runs
    assert len(heard.envelope) == 200
    assert np.argmax(left.octaves) == 4  # 320 to 640 Hz


def test_eight_channels_are_heard(tmp_path: Path) -> None:
    heard = heard_of(tmp_path, noise(1, channels=8), mask=0x63F)
    assert [channel.name for channel in heard.channels][-2:] == ["SL", "SR"]
    assert heard.loudness is not None
    assert heard.loudness.momentary is not None


def test_clipping_is_heard_through_a_codec(tmp_path: Path, silent_movie: Path) -> None:
    time = np.arange(2 * RATE) / RATE
    wave = 0.5 * np.abs(np.sin(2 * np.pi * 1.3 * time)) * np.sin(2 * np.pi * 300 * time)
    figures = []
    for name, made in (("whole", wave), ("cut", np.clip(wave, -0.25, 0.25))):
        laid = muxed(
            silent_movie, wav(tmp_path / f"{name}.wav", made[:, None]), tmp_path / f"{name}.mp4", audio_bitrate="192k",
        )  # fmt: skip
        (heard,) = hear(laid, 1, None)
        figures.append(heard.channels[0].piled)
    assert figures[0] < 2
    assert figures[1] > 4


def test_a_hole_between_timestamps_is_silence(tmp_path: Path, silent_movie: Path) -> None:
    made = muxed(
        silent_movie, wav(tmp_path / "a.wav", noise(1)), tmp_path / "b.mkv", "pcm_s16le",
        without=(0.3, 0.5),
    )  # fmt: skip
    heard = hear_stream(made, 0, (0.0, 1.0))
    ((at, seconds),) = heard.holes
    assert seconds > 0.05
    assert heard.seconds == pytest.approx(1, abs=0.01)
    assert min(heard.envelope[round(at / 0.01) + 2 : round((at + seconds) / 0.01) - 2]) == -120


def test_late_sound_is_seen_late(tmp_path: Path, silent_movie: Path) -> None:
    made = muxed(silent_movie, wav(tmp_path / "a.wav", noise(0.5)), tmp_path / "b.mp4", late=0.25)
    assert hear_stream(made, 0, (0.0, 1.0)).start == pytest.approx(0.25, abs=0.025)


def test_stereo_is_told_from_mono_and_from_what_is_turned_over(tmp_path: Path) -> None:
    wave = noise(2)
    turned = np.stack([wave[:, 0], -wave[:, 0]], axis=1)
    for given, correlation in ((wave, 0.0), (turned, -1.0), (-turned[:, [0, 0]], 1.0)):
        stereo = heard_of(tmp_path, given + np.float32(0.05)).stereo
        assert stereo is not None
        assert stereo.correlation == pytest.approx(correlation, abs=0.02)
        assert list(stereo.by_second) == pytest.approx([correlation] * 2, abs=0.03)


def test_a_loop_of_sound_is_told_from_a_cut(tmp_path: Path) -> None:
    whole, cut = (heard_of(tmp_path, sine(seconds, 440)).seam for seconds in (1.0, 1.0007))
    assert whole is not None
    assert cut is not None
    assert whole.click < 1.5
    assert cut.click > 20
    rolled = heard_of(tmp_path, np.roll(noise(2, seed=4), 999, axis=0)).seam
    assert rolled is not None
    assert rolled.click < 2


def test_the_seam_lies_where_the_picture_starts_over(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", sine(1.0107, 440))
    whole, shown = (hear_stream(path, 0, span).seam for span in (None, (0.0, 1.0)))
    assert whole is not None
    assert shown is not None
    assert shown.click < 1.5 < whole.click


def test_what_cannot_be_decoded_is_a_fault_and_no_exception(
    tmp_path: Path, silent_movie: Path
) -> None:
    made = muxed(silent_movie, wav(tmp_path / "a.wav", noise(1)), tmp_path / "b.mp4")
    content = bytearray(made.read_bytes())
    at = content.index(b"mdat") + 4
    content[at : at + (len(content) - at) * 3 // 4] = np.random.default_rng(1).bytes(
        (len(content) - at) * 3 // 4
    )
    (tmp_path / "c.mp4").write_bytes(bytes(content))
    assert hear_stream(tmp_path / "c.mp4", 0, None).faults
    (tmp_path / "d.mp4").write_bytes(b"\0" * 100)
    for name, said in (("d.mp4", "is no movie or sound"), ("absent.mp4", "no such file")):
        (heard,) = hear(tmp_path / name, 1, None)
        assert heard.start is None
        assert said in heard.faults[0][1]


@pytest.mark.parametrize("layout", [{"mask": 0}, {"mask": 0x3F}, {}])
def test_any_layout_is_metered(tmp_path: Path, layout: dict[str, int]) -> None:
    heard = heard_of(tmp_path, noise(1, channels=6), **layout)
    assert len(heard.channels) == 6
    assert heard.loudness is not None
    assert heard.loudness.integrated is not None
    assert Heard.model_validate_json(heard.model_dump_json()) == heard


def test_pictures_end_a_step_after_their_last() -> None:
    assert span_of(subjects.movie(24).frames) == pytest.approx((0, 1))
    assert span_of(subjects.movie(1).frames) is None
