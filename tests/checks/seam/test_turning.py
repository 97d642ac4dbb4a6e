"""Whether a clip goes back the way it came, by mirrors whose every figure is given."""

import pytest

from answerprint.checks.seam.turning import turn_strength
from answerprint.measured.motion import Mirror


@pytest.mark.parametrize(
    ("mirror", "turned"),
    [
        (Mirror(apart=0.2, pace=1.0, twice=True), True),
        (Mirror(apart=0.2, pace=1.0, twice=False), False),
        (Mirror(apart=0.2, pace=0.4, twice=True), False),
        (Mirror(apart=0.6, pace=1.0, twice=True), False),
        (Mirror(apart=0.25, pace=1.0, twice=True, pairs=6), False),
        (None, False),
    ],
    ids=[
        "there and back",
        "turns in one frame",
        "swings",
        "no mirror",
        "by few pairs",
        "from an old report",
    ],
)
def test_a_clip_that_is_played_back_turns_at_full_pace_in_a_frame_shown_twice(
    mirror: Mirror | None, *, turned: bool
) -> None:
    assert (turn_strength(mirror) >= 1) == turned


def test_a_turn_in_a_frame_shown_once_is_suspect() -> None:
    assert 0.9 < turn_strength(Mirror(apart=0.2, pace=1.0, twice=False)) < 1
