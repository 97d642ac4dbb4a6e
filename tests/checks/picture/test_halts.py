"""Motion that stops dead for some frames, and motion that comes to rest."""

import pytest

from answerprint.checks.picture.halts import halts
from answerprint.measured.motion import Motion, Step


def found(tones: list[float], busy: float | None = 5.0) -> list[range]:
    steps = tuple(Step(tone=(tone,), busy=None if busy is None else busy * tone) for tone in tones)
    return list(halts(Motion(frames=len(tones), steps=steps), tones))


@pytest.mark.parametrize("busy", [5.0, None])
def test_a_halt_is_found_under_what_coding_leaves_of_it(busy: float | None) -> None:
    tones = [1.3] * 30
    tones[12:15] = [0.06, 0.1, 0.1]
    tones[15] = 2.0
    assert found(tones, busy) == [range(12, 15)]


def test_what_comes_to_rest_rests_for_long_or_is_not_seen_does_not_halt() -> None:
    easing = [1.3] * 12 + [0.9, 0.4, 0.1, 0.02, 0.02, 0.1, 0.4, 0.9] + [1.3] * 10
    assert found(easing) == []
    assert found([1.3] * 10 + [0.0] * 20 + [1.3] * 10) == []
    assert found([1.3] * 10 + [0.0] * 3 + [1.3] * 10, busy=0.2) == []
    assert found([1.3] * 10 + [0.0] * 3) == []


def test_one_frame_alone_is_no_halt() -> None:
    assert found([1.3] * 10 + [0.0] + [1.3] * 10) == []
