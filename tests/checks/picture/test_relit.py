"""Steps that change the light more than the picture."""

from itertools import accumulate

import pytest

from answerprint.checks.picture.relit import light_changes
from answerprint.measured.motion import Step
from tests.checks.planted import exposed, found, motion_of, steady


@pytest.mark.parametrize(
    ("matched", "stops", "lit"),
    [(0.95, 0.01, False), (0.5, 0.01, True), (0.95, 0.2, True), (0.0, 0.01, False)],
    ids=["motion", "candle", "fade", "old"],
)
def test_light_is_told_by_what_is_left_without_it(matched: float, stops: float, lit: bool) -> None:
    assert light_changes([Step(tone=(1.0,), matched=matched, stops=stops)] * 4) is lit
    assert not light_changes([])


def test_a_flickering_lamp_over_a_still_wall_repeats_and_exchanges_nothing() -> None:
    wall, paces = steady()[0], [0.3] * 4 + [0.0] + [0.3] * 2 + [-0.3] * 6
    stops = accumulate(paces[at % len(paces)] for at in range(48))
    lamp = [exposed(wall, by) for by in stops]
    assert light_changes(motion_of(lamp).steps[1:])
    assert not {"picture.repeated", "picture.order-swapped"}.intersection(found(lamp))
