"""Options that steer size and quality: taken out of presets, and set anew."""

from pathlib import Path

import pytest

from answerprint.deliverables.preset import Options, Preset, load_preset
from answerprint.deliverables.steering import CRF, at_bit_rate, at_crf, unsteered


def options_of(preset: Preset) -> Options:
    assert preset.video is not None
    return preset.video.options


@pytest.mark.parametrize("name", ["h264-web", "hevc-sdr10", "hevc-hdr10", "av1-web", "vp9-web"])
def test_everything_else_of_a_preset_stays(name: str) -> None:
    own = options_of(load_preset(name))
    changed = options_of(at_crf(load_preset(name), 31))
    assert changed == own | {"crf": 31}


def test_a_rate_drops_constant_quality_and_caps() -> None:
    options: Options = {"qp": 20, "maxrate": "9M", "bufsize": "18M", "preset": "slow", "g": 24}
    assert unsteered(options) == {"preset": "slow", "g": 24}
    inner: Options = {"svtav1-params": "tune=0:rc=1:tbr=900", "x264-params": "crf=3"}
    assert unsteered(inner) == {"svtav1-params": "tune=0"}


def test_libvpx_makes_two_passes_at_good_quality_only() -> None:
    slow = load_preset("vp9-web")
    assert slow.video is not None
    quick = slow.model_copy(
        update={"video": slow.video.model_copy(update={"options": {"deadline": "realtime", "cpu-used": 6}})}
    )  # fmt: skip
    options = options_of(at_bit_rate(quick, 500_000, 2, Path("log")))
    assert options == {
        "deadline": "good",
        "cpu-used": 5,
        "b:v": 500_000,
        "pass": 2,
        "passlogfile": "log",
    }


def test_every_encoder_that_has_a_crf_has_presets() -> None:
    """The table names encoders as presets do."""
    names = ("h264-web", "hevc-sdr10", "av1-web", "vp9-web")
    assert {v.encoder for v in (load_preset(name).video for name in names) if v} == set(CRF)
