"""Whether motion leaps over the seam."""

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.motion.span import Span
from answerprint.checks.seam.hurry import habitual, hurry_of, surer
from answerprint.measured.motion import Motion, Step


def hurry(
    speed: float = 0.02,
    beside: float = 0.01,
    others: tuple[float, ...] = (0.01,),
    *,
    spans: float = 2.0,
    peak: float = 3.0,
) -> float:
    """Of a clip of thirty steps: over the seam at this speed, beside it, and at `others` in turn."""
    speeds = [others[n % len(others)] for n in range(30)]
    speeds[-2:] = [beside] * 2
    speeds[:3] = [speed, beside, beside]
    steps = [Step(tone=(1.0,), speed=each) for each in speeds]
    steps[0] = steps[0].model_copy(update={"excess_peak": peak})
    gait = Gait.of(Motion(frames=30, steps=tuple(steps)))
    return hurry_of(gait, Span(steps=spans, surprise=1.0, beyond_neighbours=spans))


def test_a_step_that_is_faster_and_further_than_all_is_a_leap() -> None:
    assert hurry() >= 1


@pytest.mark.parametrize(
    "less",
    [
        {"speed": 0.012},
        {"beside": 0.018},
        {"others": (0.01, 0.01, 0.019)},
        {"spans": 1.2},
        {"peak": 1.0},
    ],
    ids=["as fast", "among fast ones", "as elsewhere", "no further", "not seen"],
)
def test_a_step_that_others_equal_is_none(less: dict[str, float]) -> None:
    assert hurry(**less) < 1  # type: ignore[arg-type]


def test_where_others_stand_out_as_far_it_is_no_more_than_suspect() -> None:
    assert 0.9 < habitual(0.5) < 1 < habitual(0.9)


@pytest.mark.parametrize(
    ("spans", "beyond", "outstanding", "sure"),
    [
        (2.0, 2.0, 3.0, True),
        (2.0, 1.0, 3.0, False),
        (2.0, 2.0, 2.0, False),
        (2.0, None, 3.0, False),
    ],
)
def test_it_counts_for_more_where_pictures_further_apart_say_the_same(
    spans: float, beyond: float | None, outstanding: float, sure: bool
) -> None:
    span = Span(steps=spans, surprise=1.0, beyond_neighbours=beyond)
    assert (surer(span, outstanding) > 1) == sure
