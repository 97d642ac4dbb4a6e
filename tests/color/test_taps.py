"""Which samples make each new one, and with what weight."""

import numpy as np
import pytest

from answerprint.color.taps import lanczos3, mitchell, taps


@pytest.mark.parametrize("kernel", ["lanczos3", "mitchell"])
def test_an_axis_that_keeps_its_size_is_passed_on(kernel: str) -> None:
    own = taps(5, 5, kernel)
    assert own.weights.tolist() == [[1.0]] * 5
    assert own.starts.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kernel", ["lanczos3", "mitchell"])
@pytest.mark.parametrize("wanted", [1, 3, 17, 90])
def test_the_weights_of_a_sample_add_up_to_one(kernel: str, wanted: int) -> None:
    made = taps(31, wanted, kernel)
    assert np.allclose(made.weights.sum(axis=1), 1, atol=1e-6)
    assert made.starts.min() >= 0
    assert made.starts.max() + made.weights.shape[1] <= 31


def test_the_filters_are_those_of_their_papers() -> None:
    points = np.array([0, 0.5, 1, 1.5, 2, 2.5])
    assert np.allclose(mitchell(points), [8 / 9, 77 / 144, 1 / 18, -5 / 144, 0, 0])
    assert np.allclose(lanczos3(points[::2]), [1, 0, 0])
    assert np.allclose(lanczos3(points[1:4:2]), [6 / np.pi**2, -12 / (9 * np.pi**2)])
    for phase in np.linspace(0, 1, 7):
        assert np.isclose(mitchell(phase + np.arange(-3, 4)).sum(), 1)
