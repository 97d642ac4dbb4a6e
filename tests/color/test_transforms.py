"""OpenColorIO behind its door: names, files, the traps it sets, and the pixels it drops."""

from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
import pytest
from numpy.typing import NDArray

from answerprint.color.grading import CONFIGS, Grading
from answerprint.color.primaries import AP0, REC709, rgb_to_rgb
from answerprint.color.transforms import exact, to_display, to_scene, views_of
from answerprint.color.views import VIEWS
from answerprint.errors import SourceError, UsageError

Colors = NDArray[np.float32]

SWAPPED = """LUT_3D_SIZE 2
0 0 0
0 0 1
0 1 0
0 1 1
1 0 0
1 0 1
1 1 0
1 1 1
"""
"""A .cube that exchanges red and blue: red varies fastest in a .cube."""
HALVED = """<?xml version="1.0" encoding="UTF-8"?>
<ProcessList id="half" compCLFversion="3.0">
  <Matrix inBitDepth="32f" outBitDepth="32f">
    <Array dim="3 3">{0} 0 0 0 {0} 0 0 0 {0}</Array>
  </Matrix>
</ProcessList>
"""
STUDIO = """ocio_profile_version: 2.1
search_path: luts
roles: {{default: lin, aces_interchange: {scene}}}
file_rules:
  - !<Rule> {{name: Default, colorspace: default}}
displays:
  Monitor:
    - !<View> {{name: Film, colorspace: film}}
colorspaces:
  - !<ColorSpace> {{name: lin}}
  - !<ColorSpace> {{name: house}}
  - !<ColorSpace>
    name: film
    from_scene_reference: !<FileTransform> {{src: film.cube, interpolation: linear}}
"""
"""A studio's own config, which calls ACES2065-1 `house`, and says so by the role."""
GREY = np.full((1, 3), 0.18, np.float32)


def colors(count: int = 2000, seed: int = 3) -> Colors:
    return np.exp2(np.random.default_rng(seed).random((count, 3)) * 14 - 10).astype(np.float32)


def shown(light: Colors, **grading: str) -> Colors:
    return np.clip(exact(Grading(**grading))(light.copy()), 0, 1)


@pytest.fixture
def cube(tmp_path: Path) -> str:
    (tmp_path / "swap.cube").write_text(SWAPPED)
    return str(tmp_path / "swap.cube")


@pytest.fixture
def clf(tmp_path: Path) -> str:
    (tmp_path / "half.clf").write_text(HALVED.format(0.5))
    return str(tmp_path / "half.clf")


def test_a_processor_to_the_display_s_color_space_would_leave_the_view_out() -> None:
    """The trap: it clips 1.0 to full code, where the view shows it at 72 %."""
    config = ocio.Config.CreateFromBuiltinConfig(CONFIGS["aces-2.0"])
    bare = config.getProcessor("ACES2065-1", "Rec.1886 Rec.709 - Display").getDefaultCPUProcessor()
    ones, ours = np.ones((1, 3), np.float32), shown(np.ones((1, 3), np.float32))
    bare.applyRGB(ones)
    assert ones.min() > 0.99
    assert np.allclose(ours, 0.72, atol=0.02)


def test_pixels_that_opencolorio_drops_are_asked_for_again() -> None:
    light = (50 + np.random.default_rng(0).random((600_000, 3)) * 134).astype(np.float32)
    transform = exact(Grading(view="sdr-rec709"))
    raw = light.copy()
    transform._processor.applyRGB(raw)
    dropped = np.flatnonzero(raw.max(axis=1) <= 0)
    around = transform(np.ascontiguousarray(light[dropped] * np.float32(1.0005)))
    ours = transform(light.copy())
    assert ours.max(axis=1).min() > 0.5
    assert np.abs(ours[dropped] - around).max(initial=0) * 1023 < 0.5
    if ocio.__version__ == "2.6.0":
        assert 0 < dropped.size < 60


def test_black_of_a_view_that_maps_no_tones_is_black_and_not_asked_for_again() -> None:
    """Blue of 37 out of a red and green far below 0: a thousandth more of all three rounds to some light."""
    light = np.array([[-44320.02, -3005.9348, 37.33498]], np.float32)
    for view in ("untoned-pq", "untoned-hlg"):
        assert exact(Grading(view=view))(light.copy()).max() < 1e-6


def test_the_matrix_a_transform_begins_with_is_told_where_it_begins_with_one() -> None:
    begins = exact(Grading(view="untoned-rec709")).begins
    assert begins == pytest.approx(rgb_to_rgb(AP0, REC709))
    ranged = Grading(view="sdr-rec709", config="aces-1.3")
    assert exact(ranged).begins is None


@pytest.mark.parametrize("view", ["hdr-pq-1000", "hdr-pq-1000-p3", "hdr-hlg-1000"])
def test_a_pixel_dropped_by_an_hdr_view_is_not_black(view: str) -> None:
    """PQ has no code of 0: what is dropped there comes out as 7e-7."""
    light = np.array([[550.70233, 340.32162, 3344.5254]], np.float32)
    transform = exact(Grading(view=view))
    raw = light.copy()
    transform._processor.applyRGB(raw)
    around = transform(light * np.float32(1.001))
    assert around.min() > 0.7
    assert np.abs(transform(light.copy()) - around).max() * 1023 < 0.5
    if ocio.__version__ == "2.6.0":
        assert raw.max() < 1e-5


def test_black_and_what_is_darker_stay_black() -> None:
    dark = np.array([[0, 0, 0], [-1, -1, -1], [-0.1, -0.2, -0.3]], np.float32)
    assert np.allclose(shown(dark), 0, atol=1e-4)


def test_a_look_of_the_config_changes_what_it_is_for_and_leaves_greys() -> None:
    saturated = np.array([[1.2, -0.2, 0.02]], np.float32)
    look = "ACES 1.3 Reference Gamut Compression"
    assert np.abs(shown(saturated, look=look) - shown(saturated)).max() > 0.005
    assert np.allclose(shown(GREY, look=look), shown(GREY), atol=1e-5)


def test_a_lut_is_applied_to_display_code(cube: str, clf: str) -> None:
    assert np.allclose(shown(colors(), lut=cube), shown(colors())[:, ::-1], atol=1e-5)
    assert np.allclose(shown(colors(), lut=clf), shown(colors()) / 2, atol=1e-5)


def test_a_look_file_is_applied_to_acescct(cube: str) -> None:
    """Exchanging red and blue of AP1 is not what it is on the display, but for its greys."""
    light = colors(200)
    assert np.abs(shown(light, look=cube) - shown(light, lut=cube)).max() > 0.05
    assert np.allclose(shown(GREY, look=cube), shown(GREY), atol=1e-3)


def test_a_half_in_acescct_is_many_stops(clf: str) -> None:
    # Mid grey is 0.4135 in ACEScct (S-2016-001); its half, 0.2068, is 3.6 stops below.
    stops = 0.4135 / 2 * 17.52
    assert np.allclose(
        shown(GREY, look=clf), shown((GREY * 2**-stops).astype(np.float32)), atol=2e-3
    )


def test_a_studio_s_own_config_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "studio.ocio"
    path.write_text(ocio.Config.CreateFromBuiltinConfig(CONFIGS["aces-2.0"]).serialize())
    assert np.array_equal(shown(colors(), config=str(path)), shown(colors()))
    display = "Rec.1886 Rec.709 - Display/ACES 2.0 - SDR 100 nits (Rec.709)"
    assert np.array_equal(shown(colors(), config=str(path), view=display), shown(colors()))
    assert "ACES 2.0 - SDR 100 nits (Rec.709)" in views_of(str(path))["sRGB - Display"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"view": "sdr-rec790"}, "did you mean 'sdr-rec709'?"),
        ({"view": "sRGB - Display/ACES 2.0 - SDR 100 nit (Rec.709)"},
         "did you mean 'sRGB - Display/ACES 2.0 - SDR 100 nits (Rec.709)'?"),
        ({"view": "hdr-pq-500", "config": "aces-1.3"}, "config aces-1.3 has no view 'hdr-pq-500'"),
        ({"config": "aces-2.2"}, "did you mean 'aces-2.1'?"),
        ({"look": "ACES 1.3 Gamut Compression"},
         "did you mean 'ACES 1.3 Reference Gamut Compression'?"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_a_usage_error_that_names_the_closest(
    wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        exact(Grading(**wrong))
    assert said.replace("2.1", "") in str(raised.value).replace("2.1", "").replace("2.0'", "'")


@pytest.mark.parametrize("key", ["lut", "look", "config"])
def test_a_broken_file_is_a_source_error_that_names_it(key: str, tmp_path: Path) -> None:
    broken = tmp_path / ("broken.ocio" if key == "config" else "broken.cube")
    broken.write_text("LUT_3D_SIZE 2\n0 0 nonsense\n")
    with pytest.raises(SourceError) as raised:
        exact(Grading(**{key: str(broken)}))
    assert raised.value.where == str(broken)


@pytest.mark.parametrize("key", ["lut", "look"])
def test_a_missing_file_is_a_source_error(key: str) -> None:
    with pytest.raises(SourceError, match=r"there\.cube: no such LUT"):
        exact(Grading(**{key: "not/there.cube"}))


def test_a_key_names_content(tmp_path: Path) -> None:
    path = tmp_path / "same.clf"
    keys = []
    for gain in (0.5, 0.5, 0.25):
        path.write_text(HALVED.format(gain))
        exact.cache_clear()
        keys.append(exact(Grading(lut=str(path))).key)
    assert keys[0] == keys[1] != keys[2]
    others = {exact(Grading(view=name)).key for name in VIEWS}
    others |= {exact(Grading(config=name)).key for name in CONFIGS}
    assert len(others) == len(VIEWS) + len(CONFIGS) - 1
    # Exposure and balance are done in light, before: one bake serves them all.
    assert exact(Grading(exposure=2, white_balance=3200.0)).key == exact(Grading()).key


def test_every_view_shows_greys_grey_and_rising() -> None:
    ramp = np.repeat(np.exp2(np.linspace(-8, 6, 60)), 3).reshape(-1, 3).astype(np.float32)
    for name in VIEWS:
        code = shown(ramp, view=name)
        assert np.ptp(code, axis=1).max() < 2e-3, name
        assert np.diff(code[:, 1]).min() >= -1e-6, name


def test_a_picture_goes_to_display_and_back() -> None:
    scene = colors(600).reshape(20, 30, 3)[..., :1].repeat(3, axis=2)
    back = to_scene(to_display(scene, "hdr-pq-1000"), "hdr-pq-1000")
    assert np.allclose(back, scene, rtol=0.02, atol=1e-3)


def studio(folder: Path, *, gain: float | None = 1.0, scene: str = "house") -> Grading:
    (folder / "luts").mkdir(parents=True)
    if gain is not None:
        (folder / "luts" / "film.cube").write_text(f"LUT_1D_SIZE 2\n0 0 0\n1 {gain} 1\n")
    (folder / "studio.ocio").write_text(STUDIO.format(scene=scene))
    return Grading(config=str(folder / "studio.ocio"), view="Monitor/Film")


def test_a_studio_s_config_may_call_aces_by_another_name(tmp_path: Path) -> None:
    code = exact(studio(tmp_path / "one", gain=0.5))(GREY.copy())
    assert np.allclose(code, [[0.18, 0.09, 0.18]], atol=1e-4)


def test_a_key_names_the_files_that_a_config_refers_to(tmp_path: Path) -> None:
    keys = [
        exact(studio(tmp_path / name, gain=gain)).key
        for name, gain in (("one", 1.0), ("two", 0.5), ("three", 1.0))
    ]
    assert keys[0] == keys[2] != keys[1]


def test_what_a_config_lacks_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"for Monitor/Film: .*'film\.cube' could not be located"):
        exact(studio(tmp_path / "no-lut", gain=None))
    with pytest.raises(
        SourceError, match="no color space aces_interchange, nor one called ACES2065-1"
    ):
        exact(studio(tmp_path / "no-role", scene="gone"))
    with pytest.raises(SourceError, match=r"there\.ocio: no such config file"):
        exact(Grading(config="not/there.ocio"))
    broken = tmp_path / "broken.ocio"
    broken.write_text("ocio_profile_version: 2\nroles: [\n")
    with pytest.raises(SourceError, match=r"broken\.ocio: is no config that .* line 3") as told:
        exact(Grading(config=str(broken)))
    assert "\n" not in str(told.value)
