"""How pictures look, judged on records."""

from typing import Any

import pytest

from answerprint.checks.limits import Limits
from answerprint.checks.look.limits import LookLimits
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.look import Banding, BlockEdges, Detail, FrameLook
from answerprint.measured.motion import Motion, Step
from tests.checks.subjects import breaches, movie, sequence

PLAIN = FrameLook(
    detail=Detail(fine=2.0, coarse=10.0),
    blocks=(BlockEdges(size=8, phase=0, edge=0.5, inside=0.4, next=0.45),) * 2,
    banding=Banding(shares=(0.0, 0.001, 0.0, 0.0, 0.0), at=(0, 0)),
)


def clip(
    count: int = 24, change: dict[int, dict[str, Any]] | None = None, **all_: Any
) -> MovieMeasures:
    made = movie(count)
    looks = [PLAIN.model_copy(update=all_ | (change or {}).get(n, {})) for n in range(count)]
    frames = (f.model_copy(update={"look": x}) for f, x in zip(made.frames, looks, strict=True))
    return made.model_copy(update={"frames": tuple(frames)})


@pytest.mark.parametrize("id_", ["picture.banding", "picture.blocky", "picture.blurred"])
def test_an_ordinary_clip_passes(id_: str) -> None:
    assert breaches(id_, clip()) == []


def test_banding_names_the_frames_and_the_place() -> None:
    steps = Banding(shares=(0.0, 0.02, 0.2, 0.0, 0.0), at=(40, 300))
    (found,) = breaches(
        "picture.banding", clip(change={5: {"banding": steps}, 6: {"banding": steps}})
    )
    assert found.frames == (5, 6)
    assert found.measured == pytest.approx(0.22)
    assert "x 40, y 300" in found.message


@pytest.mark.parametrize(
    ("steps", "frames", "count"),
    [
        ((0, 0, 0.02, 0, 0), 24, 1),
        ((0, 0, 0.02, 0, 0), 6, 0),
        ((0, 0.02, 0, 0, 0), 24, 0),
        ((0.08, 0, 0, 0, 0), 24, 1),
        ((0.08, 0, 0, 0, 0), 6, 0),
    ],
    ids=["coarse", "of-some-frames", "finer", "finest", "finest-of-some-frames"],
)
def test_few_steps_count_where_they_are_coarse_and_last_and_the_finest_where_they_last(
    steps: tuple[float, ...], frames: int, count: int
) -> None:
    some = {n: {"banding": Banding(shares=steps, at=(0, 0))} for n in range(frames)}
    assert len(breaches("picture.banding", clip(change=some))) == count


def test_which_steps_are_bands_is_a_limit() -> None:
    fine = Banding(shares=(0.3, 0.0, 0.0, 0.0, 0.0), at=(0, 0))
    assert breaches("picture.banding", clip(banding=fine))
    coarse = Limits(look=LookLimits(banding_step=1.5))
    assert breaches("picture.banding", clip(banding=fine), limits=coarse) == []


def test_blocks_need_both_axes_and_one_phase() -> None:
    edges = BlockEdges(size=8, phase=3, edge=2.0, inside=0.4, next=0.5)
    (found,) = breaches("picture.blocky", clip(change={7: {"blocks": (edges, edges)}}))
    assert found.frames == (7,)
    assert "8x8" in found.message
    assert "x 3, y 3" in found.message
    flat = BlockEdges(size=8, phase=3, edge=0.5, inside=0.4, next=0.45)
    board = edges.model_copy(update={"next": 2.0})
    for both in ((edges, flat), (board, board)):
        assert breaches("picture.blocky", clip(blocks=both)) == []


def test_a_soft_frame_among_sharp_ones_is_found() -> None:
    soft = {"detail": Detail(fine=0.6, coarse=9.0)}
    (found,) = breaches("picture.blurred", clip(change={9: soft, 10: soft}))
    assert found.frames == (9, 10)


@pytest.mark.parametrize(("fine", "count"), [(0.85, 1), (1.3, 0)])
def test_a_frame_that_lost_contrast_with_its_detail_is_found(fine: float, count: int) -> None:
    soft = {"detail": Detail(fine=fine, coarse=6.0)}
    sharp = Detail(fine=2.0, coarse=9.5)
    assert len(breaches("picture.blurred", clip(change={9: soft}, detail=sharp))) == count


def test_a_dark_frame_is_as_sharp_as_the_others() -> None:
    dark = {"detail": Detail(fine=0.8, coarse=4.0)}
    assert breaches("picture.blurred", clip(change={9: dark}, detail=Detail(fine=2.0, coarse=10))) == []  # fmt: skip


def test_a_soft_clip_and_a_slow_focus_are_no_defects() -> None:
    assert breaches("picture.blurred", clip(detail=Detail(fine=0.3, coarse=9.0))) == []
    pull = {n: {"detail": Detail(fine=2.0 * 0.85 ** abs(n - 12), coarse=10.0)} for n in range(24)}
    assert breaches("picture.blurred", clip(change=pull)) == []
    fades = {n: {"detail": Detail(fine=0.02 * n, coarse=0.1 * n)} for n in range(24)}
    assert breaches("picture.blurred", clip(change=fades)) == []


@pytest.mark.parametrize(
    ("pace", "jerk", "frames"), [(0.004, 0.012, []), (0.0004, 0.0012, [9]), (0.012, 0.012, [9])]
)
def test_a_jerk_of_the_camera_excuses_the_frames_at_it(
    pace: float, jerk: float, frames: list[int]
) -> None:
    steps = tuple(Step(tone=(1.0,), flow=(jerk if at == 10 else pace, 0.0)) for at in range(24))
    soft = clip(change={9: {"detail": Detail(fine=0.6, coarse=9.0)}})
    moved = soft.model_copy(update={"motion": Motion(frames=24, steps=steps)})
    assert [n for breach in breaches("picture.blurred", moved) for n in breach.frames] == frames


def test_grain_that_a_codec_keeps_in_every_other_frame_is_no_blur() -> None:
    grain = {n: {"detail": Detail(fine=1.6 - 0.8 * (n % 2), coarse=9.0)} for n in range(24)}
    assert breaches("picture.blurred", clip(change=grain)) == []
    grain[11] = {"detail": Detail(fine=0.4, coarse=9.0)}
    (found,) = breaches("picture.blurred", clip(change=grain))
    assert found.frames == (11,)


def test_old_reports_have_no_look() -> None:
    with pytest.raises(AssertionError, match="the look of no frame was measured"):
        breaches("picture.blocky", movie())
    with pytest.raises(AssertionError, match="the look of no frame was measured"):
        breaches("picture.banding", sequence())
