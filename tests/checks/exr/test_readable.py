"""Headers through a sequence, and frames that cannot be read."""

from typing import Any

import pytest

from tests.checks.subjects import breaches, header, sequence

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
    ("exr.types-change", {"type_": "float"}),
    ("exr.windows-change", {"data_window": (0, 0, 1279, 700)}),
    ("exr.compression-changes", {"compression": "zip"}),
    ("exr.dwa-level", {"dwa_level": 45.0}),
    ("exr.color-changes", {"white_luminance": 203.0}),
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


def test_pixels_that_are_not_square_are_named() -> None:
    assert breaches("exr.pixel-aspect", sequence()) == []
    odd = sequence(headers=(header(), header(pixel_aspect=2.0)), change={1040: {"header": 1}})
    (found,) = breaches("exr.pixel-aspect", odd)
    assert (found.frames, found.measured) == ((1040,), 2.0)
    assert breaches("exr.windows-change", odd) != []


def test_a_dwa_level_above_the_ordered_one_is_named() -> None:
    assert breaches("exr.dwa-level", sequence(headers=(header(dwa_level=45.0),))) == []
    (found,) = breaches("exr.dwa-level", sequence(headers=(header(dwa_level=90.0),)))
    assert (found.measured, found.limit, len(found.frames)) == (90, 45, 120)


def test_a_channel_that_is_missing_is_not_of_another_type() -> None:
    odd = sequence(headers=(header(), header(channels="GR")), change={1040: {"header": 1}})
    assert breaches("exr.types-change", odd) == []


def test_a_header_that_its_file_belies_is_named() -> None:
    assert breaches("exr.header-disagrees", sequence()) == []
    belied = header().model_copy(
        update={"disagreement": "is incomplete: 1 of 3 chunks were never written"}
    )
    (found,) = breaches(
        "exr.header-disagrees", sequence(headers=(header(), belied), change={1077: {"header": 1}})
    )
    assert found.frames == (1077,)
    assert "1 of 3 chunks" in found.message
