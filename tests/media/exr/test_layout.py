"""Headers as bytes: read, written, and refused."""

import struct
from pathlib import Path

import pytest

from answerprint.errors import FrameError
from answerprint.media.exr.layout import (
    LONG_NAMES,
    Attribute,
    encode_start,
    parse_start,
    read_start,
    start_of,
    value_of,
)
from tests.made import exr
from tests.media.exrkinds import parts

WHOLE = exr(owner="studio")


def test_a_start_is_written_as_it_was_read() -> None:
    for content in (WHOLE, parts()):
        start = parse_start(content)
        assert encode_start(start) == content[: start.size]


def test_attributes_are_found_by_name() -> None:
    header = parse_start(WHOLE).headers[0]
    assert value_of(header, "owner") == b"studio"
    assert value_of(header, "nobody") is None


def test_parts_have_a_header_each() -> None:
    start = parse_start(parts())
    assert start.multipart
    assert [value_of(header, "name") for header in start.headers] == [b"beauty", b"depth"]


def test_headers_are_read_from_files_however_long(tmp_path: Path) -> None:
    for content in (WHOLE, exr(comments="long " * 20_000)):
        path = tmp_path / "a.exr"
        path.write_bytes(content)
        assert read_start(path) == read_start(content) == parse_start(content)
    with pytest.raises(FrameError, match="cannot be opened"):
        read_start(tmp_path / "none.exr")


@pytest.mark.parametrize(("length", "long"), [(31, False), (32, True), (255, True)])
def test_the_version_field_tells_of_long_names(length: int, *, long: bool) -> None:
    start = parse_start(WHOLE)
    header = (*start.headers[0], Attribute("n" * length, "int", b"\1\0\0\0"))
    changed = start_of(start.version, [header])
    assert bool(changed.version & LONG_NAMES) is long
    assert parse_start(encode_start(changed)) == changed


def test_names_that_are_not_utf_8_survive() -> None:
    start = start_of(2, [(Attribute("a\udcff", "string", b"\xfe"),)])
    assert parse_start(encode_start(start)) == start


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"GIF89a", "is not an OpenEXR file"),
        (WHOLE[:6], "version field"),
        (WHOLE[:4] + b"\3" + WHOLE[5:], "version field"),
        (WHOLE[:5] + b"\x40" + WHOLE[6:], "version field"),
        (WHOLE[:20], "header is damaged"),
        (WHOLE[:100], "header is damaged"),
        (WHOLE[:8] + b"\0" + WHOLE[8:], "it is empty"),
        (WHOLE[:8] + b"n" * 300, "a name has no end"),
        (WHOLE.replace(struct.pack("<i", 6) + b"studio", struct.pack("<i", -6) + b"studio"), "-6"),
        (WHOLE.replace(struct.pack("<i", 6) + b"studio", struct.pack("<i", 1 << 30)), "damaged"),
    ],
)
def test_damage_is_told(content: bytes, said: str) -> None:
    with pytest.raises(FrameError, match=said):
        parse_start(content)


def test_an_attribute_that_stands_twice_is_told() -> None:
    start = parse_start(WHOLE)
    twice = start_of(start.version, [start.headers[0] + start.headers[0][:1]])
    with pytest.raises(FrameError, match="twice"):
        parse_start(encode_start(twice))
