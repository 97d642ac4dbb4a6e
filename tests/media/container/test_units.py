"""HDR static metadata in bitstreams whose bytes are spelled out here."""

import struct

import pytest

from answerprint.measured.light import ContentLight, MasteringDisplay
from answerprint.media.container.statement import PictureTrack, Statement
from answerprint.media.container.units import stated_in_bitstream

MASTERING = struct.pack(">8H2I", 13250, 34500, 7500, 3000, 34000, 16000, 15635, 16450, 10000000, 1)
DISPLAY = MasteringDisplay(
    red=(0.68, 0.32),
    green=(0.265, 0.69),
    blue=(0.15, 0.06),
    white=(0.3127, 0.329),
    maximum=1000,
    minimum=0.0001,
)


def sei(*messages: tuple[int, bytes]) -> bytes:
    """An SEI NAL unit with its emulation prevention bytes."""
    body = b"".join(bytes([kind, len(content)]) + content for kind, content in messages) + b"\x80"
    escaped = bytearray()
    for byte in body:
        if escaped[-2:] == b"\0\0" and byte < 4:
            escaped.append(3)
        escaped.append(byte)
    return b"\x4e\x01" + bytes(escaped)


def hevc(*units: bytes, setup_units: tuple[bytes, ...] = ()) -> tuple[bytes, PictureTrack]:
    """A file of one picture of NAL units behind its hvcC."""
    array = b"".join(struct.pack(">H", len(unit)) + unit for unit in setup_units)
    setup = bytes(21) + b"\xff\x01" + b"\xa7" + struct.pack(">H", len(setup_units)) + array
    picture = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
    file = setup + picture
    return file, PictureTrack("hevc", (), [(len(setup), len(file))], (0, len(setup)))


def values(found: list[Statement]) -> list[ContentLight | MasteringDisplay]:
    return [statement.value for statement in found]


@pytest.mark.parametrize("light", [(1000, 400), (0, 0), (256, 1), (0, 3), (512, 768)])
def test_escaped_messages_of_one_unit_are_read(light: tuple[int, int]) -> None:
    unit = sei((5, bytes(40)), (137, MASTERING), (144, struct.pack(">2H", *light)))
    found = list(stated_in_bitstream(*hevc(b"\x26\x01" + bytes(30), unit)))
    stated = ContentLight(max_cll=light[0], max_fall=light[1])
    assert values(found) == [DISPLAY, stated]


def test_places_are_those_of_the_file_and_not_of_the_unescaped_message() -> None:
    file, track = hevc(sei((137, MASTERING), (144, b"\x5a\x5b\x4c\x4d")))
    found = list(stated_in_bitstream(file, track))[-1]
    assert bytes(file[place] for place in found.at) == b"\x5a\x5b\x4c\x4d"
    assert found.escaped


def test_the_decoder_configuration_is_read_too() -> None:
    unit = sei((144, b"\x01\x02\x03\x04"))
    file, track = hevc(sei((144, b"\x01\x02\x03\x04")), setup_units=(sei((137, MASTERING)), unit))
    found = list(stated_in_bitstream(file, track))
    light = ContentLight(max_cll=0x0102, max_fall=0x0304)
    assert values(found) == [light, DISPLAY, light]


def test_messages_of_another_length_and_type_are_none() -> None:
    found = stated_in_bitstream(*hevc(sei((144, bytes(5)), (137, bytes(3)), (145, bytes(4)))))
    assert list(found) == []


def test_long_messages_are_skipped_by_their_whole_length() -> None:
    long = b"\xff" * 2 + bytes([600 - 510])
    body = b"\x05" + long + b"\x90" * 600 + b"\x90\x04\x03\xe8\x01\x90\x80"
    found = list(stated_in_bitstream(*hevc(b"\x4e\x01" + body)))
    assert values(found) == [ContentLight(max_cll=1000, max_fall=400)]


def test_av1_metadata_units() -> None:
    light = b"\x2a\x06\x01\x03\xe8\x01\x90\x80"
    numbers = [round(v * 65536) for v in (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)]
    display = struct.pack(">8H2I", *numbers, 1000 << 8, 2)
    units = b"\x12\x00" + light + b"\x2a\x1a\x02" + display + b"\x80" + b"\x32\x82\x01" + bytes(130)
    found = list(stated_in_bitstream(units, PictureTrack("av1", (), [(0, len(units))])))
    assert found[0].value == ContentLight(max_cll=1000, max_fall=400)
    assert bytes(units[place] for place in found[0].at) == b"\x03\xe8\x01\x90"
    assert isinstance(found[1].value, MasteringDisplay)
    assert found[1].value.agrees(DISPLAY)
    assert len(found) == 2


def test_displays_that_differ_do_not_agree() -> None:
    for change in ({"maximum": 1001.0}, {"minimum": 0.005}, {"red": (0.708, 0.292)}):
        assert not DISPLAY.agrees(DISPLAY.model_copy(update=change))
