"""What the packets of a movie tell without being decoded."""

from fractions import Fraction
from pathlib import Path

import ffmpeg

from answerprint.media import ffmpeg as program
from answerprint.media.movie.door import Reading
from answerprint.media.movie.packets import (
    digest_packets,
    packet_lengths,
    read_packets,
    read_times,
)
from tests.made import codes, movie


def _made(clip: Path, path: Path, codec: str) -> Path:
    stream = ffmpeg.input(str(clip)).output(str(path), vcodec=codec)
    program.run(program.command(stream), where=codec)
    return path


def test_a_stream_copy_keeps_every_packet(tmp_path: Path) -> None:
    clip = movie(tmp_path / "clip.mp4", codes(12))
    kept = digest_packets(clip)
    assert digest_packets(_made(clip, tmp_path / "copied.mov", "copy")) == kept
    assert digest_packets(_made(clip, tmp_path / "encoded.mp4", "libx264")) != kept


def test_times_come_as_shown_though_packets_come_as_decoded(tmp_path: Path) -> None:
    clip = movie(tmp_path / "clip.mp4", codes(12), g=6, bf=2)
    reading = Reading()
    assert read_times(clip, reading) == tuple(Fraction(n, 24) for n in range(12))
    assert (reading.packets, reading.decoded) == (12, 0)
    shown = read_packets(clip)
    assert [time for time, _ in shown] != sorted(time or 0 for time, _ in shown)
    assert sum(key for _, key in shown) == 2
    assert set(packet_lengths(clip)) == {Fraction(1, 24)}
