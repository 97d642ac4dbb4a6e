"""Options of pictures and sound, read as a person writes them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.timeline import Cut
from answerprint.deliverables.treatment import Treatment, treatment
from answerprint.errors import AnswerprintError, ToolError, UsageError
from answerprint.master import deliver, read_treatment
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from tests.made import codes, exr, movie, picture


def test_nothing_asked_is_nothing_done() -> None:
    assert treatment() == Treatment()
    assert treatment(view=None, exposure=None, range=None) == Treatment()
    assert (Treatment().geometry, Treatment().cut, Treatment().sound) == (Geometry(), Cut(), None)


def test_options_become_records() -> None:
    found = treatment(
        view="hdr-pq-500", config="aces-2.1", exposure=-1.5, white_balance="5600", input_color="ACEScg",
        size_to="1280x720", range="1001-1024", hold_last=3, conform="25", pitch="follow", timecode="10:00:00:00",
        name="{clip}_v{version:03}", new_version=True, exact=True,
    )  # fmt: skip
    assert (found.grading.config, found.grading.exposure, found.grading.white_balance) == (
        "aces-2.1",
        -1.5,
        5600,
    )
    assert found.input_color == "AP1"
    assert found.cut.frames is not None
    assert (found.cut.frames.first, found.cut.hold_last) == (1001, 3)
    assert found.conform is not None
    assert (found.conform.rate, found.conform.pitch) == (Fraction(25), "follow")
    assert (found.timecode, found.new_version, found.exactly) == ("10:00:00:00", True, True)
    assert found.graded(load_preset("hevc-hdr10")).view == "hdr-pq-500"
    assert treatment().graded(load_preset("h264-web")).view == "sdr-rec709"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"view": "sdr-rec700"}, "did you mean 'sdr-rec709'"),
        ({"white_balance": 900.0}, "1667 to 25000"),
        ({"white_balance": "nan,1,1"}, "gains are numbers above 0"),
        ({"white_balance": "1,-1,1"}, "gains are numbers above 0"),
        ({"cover": True}, "--cover"),
        ({"exposure": 40.0}, "exposure"),
        ({"input_color": "APO"}, "did you mean 'AP1'"),
        ({"crop": "round"}, "crop"),
        ({"range": "1010-1001"}, "no frame range"),
        ({"conform": "fast"}, "fast"),
        ({"name": "{clip}_{presett}"}, "preset"),
        ({"timecode": "noon"}, "timecode"),
        ({"pitch": "follow"}, "pitch: is for what is conformed"),
    ],
)
def test_slips_are_told_before_anything_is_read(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        treatment(**options)


def test_options_of_pictures_and_sound_are_told_apart() -> None:
    found = read_treatment("surf.wav@-6dB", {"fit": "loop", "view": "sdr-srgb"})
    assert found.view == "sdr-srgb"
    assert found.sound is not None
    assert found.sound.fit == "loop"
    with pytest.raises(AnswerprintError, match="no option is called 'veiw'"):
        read_treatment(None, {"veiw": "sdr-srgb"})


@pytest.mark.parametrize(
    "option", [{"exposure": 0.5}, {"white_balance": 5000.0}, {"look": "no.cube"}, {"lut": "no.cube"},
               {"config": "aces-1.3"}, {"input_color": "rec709"}]
)  # fmt: skip
def test_what_treats_scene_light_is_refused_for_a_movie(
    option: dict[str, Any], tmp_path: Path
) -> None:
    source = movie(tmp_path / "a.mp4", codes(3))
    with pytest.raises(UsageError, match=f"{next(iter(option)).replace('_', '-')}: treats scene"):
        deliver(source, "h264-web", tmp_path / "out.mp4", **option)
    assert not (tmp_path / "out.mp4").exists()


def test_a_timecode_is_an_address_at_the_rate_that_is_delivered(tmp_path: Path) -> None:
    source, out = movie(tmp_path / "a.mp4", codes(3)), tmp_path / "out.mov"
    with pytest.raises(UsageError, match="01:00:00:20 is no address at 12"):
        deliver(source, "prores-422", out, conform="12", timecode="01:00:00:20")
    assert not out.exists()
    deliver(source, "prores-422", out, conform="29.97", timecode="00:59:59;29")
    assert probe(out).timecode == "00:59:59;29"


def test_sound_that_a_format_cannot_hold_is_told_of(tmp_path: Path, surf: Path) -> None:
    source = movie(tmp_path / "a.mp4", codes(3))
    made = deliver(source, "gif-loop", tmp_path / "out.gif", audio=surf)
    assert "no sound was laid: gif-loop holds none" in made.notes


@pytest.mark.parametrize("preset", ["avif-loop", "hevc-sdr10", "dnxhr-hqx"])
def test_pictures_that_an_encoder_does_not_take_are_refused_before_it_starts(
    preset: str, tmp_path: Path
) -> None:
    source = movie(tmp_path / "a.mp4", codes(3, size=(16, 16)))
    out = tmp_path / f"out{load_preset(preset).suffix}"
    with pytest.raises(ToolError, match="pixels at least, and these are 8x8"):
        deliver(source, preset, out, scale="50%")
    assert not out.exists()


def test_burned_timecode_counts_the_frames_that_are_shown(tmp_path: Path) -> None:
    made = []
    for name, numbers in (("whole", range(1001, 1007)), ("part", range(1004, 1007))):
        shot = tmp_path / name / "shot"
        shot.mkdir(parents=True)
        for number in numbers:
            (shot / f"shot.{number}.exr").write_bytes(exr(picture(number)))
        out = tmp_path / f"{name}.mp4"
        deliver(shot, "h264-review", out, range="1004-1006", conform="12")
        made.append([frame.picture.to_ndarray() for frame in read_frames(out, Reading())][-3:])
    assert all((one == other).all() for one, other in zip(*made, strict=True))


@pytest.mark.parametrize(
    ("view", "preset", "said"),
    [
        ("hdr-pq-1000", "h264-web", "makes pictures of bt2020 and smpte2084, and they would be tagged bt709 and bt709"),
        ("sdr-rec709", "hevc-hdr10", "makes pictures of bt709 and bt709"),
        ("sdr-display-p3", "prores-422hq", "makes pictures of smpte432"),
        ("hdr-hlg-1000", "hevc-hdr10", "makes pictures of bt2020 and arib-std-b67"),
    ],
)  # fmt: skip
def test_a_view_whose_color_a_preset_does_not_tag_is_refused(
    view: str, preset: str, said: str, hdr_delivery: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        deliver(hdr_delivery, preset, tmp_path / f"out{load_preset(preset).suffix}", view=view)
    assert list(tmp_path.iterdir()) == []
    for alike in (
        ("sdr-srgb", "h264-web"),
        ("hdr-pq-500-p3", "hevc-hdr10"),
        ("hdr-pq-500", "png16"),
    ):
        assert treatment(view=alike[0]).graded(load_preset(alike[1])).view == alike[0]
