"""Colors drawn at random: what they find out of a lattice, inside its axes and past them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from answerprint.color.baked.baking import bake
from answerprint.color.baked.drawing import HARD, KINDS, drawn
from answerprint.color.baked.lattice import Exact, Lattice
from answerprint.color.baked.probing import Prober
from answerprint.color.baked.spacing import Spacing
from tests.color.baked.test_baking import SMALL, TOP, Colors, smooth


@pytest.fixture(scope="module")
def whole() -> Lattice:
    return bake(smooth, np.eye(3), TOP, clamps=True, fineness=SMALL)


def found(lattice: Lattice, exact: Exact, kind: int) -> tuple[float, Colors]:
    """The largest error that one draw finds, and the places of all that it names."""
    with ThreadPoolExecutor(1) as pool:
        spacing = Spacing(smooth, np.eye(3), TOP)
        spacing._exact = exact
        prober = Prober(spacing, lattice, pool, 1 << 13)
        off, places = drawn(prober, KINDS + kind)
        again = drawn(prober, KINDS + kind)
    assert np.array_equal(off, again[0])
    assert (off > HARD).all()
    assert len(off) == len(places)
    return float(off.max(initial=0)), places


@pytest.mark.parametrize("kind", range(KINDS))
def test_nothing_is_found_in_a_lattice_that_is_right(kind: int, whole: Lattice) -> None:
    assert found(whole, smooth, kind)[0] == 0


@pytest.mark.parametrize("kind", range(KINDS))
def test_a_fault_is_found_by_every_way_of_drawing_and_named_where_it_is(
    kind: int, whole: Lattice
) -> None:
    def dented(light: Colors) -> Colors:
        shown = smooth(light)
        shown[(light[:, 0] > 0.4) & (light[:, 0] < 0.5), 1] += np.float32(9 / 1023)
        return shown

    most, places = found(whole, dented, kind)
    assert 8 < most < 10
    reds = Spacing(smooth, np.eye(3), TOP).values(places)[:, 0]
    assert ((reds > 0.399) & (reds < 0.501)).all()


@pytest.mark.parametrize(("sign", "end"), [(1, 1.0), (-1, 0.0)])
def test_light_past_the_ends_of_the_axes_is_compared_as_it_is(
    sign: int, end: float, whole: Lattice
) -> None:
    def beyond(light: Colors) -> Colors:
        shown = smooth(light)
        past = light[:, 2] > 2 * TOP if sign > 0 else light[:, 2] < -0.1
        shown[past, 0] = np.float32(1) - shown[past, 0]
        return shown

    most, places = found(whole, beyond, 1)
    assert most > 100
    assert (np.abs(places[:, 2] - end) < 1e-3).mean() > 0.9
