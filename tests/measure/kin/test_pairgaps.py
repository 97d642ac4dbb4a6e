"""Where frames that one side lacks are taken to lie."""

import numpy as np
import pytest

from answerprint.measure.kin.alignment import Alignment
from answerprint.measure.kin.pairgaps import left_out, shows_instead

COUNT = 30


def lacking(*gaps: int, alike: tuple[int, int] | None = None) -> tuple[int, ...]:
    """What is told of a movie that lacks `gaps`, aligned as if it lacked the earlier of two that are `alike`."""
    kept = [n for n in range(COUNT) if n not in gaps]
    squares = abs(np.arange(COUNT)[:, None] - np.array(kept)[None, :]) * 3.0
    taken = list(kept)
    if alike:
        at = taken.index(alike[0])
        taken[at] = alike[1]
        # The one that is there is the one that is lacking, but for noise.
        squares[alike[1], at] = squares[alike[0], at] - 0.3
    pairs = tuple((i, j) for j, i in enumerate(taken))
    only_sequence, only_movie = left_out(Alignment(pairs, (), 0.0), squares)
    assert only_movie == ()
    return tuple(each.number for each in only_sequence)


def test_frames_that_are_lacking_are_named() -> None:
    assert lacking(16) == (16,)
    assert lacking(16, 17) == (16, 17)
    assert lacking(4, 17) == (4, 17)


@pytest.mark.parametrize("gaps", [(16, 17), (16, 17, 18)])
def test_of_frames_that_may_be_lacking_those_in_a_row_are(gaps: tuple[int, ...]) -> None:
    assert lacking(*gaps, alike=(15, 16)) == gaps


def test_two_gaps_are_not_taken_to_be_one() -> None:
    """Of frames 15 to 17 any two may be lacking: the first gap moves beside the second, and that stays."""
    pairs = tuple((i, j) for j, i in enumerate(n for n in range(COUNT) if n not in (15, 17)))
    only_sequence, _ = left_out(Alignment(pairs, (), 0.0), np.zeros((COUNT, COUNT - 2)))
    assert len({each.number for each in only_sequence}) == 2


@pytest.mark.parametrize(("painted", "shown"), [(0.0, {12: 11}), (60.0, {})])
def test_a_frame_that_is_painted_over_shows_no_other(painted: float, shown: dict[int, int]) -> None:
    """All frames differ from it as much, and one of them a little less than its own."""
    squares = np.minimum(abs(np.arange(COUNT)[:, None] - np.arange(COUNT)[None, :]) * 3.0, 9.0)
    squares[:, 12] += painted
    squares[11, 12] = painted
    squares[12, 12] = painted + 2.0
    costs = 1 + squares - squares.min(axis=0)
    pairs = tuple((n, n) for n in range(COUNT))
    assert shows_instead(Alignment(pairs, (), 0.0), costs, squares) == shown
