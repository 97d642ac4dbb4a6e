"""Gradings made ready: every kind of plane, exact and baked."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.baked.curves import Curves
from answerprint.color.baked.lattice import TOLERANCE, Lattice
from answerprint.color.grading import Grading, chromaticity
from answerprint.color.primaries import AP0, AP1, REC2020, rgb_to_rgb, rgb_to_xyz
from answerprint.color.rendering import WORTH, Rendering, half_light, rendering
from answerprint.color.transforms import to_display
from tests.color.small import small_bakes
from tests.made import picture

CODE = 65535 / 1023
"""A ten-bit code in 16 bits."""
SMALL_TOLERANCE = 2 * TOLERANCE
"""What a coarse bake is held to; the promise itself is for the real one, below."""


@pytest.fixture(scope="module", autouse=True)
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with small_bakes(tmp_path_factory.mktemp("small")):
        yield


@pytest.fixture(scope="module")
def baked(_small: None) -> Rendering:
    return rendering(Grading(), WORTH)


def planes(light: NDArray[np.floating]) -> list[NDArray[np.generic]]:
    return [np.ascontiguousarray(light[..., n]) for n in range(3)]


def exactly(**grading: object) -> Rendering:
    return rendering(Grading.model_validate(grading), 0, exactly=True)


def off(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> float:
    return float(np.abs(first.astype(int) - second).max() / CODE)


def odd_halves() -> NDArray[np.float16]:
    """Every half float there is as red, beside a colored and a dark pixel's green and blue."""
    red = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    rest = np.array([[0.2, 0.05], [0, 0], [3, 8]], np.float16)[np.arange(red.size) % 3]
    return np.column_stack([red, rest]).reshape(256, 256, 3)


def test_halves_and_floats_are_shown_alike() -> None:
    halves = picture(3).astype(np.float16)
    light = halves.astype(np.float32)
    as_halves = exactly().show(planes(halves), AP0)
    assert as_halves.shape == (3, *light.shape[:2])
    assert as_halves.dtype == np.uint16
    assert np.array_equal(as_halves, exactly().show(planes(light), AP0))
    assert off(as_halves, to_display(light, "sdr-rec709").transpose(2, 0, 1)) < 0.05


def test_every_half_float_is_shown_baked_as_it_is_exactly(baked: Rendering) -> None:
    halves = odd_halves()
    assert np.isnan(halves).any()
    assert np.isinf(halves).any()
    assert (halves < 0).any()
    exact_codes = exactly().show(planes(halves), AP0)
    assert off(baked.show(planes(halves), AP0), exact_codes) < SMALL_TOLERANCE


def test_planes_of_floats_may_hold_anything(baked: Rendering) -> None:
    odd = np.array(
        [[np.nan, 1, 1], [np.inf, 1, 1], [-np.inf, 1, 1], [1e-45, 1e-40, 0], [3e38, 1, 1], [-3e38, 1, 1],
         [np.nan, np.inf, -np.inf], [-0.0, 0, 0]], np.float32,
    )[None]  # fmt: skip
    finite = np.nan_to_num(odd, nan=0.0, posinf=65504.0, neginf=-65504.0)
    for made in (baked, exactly()):
        assert np.array_equal(made.show(planes(odd), AP0), made.show(planes(finite), AP0))
    assert (
        off(baked.show(planes(odd[:, :4]), AP0), exactly().show(planes(odd[:, :4]), AP0))
        < SMALL_TOLERANCE
    )


def test_planes_need_not_be_contiguous(baked: Rendering) -> None:
    light = picture(1).astype(np.float16)
    strided = [light[::2, ::-1, n] for n in range(3)]
    assert np.array_equal(
        baked.show(strided, AP0), baked.show(planes(light[::2, ::-1].copy()), AP0)
    )


def test_light_of_half_floats_is_finite() -> None:
    light = half_light()
    bits = np.array([1.0, -2.0, np.inf, -np.inf, np.nan, 6e-8], np.float16).view(np.uint16)
    assert light[bits].tolist() == [1, -2, 65504, -65504, 0, np.float32(2**-24)]


def test_a_stop_more_is_twice_the_light() -> None:
    light = picture(2)
    doubled = exactly().show(planes(light * 2), AP1)
    assert np.array_equal(exactly(exposure=1).show(planes(light), AP1), doubled)


def test_a_stop_more_is_twice_the_light_baked_with_the_same_bake(baked: Rendering) -> None:
    light = picture(2)
    raised = rendering(Grading(exposure=1), WORTH)
    assert raised.bake is baked.bake
    assert off(raised.show(planes(light), AP1), baked.show(planes(light * 2), AP1)) < 0.05


def test_a_grey_card_under_tungsten_becomes_neutral() -> None:
    x, y = chromaticity(3200)
    card = np.linalg.inv(rgb_to_xyz(AP0)) @ (0.18 * np.array([x / y, 1, (1 - x - y) / y]))
    balanced = exactly(white_balance=3200).show(planes(card[None, None]), AP0)[:, 0, 0] / CODE
    as_shot = exactly().show(planes(card[None, None]), AP0)[:, 0, 0] / CODE
    assert np.ptp(balanced) < 1
    assert np.ptp(as_shot) > 100


def test_gains_and_primaries_are_applied_in_light(baked: Rendering) -> None:
    light = picture(2)
    gained = rendering(Grading(white_balance=(1.5, 1, 0.75)), WORTH)
    in_ap0 = light @ rgb_to_rgb(REC2020, AP0).T * np.array([1.5, 1, 0.75])
    assert (
        off(gained.show(planes(light), REC2020), exactly().show(planes(in_ap0), AP0))
        < SMALL_TOLERANCE
    )


def test_a_view_that_maps_no_tones_is_kept_as_curves_and_shown_by_them(tmp_path: Path) -> None:
    untoned = Grading(view="untoned-rec709", exposure=1)
    with small_bakes(tmp_path):
        first = rendering(untoned, WORTH)
    with small_bakes(tmp_path):
        again = rendering(untoned, WORTH)
    assert isinstance(again.bake, Curves)
    halves = odd_halves()
    exact_codes = exactly(view="untoned-rec709", exposure=1).show(planes(halves), REC2020)
    for made in (first, again):
        assert off(made.show(planes(halves), REC2020), exact_codes) < 0.1


def test_pixels_of_one_color_are_computed_once_but_where_every_one_is_asked() -> None:
    computed: list[int] = []

    def inverted(colors: NDArray[np.float32]) -> NDArray[np.float32]:
        computed.append(len(colors))
        return 1 - colors

    halves = np.random.default_rng(4).choice(np.array([0.25, 0.5, 1], np.float16), (32, 64, 3))
    shown = Rendering(inverted, Grading(), None).show(planes(halves), AP0)
    Rendering(inverted, Grading(), None, every=True).show(planes(halves), AP0)
    assert computed == [27, 32 * 64]
    assert np.abs(shown.transpose(1, 2, 0) - (1 - halves.astype(float)) * 65535).max() <= 0.5


def test_few_pixels_are_not_worth_a_bake_and_none_is_made_that_is_not_asked() -> None:
    assert rendering(Grading(), WORTH - 1).bake is None
    assert rendering(Grading(), WORTH, exactly=True).bake is None


def test_a_bake_is_told_of_once_and_damaged_ones_are_made_again(
    tmp_path: Path,
) -> None:
    told: list[str] = []

    def baked_now() -> bytes:
        with small_bakes(tmp_path):
            made = rendering(Grading(), WORTH, progress=lambda *said: told.append(said[0]))
            assert isinstance(made.bake, Lattice)
            return made.bake.table.tobytes()

    first = baked_now()
    assert baked_now() == first
    assert told == ["baking sdr-rec709, once on this machine"]
    (table,) = tmp_path.glob("bakes/*/table.npy")
    table.write_bytes(table.read_bytes()[:-1000])
    assert baked_now() == first
    assert len(told) == 2


def test_where_nothing_can_be_kept_pictures_are_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with small_bakes(tmp_path / "file"):
        made = rendering(Grading(), WORTH)
    assert isinstance(made.bake, Lattice)
