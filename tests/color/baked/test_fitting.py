"""Which transforms are found to be a matrix and curves: of the real ones those that map no tones, and none that nearly is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.baked import fitting
from answerprint.color.baked.curves import Curves, shown_by_curves
from answerprint.color.baked.fitting import fitted
from answerprint.color.grading import Grading
from answerprint.color.primaries import AP0, P3_D65, REC709, REC2020, rgb_to_rgb
from answerprint.color.proof import swept
from answerprint.color.transforms import exact

Colors = NDArray[np.float32]


@pytest.fixture(autouse=True)
def _less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_DRAWS", 3)


def p3_root(colors: Colors) -> Colors:
    light = colors @ rgb_to_rgb(AP0, P3_D65).T
    return np.asarray(np.sign(light) * np.abs(light) ** (1 / 2.2), np.float32)


def largest_error(curves: Curves, name: str, colors: Colors) -> float:
    out = np.empty((3, colors.shape[1]), np.uint16)
    missed = shown_by_curves(curves, list(colors), np.zeros(1, np.float32), np.eye(3), out)
    assert missed.size < 0.01 * colors.shape[1]
    codes = np.clip(exact(Grading(view=name))(np.ascontiguousarray(colors.T)), 0, 1) * 65535
    off = np.abs(codes - out.T).max(axis=1)
    return float(np.delete(off, missed).max() * 1023 / 65535)


@pytest.mark.parametrize(
    ("name", "primaries", "gained"),
    [
        ("untoned-rec709", REC709, False),
        ("untoned-pq", REC2020, False),
        ("untoned-hlg", REC2020, True),
    ],
)
def test_views_that_map_no_tones_are_curves(
    name: str, primaries: tuple[float, ...], gained: bool
) -> None:
    transform = exact(Grading(view=name))
    by_the_book, curves = fitted(transform), fitted(transform, transform.begins)
    assert by_the_book is not None
    assert by_the_book.axes == pytest.approx(rgb_to_rgb(AP0, primaries))
    assert not by_the_book.rounds
    assert curves is not None
    assert curves.rounds
    assert (curves.gains.size > 1) == gained
    for colors in swept(200_000, seed=5):
        assert largest_error(curves, name, colors) < 0.5


@pytest.mark.parametrize("name", ["sdr-rec709", "hdr-pq-1000-p3", "hdr-hlg-1000"])
def test_views_that_map_tones_are_not(name: str) -> None:
    assert fitted(exact(Grading(view=name))) is None


def test_a_curve_of_other_primaries_is_found_and_a_little_saturation_is_too_much() -> None:
    def desaturated(colors: Colors) -> Colors:
        shown = p3_root(colors)
        return np.asarray(shown + np.float32(0.01) * (shown.mean(axis=1, keepdims=True) - shown))

    assert fitted(p3_root) is not None
    assert fitted(desaturated) is None


def test_what_few_colors_show_is_not_enough() -> None:
    """One half in a thousand is off: a notch that a few thousand colors seldom meet."""

    def notched(colors: Colors) -> Colors:
        red = colors @ rgb_to_rgb(AP0, P3_D65)[0]
        shown = p3_root(colors)
        shown[np.abs(red - 0.5) < 1e-4, 0] = 0
        return shown

    assert fitted(notched) is None


def test_a_gain_of_any_power_is_read_off_with_its_floor() -> None:
    luminance = np.array([0.2126390, 0.7151687, 0.0721923])

    def gained(colors: Colors) -> Colors:
        light = colors @ rgb_to_rgb(AP0, REC709).T
        light *= np.maximum(np.abs(light @ luminance), 0.002)[:, None] ** 0.2
        return np.asarray(np.sign(light) * np.abs(light) ** (1 / 2.4), np.float32)

    curves = fitted(gained)
    assert curves is not None
    assert curves.gains[0] == pytest.approx(0.002**0.2, rel=1e-4)
    assert curves.gains[-1] / curves.gains[-65] == pytest.approx(2**0.2, rel=1e-4)
