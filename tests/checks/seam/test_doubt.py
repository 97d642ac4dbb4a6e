"""How much more the seam of a clip of few steps has to show."""

import pytest

from answerprint.checks.seam.doubt import doubt_of


@pytest.mark.parametrize(("steps", "doubt"), [(4, 1.55), (16, 1.55), (20, 1.275), (24, 1), (72, 1)])
def test_a_clip_of_few_steps_has_to_show_more(steps: int, doubt: float) -> None:
    assert doubt_of(steps) == pytest.approx(doubt)
