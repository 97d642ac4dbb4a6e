"""Where pictures go: arithmetic against worked answers, and pixels that land there."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from answerprint.color.taps import LIGHT, SHARP
from answerprint.deliverables.pictures.framing import (
    CropAspect,
    CropBox,
    CropEdges,
    Geometry,
    Scale,
    Scaling,
    parse_geometry,
)
from answerprint.deliverables.pictures.geometry import Placement, laid, place, whole_size
from answerprint.errors import UsageError
from answerprint.order import Size

HD: Size = (1920, 1080)
ANAMORPHIC = Fraction(16, 15)


def placed(
    picture: Size, granule: Size = (2, 2), pixel_aspect: Fraction = Fraction(1), **asked: Any
) -> Placement:
    return place(parse_geometry(**asked), picture, granule, pixel_aspect)


def test_nothing_asked_leaves_a_picture_as_it_is() -> None:
    made = placed(HD)
    assert made.untouched
    assert not made.notes
    assert made.canvas == HD


@pytest.mark.parametrize("size", [(853, 479), (854, 479), (853, 480), (854, 480)])
@pytest.mark.parametrize("granule", [(1, 1), (2, 1), (2, 2), (4, 4)])
def test_odd_sizes_grow_as_the_encoder_makes_them(size: Size, granule: Size) -> None:
    made = placed(size, granule)
    assert made.canvas == whole_size(size, granule)
    assert not made.resamples


def test_what_grew_is_said() -> None:
    assert placed((853, 480)).notes == ("853x480 became 854x480: the last column or row is repeated",)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "asked", "crop", "scaled", "canvas"),
    [
        (HD, {"crop": "1920x800+0+140"}, (0, 140, 1920, 800), (1920, 800), (1920, 800)),
        (HD, {"crop": "1000x800"}, (460, 140, 1000, 800), (1000, 800), (1000, 800)),
        (HD, {"crop": "2.39:1"}, (0, 138, 1920, 804), (1920, 804), (1920, 804)),
        (HD, {"crop": "9:16"}, (656, 0, 608, 1080), (608, 1080), (608, 1080)),
        (HD, {"crop": "top=140,bottom=140"}, (0, 140, 1920, 800), (1920, 800), (1920, 800)),
        (HD, {"crop": "left=1"}, (1, 0, 1919, 1080), (1919, 1080), (1920, 1080)),
        (HD, {"scale": "1280x720"}, (0, 0, *HD), (1280, 720), (1280, 720)),
        (HD, {"scale": "x720"}, (0, 0, *HD), (1280, 720), (1280, 720)),
        (HD, {"scale": "1000x"}, (0, 0, *HD), (1000, 562), (1000, 562)),
        (HD, {"scale": "50%"}, (0, 0, *HD), (960, 540), (960, 540)),
        (HD, {"scale": "0.25"}, (0, 0, *HD), (480, 270), (480, 270)),
        ((853, 480), {"scale": "0.5"}, (0, 0, 853, 480), (426, 240), (426, 240)),
        ((1918, 802), {"scale": "fit:1280x720"}, (0, 0, 1918, 802), (1280, 536), (1280, 536)),
        ((640, 360), {"scale": "fit:1280x720"}, (0, 0, 640, 360), (640, 360), (640, 360)),
        ((640, 360), {"scale": "enlarge:1280x720"}, (0, 0, 640, 360), (1280, 720), (1280, 720)),
        ((1920, 804), {"scale": "fill:1280x720"}, (245, 0, 1429, 804), (1280, 720), (1280, 720)),
        ((1920, 804), {"scale": "stretch:1280x720"}, (0, 0, 1920, 804), (1280, 720), (1280, 720)),
        ((1920, 800), {"pad": "16:9"}, (0, 0, 1920, 800), (1920, 800), HD),
        ((1920, 800), {"pad": "2048x1080"}, (0, 0, 1920, 800), (1920, 800), (2048, 1080)),
        (HD, {"size": "1080x1080"}, (0, 0, *HD), (1080, 608), (1080, 1080)),
        (HD, {"size": "1080x1080", "fill": True}, (420, 0, 1080, 1080), (1080, 1080), (1080, 1080)),
        ((1920, 800), {"aspect": "16:9"}, (0, 0, 1920, 800), (1920, 800), HD),
        (HD, {"aspect": "2.39:1", "fill": True}, (0, 138, 1920, 804), (1920, 804), (1920, 804)),
        (HD, {"crop": "2.39:1", "size": "1280x720"}, (0, 138, 1920, 803), (1280, 536), (1280, 720)),
    ],
)  # fmt: skip
def test_placements(
    size: Size, asked: dict[str, Any], crop: tuple[int, ...], scaled: Size, canvas: Size
) -> None:
    made = placed(size, **asked)
    assert (made.crop, made.scaled, made.canvas) == (crop, scaled, canvas)


@pytest.mark.parametrize(
    ("asked", "scaled", "canvas", "pixel_aspect"),
    [
        ({}, (720, 576), (720, 576), ANAMORPHIC),
        ({"square": True}, (768, 576), (768, 576), 1),
        ({"scale": "50%"}, (360, 288), (360, 288), ANAMORPHIC),
        ({"scale": "50%", "square": True}, (384, 288), (384, 288), 1),
        ({"scale": "x720"}, (960, 720), (960, 720), 1),
        ({"size": "1280x720"}, (960, 720), (1280, 720), 1),
        ({"pad": "16:9"}, (720, 576), (960, 576), ANAMORPHIC),
        ({"crop": "16:9"}, (720, 432), (720, 432), ANAMORPHIC),
    ],
)
def test_pixels_that_are_not_square(
    asked: dict[str, Any], scaled: Size, canvas: Size, pixel_aspect: Fraction
) -> None:
    made = placed((720, 576), pixel_aspect=ANAMORPHIC, **asked)
    assert (made.scaled, made.canvas, made.pixel_aspect) == (scaled, canvas, pixel_aspect)


def test_all_that_is_done_is_said() -> None:
    made = placed((720, 576), pixel_aspect=ANAMORPHIC, crop="left=8,right=8", size="1280x720")
    assert made.notes == (
        "720x576 was cropped to 704x576 at 8,0",
        "704x576 was scaled to 938x720",
        "pixels of 16:15 became square",
        "938x720 was padded to 1280x720: black, 170 columns left and 172 right",
    )
    assert (
        placed((1920, 804), scale="stretch:1280x720").notes[-1] == "its shape became 25.6% taller"
    )
    assert placed((640, 360), scale="fit:1280x720").notes == (
        "640x360 fits 1280x720 and was not enlarged",
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"crop": "1920x800+0+400"}, "is no part of it"),
        ({"crop": "1921x1080"}, "is no part of it"),
        ({"crop": "top=540,bottom=540"}, "is no part of it"),
        ({"pad": "1280x720"}, "larger than its canvas of 1280x720; add a scale such as fit:1280x720"),
        ({"scale": "1280x800"}, "would distort a picture of 1.778:1; say fit:"),
        ({"scale": "x60000"}, "larger than any picture"),
        ({"fill": True}, "--cover: crops to a size or an aspect"),
        ({"size": "1280x720", "scale": "50%"}, "--size-to asks for the same frame another way"),
        ({"size": "1280x720", "aspect": "16:9"}, "--size-to asks for the same frame another way"),
        ({"aspect": "16:9", "pad": "1:1"}, "--aspect-to asks for the same frame another way"),
        ({"size": "720p"}, "write 1920x1080"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        placed(HD, **asked)


@pytest.mark.parametrize("word", ["", "x", "12x", "top=1,top=2", "up=3", "1920x800+0", "0:1", "1e9:1", "99:1"])  # fmt: skip
def test_a_crop_that_is_none_is_told_its_spellings(word: str) -> None:
    with pytest.raises(UsageError, match=r"crop = .*a crop reads 1920x800\+0\+140"):
        parse_geometry(crop=word)


@pytest.mark.parametrize("word", ["", "x", "50%%", "fit:50%", "fit:x720", "blow:2x2", "1e9", "1/0", "-5%"])  # fmt: skip
def test_a_scale_that_is_none_is_told_its_spellings(word: str) -> None:
    with pytest.raises(UsageError, match="scale = .*a scale reads 1280x720"):
        parse_geometry(scale=word)


@pytest.mark.parametrize(
    ("word", "crop"),
    [
        ("1920x800+0+140", CropBox(width=1920, height=800, x=0, y=140)),
        ("2.39:1", CropAspect(aspect=Fraction(239, 100))),
        ("2.39", CropAspect(aspect=Fraction(239, 100))),
        ("left=8, right=8", CropEdges(left=8, right=8)),
    ],
)
def test_spellings_of_a_crop(word: str, crop: CropBox | CropEdges | CropAspect) -> None:
    assert parse_geometry(crop=word).crop == crop


@pytest.mark.parametrize(
    ("word", "scale"),
    [
        ("50%", Scale(factor=Fraction(1, 2))),
        ("0.5", Scale(factor=Fraction(1, 2))),
        ("1/2", Scale(factor=Fraction(1, 2))),
        ("fill:1280x720", Scale(width=1280, height=720, how=Scaling.FILL)),
    ],
)
def test_spellings_of_a_scale(word: str, scale: Scale) -> None:
    assert parse_geometry(scale=word).scale == scale


def test_a_geometry_survives_json_and_a_contradiction_does_not() -> None:
    asked = parse_geometry(crop="2.39:1", scale="fit:1280x720", pad="16:9", square=True)
    assert Geometry.model_validate_json(asked.model_dump_json()) == asked
    wrongs: list[dict[str, Any]] = [{"scale": {"factor": 2, "width": 4}}, {"pad": {"width": 4}}, {"pad": {}}]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            Geometry.model_validate(wrong)


@given(
    size=st.tuples(st.integers(8, 4096), st.integers(8, 4096)),
    box=st.tuples(st.integers(8, 4096), st.integers(8, 4096)),
    granule=st.sampled_from([(1, 1), (2, 1), (2, 2), (4, 1)]),
    how=st.sampled_from(["fit", "enlarge", "fill", "stretch"]),
    pads=st.booleans(),
)
def test_any_placement_holds_together(
    size: Size, box: Size, granule: Size, how: str, pads: bool
) -> None:
    word = f"{box[0]}x{box[1]}"
    made = place(parse_geometry(scale=f"{how}:{word}", pad=word if pads else None), size, granule)
    limit = whole_size(box, granule)
    left, top, width, height = made.crop
    assert left + width <= size[0]
    assert top + height <= size[1]
    for axis in (0, 1):
        assert made.canvas[axis] % granule[axis] == made.offset[axis] % granule[axis] == 0
        assert 0 <= made.offset[axis] <= made.canvas[axis] - made.whole[axis]
        assert made.whole[axis] - made.scaled[axis] < granule[axis]
        assert made.canvas[axis] <= limit[axis]
        assert how != "fit" or made.scaled[axis] < size[axis] + granule[axis]
    assert made.canvas == limit or (how in {"fit", "enlarge"} and not pads)
    assert (made.untouched and not made.notes) or made.notes or made.canvas == size


def test_pixels_land_where_they_were_placed() -> None:
    planes = [np.arange(63, dtype=np.uint16).reshape(7, 9) + 100 * n for n in range(1, 4)]
    made = laid(planes, placed((9, 7), crop="7x5+1+2", pad="12x10"), SHARP)
    assert made.shape == (3, 10, 12)
    assert made.dtype == np.uint16
    for plane, found in zip(planes, made, strict=True):
        assert np.array_equal(found[2:7, 2:9], plane[2:7, 1:8])
        assert np.array_equal(found[7, 2:9], plane[6, 1:8])
        assert np.array_equal(found[2:7, 9], plane[2:7, 7])
    outside = np.ones((10, 12), bool)
    outside[2:8, 2:10] = False
    assert not made[:, outside].any()


def test_pixels_that_are_not_resampled_keep_their_type_and_bits() -> None:
    planes = [np.random.default_rng(n).normal(0, 9, (6, 8)).astype(np.float16) for n in range(3)]
    made = laid(planes, placed((8, 6)), LIGHT)
    assert made.dtype == np.float16
    assert np.array_equal(made.view(np.uint16), np.stack(planes).view(np.uint16))


def test_a_scaled_picture_has_its_bars() -> None:
    made = laid([np.full((20, 40), 5, np.float16)], placed((40, 20), size="20x20"), LIGHT)
    assert made.dtype == np.float32
    assert made.shape == (1, 20, 20)
    assert (made[0, 4:14] == 5).all()
    assert not made[0, :4].any()
    assert not made[0, 14:].any()
