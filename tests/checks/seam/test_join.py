"""The seam in units of its limits, of clips whose every figure is given."""

from collections.abc import Sequence
from typing import Any

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam.join import Join
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.repeat import Repeat, stand_at_seam
from answerprint.measured.motion import COLUMNS, Course, Mirror, Motion, Step


def join(tones: Sequence[float], **figures: Any) -> Join:
    """A clip whose steps change so much, the seam's first; `figures` are those of the seam's step."""
    courses = (Course(pace=1.0, advance=1.0, bend=0.1),) * len(COLUMNS)
    steps = [Step(tone=(tone,) * 4, speed=0.01, courses=courses) for tone in tones]
    steps[0] = steps[0].model_copy(update=figures)
    return Join(Gait.of(Motion(frames=len(steps), steps=tuple(steps))), SeamLimits())


@pytest.mark.parametrize(
    ("frames", "doubt"), [(10, 1.55), (16, 1.55), (20, 1.275), (24, 1), (72, 1)]
)
def test_the_seam_of_a_clip_of_few_steps_has_to_show_more(frames: int, doubt: float) -> None:
    assert join([1.0] * frames).doubt == pytest.approx(doubt)


def test_a_seam_that_keeps_the_course_has_to_stand_out_more() -> None:
    kept, off = (
        join([1.0] * 40, excess=0.4, excess_peak=4.0).jump,
        join([1.0] * 40, excess=0.4, excess_peak=4.0, courses=()).jump,
    )
    assert 0 < kept < off


def test_what_two_steps_do_as_well_is_no_habit_and_what_three_do_is() -> None:
    jumps = []
    for others in (2, 3):
        seam = join([1.0] * 40, excess=4.0, excess_peak=9.0)
        steps = [
            step.model_copy(update={"excess": 4.0, "excess_peak": 9.0}) if at in range(9, 9 + others) else step
            for at, step in enumerate(seam.motion.steps)
        ]  # fmt: skip
        jumps.append(Join(Gait.of(Motion(frames=40, steps=tuple(steps))), SeamLimits()).jump)
    assert jumps[0] > 1 > jumps[1]


@pytest.mark.parametrize(
    ("tones", "found"),
    [
        ([0.7, *[1.0] * 30, 0.3, 0.01], Repeat(1, stands=True)),
        ([0.7, *[1.0] * 30, 0.8, 0.01], Repeat(1, stands=True)),
        ([0.3, *[1.0] * 30, 0.3, 0.01], None),
        ([0.7, *[1.0] * 10, 0.01, *[1.0] * 10, 0.01, *[1.0] * 10, 0.3, 0.01], None),
        ([0.7, *[1.0] * 10, 0.01, *[1.0] * 20, 0.7, 0.01, 0.01], None),
        ([0.04, *[0.045] * 30, 0.04, 0.0], None),
        ([1.0] * 30, None),
    ],
    ids=[
        "slowed by a codec",
        "at once",
        "eased to rest",
        "held elsewhere too",
        "a frame longer than elsewhere",
        "nothing moves",
        "moving",
    ],
)
def test_a_last_frame_that_stands_is_told_from_one_that_comes_to_rest(
    tones: list[float], found: Repeat | None
) -> None:
    assert stand_at_seam(join(tones)) == found


@pytest.mark.parametrize(
    ("mirror", "turned"),
    [
        (Mirror(apart=0.2, pace=1.0, twice=True), True),
        (Mirror(apart=0.2, pace=1.0, twice=False), False),
        (Mirror(apart=0.2, pace=0.4, twice=True), False),
        (Mirror(apart=0.6, pace=1.0, twice=True), False),
        (Mirror(apart=0.3, pace=1.0, twice=True, pairs=6), False),
        (None, False),
    ],
    ids=[
        "there and back",
        "turns in one frame",
        "swings",
        "no mirror",
        "by few pairs",
        "from an old report",
    ],
)
def test_a_clip_that_is_played_back_turns_at_full_pace_in_a_frame_shown_twice(
    mirror: Mirror | None, turned: bool
) -> None:
    motion = join([1.0] * 40).motion.model_copy(update={"mirror": mirror})
    assert (Join(Gait.of(motion), SeamLimits()).turned >= 1) == turned
