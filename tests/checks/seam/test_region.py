"""One region that jumps, among what the worst places of a clip do anyway."""

import pytest

from answerprint.checks.seam.region import confined, jumping_region, third_largest
from answerprint.measured.motion import Motion, Spot, Step

BOX = (0.2, 0.2, 0.25, 0.25)


def clip(*others: float, inside: float = 12.0, outside: float = 0.5) -> Motion:
    """A clip whose seam has a bad place, and whose other steps have these worst places."""
    peaks = [inside, *others, *[0.4] * 20]
    steps = tuple(Step(tone=(2.0,), excess_peak=peak) for peak in peaks)
    spot = Spot(box=BOX, inside=inside, outside=outside, elsewhere=0.2)
    return Motion(frames=len(steps), steps=steps, spot=spot)


def test_a_region_that_jumps_alone_is_confined() -> None:
    assert confined(clip(), 1.0) > 1
    assert jumping_region(clip(), 4.0) > 1


def test_lights_that_blink_are_a_habit() -> None:
    assert confined(clip(13.0, 11.0, 10.0), 1.0) < 1
    assert confined(clip(13.0, 11.0), 1.0) > 1


@pytest.mark.parametrize(("outside", "span"), [(3.0, 1.0), (2.45, 6.0)])
def test_what_the_rest_does_as_well_is_not_confined(outside: float, span: float) -> None:
    assert confined(clip(outside=outside), span) < 1


def test_a_habit_is_what_only_two_exceed() -> None:
    assert third_largest([5.0, 1.0, 4.0, 3.0]) == 3
    assert third_largest([5.0, 4.0]) == 0
