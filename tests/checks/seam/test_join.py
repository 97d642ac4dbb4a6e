"""The seam in units of its limits, of clips whose every figure is given."""

from collections.abc import Sequence
from typing import Any

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam.join import Join
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.repeat import Repeat, stand_at_seam
from answerprint.measured.motion import COLUMNS, Course, Gap, Motion, Step


def join(tones: Sequence[float], **figures: Any) -> Join:
    """A clip whose steps change so much, the seam's first; `figures` are those of the seam's step."""
    courses = (Course(pace=1.0, advance=1.0, bend=0.1),) * len(COLUMNS)
    steps = [Step(tone=(tone,) * 4, speed=0.01, courses=courses) for tone in tones]
    steps[0] = steps[0].model_copy(update=figures)
    return Join(Gait.of(Motion(frames=len(steps), steps=tuple(steps))), SeamLimits())


def test_a_seam_that_keeps_the_course_has_to_stand_out_more() -> None:
    kept, off = (
        join([1.0] * 40, excess=0.4, excess_peak=4.0).jump,
        join([1.0] * 40, excess=0.4, excess_peak=4.0, courses=()).jump,
    )
    assert 0 < kept < off


def broken(by: float, **figures: Any) -> Join:
    """A clip of steady motion, other than the seam's `figures`, whose course breaks at the seam by so many times the most inside."""
    clip = join([1.0] * 40, **figures)
    gap = Gap(whole=0.2, mean=by, worst=0.1)
    return Join(Gait.of(clip.motion.model_copy(update={"gap": gap})), clip.limits)


@pytest.mark.parametrize(("by", "more"), [(0.2, 1.5), (1.0, 1.5), (1.2, 1.25), (1.5, 1), (4, 1)])
def test_a_jump_has_to_show_more_where_the_course_hardly_breaks(by: float, more: float) -> None:
    bent = (Course(pace=1.0, advance=1.3, bend=0.1),) * len(COLUMNS)
    clip = broken(by, excess=2.0, excess_peak=6.0, courses=bent)
    told = join([1.0] * 40, excess=2.0, excess_peak=6.0, courses=bent)
    assert clip.unbroken == pytest.approx(more)
    assert clip.jump == pytest.approx(told.jump / more)


@pytest.mark.parametrize(("by", "found"), [(1.7, False), (2.2, True)])
def test_a_course_that_breaks_as_it_does_nowhere_inside_is_a_step(
    by: float, *, found: bool
) -> None:
    clip = broken(by)
    assert (clip.gap >= 1) == found
    assert clip.jump < 1


def test_a_report_of_before_tells_no_gap() -> None:
    assert join([1.0] * 40).gap == 0


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
