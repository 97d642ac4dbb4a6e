"""Dips of sharpness in the shape of a dissolve."""

import math

import pytest

from answerprint.checks.seam.dissolve import find_dissolve

COUNT = 60


def dissolved(length: int, start: int, depth: float = 1.0) -> list[float]:
    """Sharpness of a clip with two unrelated pictures mixed from `start` on, `depth` of the way."""
    sharp = [1.0] * COUNT
    for number in range(length):
        share = (number + 1) / (length + 1)
        sharp[(start + number) % COUNT] = 1 - depth * (1 - math.hypot(share, 1 - share))
    return sharp


@pytest.mark.parametrize("length", [6, 8, 12, 14])
@pytest.mark.parametrize("at", ["the end", "the beginning"])
def test_a_dissolve_at_the_seam_is_found(length: int, at: str) -> None:
    start = COUNT - length if at == "the end" else 0
    found = find_dissolve(dissolved(length, start))
    assert found is not None
    assert found.length == pytest.approx(length, abs=1)
    assert min((found.start - start) % COUNT, (start - found.start) % COUNT) <= 1
    assert found.depth == pytest.approx(0.29, abs=0.03)
    assert found.elsewhere < 0.05


def test_one_in_the_middle_is_not_at_the_seam() -> None:
    assert find_dissolve(dissolved(12, 24)) is None


def test_a_second_one_elsewhere_is_told() -> None:
    both = [a * b for a, b in zip(dissolved(10, 50), dissolved(10, 20), strict=True)]
    found = find_dissolve(both)
    assert found is not None
    assert found.elsewhere == pytest.approx(found.depth, rel=0.1)


def test_what_grows_soft_by_itself_does_so_gently() -> None:
    soft = [0.85 - 0.15 * math.cos(math.tau * (n + 9) / 30) for n in range(COUNT)]
    assert find_dissolve(soft) is None


def test_a_clip_of_even_sharpness_has_none() -> None:
    assert find_dissolve([1.0] * COUNT) is None


def test_a_short_clip_has_none() -> None:
    assert find_dissolve([1.0, 0.8, 0.7, 0.8] * 4) is None
