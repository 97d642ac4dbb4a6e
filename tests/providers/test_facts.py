"""Orders told as facts."""

from pathlib import Path
from typing import Any

import pytest

from answerprint.direction import ReferenceKind
from answerprint.order import CELLS, Order
from answerprint.providers.facts import FACTS, Fact, facts_of, keys_of, weigh

LINK = "https://host.example/first.png?sig=secret"


def told(**values: Any) -> dict[str, Fact]:
    return dict(facts_of(Order.parse(values)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"mode": "text", "work": "generation", "seconds": 5.0, "resolution": "720p", "cell": "1280x720"}),
        ({"size": "960x960"}, {"resolution": "720p", "aspect": "1:1", "size": "960x960", "cell": "960x960"}),
        ({"aspect": "1:1"}, {"aspect": "1:1", "cell": "960x960", "resolution_named": False}),
        ({"resolution": "540p"}, {"resolution": "540p", "cell": "960x540", "resolution_named": True}),
        ({"prompt": "four"}, {"prompt_length": 4}),
        ({"anchors": {"first": LINK, "last": "generation:1"}},
         {"mode": "interpolate", "anchored": True, "first": "picture", "first_kind": "link",
          "last": "generation", "last_kind": "generation", "picture_kinds": ("link",), "picture_types": ("png",)}),
        ({"keyframes": [{"picture": "a.JPG", "at": "first"}, {"picture": LINK, "at": -1}]},
         {"keyframes": 2, "keyframe_highest": 120, "keyframe_lowest": -1, "keyframe_unique": True,
          "keyframe_numbered": False, "keyframe_at_end": False, "picture_types": ("jpeg", "png")}),
        ({"seconds": 10, "keyframes": [{"picture": "a.png", "at": 240}, {"picture": "b.png", "at": -1}]},
         {"keyframe_highest": 240, "keyframe_unique": False, "keyframe_at_end": True}),
        ({"source": "asset:1", "edit": {"face": True, "depth": 0.5}},
         {"work": "edit", "source": "asset", "controls": True, "face": True, "depth": 0.5, "auto": False}),
        ({"source": LINK, "reframe": {"position": {"x": 0, "y": 1, "width": 2, "height": 0.5}}},
         {"work": "reframe", "position": True, "position_y": 1.0, "position_height": 0.5}),
        ({"safety": {"mode": "fast"}, "ttl": 60, "upload": LINK, "results": 3, "format": "mov", "quality": 30},
         {"safety": True, "safety_mode": "fast", "ttl": 60, "upload": True, "results": 3, "format": "mov",
          "quality": 30}),
        ({"fps": "24000/1001", "frames": 7}, {"fps": 24000 / 1001, "frames": 7}),
    ],
)  # fmt: skip
def test_an_order_is_told_as_facts(values: dict[str, Any], expected: dict[str, Fact]) -> None:
    facts = told(**values)
    assert {name: facts.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        ({}, {"aspect", "size", "first", "keyframes", "keyframe_unique", "source", "fps", "frames"}),
        ({"size": "1000x1000"}, {"cell", "resolution"}),
        ({"resolution": "720p", "aspect": "2:1"}, {"cell"}),
        ({"source": "a.mp4", "edit": {}}, {"seconds", "resolution", "cell", "source_bytes"}),
        ({"source": "a.mp4", "reframe": {}}, {"cell"}),
        ({"anchors": {"first": "https://host.png"}}, {"picture_types", "picture_bytes"}),
        ({"anchors": {"first": "generation:1"}}, {"picture_kinds", "data_typed"}),
    ],
)  # fmt: skip
def test_what_is_not_known_is_absent(values: dict[str, Any], absent: set[str]) -> None:
    assert not absent & told(**values).keys()


def test_flags_are_off_where_they_are_not_ordered() -> None:
    facts = told(hdr=False)
    flags = ("hdr", "exr", "loop", "auto", "controls", "position", "safety", "upload", "anchored")
    assert not any(facts[flag] for flag in flags)


def test_every_published_size_is_a_cell_of_its_name() -> None:
    for resolution, cells in CELLS.items():
        for aspect, (width, height) in cells.items():
            facts = told(size=f"{width}x{height}")
            assert (facts["resolution"], facts["aspect"]) == (resolution, aspect)


def test_what_lies_here_is_weighed(tmp_path: Path) -> None:
    here = tmp_path / "a.png"
    here.write_bytes(b"12345")
    assert weigh(str(here)) == 5
    assert weigh("data:image/png;base64,QUJD") == 3
    assert weigh("data:text/plain,ABCD") == 4
    elsewhere = (LINK, "asset:1", str(tmp_path / "b.png"), "a\0b", "~nobody-here/a.png", "x" * 9000)
    assert [weigh(reference) for reference in elsewhere] == [None] * 6
    facts = told(source=str(here), edit={}, anchors={"first": "data:image/png;base64,QUJD"})
    assert (facts["source_bytes"], facts["file_bytes"], facts["picture_bytes"]) == (5, 5, 3)


def test_a_data_uri_says_its_type_or_not() -> None:
    assert told(anchors={"first": "data:image/webp;base64,AA"})["data_typed"] is True
    assert told(anchors={"first": "data:image/webp;base64,AA"})["picture_types"] == ("webp",)
    assert told(anchors={"first": "data:;base64,AA"})["data_typed"] is False


@pytest.mark.parametrize("kind", [kind for kind in ReferenceKind if kind != "generation"])
def test_every_kind_of_picture_is_a_picture(kind: ReferenceKind) -> None:
    spelled = {"file": "a.png", "link": LINK, "data": "data:image/png,A", "asset": "asset:1"}
    facts = told(anchors={"first": spelled[kind]})
    assert (facts["first"], facts["first_kind"]) == ("picture", kind)


def test_every_fact_is_documented_and_has_keys_of_an_order() -> None:
    full = told(
        prompt="A bay", fps=24, frames=120, size="1280x720", source="data:video/mp4,A", ttl=60,
        anchors={"first": LINK, "last": LINK}, keyframes=[{"picture": __file__, "at": 1}],
        edit={"strength": "flex_1", "pose": "coarse", "depth": 0, "normals": 0, "trajectory": 0},
        format="mp4", quality=20, safety={"mode": "none"},
    )  # fmt: skip
    place = {"position": {"x": 0, "y": 0, "width": 1, "height": 1}}
    seen = full.keys() | told(source="a", seconds=5, reframe=place).keys()
    assert seen == FACTS.keys()
    for name in FACTS:
        for key in keys_of(name, Order()):
            assert key.partition(".")[0] in Order.model_fields


def test_the_order_s_whole_shape_points_at_what_made_it() -> None:
    assert keys_of("mode", Order()) == ("prompt",)
    assert keys_of("work", Order.parse({"source": "a.mp4"})) == ("source", "edit")
