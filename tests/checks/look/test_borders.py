"""Bars and stray lines, judged on records."""

from typing import Any

import pytest

from answerprint.measured.clips import MovieMeasures
from answerprint.measured.look import Bars, EdgeLine, FrameLook
from tests.checks.subjects import breaches, movie

PLAIN = FrameLook(bars=Bars(widths=(0, 0, 0, 0), lit=(0, 0, 0, 0)))


def clip(change: dict[int, dict[str, Any]] | None = None, **all_: Any) -> MovieMeasures:
    made = movie(24)
    looks = [PLAIN.model_copy(update=all_ | (change or {}).get(n, {})) for n in range(24)]
    frames = (f.model_copy(update={"look": x}) for f, x in zip(made.frames, looks, strict=True))
    return made.model_copy(update={"frames": tuple(frames)})


def bars(*widths: int, lit: float = 1.0) -> Bars:
    left, top, right, bottom = widths
    return Bars(
        widths=(left, top, right, bottom),
        lit=tuple(lit if w else 0.0 for w in widths),
    )


@pytest.mark.parametrize("id_", ["picture.bars", "picture.bars-change", "picture.edge-line"])
def test_an_ordinary_clip_passes(id_: str) -> None:
    assert breaches(id_, clip()) == []


def test_bars_are_told_with_the_box_they_leave() -> None:
    (found,) = breaches("picture.bars", clip(bars=bars(0, 80, 0, 82)))
    assert found.measured == 82
    assert "1280x558 at x 0, y 80" in found.message


def test_bars_through_a_dark_scene_are_bars() -> None:
    dark = {n: {"bars": bars(0, 200, 0, 180, lit=0.1)} for n in range(12)}
    (found,) = breaches("picture.bars", clip(change=dark, bars=bars(0, 80, 0, 80)))
    assert found.measured == 80
    assert breaches("picture.bars-change", clip(change=dark, bars=bars(0, 80, 0, 80))) == []


def test_the_second_bar_of_a_pair_needs_no_straight_edge() -> None:
    night = Bars(widths=(0, 120, 0, 80), lit=(0.0, 0.2, 0.0, 1.0))
    (found,) = breaches("picture.bars", clip(bars=night))
    assert "80 pixels at the top and 80 pixels at the bottom" in found.message


def test_night_and_an_opening_door_are_no_bars() -> None:
    assert breaches("picture.bars", clip(bars=bars(0, 300, 0, 0, lit=0.1))) == []
    door = {n: {"bars": bars(20 * n, 0, 0, 0)} for n in range(24)}
    assert breaches("picture.bars", clip(change=door)) == []
    assert breaches("picture.bars-change", clip(change=door)) == []


def test_bars_that_come_are_told_with_the_frame() -> None:
    late = {n: {"bars": bars(0, 60, 0, 60)} for n in range(10, 24)}
    (found,) = breaches("picture.bars-change", clip(change=late))
    assert found.frames == (10,)
    assert "60 and 60 from frame 10" in found.message
    assert breaches("picture.bars", clip(change=late)) == []
    wider = {n: {"bars": bars(90, 0, 90, 0)} for n in range(10, 14)}
    (found,) = breaches("picture.bars-change", clip(change=wider, bars=bars(60, 0, 60, 0)))
    assert found.frames == (10, 14)


def test_a_width_of_one_frame_is_none() -> None:
    coming = {10: {"bars": bars(0, 60, 0, 66)}} | {
        n: {"bars": bars(0, 66, 0, 66)} for n in range(11, 24)
    }
    (found,) = breaches("picture.bars-change", clip(change=coming))
    assert found.frames == (10,)
    assert "0 and 0 from frame 0, then 66 and 66 from frame 10 (pixels)" in found.message
    blip = {10: {"bars": bars(0, 60, 0, 60)}}
    assert breaches("picture.bars-change", clip(change=blip)) == []
    unsure = {10: {"bars": bars(0, 60, 0, 60)}, 11: {"bars": bars(0, 80, 0, 80)}}
    assert breaches("picture.bars-change", clip(change=unsure)) == []
    late = {23: {"bars": bars(0, 60, 0, 60)}}
    assert breaches("picture.bars-change", clip(change=late))


def line(**changes: Any) -> EdgeLine:
    plain = {"side": "right", "width": 2, "step": 60.0, "inside": 2.0, "share": 1.0, "channel": "Y"}
    return EdgeLine.model_validate(plain | changes)


def test_a_line_at_the_edge_is_told_by_side() -> None:
    (found,) = breaches("picture.edge-line", clip(lines=(line(),)))
    assert len(found.frames) == 24
    assert found.channel == "Y"
    assert "2 lines at the right" in found.message


@pytest.mark.parametrize("changes", [{"step": 5.0}, {"inside": 20.0}, {"share": 0.4}])
def test_edges_of_the_picture_are_no_lines(changes: dict[str, Any]) -> None:
    assert breaches("picture.edge-line", clip(lines=(line(**changes),))) == []
