"""Foreign, exchanged and missing frames and cuts: each found where it was planted, and a clean clip let be."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from answerprint.checks.limits import Limits
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.measure.movies import measure_movie
from answerprint.measured.look import Bars, FrameLook
from answerprint.measured.motion import Motion, Step
from tests.checks.planted import COUNT, IDS, SIZE, exposed, found, motion_of, steady
from tests.checks.subjects import breaches, movie, sequence
from tests.made import codes
from tests.made import movie as movie_file


def test_a_clean_clip_passes() -> None:
    assert found(steady()) == {}


@pytest.mark.parametrize("hold", [2, 3])
def test_a_held_cadence_passes(hold: int) -> None:
    assert found([picture for picture in steady()[:16] for _ in range(hold)]) == {}


def test_animation_that_hangs_and_makes_up_for_it_repeats_frames() -> None:
    twos = [steady()[number // 2] for number in range(60)]
    hung = [*twos[:28], *[twos[27]] * 8, *twos[36:]]
    ((id_, (breach,)),) = found(hung).items()
    assert id_ == "picture.repeated"
    assert set(range(28, 36)) <= set(breach.frames) <= set(range(26, 36))


def test_a_still_passes() -> None:
    assert found(steady()[:1] * 20) == {}


def test_rest_at_either_end_passes() -> None:
    clip = steady()[:24]
    assert found([clip[0]] * 4 + clip + [clip[-1]] * 4) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_foreign_frames_are_found(count: int) -> None:
    clip = steady()
    clip[17 : 17 + count] = steady(8)[:count]
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.odd-frame"
    assert breach.frames == tuple(range(17, 17 + count))


def test_a_ghost_of_another_shot_is_foreign_too() -> None:
    clip = steady()
    clip[17] = clip[17] * 0.7 + steady(8)[5] * 0.3
    (breach,) = found(clip)["picture.odd-frame"]
    assert breach.frames == (17,)


def test_more_foreign_frames_are_a_shot_with_a_cut_on_either_side() -> None:
    clip = steady()
    clip[17:25] = steady(8)[:8]
    ((id_, cuts),) = found(clip).items()
    assert id_ == "picture.cut"
    assert [breach.frames for breach in cuts] == [(16, 17), (24, 25)]


@pytest.mark.parametrize("by", [1, 2, 4])
def test_exchanged_frames_are_found(by: int) -> None:
    clip = steady()
    clip[20], clip[20 + by] = clip[20 + by], clip[20]
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.order-swapped"
    assert breach.frames == (20, 20 + by)


def test_exchanged_pictures_are_found_on_twos() -> None:
    clip = steady()[:20]
    clip[12], clip[13] = clip[13], clip[12]
    (breach,) = found([p for p in clip for _ in range(2)])["picture.order-swapped"]
    assert breach.frames == (24, 26)


@pytest.mark.parametrize(("by", "seen"), [(0.02, False), (0.12, True)])
def test_an_exchange_in_a_clip_nearly_at_rest_is_found_where_it_is_seen(
    by: float, seen: bool
) -> None:
    moves = (np.array([[1, 0, by * n], [0, 1, 0]], np.float32) for n in range(COUNT))
    clip = [
        np.asarray(
            cv2.warpAffine(steady()[0], move, SIZE, borderMode=cv2.BORDER_REFLECT), np.float32
        )
        for move in moves
    ]
    clip[20], clip[21] = clip[21], clip[20]
    assert list(found(clip)) == (["picture.order-swapped"] if seen else [])


@pytest.mark.parametrize("count", [1, 3])
def test_dropped_frames_are_found_and_counted(count: int) -> None:
    clip = steady()
    del clip[19 : 19 + count]
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.dropped"
    assert breach.frames == (18, 19)
    assert ("a frame is" if count == 1 else f"{count} frames are") in breach.message


def test_a_cut_is_found_and_no_dropped_frame() -> None:
    ((id_, (breach,)),) = found(steady()[:18] + steady(8)[:18]).items()
    assert id_ == "picture.cut"
    assert breach.frames == (17, 18)


def test_a_cut_from_a_picture_that_stands_is_found() -> None:
    """Behind a hold a step is large because motion was held up, but not as large as that."""
    clip = steady()[:14] + [steady()[13]] * 8 + steady(8)[:14]
    assert (21, 22) in [breach.frames for breach in found(clip)["picture.cut"]]
    held_up = steady()[:14] + [steady()[13]] * 4 + steady()[18:]
    assert "picture.cut" not in found(held_up)


def test_a_step_of_light_is_told_from_a_cut() -> None:
    clip = steady()
    ((_, (breach,)),) = found(clip[:15] + [exposed(p, -0.5) for p in clip[15:]]).items()
    assert "light steps by -0.5" in breach.message


def test_a_black_frame_is_black_and_nothing_else() -> None:
    clip = steady()
    clip[17] = clip[17] * 0
    dark = {17: {"luma": 0.0, "luma_peak": 0.0}}
    shot = sequence(COUNT, first=0, motion=motion_of(clip), change=dark)
    assert [id_ for id_ in ("picture.black", *IDS) if breaches(id_, shot)] == ["picture.black"]


def test_a_repeat_under_grain_is_found_and_no_drop_behind_it() -> None:
    clip = steady()
    clip[22] = clip[21]
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.repeated"
    assert breach.frames == (22,)


def test_a_repeat_is_found_through_coarse_coding(tmp_path: Path) -> None:
    pictures = codes(30)
    pictures[14] = pictures[13]
    clip = measure_movie(movie_file(tmp_path / "coarse.mp4", pictures, crf=20))
    (breach,) = breaches("picture.repeated", clip)
    assert breach.frames == (14,)


def test_frames_carry_the_numbers_of_their_files() -> None:
    clip = steady()
    clip[17] = steady(8)[0]
    (breach,) = breaches("picture.odd-frame", sequence(COUNT, motion=motion_of(clip)))
    assert breach.frames == (1018,)


def mirrored_from(frame: int) -> list[np.ndarray]:
    """A cut to another picture of the same light."""
    return [*steady()[:frame], *(np.ascontiguousarray(p[:, ::-1]) for p in steady()[frame:])]


def test_limits_decide() -> None:
    clip = steady()
    del clip[19]
    assert found(clip, Limits(rhythm=RhythmLimits(jump=50, reach=100))) == {}
    assert list(found(mirrored_from(18), Limits(rhythm=RhythmLimits(cut=50)))) == [
        "picture.dropped"
    ]


def test_a_leap_to_where_motion_leads_in_a_few_frames_is_no_cut() -> None:
    clip = steady()
    del clip[19:23]
    everything = Limits(rhythm=RhythmLimits(cut=1.5))
    assert list(found(clip, everything)) == ["picture.dropped"]
    assert list(found(mirrored_from(19), everything)) == ["picture.cut"]


@pytest.mark.parametrize("count", [2, 3, 5, 8, 9, 13])
def test_clips_of_a_few_frames_are_judged(count: int) -> None:
    assert found(steady()[:count]) == {}


def test_steps_of_a_report_older_than_these_figures_are_judged() -> None:
    old = tuple(Step.model_validate({"tone": [1.0, 1.9, 2.7]}) for _ in range(20))
    clip = movie(20, motion=Motion(frames=20, steps=old))
    assert [breach for id_ in IDS for breach in breaches(id_, clip)] == []


def moved(places: np.ndarray, down: np.ndarray | None = None) -> list[np.ndarray]:
    """A still, soft picture under a camera at these places, in pixels to the right, and down."""
    first = cv2.GaussianBlur(steady()[0], (0, 0), 1.2)
    views = (np.array([[1, 0, x], [0, 1, y]], np.float32)
             for x, y in zip(places, places / 3 if down is None else down, strict=True))  # fmt: skip
    return [
        np.asarray(cv2.warpAffine(first, view, SIZE, borderMode=cv2.BORDER_REFLECT), np.float32)
        for view in views
    ]


def test_a_camera_that_turns_around_repeats_nothing() -> None:
    assert found(moved(9 * np.cos(np.arange(48) / 7 + 0.51))) == {}


def test_a_camera_that_shakes_neither_repeats_nor_exchanges() -> None:
    shaken = np.random.default_rng(4).standard_normal((2, 60))
    told = found(moved(*shaken))
    assert not {"picture.order-swapped", "picture.repeated"} & set(told)


@pytest.mark.parametrize("pace", [0.8, 4.5])
def test_frames_exchanged_over_others_are_these_and_no_neighbours(pace: float) -> None:
    clip = moved(pace * np.arange(60))
    clip[20], clip[23] = clip[23], clip[20]
    (breach,) = found(clip)["picture.order-swapped"]
    assert breach.frames == (20, 23)


def test_a_frame_missing_from_motion_by_hand_is_a_leap() -> None:
    frames = np.arange(72)
    path = 9 * np.sin(frames / 6) + 3 * np.sin(frames / 3.3) + 0.4 * frames
    assert found(moved(path)) == {}
    (breach,) = found(moved(np.delete(path, [38, 39])))["picture.dropped"]
    assert breach.frames == (37, 38)


def test_a_frame_missing_from_a_slow_steady_pan_is_found() -> None:
    path = 0.2 * np.arange(60)
    (breach,) = found(moved(np.delete(path, 30)))["picture.dropped"]
    assert breach.frames == (29, 30)
    lax = Limits(rhythm=RhythmLimits(steady=1, lone=1, reach=100))
    assert found(moved(np.delete(path, 30)), lax) == {}


def fast(foreign: int | None, apart: float = 8.4) -> Motion:
    """Fast motion, in which pictures two apart differ by four fifths of what a foreign one differs by from any."""

    def tone(frame: int, lag: int) -> float:
        if foreign is not None and foreign in (frame, frame - lag):
            return apart
        return float(4.2 * lag**0.67)

    steps = (Step(tone=tuple(tone(frame, lag) for lag in range(1, 9))) for frame in range(48))
    return Motion(frames=48, steps=tuple(steps))


def test_a_foreign_frame_in_fast_motion_is_found() -> None:
    clean = movie(48, motion=fast(None))
    assert breaches("picture.odd-frame", clean) == []
    (breach,) = breaches("picture.odd-frame", movie(48, motion=fast(20)))
    assert breach.frames == (20,)


def danced(busy: float) -> Motion:
    """A figure that moves quicker and slower by turns, with three frames missing at 40, where its limbs change by `busy`."""
    paces = [1 + 0.3 * np.sin(0.7 * n) + (3.0 if n == 40 else 0.0) for n in range(72)]
    path = np.cumsum(paces)
    steps = [
        Step(
            tone=tuple(float(path[n] - path[n - lag]) ** 0.6 for lag in range(1, 9) if lag <= n)
            or (1.0,),
            excess=0.05 if n % 2 == 0 else 0.0,
            excess_peak=2.2 if n % 2 == 0 else 0.0,
            busy=busy if n == 40 else 5.0 + 2.0 * np.sin(0.7 * n),
            speed=0.003 * paces[n],
        )
        for n in range(72)
    ]
    return Motion(frames=72, steps=tuple(steps))


@pytest.mark.parametrize(("busy", "frames"), [(12.0, [(39, 40)]), (7.5, [])])
def test_frames_missing_from_a_dance_show_in_its_limbs(
    busy: float, frames: list[tuple[int, ...]]
) -> None:
    dropped = breaches("picture.dropped", movie(72, motion=danced(busy)))
    assert [breach.frames for breach in dropped] == frames


@pytest.mark.parametrize("hold", [2, 3])
def test_a_frame_missing_from_animation_that_holds_its_pictures_is_found(hold: int) -> None:
    shown = [picture for picture in steady()[:30] for _ in range(hold)]
    del shown[10 * hold]
    told = found(shown)
    ((breach,),) = told.values()
    last = 11 * hold - 2
    assert (list(told), breach.frames) == (["picture.dropped"], (last, last + 1))
    assert f"stands for {hold - 1}, and all others for {hold}" in breach.message


def test_animation_on_ones_and_twos_lacks_nothing() -> None:
    ones, twos = steady()[:20], [picture for picture in steady()[20:32] for _ in range(2)]
    assert found([*ones, *twos]) == {}


def shaken(floor: float, *, exchanged: bool) -> Motion:
    """A camera that turns quicker and slower, seen through `floor` of noise; by its vectors frames 30 and 31 are exchanged."""
    places = [3.0 * n + 2.0 * math.sin(n / 3) for n in range(60)]
    seen = list(range(60))
    if exchanged:
        seen[30], seen[31] = 31, 30
    by_vectors = list(range(60))
    by_vectors[30], by_vectors[31] = 31, 30

    def step(n: int) -> Step:
        tone = tuple(
            math.hypot(floor, places[seen[n]] - places[seen[n - lag]])
            for lag in range(1, min(n, 8) + 1)
        )
        flow = (places[by_vectors[n]] - places[by_vectors[n - 1]]) / 300 if n else 0.0
        return Step(tone=tone or (1.0,), flow=(flow, 0.0), speed=abs(flow))

    return Motion(frames=60, steps=tuple(step(n) for n in range(60)))


@pytest.mark.parametrize(("exchanged", "frames"), [(True, [(30, 31)]), (False, [])])
def test_motion_that_seems_to_go_back_exchanges_only_what_comes_nearer(
    exchanged: bool, frames: list[tuple[int, int]]
) -> None:
    """Vectors of what is small and fast point anywhere; pictures that were exchanged are nearer when they change places."""
    swaps = breaches("picture.order-swapped", movie(60, motion=shaken(9.0, exchanged=exchanged)))
    assert [breach.frames for breach in swaps] == frames


def test_bars_that_come_are_no_cut() -> None:
    bare, barred = (
        FrameLook(bars=Bars(widths=(0, high, 0, high), lit=(1.0, 1.0, 1.0, 1.0)))
        for high in (0, 90)
    )
    clip = movie(COUNT, motion=motion_of(steady()[:18] + steady(8)[:22]))
    looks = [
        frame.model_copy(update={"look": barred if frame.number >= 18 else bare})
        for frame in clip.frames
    ]
    assert breaches("picture.cut", clip)
    assert breaches("picture.cut", clip.model_copy(update={"frames": tuple(looks)})) == []
