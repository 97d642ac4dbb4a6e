"""References, keyframes and what edits are steered by."""

import pytest

from answerprint.direction import Edit, Keyframe, ReferenceKind, kind_of_reference, place_keyframes
from answerprint.errors import OrderError
from answerprint.order import Order


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("first.png", ReferenceKind.FILE),
        ("C:/shots/first.png", ReferenceKind.FILE),
        ("./generation/first.png", ReferenceKind.FILE),
        ("https://c.test/a.png", ReferenceKind.LINK),
        ("HTTP://c.test/a.png", ReferenceKind.LINK),
        ("data:image/png;base64,AA==", ReferenceKind.DATA),
        ("generation:42", ReferenceKind.GENERATION),
        ("asset:abc", ReferenceKind.ASSET),
    ],
)
def test_what_a_reference_points_at(reference: str, kind: ReferenceKind) -> None:
    assert kind_of_reference(reference) is kind


@pytest.mark.parametrize(
    ("places", "last", "grid"),
    [
        ([None], 120, (0,)),
        ([None, None], 120, (0, 120)),
        ([None] * 4, 240, (0, 80, 160, 240)),
        (["last"], 120, (120,)),
        ([0, 80, 160, 240], 240, (0, 80, 160, 240)),
        ([0, -1], 120, (0, 120)),
        (["first", None, "last"], 120, (0, 60, 120)),
        ([10, None, 50], 120, (10, 30, 50)),
    ],
)
def test_keyframes_are_spread(places: list[int | str | None], last: int, grid: tuple[int]) -> None:
    frames = tuple(Keyframe.model_validate({"picture": "a.png", "at": at}) for at in places)
    assert place_keyframes(frames, last) == grid


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({}, "text"),
        ({"anchors": {"first": "a.png"}}, "image"),
        ({"anchors": {"last": "a.png"}}, "image"),
        ({"anchors": {"first": "generation:1"}}, "extend"),
        ({"anchors": {"last": "generation:1"}}, "extend"),
        ({"anchors": {"first": "generation:1", "last": "a.png"}}, "interpolate"),
        ({"keyframes": [{"picture": "a.png"}]}, "keyframes"),
        ({"source": "a.mp4"}, "edit"),
        ({"source": "a.mp4", "edit": {"strength": "flex_2"}}, "edit"),
        ({"source": "a.mp4", "reframe": {}, "aspect": "1:1"}, "reframe"),
    ],
)
def test_what_kind_of_work_is_ordered(values: dict[str, object], mode: str) -> None:
    assert Order.parse({"prompt": "a bay"} | values).mode == mode


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"edit": {}}, "change a source"),
        ({"reframe": {}}, "change a source"),
        ({"source": "a.mp4", "edit": {}, "reframe": {}}, "one after the other"),
        ({"source": "a.mp4", "edit": {"strenght": "flex_1"}}, "did you mean 'strength'"),
        ({"source": "a.mp4", "edit": {"depth": 1.5}}, "less than or equal to 1"),
        ({"keyframes": [{"picture": "a.png"}] * 65}, "64"),
        ({"results": 0}, "greater than or equal to 1"),
        ({"upload": "ftp://a.test"}, "pattern"),
    ],
)
def test_orders_that_make_no_sense(values: dict[str, object], said: str) -> None:
    with pytest.raises(OrderError, match=said):
        Order.parse({"prompt": "a bay"} | values)


def test_which_edits_set_a_control() -> None:
    assert not Edit(strength="flex_1", face=False).controls
    assert Edit(depth=0.0).controls
    assert Edit(face=True).controls
