"""Sample 0 of the sound is heard with frame 0: clicks against flashes, in every codec and container.

The finished file is read twice, by PyAV with its timestamps and by the ffmpeg
program, and the priming that its container declares is read from its bytes.
"""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import ffmpeg
import numpy as np
import pytest

import answerprint as ap
from answerprint.media import ffmpeg as program
from tests.made import movie
from tests.media.sounds import RATE, clicks, onsets, wav

FLASHES = (0, 7, 24)
"""Frames that are white, at 24 frames a second; 0 is where priming shows."""
COUNT = 30
LIMIT = 0.001
"""Seconds that a click may be off its flash."""

CARRIED = [
    ("mp4", "aac"),
    ("mp4", "opus"),
    ("mp4", "flac"),
    ("mov", "aac"),
    ("mov", "pcm-16"),
    ("mov", "pcm-24"),
    ("mkv", "flac"),
    ("mkv", "opus"),
    ("mkv", "aac"),
    ("webm", "opus"),
]


@pytest.fixture(scope="module")
def flashes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """H.264 with frames out of order, the case in which picture, too, has a delay to compensate."""
    return _flashes(tmp_path_factory.mktemp("flashes") / "flashes.mp4")


@pytest.fixture(scope="module")
def vp9(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vp9") / "flashes.webm"
    return _flashes(path, vcodec="libvpx-vp9", preset=None, deadline="realtime")


@pytest.fixture(scope="module")
def click(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tuple(2000 * frame for frame in FLASHES)
    return wav(tmp_path_factory.mktemp("click") / "click.wav", clicks(2, at))


@pytest.mark.parametrize(("suffix", "codec"), CARRIED)
def test_a_click_is_heard_with_its_flash(
    tmp_path: Path, flashes: Path, vp9: Path, click: Path, suffix: str, codec: str
) -> None:
    out = tmp_path / f"out.{suffix}"
    made = ap.mux(vp9 if suffix == "webm" else flashes, click, out, codec=codec)
    again = tmp_path / "again.nut"
    decoded = ffmpeg.input(str(out)).output(str(again), vcodec="rawvideo", acodec="pcm_f32le")
    program.run(program.command(decoded), where=out.name)
    for path in (out, again):
        assert errors(path) == pytest.approx([0, 0, 0], abs=LIMIT)
    assert made.sound_seconds is not None
    assert made.sound_frame is not None
    assert abs(made.sound_seconds - COUNT / 24) <= made.sound_frame + 1e-6


@pytest.mark.parametrize(
    ("preset", "suffix"), [("h264-web", "mp4"), ("prores-422hq", "mov"), ("vp9-web", "webm")]
)
def test_presets_keep_it(
    tmp_path: Path, flashes: Path, click: Path, preset: str, suffix: str
) -> None:
    out = tmp_path / f"out.{suffix}"
    ap.deliver(flashes, preset, out, audio=click)
    assert errors(out) == pytest.approx([0, 0, 0], abs=LIMIT)


@pytest.mark.parametrize(("codec", "priming"), [("aac", 1024), ("opus", 312)])
def test_the_edit_list_says_how_much_the_encoder_put_ahead(
    tmp_path: Path, flashes: Path, click: Path, codec: str, priming: int
) -> None:
    ap.mux(flashes, click, tmp_path / "out.mp4", codec=codec)
    content = (tmp_path / "out.mp4").read_bytes()
    starts = [content.index(b"elst", n) for n in _all(content, b"elst")]
    media_times = [struct.unpack(">i", content[at + 16 : at + 20])[0] for at in starts]
    assert media_times[1] == priming


def test_matroska_says_the_codec_delay(tmp_path: Path, vp9: Path, click: Path) -> None:
    ap.mux(vp9, click, tmp_path / "out.webm")
    content = (tmp_path / "out.webm").read_bytes()
    at = content.index(b"\x56\xaa")  # CodecDelay, RFC 9559
    size = content[at + 2] & 0x7F
    assert int.from_bytes(content[at + 3 : at + 3 + size]) == 312 * 1_000_000_000 // RATE


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_picture_that_began_after_its_own_sound_takes_the_new_one_from_its_first_frame(
    tmp_path: Path, flashes: Path, click: Path, suffix: str
) -> None:
    late = tmp_path / "late.mp4"
    streams = [ffmpeg.input(str(flashes), itsoffset=0.5)["v:0"], ffmpeg.input(str(click))["a:0"]]
    made = ffmpeg.output(*streams, str(late), vcodec="copy", acodec="aac")
    program.run(program.command(made), where=late.name)
    ap.mux(late, click, tmp_path / f"out.{suffix}")
    assert errors(tmp_path / f"out.{suffix}") == pytest.approx([0, 0, 0], abs=LIMIT)


@pytest.mark.parametrize("offset", ["+3f", "-7f", "480smp", "-20ms"])
def test_an_offset_is_that_long_in_the_file(
    tmp_path: Path, flashes: Path, click: Path, offset: str
) -> None:
    seconds = {"+3f": 3 / 24, "-7f": -7 / 24, "480smp": 0.01, "-20ms": -0.02}[offset]
    ap.mux(flashes, click, tmp_path / "out.mp4", offset=offset)
    heard, _ = moments(tmp_path / "out.mp4")
    wanted = [frame / 24 + seconds for frame in FLASHES if frame / 24 + seconds > -1e-9]
    assert heard == pytest.approx(wanted, abs=LIMIT)


def errors(path: Path) -> list[float]:
    heard, seen = moments(path)
    assert len(heard) == len(seen) == len(FLASHES)
    return [h - s for h, s in zip(heard, seen, strict=True)]


def moments(path: Path) -> tuple[list[float], list[float]]:
    """When clicks are heard and flashes seen, in seconds by the file's own timestamps."""
    with av.open(str(path)) as container:
        sound = list(container.decode(audio=0))
    with av.open(str(path)) as container:
        pictures = [
            (_time(f), f.to_ndarray(format="gray").mean()) for f in container.decode(video=0)
        ]
    for one, two in pairwise(sound):
        assert _time(two) - _time(one) == pytest.approx(one.samples / RATE, abs=LIMIT)
    samples = np.concatenate([_first_channel(frame) for frame in sound])
    start = _time(sound[0])
    heard = [start + at / RATE for at in onsets(samples[:, None])]
    return heard, [time for time, light in pictures if light > 128]


def _time(frame: av.AudioFrame | av.VideoFrame) -> float:
    assert frame.pts is not None
    assert frame.time_base is not None
    return float(frame.pts * frame.time_base)


def _first_channel(frame: av.AudioFrame) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    samples = frame.to_ndarray().astype(np.float32)
    return samples[0] if frame.format.is_planar else samples[0, :: frame.layout.nb_channels]


def _all(content: bytes, word: bytes) -> list[int]:
    return [n for n in range(len(content)) if content.startswith(word, n)]


def _flashes(path: Path, **options: Any) -> Path:
    shades = [235 if frame in FLASHES else 16 for frame in range(COUNT)]
    return movie(path, [np.full((64, 64, 3), shade, np.uint8) for shade in shades], **options)
