"""The door to PyAV: facts, frames, damage, and what is never opened."""

from fractions import Fraction
from pathlib import Path

import pytest

from answerprint.errors import SourceError
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe, probe_sound
from answerprint.media.sound.waves import read_samples
from tests.made import codes, movie, tone


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tags = {
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "colorspace": "bt709",
        "color_range": "tv",
    }
    path = tmp_path_factory.mktemp("movie") / "clip.mp4"
    return movie(path, codes(12), rate=Fraction(24000, 1001), movflags="+faststart", **tags)


def test_frames_come_in_order_with_their_times(clip: Path) -> None:
    reading = Reading()
    times = [frame.time for frame in read_frames(clip, reading)]
    assert times == [Fraction(n * 1001, 24000) for n in range(12)]
    assert (reading.packets, reading.decoded, reading.faults) == (12, 12, [])


def test_damage_is_noted_and_reading_goes_on(tmp_path: Path) -> None:
    whole = movie(tmp_path / "whole.mp4", codes(24), g=4, bf=0)
    content = bytearray(whole.read_bytes())
    media = content.index(b"mdat")
    middle = media + (content.index(b"moov") - media) // 2
    content[middle : middle + 40] = bytes(40)
    hurt = tmp_path / "hurt.mp4"
    hurt.write_bytes(content)
    reading = Reading()
    damaged = [frame.damaged for frame in read_frames(hurt, reading)]
    assert reading.packets == 24
    assert reading.faults or any(damaged)
    assert len(damaged) > 12


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.mp4", None, "no such file"),
        ("empty.mp4", b"", "no movie or sound"),
        ("noise.mp4", b"\x93" * 5000, "no movie or sound"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no movie|no picture"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n", "no movie|no picture"),
    ],
)
def test_what_is_no_movie_is_refused(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=said) as refused:
        probe(path)
    assert "\n" not in str(refused.value)


def test_a_sound_is_no_movie(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 0.5)
    with pytest.raises(SourceError, match="no picture stream"):
        probe(path)
    assert probe_sound(path)[0].channels == 2
    assert read_samples(path) == 24000


@pytest.mark.shared
def test_every_real_movie_is_read_or_refused(shared: Path) -> None:
    files = [
        p for kind in ("video", "video_damaged") for p in (shared / kind).rglob("*") if p.is_file()
    ]
    small = [path for path in files if path.stat().st_size < 2_000_000]
    assert len(small) > 60
    for path in small:
        try:
            facts = probe(path)
        except SourceError as refused:
            assert "\n" not in str(refused)
        else:
            assert facts.size[0] > 0
