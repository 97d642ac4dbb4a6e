"""The motion meter: what it says of steps, of the seam, and of the seam as it would be."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.meter import THUMB, MotionMeter
from answerprint.measured.motion import LAGS, Motion
from answerprint.rehearsal.scenery.scene import Scene, render

Picture = NDArray[np.float32]

COUNT = 30
LOOP = Scene(seed=4, size=(THUMB, 108), frames=COUNT, loop=True, grain=0)


@pytest.fixture(scope="module")
def loop() -> list[Picture]:
    return [render(LOOP, index) for index in range(COUNT)]


def measured(clip: list[Picture]) -> Motion:
    meter = MotionMeter()
    for picture in clip:
        meter.add(picture)
    return meter.result()


def pan(count: int, by: int) -> list[Picture]:
    """A texture that slides to the right by so many pixels a frame, around itself."""
    wide = np.random.default_rng(2).random((12, 24, 3), np.float32)
    big = np.kron(wide, np.ones((9, 8, 1), np.float32)) * np.float32(0.8)
    return [np.roll(big, by * n, axis=1) for n in range(count)]


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_frames_have_no_steps(count: int, loop: list[Picture]) -> None:
    motion = measured(loop[:count])
    assert (motion.frames, motion.steps) == (count, ())


@pytest.mark.parametrize("count", [2, 3, 5, 9, 20, COUNT])
def test_there_is_a_step_into_every_frame(count: int, loop: list[Picture]) -> None:
    motion = measured(loop[:count])
    assert len(motion.steps) == motion.frames == count
    assert {len(step.tone) for step in motion.steps} == {min(LAGS, count - 1)}


def test_the_seam_of_a_loop_is_measured_as_any_other_step(loop: list[Picture]) -> None:
    turned = loop[11:] + loop[:11]
    here, there = measured(loop).steps, measured(turned).steps
    for frame in range(COUNT):
        same = there[(frame - 11) % COUNT]
        assert same.tone == here[frame].tone
        assert same.excess == pytest.approx(here[frame].excess, abs=1e-6)
        assert same.stops == here[frame].stops


def test_results_may_be_taken_on_the_way(loop: list[Picture]) -> None:
    meter = MotionMeter()
    for picture in loop[:12]:
        meter.add(picture)
    early = meter.result()
    for picture in loop[12:]:
        meter.add(picture)
    assert early == measured(loop[:12])
    assert meter.result() == measured(loop)


def test_lag_k_compares_with_the_frame_k_before(loop: list[Picture]) -> None:
    motion = measured(loop)
    assert motion.steps[9].tone[3] == pytest.approx(measured([loop[5], loop[9]]).seam.tone[0])
    assert motion.steps[1].tone[1] == pytest.approx(measured([loop[-1], loop[1]]).seam.tone[0])


def test_a_held_frame_is_no_step(loop: list[Picture]) -> None:
    motion = measured([*loop[:8], loop[7], *loop[8:]])
    assert motion.steps[8].tone[0] == 0
    assert min(step.tone[0] for n, step in enumerate(motion.steps) if n != 8) > 0.3


def test_excess_is_large_only_where_content_jumps(loop: list[Picture]) -> None:
    steps = measured(loop[:12] + loop[20:]).steps
    jump = steps[12]
    others = [step.excess for n, step in enumerate(steps) if n != 12]
    assert jump.excess > 20 * max(others)
    assert jump.detail_excess > max(step.detail_excess for n, step in enumerate(steps) if n != 12)


@pytest.mark.parametrize("stops", [-1.0, -0.1, 0.1, 1.0])
def test_a_change_of_exposure_is_told_in_stops(stops: float, loop: list[Picture]) -> None:
    gain = np.float32(2.0**stops)
    step = measured([*loop[:6], *(p * gain for p in loop[6:12])]).steps[6]
    assert step.stops == pytest.approx(stops, abs=0.05)
    assert step.matched < step.tone[0] or abs(stops) < 0.2


def test_a_change_of_color_is_told_apart_from_exposure(loop: list[Picture]) -> None:
    warm = np.array([1.2, 1.0, 0.8], np.float32)
    step = measured([*loop[:6], *(p * warm for p in loop[6:12])]).steps[6]
    brighter = measured([*loop[:6], *(p * 1.3 for p in loop[6:12])]).steps[6]
    assert step.tint > 1
    assert brighter.tint < 0.2


@pytest.mark.parametrize("by", [-4, 3])
def test_flow_says_where_the_picture_goes(by: int) -> None:
    steps = measured(pan(12, by)).steps[3:10]
    assert np.median([step.flow[0] for step in steps]) == pytest.approx(by / THUMB, rel=0.25)
    assert max(step.turn for step in steps) < 0.2


def test_turning_back_is_a_turn_of_two() -> None:
    there = pan(8, 3)
    motion = measured(there + there[-2:0:-1])
    assert motion.steps[8].turn > 1.5


def test_dropping_what_was_added_closes_the_loop_again(loop: list[Picture]) -> None:
    motion = measured(loop + loop[10:14])
    whole = measured(loop).seam
    assert motion.without_last[4].mean == pytest.approx(whole.tone[0], rel=1e-3)
    assert motion.without_last[0].mean == motion.seam.tone[0]
    assert motion.without_last[4].excess < 0.1 < motion.without_last[0].excess
    front = measured(loop[10:14] + loop)
    assert front.without_first[4].mean == pytest.approx(whole.tone[0], rel=1e-3)


def test_values_that_are_no_light_do_not_spread(loop: list[Picture]) -> None:
    spoilt = loop[3].copy()
    spoilt[5, 5] = (np.nan, np.inf, -np.inf)
    motion = measured([*loop[:3], spoilt, *loop[4:]])
    assert np.isfinite([tone for step in motion.steps for tone in step.tone]).all()
    assert np.isfinite([step.stops for step in motion.steps]).all()


def test_a_frame_of_another_size_is_compared_all_the_same(loop: list[Picture]) -> None:
    small = render(Scene(seed=4, size=(96, 54), frames=COUNT, loop=True, grain=0), 5)
    motion = measured([*loop[:5], small, *loop[6:]])
    assert motion.frames == COUNT
    assert motion.steps[5].tone[0] < 3 * motion.steps[4].tone[0]


@pytest.mark.parametrize(
    "size", [(1, 1), (192, 1), (1, 192), (16, 9), (192, 13), (192, 28), (28, 192)]
)
def test_pictures_of_any_shape_are_measured(size: tuple[int, int]) -> None:
    width, height = size
    grain = np.random.default_rng(1)
    clip = [grain.random((height, width, 3), np.float32) for _ in range(10)]
    assert len(measured(clip).steps) == 10


def test_memory_does_not_grow_with_the_clip() -> None:
    clip = pan(24, 3)
    meter = MotionMeter()
    for n in range(600):
        meter.add(clip[n % 24])
    kept = [len(held) for held in vars(meter).values() if hasattr(held, "__len__")]
    assert max(kept) < 80
    assert meter.result().frames == 600


def test_what_goes_away_wanders_and_what_is_grainy_does_not(loop: list[Picture]) -> None:
    grain = np.random.default_rng(6)
    still = [np.asarray(loop[0] + grain.normal(0, 0.02, loop[0].shape), np.float32) for _ in loop]
    assert measured(loop).wander == pytest.approx(5, rel=0.6)
    noise = measured(still).wander
    assert noise is not None
    assert noise < 2.4


def test_the_busiest_places_are_those_that_the_other_steps_move(loop: list[Picture]) -> None:
    clip = [loop[0].copy() for _ in loop]
    for picture, moving in zip(clip, loop, strict=True):
        picture[48:72, 72:120] = moving[48:72, 72:120]
    ordinary, repeated = measured(clip), measured([*clip, clip[0]])
    assert ordinary.seam.busy is not None
    assert ordinary.seam.busy > 5 * ordinary.seam.tone[0]
    assert repeated.seam.busy == 0
