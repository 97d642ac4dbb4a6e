"""Motion with inertia, and where it leaps."""

import math
from itertools import pairwise

import pytest

from answerprint.checks.motion.leaps import Flows, exchange

Flow = tuple[float, float]


def by_hand(count: int = 60, skipped: tuple[int, int] = (0, 0)) -> list[Flow]:
    """The steps of a camera that sways; `skipped` is the place of a step and how many frames are missing in it."""

    def place(frame: float) -> Flow:
        return 0.01 * math.sin(frame / 5) + 0.004 * frame, 0.006 * math.sin(frame / 3.1)

    at, missing = skipped
    frames = [n if n <= at else n + missing for n in range(count + 1)]
    places = [place(frame) for frame in frames]
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_missing_frames_are_a_leap(missing: int) -> None:
    flows = Flows.of(by_hand(skipped=(20, missing)))
    assert flows.leap(20) > 2.2
    assert all(flows.leap(at) < 2.2 for at in range(60) if at != 20)


def test_motion_by_hand_does_not_leap() -> None:
    flows = Flows.of(by_hand())
    assert all(flows.leap(at) < 2.2 for at in range(60))


def test_a_step_back_or_aside_is_no_leap() -> None:
    steps = by_hand()
    x, y = steps[20]
    for step in ((-2 * x, -2 * y), (-2 * y, 2 * x), (x, y)):
        assert Flows.of([*steps[:20], step, *steps[21:]]).leap(20) == 0


def test_ends_and_short_clips_are_not_judged() -> None:
    steps = by_hand(skipped=(20, 3))
    assert Flows.of(steps[:30]).leap(20) == 0
    assert Flows.of([*steps[20:], *steps[:20]]).leap(0) == 0
    assert Flows.of([]).leap(0) == 0


def test_two_exchanged_frames_are_gone_past_and_back_to() -> None:
    steps = by_hand()
    (a, b), (c, d), (e, f) = steps[20:23]
    shown = [*steps[:20], (a + c, b + d), (-c, -d), (c + e, d + f), *steps[23:]]
    flows = Flows.of(shown)
    assert exchange(flows, 20) > 0.65
    assert all(exchange(flows, at) < 0.65 for at in range(60) if at != 20)


def test_motion_by_hand_that_turns_about_is_not_exchanged() -> None:
    flows = Flows.of(by_hand())
    assert all(exchange(flows, at) == 0 for at in range(60))
    assert exchange(Flows.of(by_hand()[:30]), 20) == 0
