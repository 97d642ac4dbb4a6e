"""Axes found by trying: the primaries that views clamp colors to, and where they do."""

import numpy as np
import pytest

from answerprint.color.baked.axes import UNCLAMPED_TOP, axes_of
from answerprint.color.baked.lattice import Colors
from answerprint.color.grading import Grading
from answerprint.color.primaries import AP0, AP1, REC709, REC2020, rgb_to_rgb
from answerprint.color.transforms import exact
from answerprint.color.views import VIEWS

TO_REC709 = rgb_to_rgb(AP0, REC709).T.astype(np.float32)
MAPPED = [name for name in VIEWS if not name.startswith("untoned")]


@pytest.mark.parametrize("name", MAPPED)
def test_a_view_that_maps_tones_clamps_ap1_where_aces_says(name: str) -> None:
    """At eight times the light that reaches the display's peak (ACES 2.0, r_hit), or before, where all is white."""
    primaries, top, clamps = axes_of(exact(Grading(view=name)))
    stops = np.log(VIEWS[name].peak / 100) / np.log(100)
    assert (primaries, clamps) == (AP1, True)
    assert 0.7 < top / (8 * (128 + 768 * stops)) < 1.01


@pytest.mark.parametrize("name", ["hdr-pq-500", "hdr-pq-1000", "hdr-hlg-1000"])
def test_colors_brighter_than_the_top_are_shown_as_those_at_it(name: str) -> None:
    transform = exact(Grading(view=name))
    _, top, _ = axes_of(transform)
    random = np.random.default_rng(8)
    light = top * 10 ** (-3 * random.random((20_000, 3)))
    light[:, 2] = top * (1 + 7 * random.random(20_000))
    shown, clamped = (
        np.clip(transform((colors @ rgb_to_rgb(AP1, AP0).T).astype(np.float32)), 0, 1) * 1023
        for colors in (light, np.minimum(light, top))
    )
    assert np.abs(shown - clamped).max() < 0.3


@pytest.mark.parametrize("top", [48.0, 3000.0])
def test_the_top_is_found_within_a_percent(top: float) -> None:
    def clamping(colors: Colors) -> Colors:
        return np.asarray(np.clip(colors @ TO_REC709, 0, top) / np.float32(top), np.float32)

    primaries, found, clamps = axes_of(clamping)
    assert (primaries, clamps) == (REC709, True)
    assert found == pytest.approx(top, rel=0.01)


def test_what_clamps_to_no_known_primaries_has_none() -> None:
    assert axes_of(exact(Grading(view="sdr-rec709", config="aces-1.3"))) == (
        AP1,
        UNCLAMPED_TOP,
        False,
    )
    turned = (rgb_to_rgb(AP0, REC2020).T[:, ::-1] * (1, 0.5, 2)).astype(np.float32)

    def other(colors: Colors) -> Colors:
        mixed = colors @ turned
        return np.asarray(np.clip(mixed + mixed[:, ::-1] / 3, 0, 9) / 9, np.float32)

    assert axes_of(other)[2] is False
