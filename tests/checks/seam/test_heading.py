"""What a second of a clip says of the step over its seam."""

import pytest

from answerprint.checks.seam.heading import Headings
from answerprint.measured.motion import Heading, Motion, Step


def clip(
    seam: float, inside: tuple[float, ...] = (0.8, 1.0, 1.2), *, pace: float = 1.0, frames: int = 48
) -> Motion:
    """A clip whose steps advance by these in turn, and the seam by `seam` at that pace."""
    told = [Heading(pace=1.0, advance=inside[n % len(inside)]) for n in range(frames)]
    told[0] = Heading(pace=pace, advance=seam)
    steps = tuple(Step(tone=(1.0,), heading=one) for one in told)
    return Motion(frames=frames, steps=steps)


def repeat(motion: Motion) -> float:
    found = Headings.of(motion)
    assert found is not None
    return found.repeat


@pytest.mark.parametrize("advance", [0.45, 0.0, -0.3])
def test_a_seam_that_falls_short_of_every_step_repeats(advance: float) -> None:
    assert repeat(clip(advance)) >= 1


@pytest.mark.parametrize("advance", [0.7, 1.0, 2.0, -1.5])
def test_an_ordinary_step_a_leap_and_a_step_far_back_are_no_repeat(advance: float) -> None:
    assert repeat(clip(advance)) < 1


def test_where_steps_vary_as_much_nothing_is_told() -> None:
    assert repeat(clip(0.0, (0.2, 1.0, 1.8))) == 0


@pytest.mark.parametrize("pace", [0.1, 0.0, -1.0])
def test_where_the_clip_turns_about_nothing_is_told(pace: float) -> None:
    assert repeat(clip(0.0, pace=pace)) == 0


def test_a_report_of_before_has_none() -> None:
    assert Headings.of(Motion(frames=40, steps=(Step(tone=(1.0,)),) * 40)) is None
