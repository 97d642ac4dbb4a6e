"""How much of a cross-fade a frame is."""

import pytest

from answerprint.checks.seam.dissolve import Dissolve
from answerprint.checks.seam.fade import fade_strength
from answerprint.measured.motion import Mixture, Step

LEFT = 0.85


def mixed(**figures: float) -> Mixture:
    usual = {
        "frame": 3,
        "reach": 8,
        "share": 0.5,
        "left": 0.7,
        "dip": 0.2,
        "apart": 4.0,
        "usual": 2.0,
    }
    return Mixture.model_validate(usual | figures)


@pytest.mark.parametrize(
    ("figures", "faded"),
    [
        ({}, True),
        ({"dip": 0.03}, False),
        ({"dip": 0.03, "left": 0.3}, True),
        ({"usual_dip": 0.19}, False),
        ({"left": 0.95}, False),
        ({"left": 0.83, "usual": 4.5}, False),
        ({"usual": 4.5}, True),
        ({"usual": 5.0}, False),
        ({"usual": 4.5, "reach": 3}, False),
        ({"usual": 4.5, "dip": 0.08}, False),
        ({"apart": 0.5}, False),
        ({"left": 0.96, "reach": 5}, True),
        ({"left": 0.96, "reach": 5, "apart": 0.8, "usual": 0.8}, True),
        ({"left": 0.96, "reach": 5, "dip": 0.09}, False),
        ({"left": 0.96, "reach": 5, "usual": 6.0}, False),
    ],
)
def test_a_fade_is_flat_mixed_and_double(figures: dict[str, float], faded: bool) -> None:
    assert (fade_strength(mixed(**figures), (), LEFT) >= 1) == faded


@pytest.mark.parametrize(("soft", "faded"), [((), True), ((40,), False), ((3,), True)])
def test_a_fade_is_flatter_than_any_other_place_of_the_clip(
    soft: tuple[int, ...], faded: bool
) -> None:
    dips = {near for frame in soft for near in (frame - 1, frame, frame + 1)}
    steps = [Step(tone=(1.0,), sharpness=0.7 if n in dips else 1.0) for n in range(60)]
    assert (fade_strength(mixed(), steps, LEFT) >= 1) == faded


@pytest.mark.parametrize(
    ("figures", "faded"),
    [
        ({}, True),
        ({"frame": 57}, False),
        ({"share": 0.2}, False),
        ({"reach": 12}, False),
        ({"apart": 3.0}, False),
        ({"apart": 0.8, "usual": 0.8}, False),
    ],
    ids=["mixed", "beside it", "hardly mixed", "too wide", "nearer than usual", "not seen double"],
)
def test_a_dip_in_the_shape_of_a_dissolve_is_one_where_a_mixture_lies_in_it(
    figures: dict[str, float], faded: bool
) -> None:
    soft = mixed(**({"left": 0.95, "dip": 0.02, "frame": 52, "usual": 4.5} | figures))
    dip, steps = Dissolve(start=46, length=10, depth=0.25, elsewhere=0.03), (Step(tone=(1.0,)),)
    assert (fade_strength(soft, steps * 60, LEFT, dip) >= 1) == faded


@pytest.mark.parametrize(("depth", "elsewhere"), [(0.08, 0.0), (0.25, 0.24)])
def test_a_shallow_dip_and_one_of_several_are_none(depth: float, elsewhere: float) -> None:
    soft = mixed(left=0.95, dip=0.02, frame=52, usual=4.5)
    dip, steps = Dissolve(46, 10, depth, elsewhere), (Step(tone=(1.0,)),) * 60
    assert fade_strength(soft, steps, LEFT, dip) < 1
