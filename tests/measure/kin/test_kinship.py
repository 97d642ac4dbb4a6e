"""Clips beside real footage that they were made from: reframed, edited, gone on from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import answerprint as ap
from answerprint.checks.catalogue import CHECKS, find_check
from answerprint.checks.check import Breach, Subject
from answerprint.color.tags import resolved
from answerprint.measure.kept import Kept, kin_kept
from answerprint.measure.kin.footage import relations_of
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.movies import Thumbnailer
from answerprint.measured.clips import Measurements, MovieMeasures
from answerprint.measured.frames import FrameLevels
from answerprint.measured.kinship import Kin
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from answerprint.order import Order
from answerprint.rehearsal.scenery.scene import Scene, render
from answerprint.report import Severity
from tests.checks.blinded import blinded
from tests.made import exr, folder, frames, movie, picture

SIZE = (160, 96)
COUNT = 48
SHORT = 20
"""Frames that are enough to place a source."""

Pictures = list[Any]


def shown(seed: int, count: int) -> Pictures:
    """8-bit pictures of a moving scene without grain, which pictures this small would be full of."""
    lights = (render(Scene(seed, SIZE, 48, grain=0), number) for number in range(count))
    return [(np.clip(light, 0, 1) ** (1 / 2.4) * 255).astype(np.uint8) for light in lights]


@pytest.fixture(scope="module")
def shot() -> Pictures:
    return shown(3, COUNT)


def found(clip: Path, order: Mapping[str, Any]) -> tuple[dict[str, Breach], Measurements]:
    """What the checks of footage find in a movie by their ids, and the measurements they judge."""
    asked, facts = Order.parse(dict(order)), probe(clip)
    thumbnail = Thumbnailer(resolved(facts.color, facts.size, facts.pixel_format))
    kept, meter = Kept(asked), MotionMeter()
    for number, frame in enumerate(read_frames(clip, Reading())):
        small = thumbnail(*component_planes(frame.picture))
        kept.add(number, small)
        meter.add(small)
    levels = tuple(FrameLevels(number=n, luma=0.2) for n in range(len(kept.kin.numbers)))
    shown = MovieMeasures(place=str(clip), facts=facts, frames=levels, motion=meter.result())
    measured = Measurements(movie=shown, kin=kin_kept(kept, shown))
    subject = Subject(asked, measured)
    own = [check for check in CHECKS if check.family in ("reframe", "edit", "extension")]
    judged = {
        c.id: breach for c in own if not c.lacks(subject) for breach in c.judge(blinded(subject, c))
    }
    return judged, measured


def kin_of(measured: Measurements) -> Kin:
    (kin,) = measured.kin
    return kin


def shifted(shot: Pictures, by: int) -> Pictures:
    return [np.roll(each, by, axis=1) for each in shot]


def middle(shot: Pictures) -> Pictures:
    """The middle of a shot, as high as it is."""
    return [np.ascontiguousarray(each[:, 40:120]) for each in shot]


def reframed(tmp_path: Path, source: Pictures, clip: Pictures, **order: Any) -> Any:
    movie(tmp_path / "source.mp4", source[:SHORT])
    movie(tmp_path / "clip.mp4", clip[:SHORT])
    asked = {"source": str(tmp_path / "source.mp4"), "reframe": order}
    return found(tmp_path / "clip.mp4", asked)


def test_a_reframe_that_keeps_its_source_is_clean(tmp_path: Path, shot: Pictures) -> None:
    findings, measured = reframed(tmp_path, middle(shot), shot)
    assert findings == {}
    kept = kin_of(measured).reframed
    assert kept is not None
    assert kept.ordered == (0.25, 0.0, 0.5, 1.0)
    assert kept.structure > 0.95
    assert {border.side for border in kept.borders} == {"left", "right"}


def test_a_source_beside_its_place_is_found_where_it_lies(tmp_path: Path, shot: Pictures) -> None:
    findings, measured = reframed(tmp_path, middle(shot), shifted(shot, 8))
    assert "reframe.misplaced" in findings
    kept = kin_of(measured).reframed
    assert kept is not None
    assert kept.places[0].box == pytest.approx((0.30, 0.0, 0.5, 1.0), abs=0.004)


def test_a_position_that_was_ordered_is_the_place(tmp_path: Path, shot: Pictures) -> None:
    place = {"x": 0.3, "y": 0.0, "width": 0.5, "height": 1.0}
    findings, _ = reframed(tmp_path, middle(shot), shifted(shot, 8), position=place)
    assert "reframe.misplaced" not in findings


def test_a_source_that_comes_late_is_told_by_its_frames(tmp_path: Path, shot: Pictures) -> None:
    findings, _ = reframed(tmp_path, middle(shot), [shot[0]] * 3 + shot[:-3])
    assert set(findings) == {"reframe.slip"}
    assert findings["reframe.slip"].measured == 3


def test_another_source_is_not_found(tmp_path: Path, shot: Pictures) -> None:
    other = [np.ascontiguousarray(each[::-1, ::-1]) for each in middle(shot)]
    findings, _ = reframed(tmp_path, other, shot)
    assert set(findings) == {"reframe.differs"}


def test_a_line_along_the_border_is_seen(tmp_path: Path, shot: Pictures) -> None:
    lined = [each.copy() for each in shot]
    for each in lined:
        each[:, 39:41] = each[:, 39:41] // 2
    findings, _ = reframed(tmp_path, middle(shot), lined)
    assert "left border" in findings["reframe.border"].message


def test_new_light_that_flickers_is_seen(tmp_path: Path, shot: Pictures) -> None:
    flickering = [each.copy() for each in shot]
    for each in flickering[::2]:
        each[:, :40] = np.clip(each[:, :40] * 1.2, 0, 255)
        each[:, 120:] = np.clip(each[:, 120:] * 1.2, 0, 255)
    findings, _ = reframed(tmp_path, middle(shot), flickering)
    assert findings["reframe.border"].unit == "stops"


def test_a_source_of_exr_frames_is_measured(tmp_path: Path) -> None:
    source = folder(tmp_path / "source", (exr(picture(n)) for n in range(12)))
    clip = folder(tmp_path / "clip", frames(12))
    order = ap.Order.parse({"source": str(source), "reframe": {}, "hdr": True})
    (report,) = ap.check(clip, order=order, only=("reframe", "order"))
    assert report.findings == ()
    assert kin_of(report.measurements).frames == 12
    assert sum(outcome.status == "passed" for outcome in report.outcomes) == 4


def test_what_lies_elsewhere_is_skipped_with_the_reason(tmp_path: Path, shot: Pictures) -> None:
    movie(tmp_path / "clip.mp4", shot[:4])
    several = tmp_path / "several"
    for name in ("one", "two"):
        folder(several / name, [b""])
    for source in ("https://example.com/wide.mp4", str(tmp_path / "gone.mp4"), str(several)):
        order = {"source": source, "reframe": {}}
        findings, measured = found(tmp_path / "clip.mp4", order)
        assert findings == {}
        assert kin_of(measured).skipped
        slip = find_check("reframe.slip")
        assert slip is not None
        lacks = slip.lacks(Subject(Order.parse(order), measured))
        assert lacks is not None
        assert "order that names the file" in lacks


def restyled(shot: Pictures) -> Pictures:
    """The same shot in other colors and tones."""
    return [cv2.bilateralFilter(each[..., ::-1].copy(), 5, 50, 5) // 4 * 3 for each in shot]


def hand_held(shot: Pictures) -> Pictures:
    """A shot with a course of motion of its own."""
    random = np.random.default_rng(2)
    way = np.cumsum(random.normal(0, 2.5, len(shot)))
    size = (SIZE[0] // 2, SIZE[1])
    return [
        np.ascontiguousarray(
            cv2.warpAffine(shot[0], np.array([[1, 0, -40 + x], [0, 1, 0]], np.float32), size)
        )
        for x in np.clip(way, -38, 38)
    ]


def edited(tmp_path: Path, source: Pictures, clip: Pictures, **order: Any) -> Any:
    movie(tmp_path / "source.mp4", source)
    movie(tmp_path / "clip.mp4", clip)
    return found(tmp_path / "clip.mp4", {"source": str(tmp_path / "source.mp4"), **order})


def test_an_edit_that_keeps_its_timing_is_clean(tmp_path: Path, shot: Pictures) -> None:
    source = hand_held(shot)
    findings, measured = edited(tmp_path, source, restyled(source), edit={"strength": "flex_1"})
    assert findings == {}
    kept = kin_of(measured).edited
    assert kept is not None
    assert kept.structure is not None
    assert kept.structure > 0.5


def test_an_edit_that_is_late_is_told_by_its_frames(tmp_path: Path, shot: Pictures) -> None:
    source = hand_held(shot)
    late = restyled(source)
    findings, _ = edited(tmp_path, source, [late[0]] * 3 + late[:-3])
    assert set(findings) == {"edit.motion"}
    assert findings["edit.motion"].measured == 3


def test_an_edit_that_lacks_frames_is_told(tmp_path: Path, shot: Pictures) -> None:
    source = hand_held(shot)
    findings, _ = edited(tmp_path, source, restyled(source)[:-2])
    assert findings["edit.count"].measured == COUNT - 2


def test_an_edit_that_is_its_source_is_no_new_picture(tmp_path: Path, shot: Pictures) -> None:
    source = hand_held(shot)
    findings, _ = edited(tmp_path, source, source, edit={"strength": "reimagine_2"})
    assert findings["edit.motion"].severity is Severity.INFO


def extended(tmp_path: Path, before: Pictures, clip: Pictures, *, backward: bool = False) -> Any:
    movie(tmp_path / "before.mp4", before)
    movie(tmp_path / "clip.mp4", clip)
    end = "last" if backward else "first"
    return found(tmp_path / "clip.mp4", {"anchors": {end: str(tmp_path / "before.mp4")}})


def test_a_clip_that_goes_on_is_clean_at_either_end(tmp_path: Path, shot: Pictures) -> None:
    findings, measured = extended(tmp_path, shot[:24], shot[24:])
    assert findings == {}
    assert kin_of(measured).joined is not None
    findings, _ = extended(tmp_path, shot[24:], shot[:24], backward=True)
    assert findings == {}


def test_a_clip_that_holds_what_it_extends_joins_inside(tmp_path: Path, shot: Pictures) -> None:
    findings, measured = extended(tmp_path, shot[:24], shot)
    joined = kin_of(measured).joined
    assert joined is not None
    assert joined.contained
    assert findings == {}


def test_frames_that_are_there_twice_are_counted(tmp_path: Path, shot: Pictures) -> None:
    findings, _ = extended(tmp_path, shot[:24], shot[22:])
    assert findings["extension.join"].measured == 2
    assert findings["extension.join"].frames == (0, 1)


def test_light_that_pops_at_the_join_is_told(tmp_path: Path, shot: Pictures) -> None:
    brighter = [np.clip(each * 1.03, 0, 255).astype(np.uint8) for each in shot[24:]]
    findings, _ = extended(tmp_path, shot[:24], brighter)
    assert "stops" in findings["extension.join"].message


def test_a_clip_of_something_else_is_told(tmp_path: Path, shot: Pictures) -> None:
    other = [np.ascontiguousarray(each[::-1]) for each in shown(5, 24)]
    findings, _ = extended(tmp_path, shot[:24], other)
    assert set(findings) == {"extension.not-its-clip"}


def test_pictures_are_no_footage(tmp_path: Path) -> None:
    still = tmp_path / "first.png"
    cv2.imwrite(str(still), np.zeros((8, 8, 3), np.uint8))
    order = Order.parse({"anchors": {"first": str(still), "last": "generation:42"}})
    (relation,) = relations_of(order)
    assert relation.role == "led-up-to"
    assert not relation.lies_here
