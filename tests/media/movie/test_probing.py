"""What a movie says of itself."""

from fractions import Fraction
from pathlib import Path

import ffmpeg

from answerprint.media import ffmpeg as program
from answerprint.media.movie.probing import probe
from tests.made import codes, movie


def _tagged(path: Path, **options: str) -> Path:
    tags = {
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "colorspace": "bt709",
        "color_range": "tv",
    }
    return movie(path, codes(12), rate=Fraction(24000, 1001), **tags, **options)


def test_facts_are_the_container_s_own_words(tmp_path: Path) -> None:
    facts = probe(_tagged(tmp_path / "clip.mp4", movflags="+faststart"))
    stated = (facts.codec, facts.pixel_format, facts.bits, facts.size)
    assert stated == ("h264", "yuv420p", 8, (160, 90))
    assert (facts.rate, facts.declared, facts.faststart) == (Fraction(24000, 1001), 12, True)
    assert (facts.color.primaries, facts.color.range) == ("bt709", "tv")
    assert facts.sound == ()


def test_an_index_behind_the_pictures_is_no_fast_start(tmp_path: Path) -> None:
    assert probe(_tagged(tmp_path / "clip.mp4")).faststart is False
    assert probe(_tagged(tmp_path / "clip.mkv")).faststart is None


def test_rotation_is_clockwise(tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    clip = _tagged(tmp_path / "clip.mp4")
    stream = ffmpeg.input(str(clip), display_rotation=-90).output(str(turned), vcodec="copy")
    program.run(program.command(stream), where="turned")
    assert probe(turned).rotation == 90
