"""HDR static metadata in bitstreams: the SEI messages of HEVC and the metadata OBUs of AV1.

Both stand with every keyframe; HEVC's also in the decoder configuration. VP9
and ProRes have no place for it. Memory: one message.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from answerprint.media.container.statement import (
    File,
    PictureTrack,
    Span,
    Statement,
    av1_mastering_statement,
    light_statement,
    st2086_statement,
)

_PREFIX_SEI: Final = 39
"""NAL unit type of SEI messages that go before the picture (H.265 table 7-1)."""
_MASTERING_SEI, _LIGHT_SEI = 137, 144
"""Payload types (H.265 D.2.1)."""
_METADATA_OBU: Final = 5
_LIGHT_OBU, _MASTERING_OBU = 1, 2
"""Metadata types (AV1 section 6.7.1)."""
_EMULATION: Final = re.compile(rb"\x00\x00\x03")
FORBIDDEN: Final = re.compile(rb"\x00\x00[\x00-\x03]")
"""What may not stand in a NAL unit without an emulation prevention byte (H.265 7.4.2.1)."""


def stated_in_bitstream(file: File, track: PictureTrack) -> Iterator[Statement]:
    """Yield every statement of a track's bitstream: those of its configuration last."""
    if track.codec == "hevc" and track.setup:
        width = (file[track.setup[0] + 21] & 3) + 1  # hvcC: lengthSizeMinusOne
        for span in track.samples:
            yield from _in_nal_units(file, span, width)
        for unit in _setup_units(file, track.setup):
            yield from _in_nal_unit(file, unit)
    elif track.codec == "av1":
        for span in track.samples:
            yield from _in_obus(file, span)


def _in_nal_units(file: File, span: Span, width: int) -> Iterator[Statement]:
    at, end = span
    while at + width < end:
        size = int.from_bytes(file[at : at + width], "big")
        at += width
        yield from _in_nal_unit(file, (at, min(at + size, end)))
        at += size


def _setup_units(file: File, setup: Span) -> Iterator[Span]:
    """Yield the NAL units of an hvcC record (ISO/IEC 14496-15 8.3.3.1)."""
    at = setup[0] + 23
    for _ in range(file[setup[0] + 22]):
        count = int.from_bytes(file[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            if at >= setup[1]:
                return
            size = int.from_bytes(file[at : at + 2], "big")
            at += 2
            yield at, min(at + size, setup[1])
            at += size


def _in_nal_unit(file: File, unit: Span) -> Iterator[Statement]:
    start, end = unit
    if end - start < 5 or file[start] >> 1 & 63 != _PREFIX_SEI:
        return
    raw = file[start + 2 : end]
    added = {match.end() - 1 for match in _EMULATION.finditer(raw)}
    at = [place for place in range(len(raw)) if place not in added]
    body = bytes(raw[place] for place in at)
    for kind, first, last in _messages(body):
        if kind == _LIGHT_SEI and last - first == 4:
            places = [start + 2 + place for place in at[first:last]]
            yield light_statement(body[first:last], places, escaped=True)
        elif kind == _MASTERING_SEI and last - first == 24:
            yield st2086_statement(body[first:last])


def _messages(body: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, start and end of every message of an SEI payload; its last byte ends it."""
    at = 0
    while at < len(body) - 2:
        kind, at = _sum_coded(body, at)
        size, at = _sum_coded(body, at)
        yield kind, at, min(at + size, len(body))
        at += size


def _sum_coded(body: bytes, at: int) -> tuple[int, int]:
    """Read a number coded as bytes to add up, of which the last is not 255."""
    total = 0
    while at < len(body):
        total += body[at]
        at += 1
        if body[at - 1] != 255:
            break
    return total, at


def _in_obus(file: File, span: Span) -> Iterator[Statement]:
    at, end = span
    while at < end:
        kind, extended, sized = file[at] >> 3 & 15, file[at] >> 2 & 1, file[at] & 2
        at += 1 + extended
        size, at = _leb128(file, at, end) if sized else (end - at, at)
        if kind == _METADATA_OBU:
            yield from _in_metadata(file, at, min(at + size, end))
        at += size


def _in_metadata(file: File, start: int, end: int) -> Iterator[Statement]:
    kind, at = _leb128(file, start, end)
    payload = file[at:end] if kind in (_LIGHT_OBU, _MASTERING_OBU) else b""
    if kind == _LIGHT_OBU and len(payload) >= 4:
        yield light_statement(payload, range(at, at + 4))
    elif kind == _MASTERING_OBU and len(payload) >= struct.calcsize(">8H2I"):
        yield av1_mastering_statement(payload)


def _leb128(file: File, at: int, end: int) -> tuple[int, int]:
    """Read a number of at most 8 bytes, 7 bits each, the lowest first (AV1 section 4.10.5)."""
    value = 0
    for place in range(8):
        if at >= end:
            break
        byte = file[at]
        at += 1
        value |= (byte & 127) << 7 * place
        if byte < 128:
            break
    return value, at
