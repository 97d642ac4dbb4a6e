"""Steps far shorter than any other of their clip."""

import pytest

from answerprint.checks.picture.standing import Shares
from answerprint.measured.motion import Motion, Step

COUNT = 60


def shares(tone: float, change: float, busy: float, uneven: float = 0.0) -> Shares:
    """Those of a steady clip whose frame 30 has these, where the others have 1, 1 and 2."""
    tones, changes, places = ([usual] * COUNT for usual in (1.0, 1.0, 2.0))
    for values, own in ((tones, tone), (changes, change), (places, busy)):
        values[5::7] = [value * (1 - uneven) for value in values[5::7]]
        values[30] = own
    steps = tuple(Step(tone=(one,), busy=two) for one, two in zip(tones, places, strict=True))
    return Shares.of(Motion(frames=COUNT, steps=steps), tones, changes, still=0.05)


@pytest.mark.parametrize(
    ("tone", "change", "busy", "pauses"),
    [(0.4, 0.3, 0.1, True), (0.4, 0.3, 0.8, False), (0.7, 0.3, 0.1, False), (0.4, 0.6, 0.1, False)],
)
def test_a_repeat_that_coding_drew_anew_pauses_where_the_clip_moves_most(
    tone: float, change: float, busy: float, pauses: bool
) -> None:
    assert shares(tone, change, busy).pauses(30) is pauses
    assert not shares(tone, change, busy).pauses(20)
    assert not shares(tone, change, busy, uneven=0.9).pauses(30)


def test_a_short_step_is_one_of_many_where_the_pace_is_uneven() -> None:
    assert shares(0.2, 0.1, 1.0).stand_apart(range(30, 31))
    assert not shares(0.2, 0.1, 1.0, uneven=0.7).stand_apart(range(30, 31))


def test_what_nobody_sees_move_repeats_nothing() -> None:
    still = shares(0.2, 0.1, 0.0)
    assert 20 in still.steps
    slow = Motion(frames=COUNT, steps=(Step(tone=(0.2,), busy=0.3),) * COUNT)
    assert Shares.of(slow, [0.2] * COUNT, [0.2] * COUNT, still=0.05).steps == {}
