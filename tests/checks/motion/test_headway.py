"""Steps that go too far on the course of the pictures, and what a jump makes of it."""

from dataclasses import replace

import pytest

from answerprint.checks.motion.headway import ORDINARY, Headway, headways
from answerprint.checks.picture.jumps import Jump, standing_out
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.checks.picture.stillness import repeated_frames
from answerprint.measured.motion import COLUMNS, Course, Motion, Step

LIMITS = RhythmLimits()


def going(advances: list[float], bend: float = 0.1) -> Motion:
    """A clip whose steps go on so far."""
    steps = tuple(
        Step(tone=(0.5,), courses=(Course(pace=0.5, advance=advance, bend=bend),) * len(COLUMNS))
        for advance in advances
    )
    return Motion(frames=len(steps), steps=steps)


def even(**at: float) -> list[float]:
    """Sixty steps that go on by about one, and one at frame 30 that goes on by `at`."""
    advances = [0.9 + 0.2 * (frame % 3) / 2 for frame in range(60)]
    advances[29:32] = [0.75, at["advance"], 0.75]
    return advances


def test_a_step_two_steps_long_goes_too_far_among_even_ones() -> None:
    found = headways(going(even(advance=1.8)))
    assert found[30].beyond > 1
    assert max(each.beyond for frame, each in found.items() if frame != 30) < 0.5
    assert headways(going(even(advance=1.2)))[30].beyond < 0.5


def test_where_steps_go_unevenly_or_back_one_is_like_others() -> None:
    uneven = [1.8 if frame % 7 == 2 else 0.9 for frame in range(60)]
    assert max(each.beyond for each in headways(going(uneven)).values()) < 0.7
    assert headways(going(even(advance=1.8), bend=1.9))[30] == ORDINARY


@pytest.mark.parametrize(
    ("advance", "bend", "short"), [(0.1, 0.2, True), (0.5, 0.2, False), (0.1, 0.8, False)]
)
def test_a_step_that_does_not_get_on_is_too_short_on_a_straight_course(
    advance: float, bend: float, short: bool
) -> None:
    assert (headways(going(even(advance=advance), bend=bend))[30].short >= 1) is short


def grainy(advance: float, tone: float = 0.8) -> Motion:
    """Sixty steps of steady motion and one that grain, coded anew, makes look like half of one."""
    motion = going(even(advance=advance))
    plain = [tone * share for share in (1.0, 1.6, 2.3, 3.0, 3.7, 4.4, 5.1, 5.8)]
    steps = [step.model_copy(update={"tone": tuple(plain), "busy": 2.3}) for step in motion.steps]
    half = tuple(0.45 * value if lag == 0 else value for lag, value in enumerate(plain))
    steps[30] = steps[30].model_copy(update={"tone": half, "busy": 1.0})
    return Motion(frames=len(steps), steps=tuple(steps))


@pytest.mark.parametrize(
    ("motion", "found"),
    [(grainy(0.1), [30]), (grainy(0.9), []), (grainy(0.1, tone=0.2), [])],
    ids=["stays", "goes-on", "slow"],
)
def test_a_repeat_under_grain_is_told_by_the_course(motion: Motion, found: list[int]) -> None:
    assert repeated_frames(motion, share=0.3, change=0.05, still=0.05) == found


def test_straight_on_by_a_step_like_any_other_nothing_is_missing() -> None:
    assert headways(going(even(advance=1.0)))[30].kept
    assert not headways(going(even(advance=1.5)))[30].kept
    assert not headways(going(even(advance=1.0), bend=0.9))[30].kept
    uneven = [2.0 if frame % 7 == 2 else 0.9 for frame in range(60)]
    assert not any(each.kept for each in headways(going(uneven)).values())


def test_reports_without_courses_and_steps_that_see_the_seam_tell_nothing() -> None:
    assert headways(Motion(frames=60, steps=(Step(tone=(0.5,)),) * 60)) == {}
    assert set(headways(going(even(advance=1.8)))) == set(range(5, 56))


@pytest.mark.parametrize(
    ("headway", "strength", "further", "found"),
    [
        (0.8, 0.5, True, True),
        (0.6, 0.5, True, False),
        (0.8, 0.4, True, False),
        (0.8, 0.5, False, False),
        (1.6, 0.5, False, True),
    ],
)
def test_half_a_jump_counts_in_an_even_clip_where_its_course_says_so(
    headway: float, strength: float, further: bool, found: bool
) -> None:
    plain = [Jump(n, 1.0, 0.15, LIMITS.jump, False, True) for n in range(1, 61) if n != 30]
    jump = Jump(30, 1.7, strength, LIMITS.jump, False, further, Headway(headway))
    assert bool(standing_out([*plain, jump], LIMITS)) is found


def test_a_clip_of_uneven_steps_is_not_told_by_its_course() -> None:
    uneven = [Jump(n, 1.0, 0.5, LIMITS.jump, False, True) for n in range(1, 61) if n != 30]
    jump = Jump(30, 1.7, 1.6, LIMITS.jump, False, True, Headway(0.8))
    assert standing_out([*uneven, jump], LIMITS) == ()


def test_what_changes_where_the_course_is_kept_is_drawn_anew() -> None:
    """A key frame has more detail than the frames before it."""
    plain = [Jump(n, 1.0, 0.15, LIMITS.jump, False, True) for n in range(1, 61) if n != 30]
    key = Jump(30, 2.6, 1.3, LIMITS.jump, False, True)
    assert standing_out([*plain, key], LIMITS)
    kept = replace(key, headway=Headway(kept=True))
    assert standing_out([*plain, kept], LIMITS) == ()
    assert standing_out([*plain, replace(kept, strength=3.0, graded=True)], LIMITS)
