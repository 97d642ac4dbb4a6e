"""From one kind of display to another: what is converted, by what, and what is left alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.baked.curves import Curves
from answerprint.color.between import Between
from answerprint.color.bt2446 import hdr_to_sdr, sdr_to_hdr
from answerprint.color.primaries import P3_D65, REC709, rgb_to_rgb
from answerprint.color.rendering import WORTH, display_rendering
from answerprint.color.transfer import bt1886, encode_pq
from answerprint.measured.movie import ColorTags

SDR = ColorTags(primaries="bt709", transfer="bt709", matrix="gbr", range="pc")
SRGB = ColorTags(primaries="bt709", transfer="iec61966-2-1", matrix="gbr", range="pc")
P3 = ColorTags(primaries="smpte432", transfer="iec61966-2-1", matrix="gbr", range="pc")
PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="gbr", range="pc")
HLG = ColorTags(primaries="bt2020", transfer="arib-std-b67", matrix="gbr", range="pc")


def codes(count: int = 500) -> NDArray[np.float32]:
    return np.random.default_rng(6).random((count, 3)).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), [(SDR, SDR), (SDR, SRGB), (PQ, PQ), (HLG, HLG)])
def test_pictures_of_one_kind_stay_as_they_are(source: ColorTags, target: ColorTags) -> None:
    assert Between.of(source, target) is None
    assert display_rendering(source, target, WORTH) is None


@pytest.mark.parametrize(("source", "transfer"), [(PQ, "smpte2084"), (HLG, "arib-std-b67")])
def test_hdr_becomes_sdr_by_bt2446(source: ColorTags, transfer: str) -> None:
    between = Between.of(source, SDR)
    assert between is not None
    assert np.array_equal(between(codes()), hdr_to_sdr(codes(), transfer))


@pytest.mark.parametrize(("target", "transfer"), [(PQ, "smpte2084"), (HLG, "arib-std-b67")])
def test_sdr_becomes_hdr_by_bt2408(target: ColorTags, transfer: str) -> None:
    between = Between.of(SDR, target)
    assert between is not None
    assert np.array_equal(between(codes()), sdr_to_hdr(codes(), transfer))


def test_pq_and_hlg_become_each_other_by_the_light_of_a_1000_nit_display() -> None:
    """BT.2408, table 1: reference white is 58 % of PQ and 75 % of HLG; 18 % grey 38 % and 38 %."""
    down, up = Between.of(PQ, HLG), Between.of(HLG, PQ)
    assert down is not None
    assert up is not None
    levels = np.repeat(np.array([[0.0], [0.379], [0.5807], [0.7518], [1.0]]), 3, axis=1)
    expected = [0, 0.38, 0.75, 1, 1]
    assert np.allclose(down(levels.astype(np.float32))[:, 1], expected, atol=0.006)
    held = 0.1 + 0.5 * codes()
    assert np.allclose(down(up(held)), held, atol=2e-4)


def test_colors_brighter_than_hlg_carries_keep_their_hue() -> None:
    down = Between.of(PQ, HLG)
    assert down is not None
    color = np.array([2000.0, 1000.0, 500.0])
    bright, dim = (
        down(encode_pq(light[None]).astype(np.float32)) for light in (2 * color, color / 2)
    )
    assert np.allclose(bright, dim, atol=1e-3)


def test_other_primaries_of_sdr_are_converted_in_light() -> None:
    between = Between.of(P3, SDR)
    assert between is not None
    muted = 0.4 + 0.2 * codes()
    light = bt1886(muted) @ rgb_to_rgb(P3_D65, REC709).T
    assert np.allclose(bt1886(between(muted)), light, atol=1e-5)
    pure = np.array([[0, 1, 0], [1, 1, 1], [0, 0, 0]], np.float32)
    assert np.allclose(between(pure), [[0, 1, 0], [1, 1, 1], [0, 0, 0]], atol=1e-3)


def test_every_conversion_has_a_key_of_its_own() -> None:
    pairs = [
        (PQ, SDR),
        (HLG, SDR),
        (SDR, PQ),
        (SDR, HLG),
        (P3, SDR),
        (SDR, P3),
        (PQ, HLG),
        (HLG, PQ),
    ]
    assert len({Between(*pair).key for pair in pairs}) == len(pairs)


def test_a_picture_is_converted_plane_by_plane() -> None:
    rgb = np.random.default_rng(8).integers(0, 65536, (3, 5, 7)).astype(np.uint16)
    made = display_rendering(PQ, SDR, 1)
    assert made is not None
    assert made.bake is None
    shown = made.show(rgb)
    flat = hdr_to_sdr((rgb.reshape(3, -1).T / 65535).astype(np.float32), "smpte2084")
    assert shown.shape == rgb.shape
    assert np.abs(shown.reshape(3, -1).T - flat * 65535).max() <= 1
    assert display_rendering(PQ, SDR, WORTH, exactly=True).bake is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "target"), [(P3, SDR), (SDR, P3), (PQ, HLG), (HLG, PQ), (SDR, PQ), (SDR, HLG)]
)
def test_many_pictures_of_what_is_no_tone_mapping_are_converted_by_curves(
    source: ColorTags, target: ColorTags
) -> None:
    """Colors at random, greys, and colors with a channel near 0, which the other gamut may not hold."""
    made = display_rendering(source, target, WORTH)
    exactly = display_rendering(source, target, WORTH, exactly=True)
    assert made is not None
    assert exactly is not None
    assert isinstance(made.bake, Curves)
    random = np.random.default_rng(4)
    rgb = random.integers(0, 65536, (3, 300, 400)).astype(np.uint16)
    rgb[:, :50] = rgb[:1, :50]
    rgb[0, 50:100] //= 512
    rgb[:, 100:150] //= 1024
    rgb[:, 150:200] //= 2
    off = np.abs(made.show(rgb).astype(np.int32) - exactly.show(rgb)) * 1023 / 65535
    assert off.max() < 0.5
