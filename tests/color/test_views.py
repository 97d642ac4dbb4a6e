"""The views by name: there, tagged as what they make, and within their peak."""

import numpy as np
import pytest

from answerprint.color.grading import Grading
from answerprint.color.primaries import P3_D65, REC2020, rgb_to_rgb
from answerprint.color.transfer import hlg, pq
from answerprint.color.transforms import exact, views_of
from answerprint.color.views import VIEWS, view_named
from answerprint.errors import UsageError

NAMED = ("sdr-rec709", "sdr-p3-d65", "hdr-pq-500", "hdr-pq-1000", "hdr-pq-2000", "hdr-pq-4000",
         "hdr-pq-500-p3", "hdr-pq-1000-p3", "hdr-pq-2000-p3", "hdr-pq-4000-p3", "hdr-hlg-1000",
         "untoned-rec709")  # fmt: skip


@pytest.mark.parametrize("config", ["aces-2.0", "aces-2.1"])
def test_every_view_is_in_the_configs_of_aces_2(config: str) -> None:
    there = views_of(config)
    assert set(NAMED) <= set(VIEWS)
    for name, view in VIEWS.items():
        assert any(v in there.get(display, ()) for display, v in view.spellings), name


def test_which_views_aces_1_lacks() -> None:
    there = views_of("aces-1.3")
    lacks = {
        name
        for name, view in VIEWS.items()
        if not any(v in there.get(display, ()) for display, v in view.spellings)
    }
    assert lacks == {"hdr-pq-500", *(f"hdr-pq-{peak}-p3" for peak in (500, 1000, 2000, 4000))}


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.tags.hdr])
def test_white_is_at_the_peak_that_is_declared(name: str) -> None:
    view = VIEWS[name]
    white = exact(Grading(view=name))(np.full((1, 3), 2000, np.float32))
    decode = pq if view.tags.transfer == "smpte2084" else hlg
    nits = float(decode(np.clip(white, 0, 1).astype(np.float64))[0, 1])
    if not name.startswith("untoned"):
        assert nits == pytest.approx(view.peak, rel=0.02)


@pytest.mark.parametrize("peak", [500, 1000, 2000, 4000])
def test_a_p3_view_keeps_to_p3_and_a_rec2020_view_does_not(peak: int) -> None:
    light = np.random.default_rng(2).random((20_000, 3)).astype(np.float32) ** 4 * 20
    lowest = []
    for name in (f"hdr-pq-{peak}-p3", f"hdr-pq-{peak}"):
        code = np.clip(exact(Grading(view=name))(light.copy()), 0, 1).astype(np.float64)
        lowest.append(float((pq(code) @ rgb_to_rgb(REC2020, P3_D65).T).min()) / peak)
    assert lowest[0] > -0.002
    assert lowest[1] < -0.02


def test_a_view_may_be_spelled_as_the_config_does() -> None:
    view = view_named("Rec.2100-PQ - Display / Some View")
    assert view.spellings == (("Rec.2100-PQ - Display", "Some View"),)
    assert view.tags.transfer == "smpte2084"
    assert view_named("Unheard - Display/Raw").tags == VIEWS["sdr-rec709"].tags


def test_an_unknown_name_says_which_is_near() -> None:
    with pytest.raises(UsageError, match="did you mean 'hdr-pq-1000'"):
        view_named("hdr-pq-1001")
