"""Pictures that stand too short in animation that holds its pictures."""

from collections.abc import Sequence
from itertools import accumulate

import pytest

from answerprint.checks.picture.cadence import Short, shown_short


def shown(holds: Sequence[int]) -> list[int]:
    """The first frames of pictures that stand so long."""
    return list(accumulate(holds, initial=0))[:-1]


@pytest.mark.parametrize("usual", [2, 3])
def test_a_picture_that_stands_too_short_lacks_a_frame(usual: int) -> None:
    holds = [usual] * 15 + [usual - 1] + [usual] * 15
    assert shown_short(shown(holds)) == (Short(15 * usual, usual - 1, usual),)


@pytest.mark.parametrize(
    "holds",
    [
        [2] * 30,
        [1] * 30,
        [2] * 15 + [6] + [2] * 15,
        [2] * 15 + [1, 1] + [2] * 30,
        [2, 1] * 15,
        [1] + [2] * 30 + [1],
        [2] * 5 + [1] + [2] * 5,
    ],
    ids=["twos", "ones", "held", "one-parted", "by-turns", "ends", "short"],
)
def test_what_keeps_no_rule_or_keeps_it_lacks_nothing(holds: list[int]) -> None:
    assert shown_short(shown(holds)) == ()
