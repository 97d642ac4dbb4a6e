"""What a preset says of itself: its color chain in words, and a command that is the one that is run."""

import pytest
from click.testing import CliRunner

from answerprint.cli.making import presets
from answerprint.deliverables.explain import color_chain, example_command, explain
from answerprint.deliverables.preset import load_preset, preset_names


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_can_be_explained(name: str) -> None:
    lines = list(explain(load_preset(name)))
    assert lines[0].startswith(f"{name}: ")
    assert any("ffmpeg" in line for line in lines) == (load_preset(name).video is not None)


def test_the_chain_of_hdr10() -> None:
    assert list(color_chain(load_preset("hevc-hdr10")))[1:] == [
        "view hdr-pq-1000: ACES 2.0 - HDR 1000 nits (Rec.2020) on Rec.2100-PQ - Display, to full-range R'G'B' of 16 bits",
        "matrix bt2020nc, narrow range, yuv420p10le, chroma topleft",
        "tags: primaries bt2020, transfer smpte2084, matrix bt2020nc, range tv",
        "static metadata: mastering display Rec.2020, 1000 cd/m2; MaxCLL and MaxFALL as the finished file measures",
    ]


def test_the_chain_says_what_is_scaled_burned_in_and_led_by_a_slate() -> None:
    assert "scaled in linear light to 480x270" in color_chain(load_preset("proxy-quarter"))
    review = list(color_chain(load_preset("h264-review")))
    assert "burned in: {clip}, {view}, {timecode}, {frame}" in review
    assert "a slate of 24 frames before the picture and its sound" in review


def test_the_command_is_whole_and_names_no_place_of_this_machine() -> None:
    words = example_command(load_preset("prores-4444-pq"))
    assert (words[0], words[-1]) == ("ffmpeg", "clip.mov")
    assert words[words.index("-video_size") + 1] == "1920x1080"
    assert words[words.index("-i", words.index("-i") + 1) + 1] == "sound.wav"


def test_the_command_line_shows_a_list_a_preset_and_its_words() -> None:
    listed = CliRunner().invoke(presets, []).output.splitlines()
    assert [line.split()[0] for line in listed] == list(preset_names())
    assert '"format": "webm"' in CliRunner().invoke(presets, ["vp9-web"]).output
    assert "libvpx-vp9" in CliRunner().invoke(presets, ["show", "vp9-web"]).output
    assert CliRunner().invoke(presets, ["show", "vp9-web", "more"]).exit_code == 2


def test_the_command_delays_the_sound_by_the_slate() -> None:
    review = " ".join(example_command(load_preset("h264-review")))
    assert "adelay=all=1:delays=48000S" in review
