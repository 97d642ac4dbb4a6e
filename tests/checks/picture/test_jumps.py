"""Which of a clip's steps are jumps, by how the others of it stand out."""

from typing import Any

import pytest

from answerprint.checks.picture.jumps import Jump, standing_out
from answerprint.checks.picture.limits import RhythmLimits

LIMITS = RhythmLimits()


def clip(*, usual: float = 0.1, **jump: Any) -> list[Jump]:
    """Sixty steps that hardly stand out, and one at frame 30 that does."""
    plain = {"steps": 1.0, "strength": usual, "limit": LIMITS.jump, "graded": False, "further": True}  # fmt: skip
    return [Jump(**plain | {"frame": n} | (jump if n == 30 else {})) for n in range(1, 61)]


@pytest.mark.parametrize(("strength", "found"), [(0.5, True), (0.42, False)])
def test_the_only_jump_of_a_steady_clip_counts_where_no_other_comes_near(
    strength: float, found: bool
) -> None:
    jumps = standing_out(clip(steps=2.0, strength=strength), LIMITS)
    assert [jump.frame for jump in jumps] == ([30] if found else [])
    assert standing_out(clip(usual=0.2, steps=2.0, strength=0.6), LIMITS) == ()
    assert standing_out(clip(steps=1.3, strength=0.6), LIMITS) == ()


def test_what_changes_and_moves_nothing_has_to_stand_out_by_itself() -> None:
    """An eye that blinks does in a portrait that hardly moves."""
    assert standing_out(clip(steps=2.0, strength=1.3), LIMITS)
    assert standing_out(clip(steps=2.0, strength=1.3, further=False), LIMITS) == ()
    assert standing_out(clip(steps=2.0, strength=2.7, further=False), LIMITS)
