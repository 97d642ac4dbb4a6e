"""Whether a clip goes back the way it came, on a stripe of light that goes its way."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from answerprint.measure.motion.mirror import SHORTEST, find_mirror
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Mirror

COUNT = 40


def stripe(place: float) -> View:
    x = np.arange(48, dtype=np.float32)
    row = 0.1 + 0.6 * np.exp(-((x - 24 - place) ** 2) / 40)
    return View.of(np.repeat(np.tile(row, (27, 1))[..., None], 3, axis=2).astype(np.float32))


def mirror(place: Callable[[int], float], count: int = COUNT) -> Mirror:
    """What is found of a clip whose stripe is there, by the distance of the frame from the seam."""
    found = find_mirror(lambda frame: stripe(place(frame)), count)
    assert found is not None
    return found


@pytest.mark.parametrize(("count", "pairs"), [(COUNT, 12), (SHORTEST, 4)])
def test_a_clip_played_there_and_back_is_its_mirror_and_turns_at_full_pace(
    count: int, pairs: int
) -> None:
    found = mirror(lambda frame: 10.0 - (frame if frame >= 0 else -1 - frame), count)
    assert found.pairs == pairs
    assert found.twice
    assert found.apart < 0.01
    assert found.pace == pytest.approx(1, abs=0.2)


def test_one_that_turns_in_its_first_frame_shows_that_once() -> None:
    found = mirror(lambda frame: 10.0 - abs(frame))
    assert not found.twice
    assert found.apart < 0.01


def test_what_swings_is_slow_where_it_turns() -> None:
    assert mirror(lambda frame: 8 * math.cos((frame + 0.5) / 8)).pace < 0.55


def test_what_goes_on_is_no_mirror() -> None:
    assert mirror(lambda frame: 0.5 * frame).apart > 0.8


def test_a_short_clip_has_none() -> None:
    assert find_mirror(stripe, SHORTEST - 1) is None
