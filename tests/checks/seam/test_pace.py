"""What pictures and vectors say together of a break of pace."""

import math

import pytest

from answerprint.checks.motion.gait import PaceChange
from answerprint.checks.seam.pace import pace_break

LIMIT = 1.5
HALF = -math.log(2)


@pytest.mark.parametrize(
    ("pictures", "vectors", "doubt", "breaks"),
    [
        ((HALF, 3.0), (HALF, 3.0), 1.0, True),
        ((0.0, 0.0), (0.0, 0.0), 1.0, False),
        ((-0.1, 0.5), (HALF, 2.0), 1.0, False),
        ((-0.1, 0.5), (HALF, 4.0), 1.0, True),
        ((-0.1, 0.5), (HALF, 4.0), 1.4, False),
        ((-0.45, 2.2), (-0.45, 2.2), 1.4, False),
    ],
    ids=[
        "both",
        "neither",
        "vectors",
        "vectors by far",
        "of a short clip",
        "little of a short clip",
    ],
)
def test_pace_breaks_where_both_say_so_or_vectors_by_far(
    pictures: tuple[float, float], vectors: tuple[float, float], doubt: float, breaks: bool
) -> None:
    found = pace_break((PaceChange(*pictures), PaceChange(*vectors)), LIMIT, doubt)
    assert (found.strength >= 1) == breaks


def test_the_change_is_the_smaller_of_both_unless_vectors_tell_alone() -> None:
    both = pace_break((PaceChange(-0.5, 3.0), PaceChange(HALF, 2.5)), LIMIT, 1.0)
    alone = pace_break((PaceChange(-0.1, 0.5), PaceChange(HALF, 4.0)), LIMIT, 1.0)
    assert (both.change, alone.change) == (-0.5, HALF)
