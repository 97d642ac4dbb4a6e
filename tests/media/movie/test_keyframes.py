"""Keyframes are spread over a movie, or refused where they say too little."""

import pytest

from answerprint.media.movie.keyframes import Packet, spread_keyframes


def packets(count: int, every: int) -> list[Packet]:
    return [(10 * place, place % every == 0) for place in range(count)]


def test_all_keyframes_are_taken_where_they_lie_far_apart() -> None:
    assert spread_keyframes(packets(60, 24), apart=8, most=48) == {0: 0, 240: 24, 480: 48}


def test_of_keyframes_alone_some_are_left_out() -> None:
    found = spread_keyframes(packets(30, 1), apart=8, most=48)
    assert found == {0: 0, 80: 8, 160: 16, 240: 24}


def test_places_are_counted_as_frames_are_shown_and_not_as_they_are_stored() -> None:
    stored = [
        (0, True),
        (30, False),
        (10, False),
        (20, False),
        (60, True),
        (40, False),
        (50, False),
    ]
    assert spread_keyframes(stored, apart=2, most=48) == {0: 0, 60: 6}


@pytest.mark.parametrize(
    "unsaid",
    [
        [],
        packets(200, 100),
        packets(60, 10)[:20] + [(n, False) for n in range(201, 260)],
        packets(20, 10)[1:],
        [(0, True), (None, False)],
        [(0, True), (0, False)],
    ],
    ids=["none", "far apart", "none at the end", "none at the start", "no time", "at once"],
)
def test_keyframes_that_say_too_little_are_no_sample(unsaid: list[Packet]) -> None:
    assert spread_keyframes(unsaid, apart=8, most=48) is None
