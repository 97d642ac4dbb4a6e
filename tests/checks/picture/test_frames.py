"""Black, repeated and frozen frames, each found and each let be."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from answerprint.checks.limits import Limits, PictureLimits
from answerprint.measured.motion import LAGS, Motion, Step
from tests.checks.subjects import breaches, movie, sequence


def moving(tones: Sequence[float]) -> Motion:
    """The motion of a clip by how far each frame is from the one before; the first is the seam."""
    return Motion(frames=len(tones), steps=tuple(Step(tone=(tone,)) for tone in tones))


def dark(*numbers: int, luma: float = 0.0, peak: float = 0.0) -> dict[int, dict[str, Any]]:
    return {number: {"luma": luma, "luma_peak": peak} for number in numbers}


def test_a_clip_without_black_passes() -> None:
    assert breaches("picture.black", sequence(24)) == []


@pytest.mark.parametrize("number", [1001, 1010, 1024])
def test_one_black_frame_is_found_wherever_it_is(number: int) -> None:
    (found,) = breaches("picture.black", sequence(24, change=dark(number)))
    assert found.frames == (number,)


def test_a_dark_frame_with_one_light_is_not_black() -> None:
    assert breaches("picture.black", sequence(24, change=dark(1010, luma=0.001, peak=0.4))) == []


def test_black_at_the_end_of_a_fade_is_meant() -> None:
    fade = dark(1022, luma=0.02, peak=0.1) | dark(1023, 1024)
    assert breaches("picture.black", sequence(24, change=fade)) == []
    (found,) = breaches("picture.black", sequence(24, change=dark(1023, 1024)))
    assert found.frames == (1023, 1024)


def test_a_clip_that_is_black_all_through_is_found() -> None:
    (found,) = breaches("picture.black", sequence(24, change=dark(*range(1001, 1025))))
    assert len(found.frames) == 24


def test_a_frame_without_a_picture_is_not_counted_as_black() -> None:
    lost = {1010: {"luma": None, "luma_peak": None}}
    assert breaches("picture.black", sequence(24, change=lost)) == []


def test_even_motion_repeats_nothing() -> None:
    assert breaches("picture.repeated", sequence(24, motion=moving([2.0] * 24))) == []


@pytest.mark.parametrize("step", [0.0, 0.4])
def test_a_repeated_frame_is_found_by_its_number(step: float) -> None:
    tones = [2.0] * 24
    tones[9] = step
    (found,) = breaches("picture.repeated", sequence(24, motion=moving(tones)))
    assert found.frames == (1010,)
    (found,) = breaches("picture.repeated", movie(24, motion=moving(tones)))
    assert found.frames == (9,)


def test_a_repeat_is_found_in_slow_motion_and_not_in_stillness() -> None:
    slow = [0.2] * 24
    slow[9] = 0.0
    assert breaches("picture.repeated", sequence(24, motion=moving(slow)))
    assert breaches("picture.repeated", sequence(24, motion=moving([0.0] * 24))) == []


def test_motion_that_comes_to_rest_repeats_nothing() -> None:
    easing = [2.0 * 0.7**n for n in range(24)]
    assert breaches("picture.repeated", sequence(24, motion=moving(easing))) == []


def flickering(places: Sequence[float]) -> Motion:
    """The motion of a clip in which one thing goes up and down, as a flame's light does."""
    steps = tuple(
        Step(
            tone=tuple(abs(place - places[at - lag]) for lag in range(1, 9) if lag <= at) or (0.0,)
        )
        for at, place in enumerate(places)
    )
    return Motion(frames=len(places), steps=steps)


def test_a_flame_whose_light_rests_now_and_then_repeats_nothing() -> None:
    """Every pace down to nothing occurs: the shortest step is no gap among the others."""
    places = [5 * math.sin(1.5 * at) + 2 * math.sin(2.55 * at + 1) for at in range(72)]
    assert breaches("picture.repeated", movie(len(places), motion=flickering(places))) == []
    steady = [2.0 * (at // 8 * 8 + abs(at % 16 - 8)) for at in range(71)]
    steady[30:] = [steady[29], *steady[30:-1]]
    (found,) = breaches("picture.repeated", movie(71, motion=flickering(steady)))
    assert found.frames == (30,)


def test_slow_frames_before_a_flicker_repeat_nothing() -> None:
    places = [0.1 * at + (6.0 * (-1) ** at if 11 <= at < 29 else 0.0) for at in range(60)]
    assert breaches("picture.repeated", movie(60, motion=flickering(places))) == []


@pytest.mark.parametrize("cadence", [2, 3])
def test_a_held_cadence_is_a_style(cadence: int) -> None:
    tones = [2.0 if n % cadence == 0 else 0.0 for n in range(24)]
    assert breaches("picture.repeated", sequence(24, motion=moving(tones))) == []


def test_a_clip_in_which_something_moves_is_not_frozen() -> None:
    tones = [0.0] * 24
    tones[12] = 0.3
    assert breaches("picture.frozen", sequence(24, motion=moving(tones))) == []


def test_key_frames_do_not_thaw_a_still() -> None:
    tones = [0.0, *[0.02] * 47]
    tones[24] = 0.08
    assert len(breaches("picture.frozen", sequence(48, motion=moving(tones)))) == 1
    tones[24] = 0.12
    assert breaches("picture.frozen", sequence(48, motion=moving(tones))) == []


def test_a_still_is_frozen() -> None:
    (found,) = breaches("picture.frozen", sequence(24, motion=moving([0.0, *[0.01] * 23])))
    assert found.measured == pytest.approx(0.01)
    assert len(found.frames) == 24


@pytest.mark.parametrize(
    ("apart", "travel", "message"),
    [(0.3, 0.1, "but grain moves"), (0.36, 0.1, None), (0.3, 2.0, None)],
    ids=["grain", "slow-motion", "rain"],
)
def test_a_still_under_grain_is_frozen(apart: float, travel: float, message: str | None) -> None:
    tone = (*[0.3] * (LAGS - 1), apart)
    motion = Motion(frames=48, steps=(Step(tone=tone),) * 48, travel=travel, wander=2.0)
    said = [found.message for found in breaches("picture.frozen", movie(48, motion=motion))]
    assert (message in said[0]) if message else said == []


def test_what_creeps_in_a_small_part_of_the_picture_is_not_frozen() -> None:
    slow = moving([0.0, *[0.04] * 47])
    planet = slow.model_copy(update={"travel": 10.0, "wander": 40.0})
    assert breaches("picture.frozen", movie(48, motion=planet)) == []
    for noise in ({"travel": 3.0, "wander": 2.2}, {"travel": 0.5, "wander": 8.0}):
        still = slow.model_copy(update=noise)
        assert len(breaches("picture.frozen", movie(48, motion=still))) == 1


def test_limits_decide() -> None:
    strict = Limits(picture=PictureLimits(frozen_step=0.5))
    assert breaches("picture.frozen", sequence(24, motion=moving([0.3] * 24)), limits=strict)
