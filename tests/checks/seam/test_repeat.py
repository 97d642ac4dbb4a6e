"""What of one end comes again at the other, of clips whose every step is given."""

import cmath
from collections.abc import Sequence

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam.join import Join
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.repeat import Repeat, repeat_at_seam
from answerprint.measured.motion import Motion, Step

ONWARD = Step(tone=(2.0, 3.0, 4.0, 5.0), speed=0.01)
RESTS = Step(tone=(0.1, 0.1, 0.1, 0.1), speed=0.0)


def found(steps: Sequence[Step]) -> Repeat | None:
    """What is found at the seam, the first step."""
    motion = Motion(frames=len(steps), steps=tuple(steps))
    return repeat_at_seam(Join(Gait.of(motion), SeamLimits()))


def test_frames_that_are_gone_through_again_repeat() -> None:
    again = ONWARD.model_copy(update={"tone": (2.0, 3.0, 4.0, 0.3)})
    back = ONWARD.model_copy(update={"tone": (4.0, 3.0, 2.0, 0.3)})
    assert found([back, again, again, again, *[ONWARD] * 36]) == Repeat(4)


def test_a_picture_that_rests_over_the_seam_is_not_gone_through_again() -> None:
    seam = Step(tone=(0.5, 0.5, 0.5, 0.5), speed=0.0)
    assert found([seam, RESTS, RESTS, RESTS, *[ONWARD] * 34, RESTS, RESTS]) is None


@pytest.mark.parametrize(("rests", "repeat"), [(0, Repeat(1)), (3, None)])
def test_motion_stops_for_a_frame_where_it_does_not_come_to_rest(
    rests: int, repeat: Repeat | None
) -> None:
    seam = ONWARD.model_copy(update={"speed": 0.0001})
    assert found([seam, *[RESTS] * rests, *[ONWARD] * 40]) == repeat


def at(places: Sequence[complex]) -> list[Step]:
    """The steps of a clip that is at these places, frame by frame."""
    return [
        Step(tone=tuple(20 * abs(here - places[frame - lag]) + 0.6 for lag in range(1, 9)), speed=0.01)
        for frame, here in enumerate(places)
    ]  # fmt: skip


def test_a_swing_that_turns_about_at_the_seam_does_not_repeat() -> None:
    around = [cmath.exp(2j * cmath.pi * (frame + 0.5) / 40) for frame in range(40)]
    assert found(at([*around, around[0]])) == Repeat(1)
    assert found(at([place.real for place in around])) is None
