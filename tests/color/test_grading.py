"""Exposure and white balance: what they do to light, by numbers that can be worked out."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from answerprint.color.grading import KELVIN, Grading, balance, chromaticity
from answerprint.color.primaries import AP0, AP1, REC709, rgb_to_rgb, rgb_to_xyz


def test_nothing_asked_is_nothing_done() -> None:
    assert np.allclose(Grading().matrix(AP0), np.eye(3), atol=1e-12)
    assert np.allclose(Grading().matrix(REC709), rgb_to_rgb(REC709, AP0))


def test_a_stop_is_twice_the_light() -> None:
    assert np.array_equal(Grading(exposure=1).matrix(AP1), 2 * Grading().matrix(AP1))
    assert np.array_equal(Grading(exposure=-2.5).matrix(AP1), 2**-2.5 * Grading().matrix(AP1))


@pytest.mark.parametrize(
    ("kelvin", "x", "y"),
    [(6504, 0.3127, 0.3290), (5003, 0.3457, 0.3585), (2856, 0.4475, 0.4074)],
)  # fmt: skip
def test_whites_lie_where_the_standards_put_them(kelvin: float, x: float, y: float) -> None:
    """D65, D50 and illuminant A (CIE 15)."""
    assert chromaticity(kelvin) == pytest.approx((x, y), abs=6e-4)


@pytest.mark.parametrize("kelvin", [1700, 2222, 2800, 3200, 3999, 4000, 5600, 7000, 10000, 25000])
def test_a_grey_card_in_any_light_becomes_neutral(kelvin: float) -> None:
    x, y = chromaticity(kelvin)
    card = np.linalg.inv(rgb_to_xyz(AP0)) @ (0.18 * np.array([x / y, 1, (1 - x - y) / y]))
    neutral = balance(kelvin) @ card
    assert np.ptp(neutral) < 1e-9
    assert neutral[0] == pytest.approx(0.18)


def test_the_locus_has_no_step() -> None:
    for kelvin in (2222, 7000):
        assert chromaticity(kelvin) == pytest.approx(chromaticity(kelvin + 0.01), abs=1e-4)


def test_six_thousand_kelvin_is_nearly_neutral() -> None:
    assert np.allclose(balance(6000), np.eye(3), atol=0.01)
    warm = balance(3200) @ np.ones(3)
    assert warm[2] > 1.5 > warm[0]


def test_gains_are_gains() -> None:
    assert np.allclose(Grading(white_balance=(2, 1, 0.5)).matrix(AP0), np.diag([2, 1, 0.5]))


@pytest.mark.parametrize(
    ("said", "meant"),
    [("3200", 3200.0), ("3200K", 3200.0), ("2,1,0.5", (2.0, 1.0, 0.5)), ("2 1 0.5", (2.0, 1.0, 0.5)), (None, None)],
)  # fmt: skip
def test_a_balance_is_read_from_words(said: Any, meant: Any) -> None:
    assert Grading(white_balance=said).white_balance == meant


@pytest.mark.parametrize("wrong", ["warm", "1,2", "1,2,3,4", ""])
def test_a_balance_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Grading(white_balance=wrong)


def test_exposure_has_ends() -> None:
    with pytest.raises(ValidationError):
        Grading(exposure=21)


@pytest.mark.parametrize("kelvin", [KELVIN[0] - 1, KELVIN[1] + 1])
def test_a_temperature_off_the_locus_is_refused(kelvin: float) -> None:
    with pytest.raises(ValueError, match="has no white point"):
        chromaticity(kelvin)
