"""Presets as data: all of them load, and what is wrong with one is said by its key."""

from pathlib import Path

import pytest

from answerprint.deliverables.pictures.geometry import whole_size
from answerprint.deliverables.preset import Preset, load_preset, preset_names
from answerprint.errors import PresetError
from answerprint.media import ffmpeg

SHIPPED = Path(__file__).parents[2] / "src/answerprint/deliverables/presets"


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_loads_and_this_ffmpeg_can_make_it(name: str) -> None:
    preset = load_preset(name)
    assert preset.name == name
    assert preset.encoders <= ffmpeg.encoders()
    assert preset.filters <= ffmpeg.filters()


def test_a_studio_s_own_preset_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "dailies.toml"
    path.write_text((SHIPPED / "h264-web.toml").read_text().replace("crf = 18", "crf = 28"))
    preset = load_preset(str(path))
    assert preset.video is not None
    assert (preset.name, preset.video.options["crf"]) == ("dailies", 28)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("crf = 18", "crf = 18\n[vidoe]\n", "unknown key 'vidoe', did you mean 'video'"),
        ('encoder = "libx264"', 'encodr = "libx264"', "video.encodr"),
        ('view = "sdr-rec709"', 'view = "sdr-rec708"', "did you mean 'sdr-rec709'"),
        ('suffix = ".mp4"', 'suffix = "mp4"', "suffix"),
        ("psnr = 30.0", "psnr = 130.0", "proof.psnr"),
        ('summary = "', 'name = "x"\nsummary = "', "a preset is called by its file's name"),
        ('transfer = "bt709"', 'transfer = "smpte2084"', "would be tagged bt709 and smpte2084"),
        ('primaries = "bt709"', 'primaries = "bt710"', "would be tagged bt710 and bt709"),
        ('range = "tv"', 'range = "full"', "it is tv (narrow) or pc (full)"),
        ('summary = "', 'mastering = true\nsummary = "', "HDR static metadata goes with PQ"),
        ("[video]", "[video", "is not TOML"),
    ],
)
def test_a_preset_that_is_wrong_is_refused_by_its_key(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    text = (SHIPPED / "h264-web.toml").read_text()
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(PresetError) as refused:
        load_preset(str(path))
    assert said in str(refused.value)
    assert "mine.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"), [("h264-wbe", "did you mean 'h264-web'"), ("none.toml", "no such file")]
)
def test_a_preset_that_is_not_there(name: str, said: str) -> None:
    with pytest.raises(PresetError, match=said):
        load_preset(name)


@pytest.mark.parametrize(
    ("pixel_format", "granule", "bits"),
    [
        ("yuv420p", (2, 2), 8),
        ("yuv422p10le", (2, 1), 10),
        ("yuv444p12le", (1, 1), 12),
        ("gbrp", (1, 1), 8),
    ],
)
def test_what_a_pixel_format_means(pixel_format: str, granule: tuple[int, int], bits: int) -> None:
    values = load_preset("h264-web").model_dump()
    values["video"]["pixel_format"] = pixel_format
    video = Preset.model_validate(values).video
    assert video is not None
    assert (video.granule, video.bits) == (granule, bits)


def test_odd_sizes_grow_to_whole_chroma_samples() -> None:
    assert whole_size((853, 479), (2, 2)) == (854, 480)
    assert whole_size((853, 479), (2, 1)) == (854, 479)
    assert whole_size((854, 480), (2, 2)) == (854, 480)
