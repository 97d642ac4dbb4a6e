"""What the course of a clip says of the step over its seam."""

import pytest

from answerprint.checks.motion.course import Course
from answerprint.measured.motion import COLUMNS, Motion, Step
from answerprint.measured.motion import Course as Told


def clip(
    seam: float, inside: tuple[float, ...] = (0.9, 1.0, 1.1), *, frames: int = 40, pace: float = 1.0
) -> Motion:
    """A clip whose steps advance by these in turn, and the seam by `seam`."""
    told = [seam, *(inside[n % len(inside)] for n in range(frames - 1))]
    steps = [
        Step(tone=(1.0,), courses=(Told(pace=pace, advance=a, bend=0.1),) * len(COLUMNS))
        for a in told
    ]
    return Motion(frames=frames, steps=tuple(steps))


def course(motion: Motion) -> Course:
    found = Course.of(motion)
    assert found is not None
    return found


def test_an_ordinary_seam_neither_repeats_nor_skips() -> None:
    found = course(clip(1.0))
    assert found.repeat <= 0.1
    assert found.skip <= 0.1


@pytest.mark.parametrize("advance", [-0.9, 0.0, 0.2])
def test_a_seam_that_does_not_advance_repeats(advance: float) -> None:
    assert course(clip(advance)).repeat > 1


def test_a_seam_that_goes_two_steps_skips() -> None:
    assert course(clip(2.0)).skip > 1


@pytest.mark.parametrize("seam", [0.0, 2.0])
def test_what_steps_of_the_clip_do_anyway_tells_nothing(seam: float) -> None:
    found = course(clip(seam, (0.0, 1.0, 2.0)))
    assert max(found.repeat, found.skip) < 1


def test_a_step_far_back_is_no_repeat() -> None:
    assert course(clip(-3.0)).repeat < 1


def test_widths_that_see_no_course_are_left_out() -> None:
    motion = clip(0.0)
    lost = Told(pace=9.0, advance=-40.0, bend=1.0)
    steps = [s.model_copy(update={"courses": (lost, *s.courses[1:])}) for s in motion.steps]
    assert course(Motion(frames=40, steps=tuple(steps))).advance == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    "motion",
    [
        clip(0.0, frames=12),
        clip(0.0, (-1.0, 0.2)),
        Motion(frames=30, steps=(Step(tone=(1.0,)),) * 30),
    ],
    ids=["short", "without a course", "from an old report"],
)
def test_a_clip_without_a_course_says_nothing(motion: Motion) -> None:
    assert Course.of(motion) is None


def test_a_clip_that_stands_still_says_nothing_against_its_seam() -> None:
    assert course(clip(0.0, pace=0.0)).repeat == 0


def test_a_seam_keeps_a_steady_course_or_leaves_it() -> None:
    assert course(clip(1.0)).kept
    assert not course(clip(2.0)).kept
    assert not course(clip(1.0, (0.0, 1.0, 2.0))).kept


def test_where_motion_turns_back_no_advance_is_told() -> None:
    motion = clip(0.0)
    turned = tuple(told.model_copy(update={"bend": 1.9}) for told in motion.seam.courses)
    steps = (motion.seam.model_copy(update={"courses": turned}), *motion.steps[1:])
    found = course(Motion(frames=40, steps=steps))
    assert (found.repeat, found.skip, found.stray) == (0, 0, 0)


def test_an_end_frame_that_stands_is_told_beside_the_seam() -> None:
    motion = clip(1.0)
    stands = tuple(told.model_copy(update={"advance": 0.0}) for told in motion.seam.courses)
    steps = [*motion.steps[:-1], motion.steps[-1].model_copy(update={"courses": stands})]
    last, first = course(Motion(frames=40, steps=tuple(steps))).stand
    assert last > 1 > first
