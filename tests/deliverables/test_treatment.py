"""Options of pictures and sound, read as a person writes them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from answerprint.deliverables.framing import Geometry
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.timeline import Cut
from answerprint.deliverables.treatment import Treatment, treatment
from answerprint.errors import AnswerprintError, UsageError
from answerprint.master import deliver, read_treatment
from tests.made import codes, movie


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
    assert found.graded(load_preset("h264-web")).view == "hdr-pq-500"
    assert treatment().graded(load_preset("h264-web")).view == "sdr-rec709"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"view": "sdr-rec700"}, "did you mean 'sdr-rec709'"),
        ({"white_balance": 900.0}, "1667 to 25000"),
        ({"exposure": 40.0}, "exposure"),
        ({"input_color": "APO"}, "did you mean 'AP1'"),
        ({"crop": "round"}, "crop"),
        ({"range": "1010-1001"}, "no frame range"),
        ({"conform": "fast"}, "fast"),
        ({"name": "{clip}_{presett}"}, "preset"),
        ({"timecode": "noon"}, "timecode"),
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
