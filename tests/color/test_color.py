"""Transfers, primaries and output transforms, against the standards' own values."""

import numpy as np
import pytest

from answerprint.color.primaries import (
    AP0,
    AP1,
    REC709,
    REC2020,
    name_primaries,
    rgb_to_rgb,
    rgb_to_xyz,
)
from answerprint.color.tags import BT709, chromaticities, resolved
from answerprint.color.transfer import REFERENCE_WHITE, bt1886, hlg, pq, srgb, to_light
from answerprint.color.transforms import to_display, to_scene
from answerprint.color.views import VIEWS
from answerprint.measured.movie import ColorTags


def test_the_matrices_are_those_the_standards_print() -> None:
    assert np.allclose(rgb_to_xyz(REC709)[1], [0.2126, 0.7152, 0.0722], atol=1e-4)
    assert np.allclose(rgb_to_xyz(REC2020)[1], [0.2627, 0.6780, 0.0593], atol=1e-4)
    assert np.allclose(rgb_to_xyz(AP0)[0], [0.9525523959, 0, 0.0000936786], atol=1e-6)
    assert np.allclose(
        rgb_to_rgb(AP0, AP1)[0], [1.4514393161, -0.2365107469, -0.2149285693], atol=1e-6
    )


def test_white_stays_white() -> None:
    for source in (AP0, AP1, REC2020):
        assert np.allclose(rgb_to_rgb(source, REC709) @ np.ones(3), 1)


def test_primaries_are_known_by_name_within_their_rounding() -> None:
    assert name_primaries([value + 0.0005 for value in AP0]) == "AP0"
    assert name_primaries(REC709) == "Rec.709"
    assert name_primaries((0.5, 0.3, 0.3, 0.6, 0.15, 0.06, 0.3, 0.3)) is None


def test_primaries_that_span_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="span no color space"):
        rgb_to_xyz((0.3, 0.3) * 4)


@pytest.mark.parametrize(("code", "nits"), [(509, 100), (573, 203), (723, 1000), (855, 4000)])
def test_pq_codes_are_the_standard_s(code: int, nits: float) -> None:
    light = pq(np.array([(code - 64) / 876], np.float32))
    assert float(light[0]) == pytest.approx(nits, rel=0.012)


def test_the_reference_white_of_hdr_is_one() -> None:
    for transfer, code in (("smpte2084", 0.5806888), ("arib-std-b67", 0.75)):
        light = to_light(np.full((1, 1, 3), code, np.float32), transfer)
        assert float(light[0, 0, 0]) == pytest.approx(1, abs=0.01)
    assert REFERENCE_WHITE == 203


def test_sdr_transfers() -> None:
    assert float(bt1886(np.ones(1, np.float32))[0]) == 1
    assert float(srgb(np.full(1, 0.04, np.float32))[0]) == pytest.approx(0.04 / 12.92)
    assert float(hlg(np.ones((1, 3), np.float32))[0, 0]) == pytest.approx(1000, rel=0.001)


def test_what_a_player_assumes_of_untagged_pictures() -> None:
    assert resolved(ColorTags(), (1280, 720), "yuv420p") == BT709
    assert resolved(ColorTags(), (720, 480), "yuv420p").matrix == "smpte170m"
    assert resolved(ColorTags(), (720, 480), "yuv420p").primaries == "bt709"
    assert resolved(ColorTags(primaries="bt470bg"), (720, 576), "yuv420p").primaries == "bt709"
    assert resolved(ColorTags(primaries="bt2020"), (720, 576), "yuv420p").primaries == "bt2020"
    assert resolved(ColorTags(), (1280, 720), "yuvj420p").range == "pc"
    assert resolved(ColorTags(matrix="bt709"), (1280, 720), "gbrp").matrix == "gbr"
    assert chromaticities(ColorTags(primaries="bt2020")) == REC2020


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_view_can_be_undone(name: str) -> None:
    # The last is brighter than SDR white without a tone map, which clips it.
    scene = np.array([[[0.18, 0.18, 0.18], [0.1, 0.12, 0.2], [1.0, 0.6, 0.3]]], np.float32)
    scene = scene[:, :2] if name == "untoned-rec709" else scene
    assert np.allclose(to_scene(to_display(scene, name), name), scene, rtol=0.01, atol=1e-3)


def test_a_view_is_an_output_transform_and_not_a_bare_encoding() -> None:
    """A processor to the display's color space alone would send 1.0 to full code and clip all above."""
    white, bright = (
        to_display(np.full((1, 1, 3), v, np.float32), "sdr-rec709")[0, 0, 1] / 65535 for v in (1, 8)
    )
    assert white == pytest.approx(0.72, abs=0.02)
    assert white < bright < 1


def test_grey_is_shown_at_ten_nits_on_a_hundred_nit_display() -> None:
    code = to_display(np.full((1, 1, 3), 0.18, np.float32), "sdr-rec709")[0, 0] / 65535
    assert np.allclose(bt1886(code.astype(np.float32)) * 100, 10, atol=0.5)


def test_other_primaries_are_brought_to_aces() -> None:
    red = np.array([[[1, 0, 0]]], np.float32)
    in_ap0 = red @ rgb_to_rgb(REC709, AP0).T.astype(np.float32)
    assert np.array_equal(to_display(red, "sdr-rec709", REC709), to_display(in_ap0, "sdr-rec709"))


def test_no_display_shows_what_is_not_a_number() -> None:
    odd = np.array([[[np.nan, np.inf, -np.inf]]], np.float32)
    assert to_display(odd, "sdr-rec709").shape == (1, 1, 3)
