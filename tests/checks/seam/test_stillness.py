"""Whether nothing moves, of clips whose every figure is given."""

import pytest

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam.stillness import is_frozen
from answerprint.measured.motion import Motion, Step


@pytest.mark.parametrize(
    ("tones", "travel", "wander", "frozen"),
    [
        ((0.5, 0.5), 0.9, 2.3, True),
        ((0.5, 0.5), 2.4, 2.3, True),
        ((0.5, 0.5), 2.4, 2.7, False),
        ((0.5, 0.9), 2.4, 2.3, False),
        ((0.5, 0.5), 2.6, 2.3, False),
    ],
    ids=["still", "noise", "it wanders", "pictures grow apart", "it gets far"],
)
def test_a_clip_is_frozen_where_nothing_but_noise_moves(
    tones: tuple[float, ...], travel: float, wander: float, *, frozen: bool
) -> None:
    steps = (Step(tone=tones),) * 24
    motion = Motion(frames=24, steps=steps, travel=travel, wander=wander)
    assert is_frozen(Gait.of(motion), 0.05) == frozen
