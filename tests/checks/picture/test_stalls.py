"""Runs of frames that stand and that motion makes up for, under the noise of coding, on twos, and what only looks like it."""

import math

from answerprint.checks.picture.stalls import stalls
from answerprint.measured.motion import LAGS, Motion, Step

FRAMES = 96


def moved(places: list[float], noise: float = 0.0) -> Motion:
    """A clip whose pictures differ by how far `places` are apart, and by noise."""
    steps = []
    for frame in range(len(places)):
        others = [places[(frame - lag) % len(places)] for lag in range(1, LAGS + 1)]
        tone = tuple(math.hypot(places[frame] - other, noise) for other in others)
        steps.append(Step(tone=tone))
    return Motion(frames=len(places), steps=tuple(steps))


def held(places: list[float], start: int, count: int) -> list[float]:
    """These places with the one before `start` in place of `count`."""
    return [*places[:start], *[places[start - 1]] * count, *places[start + count :]]


def test_frames_that_stand_and_are_made_up_for_are_found_under_coding() -> None:
    even = [0.5 * frame for frame in range(FRAMES)]
    for count in (2, 3, 8, 12):
        assert stalls(moved(held(even, 40, count), noise=0.15)) == (range(40, 40 + count),)
    assert stalls(moved(even, noise=0.15)) == ()


def test_animation_on_twos_stands_where_it_holds_a_picture_for_longer() -> None:
    twos = [2.0 * (frame // 2) for frame in range(FRAMES)]
    assert stalls(moved(twos)) == ()
    # The picture before is held for two by itself, which the run begins with.
    assert stalls(moved(held(twos, 40, 8))) == (range(39, 48),)


def test_motion_that_rests_and_goes_on_makes_up_for_nothing() -> None:
    rests = [0.5 * min(frame, 40) + 0.5 * max(frame - 48, 0) for frame in range(FRAMES)]
    assert stalls(moved(rests, noise=0.1)) == ()


def test_what_a_clip_does_again_is_its_habit() -> None:
    even = [0.5 * frame for frame in range(FRAMES)]
    assert stalls(moved(held(held(even, 30, 4), 60, 4))) == ()


def test_a_cut_after_a_still_is_no_stall() -> None:
    still_then_moving = [0.0] * 40 + [3.0 + 0.5 * frame for frame in range(FRAMES - 40)]
    assert stalls(moved(still_then_moving, noise=0.02)) == ()
