"""What is asked of headers, and what it comes to mean."""

from fractions import Fraction
from typing import Any

import pytest

from answerprint.color.primaries import AP1, P3_D65
from answerprint.errors import UsageError
from answerprint.media.exr.changes import (
    Changes,
    SequenceChanges,
    asked_changes,
    color_contradiction,
    understood,
)
from answerprint.media.exr.layout import Attribute, Header, parse_start
from answerprint.media.exr.values import ExrValue
from answerprint.timing import Timecode
from tests.made import exr

HEADER: Header = (
    Attribute("take", "int", b"\1\0\0\0"),
    Attribute("gain", "float", b"\0\0\0\0"),
    Attribute("look", "m33f", b"\0" * 36),
    Attribute("captureRate", "rational", b"\0\0\0\0\1\0\0\0"),
)


def asked(**options: Any) -> Changes:
    usual: dict[str, Any] = {"attributes": {}, "remove": ()}
    usual |= dict.fromkeys(("color_space", "fps", "timecode", "owner"))
    return asked_changes(**(usual | options))


def meant(name: str, value: ExrValue) -> ExrValue | None:
    changes, _ = understood({name: value}, None, HEADER, 1)
    return changes.values[name]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("owner", "12", "12"),
        ("whiteLuminance", "100", 100),
        ("whiteLuminance", "1/4", Fraction(1, 4)),
        ("imageCounter", "-7", -7),
        ("framesPerSecond", "23.976", Fraction(24000, 1001)),
        ("framesPerSecond", "25", Fraction(25)),
        ("displayWindow", "0, 0, 1919, 1079", (0, 0, 1919, 1079)),
        ("adoptedNeutral", "0.32168,0.33767", (0.32168, 0.33767)),
        ("chromaticities", ",".join(map(str, AP1)), AP1),
        ("slate", "0012", "0012"),
        ("slate", "1.10", "1.10"),
        ("take", "3", 3),
        ("gain", "3", 3.0),
        ("captureRate", "24000/1001", Fraction(24000, 1001)),
    ],
)
def test_a_text_means_what_its_name_calls_for(name: str, text: str, value: ExrValue) -> None:
    found = meant(name, text)
    assert found == value
    assert isinstance(found, str) == isinstance(value, str)


@pytest.mark.parametrize("value", [3, 2.5, (1.0, 2.0), Fraction(1, 2)])
def test_what_is_no_text_is_taken_as_it_is(value: ExrValue) -> None:
    assert meant("anything", value) is value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("take", "three", "take: is stored as int, which 'three' is not"),
        ("look", "1,2", "look: is stored as m33f"),
        ("timeCode", "01:00:00:00", "timeCode: counts up"),
        ("framesPerSecond", "0", "framesPerSecond: a frame rate lies above 0"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        meant(name, text)


@pytest.mark.parametrize("name", ["P3-D65", "p3-d65", "lin_p3d65_scene", "LIN_P3D65_SCENE"])
def test_a_color_space_is_stated_in_two_attributes(name: str) -> None:
    changes = asked(color_space=name)
    assert changes == {"colorInteropID": "lin_p3d65_scene", "chromaticities": P3_D65}


@pytest.mark.parametrize(
    "options",
    [
        {"attributes": {"owner": "a"}, "owner": "b"},
        {"attributes": {"comments": "a"}, "remove": ("comments",)},
        {"remove": ("chromaticities",), "color_space": "AP0"},
        {"attributes": {"framesPerSecond": 24}, "fps": "24"},
        {"remove": ("timeCode",), "timecode": "01:00:00:00"},
        {"remove": ("owner", "owner")},
    ],
)
def test_one_attribute_is_changed_in_one_way(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="in two ways"):
        asked(**options)


def test_timecodes_count_at_the_rate_that_is_asked_for_stated_or_assumed() -> None:
    stated = parse_start(exr(framesPerSecond=Fraction(25))).headers[0]
    for values, header, nominal, notes in (
        ({"framesPerSecond": Fraction(30)}, stated, 30, 0),
        ({"framesPerSecond": None}, stated, 25, 0),
        ({}, stated, 25, 0),
        ({}, HEADER, 24, 1),
    ):
        changes, assumed = understood(values, "01:00:00:00", header, 1001)
        assert changes.start is not None
        assert (changes.start.nominal, len(assumed)) == (nominal, notes)


def test_timecodes_drop_numbers_and_pass_midnight() -> None:
    rate = Fraction(30000, 1001)
    dropping = SequenceChanges({}, 1001, Timecode.parse("00:00:59;29", rate))
    assert str(dropping.timecode(1002)) == "00:01:00;02"
    late = SequenceChanges({"owner": "me"}, 0, Timecode.parse("23:59:59:23", Fraction(24)))
    assert str(late.of(1)["timeCode"]) == "00:00:00:00"
    assert late.of(1)["owner"] == "me"


def test_colors_contradict_each_other_only_where_both_are_known() -> None:
    both: dict[str, Any] = {"colorInteropID": "lin_ap1_scene", "chromaticities": AP1}
    for attributes, said in (
        (both, None),
        (both | {"colorInteropID": "data"}, None),
        (both | {"colorInteropID": "lin_ap0_scene"}, "chromaticities are AP1"),
        (both | {"chromaticities": (0.5,) * 8}, "chromaticities are others"),
    ):
        found = color_contradiction(parse_start(exr(**attributes)))
        assert found is None if said is None else said in str(found)
