"""Colors of BT.2020 in BT.709: nothing moves that fits, and what does not keeps its order."""

import numpy as np
from numpy.typing import NDArray

from answerprint.color.bt2446 import tone_map
from answerprint.color.gamut import fit_gamut
from answerprint.color.primaries import REC709, REC2020, rgb_to_rgb
from answerprint.color.transfer import encode_bt1886

TO_2020 = rgb_to_rgb(REC709, REC2020).T


def towards(primary: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colors between a grey and a primary of BT.2020, all linear BT.2020."""
    return 0.1 + shares[:, None] * (0.5 * primary - 0.1)


def test_colors_well_inside_do_not_move() -> None:
    inside = 0.2 + 0.6 * np.random.default_rng(1).random((2000, 3))
    assert np.allclose(fit_gamut(inside @ TO_2020), inside, atol=1e-9)


def test_greys_do_not_move_up_to_white() -> None:
    greys = np.linspace(0, 1, 500)[:, None] * np.ones(3)
    assert np.allclose(fit_gamut(greys), greys, atol=1e-6)


def test_all_of_bt_2020_fits() -> None:
    wide = 3 * np.random.default_rng(2).random((5000, 3)) ** 3
    fitted = fit_gamut(wide)
    assert (fitted.min(), fitted.max()) >= (0, 0.9)
    assert fitted.max() <= 1


def test_more_saturated_colors_stay_more_saturated_and_nothing_jumps() -> None:
    shares = np.linspace(0, 1, 2001)
    for primary in np.eye(3):
        fitted = fit_gamut(towards(primary, shares))
        saturation = 1 - fitted.min(axis=1) / fitted.max(axis=1)
        assert np.diff(saturation).min() > -1e-9
        assert np.abs(np.diff(fitted, axis=0)).max() < 0.002


def test_pure_colors_of_bt_709_lose_little_after_tone_mapping() -> None:
    toned = tone_map(np.maximum(203 * np.eye(3) @ TO_2020, 0), 1000)
    colorimetric = encode_bt1886(toned @ rgb_to_rgb(REC2020, REC709).T)
    assert np.abs(encode_bt1886(fit_gamut(toned)) - colorimetric).max() < 0.05
