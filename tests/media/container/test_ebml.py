"""Elements of Matroska and WebM whose bytes are spelled out here."""

import struct
from fractions import Fraction

import pytest

from answerprint.measured.light import ContentLight, MasteringDisplay
from answerprint.media.container.ebml import elements, picture_description, picture_track

UNKNOWN = b"\x01" + b"\xff" * 7


def element(number: int, *content: bytes, size: bytes | None = None) -> bytes:
    inside = b"".join(content)
    spelled = size or struct.pack(">I", 0x10000000 | len(inside))
    return number.to_bytes((number.bit_length() + 7) // 8, "big") + spelled + inside


def entry(number: int, kind: int, *more: bytes) -> bytes:
    codec = element(0x86, b"V_AV1")
    return element(0xAE, element(0xD7, bytes([number])), element(0x83, bytes([kind])), codec, *more)


def colour(*content: bytes) -> bytes:
    return element(0xE0, element(0x55B0, *content))


def movie(*tracks: bytes, clusters: bytes = b"", size: bytes | None = None) -> bytes:
    head = element(0x1A45DFA3, b"head")
    return head + element(0x18538067, element(0x1654AE6B, *tracks), clusters, size=size)


def test_blocks_of_the_picture_track_in_clusters_of_unknown_size() -> None:
    sound, plain = element(0xA3, b"\x81\0\0\x80sound"), element(0xA3, b"\x82\0\0\x80plain")
    grouped = element(0xA0, element(0xA1, b"\x82\0\1\0grouped"), element(0x9B, b"\1"))
    laced = element(0xA3, b"\x82\0\2\x82laced")
    clusters = b"".join(
        element(0x1F43B675, element(0xE7, b"\0"), blocks, size=UNKNOWN)
        for blocks in (sound + plain, grouped + laced)
    )
    file = movie(entry(1, 2), entry(2, 1), clusters=clusters, size=UNKNOWN)
    found = picture_track(file)
    assert found is not None
    assert found.codec == "av1"
    assert [file[start:end] for start, end in found.samples] == [b"plain", b"grouped"]


def test_light_in_two_bytes_can_be_replaced_and_in_one_cannot() -> None:
    for spelled, places in ((b"\0\x64", 4), (b"\x64", 0)):
        stated = colour(element(0x55BC, b"\x03\xe8"), element(0x55BD, spelled))
        file = movie(entry(1, 1, stated))
        found = picture_track(file)
        assert found is not None
        assert [s.value for s in found.stated] == [ContentLight(max_cll=1000, max_fall=100)]
        assert len(found.stated[0].at) == places


@pytest.mark.parametrize("code", [">f", ">d"])
def test_a_mastering_display_of_either_precision(code: str) -> None:
    numbers = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329, 1000, 0.0001)
    points = [element(0x55D1 + n, struct.pack(code, value)) for n, value in enumerate(numbers)]
    found = picture_track(movie(entry(1, 1, colour(element(0x55D0, *points)))))
    assert found is not None
    assert found.stated[0].value == MasteringDisplay(
        red=(0.68, 0.32),
        green=(0.265, 0.69),
        blue=(0.15, 0.06),
        white=(0.3127, 0.329),
        maximum=1000,
        minimum=0.0001,
    )


def test_encoded_blocks_are_not_looked_into() -> None:
    block = element(0x1F43B675, element(0xA3, b"\x81\0\0\x80x"))
    found = picture_track(movie(entry(1, 1, element(0x6D80, b"")), clusters=block))
    assert found is not None
    assert list(found.samples) == []


def test_no_picture_track() -> None:
    assert picture_track(movie(entry(1, 2))) is None


def test_bytes_that_start_no_element_are_refused() -> None:
    with pytest.raises(ValueError, match="byte 0"):
        list(elements(b"\0\0\0\0"))


def test_what_is_said_of_the_pictures() -> None:
    video = element(
        0xE0,
        element(0xB0, b"\x02\x80"),
        element(0xBA, b"\x01\x68"),
        element(0x54B0, b"\x05\x00"),
        element(0x54BA, b"\x01\x68"),
        element(
            0x55B0, element(0x55B1, b"\x09"), element(0x55B9, b"\x02"), element(0x55BA, b"\x10")
        ),
    )
    found = picture_description(
        movie(entry(2, 2), entry(1, 1, element(0x23E383, struct.pack(">I", 41708333)), video))
    )
    assert found is not None
    assert found.size == (640, 360)
    assert found.pixel_aspect == "2:1"
    assert found.rate == Fraction(24000, 1001)
    tags = found.color
    assert (tags.primaries, tags.transfer, tags.matrix, tags.range) == (
        None,
        "smpte2084",
        "bt2020nc",
        "pc",
    )
    plain = picture_description(movie(entry(1, 1)))
    assert plain is not None
    assert plain.model_dump(exclude_none=True) == {"color": {}}
    assert picture_description(movie(entry(1, 2))) is None


def test_a_display_size_that_is_no_shape_says_nothing() -> None:
    sizes = (
        element(0xB0, b"\x02\x80"),
        element(0xBA, b"\x01\x68"),
        element(0x54B0, b"\x40"),
        element(0x54BA, b"\x24"),
    )
    for odd in (element(0x54B2, b"\x01"), element(0x54CC, b"\x08")):
        found = picture_description(movie(entry(1, 1, element(0xE0, *sizes, odd))))
        assert found is not None
        assert found.pixel_aspect is None
