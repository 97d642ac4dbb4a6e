"""Frame counts, by everyone's count."""

from typing import Any

import pytest

from tests.checks.subjects import breaches, movie, sequence

FIVE = {"seconds": 5, "fps": 24}


@pytest.mark.parametrize(("count", "found"), [(118, 1), (119, 1), (120, 0), (121, 0), (122, 1)])
def test_a_count_is_held_to_the_order(count: int, found: int) -> None:
    for clip in (movie(count), sequence(count)):
        assert len(breaches("count.not-as-ordered", clip, order=FIVE)) == found


def test_exact_means_exact() -> None:
    assert len(breaches("count.not-as-ordered", movie(121), order=FIVE | {"count": "exact"})) == 1
    assert breaches("count.fencepost", movie(121), order=FIVE | {"count": "exact"}) == []


def test_a_fencepost_is_reported() -> None:
    (found,) = breaches("count.fencepost", movie(121), order=FIVE)
    assert (found.measured, found.limit, found.frames) == (121, 120, (120,))
    assert breaches("count.fencepost", movie(120), order=FIVE) == []


def test_frames_past_the_end_and_missing_ones_are_named() -> None:
    (extra,) = breaches("count.not-as-ordered", sequence(123), order=FIVE)
    assert extra.frames == (1121, 1122, 1123)
    (short,) = breaches("count.not-as-ordered", sequence(missing=(1050,)), order=FIVE)
    assert short.frames == (1050,)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"declared": 121}, "declares 121 frames and holds 120 packets"),
        ({"packets": 121, "declared": 121}, "121 packets are to be shown and 120 frames decode"),
        ({"packets": 121, "declared": 121, "discarded": 2}, "119 packets are to be shown and 120"),
    ],
)
def test_a_container_that_disagrees_with_itself(changes: dict[str, Any], said: str) -> None:
    (found,) = breaches("count.container-disagrees", movie(**changes))
    assert said in found.message


@pytest.mark.parametrize(
    "changes", [{}, {"declared": None}, {"packets": 123, "declared": 123, "discarded": 3}]
)
def test_a_container_that_agrees(changes: dict[str, Any]) -> None:
    assert breaches("count.container-disagrees", movie(**changes)) == []


def test_a_movie_that_was_cut_short() -> None:
    whole: dict[str, Any] = {"declared": None, "container_seconds": 5.0}
    assert breaches("count.cut-short", movie(**whole)) == []
    assert breaches("count.cut-short", movie(119, **whole)) == []
    (found,) = breaches("count.cut-short", movie(100, **whole))
    assert found.frames == (99,)
    assert "declares 5.000 s" in found.message
    assert breaches("count.cut-short", movie(100, others_end=4.99, **whole)) == []
    assert breaches("count.cut-short", movie(100, declared=100, container_seconds=5.0)) == []
    assert breaches("count.cut-short", movie(100, declared=None)) == []


def test_movie_and_sequence_have_to_agree() -> None:
    assert breaches("count.movie-and-sequence-disagree", movie(), sequence()) == []
    (longer,) = breaches("count.movie-and-sequence-disagree", movie(), sequence(121))
    assert longer.frames == (1121,)
    (gap,) = breaches("count.movie-and-sequence-disagree", movie(), sequence(missing=(1007,)))
    assert gap.frames == (1007,)
    (shorter,) = breaches("count.movie-and-sequence-disagree", movie(119), sequence())
    assert shorter.frames == (1120,)
