"""Samples that no picture holds."""

from typing import Any

import pytest

from answerprint.checks.check import Subject
from answerprint.checks.exr import damage
from answerprint.checks.limits import Limits, PixelLimits
from answerprint.measured.clips import Measurements
from answerprint.measured.frames import ChannelLevels, Outliers
from answerprint.measured.motion import Motion, Step
from answerprint.measured.pins import Pin
from answerprint.measured.samples import Patch, SampleFigures
from answerprint.order import Order
from answerprint.report import Severity
from tests.checks.subjects import breaches, frame, movie, sequence


def levels(**changes: Any) -> dict[str, Any]:
    plain = ChannelLevels(minimum=0.0, maximum=1.0, mean=0.2)
    return {"channels": {"B": plain, "G": plain.model_copy(update=changes), "R": plain}}


@pytest.mark.parametrize(("id_", "field"), [("pixels.nan", "nan"), ("pixels.infinite", "infinite")])
def test_one_pixel_is_enough(id_: str, field: str) -> None:
    assert breaches(id_, sequence()) == []
    (found,) = breaches(
        id_, sequence(change={1003: levels(**{field: 1}), 1009: levels(**{field: 7})})
    )
    assert (found.frames, found.channel, found.measured) == ((1003, 1009), "G", 7)


def test_the_place_of_bad_samples_is_told() -> None:
    patch = Patch(
        channel="G", fault="nan", count=7, regions=2, box=(10, 20, 30, 24), first=(12, 20)
    )
    hurt = {1003: levels(nan=7) | {"samples": SampleFigures(patches=(patch,))}}
    (found,) = breaches("pixels.nan", sequence(change=hurt))
    assert "2 spots, the first at x 12, y 20; all within x 10 to 30, y 20 to 24" in found.message


def test_light_cut_off_at_the_top_is_named() -> None:
    assert breaches("pixels.overflow", sequence(change={1003: levels(overflow=3, plateau=3)})) == []
    (found,) = breaches(
        "pixels.overflow", sequence(change={1003: levels(overflow=500, plateau=500)})
    )
    assert (found.frames, found.channel) == ((1003,), "G")
    assert "65504" in found.message
    (found,) = breaches("pixels.overflow", sequence(change={1003: levels(plateau=500)}))
    assert "one value of 1024 or more" in found.message


def test_a_picture_of_denormals_is_named_and_dwa_on_black_is_not() -> None:
    assert breaches("pixels.denormal", sequence(change={1003: levels(denormal=640_000)})) == []
    (found,) = breaches("pixels.denormal", sequence(change={1003: levels(denormal=900_000)}))
    assert (found.frames, found.channel) == ((1003,), "G")


def test_negatives_that_dwa_explains_pass() -> None:
    dwa = levels(minimum=-4e-5, negative=(60_000, 0, 0, 0, 0))
    assert breaches("pixels.negative", sequence(change={1003: dwa})) == []


def test_negatives_beyond_dwa_are_named() -> None:
    deep = levels(minimum=-0.5, negative=(900, 900, 900, 900, 500))
    (found,) = breaches("pixels.negative", sequence(change={1003: deep}))
    assert (found.frames, found.channel) == ((1003,), "G")
    assert (
        breaches("pixels.negative", sequence(change={1003: levels(negative=(90, 90, 90, 0, 0))}))
        == []
    )


def test_the_floor_of_negatives_is_a_limit() -> None:
    some = levels(negative=(900, 900, 900, 900, 0))
    lax = Limits(pixels=PixelLimits(negative_floor=-0.1))
    assert breaches("pixels.negative", sequence(change={1003: some}), limits=lax) == []


def test_damage_is_placed() -> None:
    assert breaches("pixels.damage", sequence()) == []
    (found,) = breaches(
        "pixels.damage", sequence(change={1077: {"outliers": Outliers(count=60, at=(40, 512))}})
    )
    assert found.frames == (1077,)
    assert "x 40, y 512" in found.message


def test_glitter_is_no_damage() -> None:
    glitter = {
        number: {"outliers": Outliers(count=30 + number % 7)} for number in range(1001, 1121)
    }
    assert breaches("pixels.damage", sequence(change=glitter)) == []
    hurt = glitter | {1077: {"outliers": Outliers(count=900)}}
    (found,) = breaches("pixels.damage", sequence(change=hurt))
    assert found.frames == (1077,)


def test_garbage_of_the_right_average_is_damage() -> None:
    rough = {number: {"outliers": Outliers(rough=number % 4)} for number in range(1001, 1121)}
    assert breaches("pixels.damage", sequence(change=rough)) == []
    hurt = rough | {1077: {"outliers": Outliers(rough=14, at=(8, 16))}}
    (found,) = breaches("pixels.damage", sequence(change=hurt))
    assert (found.measured, found.limit, found.frames) == (14, 9, (1077,))
    assert found.unit == "tiles of 16x16 pixels"


def test_one_damaged_block_counts_in_a_calm_clip_only() -> None:
    block = {1077: {"outliers": Outliers(count=4, at=(8, 8))}}
    (found,) = breaches("pixels.damage", sequence(change=block))
    assert (found.frames, found.limit) == ((1077,), 3)
    lively = block | {1030: {"outliers": Outliers(count=2)}}
    assert breaches("pixels.damage", sequence(change=lively)) == []
    assert breaches("pixels.damage", sequence(24, first=1070, change=block)) == []


def test_two_damaged_frames_do_not_excuse_each_other() -> None:
    hurt = {number: {"outliers": Outliers(count=500)} for number in (1030, 1077)}
    found = breaches("pixels.damage", sequence(change=hurt))
    assert [breach.frames for breach in found] == [(1030,), (1077,)]


def test_a_patch_that_both_neighbours_agree_on_is_suspected() -> None:
    lively = {number: {"outliers": Outliers(patch=number % 3)} for number in range(1001, 1121)}
    assert breaches("pixels.damage", sequence(change=lively)) == []
    hurt = lively | {1077: {"outliers": Outliers(patch=14, patch_at=(64, 400), count=1)}}
    (found,) = breaches("pixels.damage", sequence(change=hurt))
    assert (found.measured, found.limit, found.frames) == (14, 10, (1077,))
    assert found.severity is Severity.WARNING
    assert "x 64, y 400" in found.message
    flits = hurt | {1078: {"outliers": Outliers(patch=12)}}
    assert breaches("pixels.damage", sequence(change=flits)) == []


def test_files_that_cannot_be_opened_are_named() -> None:
    assert breaches("delivery.unreadable-file", sequence()) == []
    (found,) = breaches(
        "delivery.unreadable-file", sequence(), unreadable={"video.mp4": "is no movie"}
    )
    assert found.asset == "video.mp4"


def test_a_movie_that_does_not_decode_clean_is_named() -> None:
    assert breaches("movie.unreadable", movie()) == []
    (fault,) = breaches("movie.unreadable", movie(faults=((17, "a packet cannot be decoded"),)))
    assert fault.frames == (17,)
    hurt = (frame(0, name=""), frame(1, name="", error="decoded with errors"))
    (found,) = breaches("movie.unreadable", movie(2, frames=hurt))
    assert found.frames == (1,)
    (found,) = breaches("movie.unreadable", movie(0))
    assert found.message == "not one frame decodes"


@pytest.mark.parametrize(("pinned", "count"), [(0.97, 0), (0.5, 1)])
def test_a_frame_that_shows_the_picture_it_was_pinned_to_is_not_suspected(
    pinned: float, count: int
) -> None:
    sharper = sequence(change={1077: {"outliers": Outliers(patch=14)}})
    pin = Pin(name="keyframe", picture="a.png", frame=1077, structure=pinned, pinned=pinned)
    subject = Subject(Order(), Measurements(sequence=sharper, pins=(pin,)), Limits())
    assert len(list(damage.damage.judge(subject))) == count


def test_where_motion_leaps_or_the_clip_cuts_the_frames_beside_one_explain_nothing() -> None:
    hurt = {number: {"outliers": Outliers(count=17)} for number in (1030, 1077)}
    steps = [Step(tone=(2.0, 4.0))] * 120
    # The distance of frames 1076 and 1078 stands in the step into the later one.
    steps[77] = Step(tone=(6.0, 10.0))
    jolted = sequence(change=hurt, motion=Motion(frames=120, steps=tuple(steps)))
    (found,) = breaches("pixels.damage", jolted)
    assert found.frames == (1030,)
