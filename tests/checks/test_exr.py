"""Headers through a sequence, and frames that cannot be read."""

from typing import Any

import pytest

from .subjects import breaches, header, sequence

UNREAD: dict[str, Any] = {
    "error": "is empty (0 bytes)",
    "header": None,
    "channels": {},
    "luma": None,
}


def test_an_unreadable_frame_is_named() -> None:
    assert breaches("exr.unreadable", sequence()) == []
    (found,) = breaches("exr.unreadable", sequence(change={1005: UNREAD}))
    assert (found.frames, found.asset) == ((1005,), "shot.1005.exr")
    assert found.message == "shot.1005.exr is empty (0 bytes)"


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("exr.channels-change", {"channels": "ABGR"}),
    ("exr.channels-change", {"type_": "float"}),
    ("exr.windows-change", {"data_window": (0, 0, 1279, 700)}),
    ("exr.windows-change", {"pixel_aspect": 2.0}),
    ("exr.compression-changes", {"compression": "zip"}),
    ("exr.color-changes", {"chromaticities": None}),
    ("exr.color-changes", {"color_interop_id": "lin_ap0_scene"}),
]


@pytest.mark.parametrize(("id_", "changes"), CHANGES)
def test_a_header_unlike_the_others_is_named_by_its_check_alone(
    id_: str, changes: dict[str, Any]
) -> None:
    odd = sequence(
        headers=(header(), header(**changes)), change={1040: {"header": 1}, 1041: {"header": 1}}
    )
    for each in {id_ for id_, _ in CHANGES}:
        found = breaches(each, odd)
        assert [b.frames for b in found] == ([(1040, 1041)] if each == id_ else [])
        assert breaches(each, sequence()) == []


def test_the_headers_most_frames_have_are_the_rule() -> None:
    most = {n: {"header": 1} for n in range(1002, 1121)}
    (found,) = breaches(
        "exr.compression-changes",
        sequence(headers=(header(), header(compression="zip")), change=most),
    )
    assert found.frames == (1001,)


def test_frames_without_a_picture_are_named() -> None:
    assert breaches("exr.no-picture", sequence()) == []
    (found,) = breaches("exr.no-picture", sequence(headers=(header(channels="Z"),)))
    assert len(found.frames) == 120
    assert "only Z" in found.message
