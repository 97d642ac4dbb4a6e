"""What coded pictures say of themselves, apart from the container: packets as they come, and a decoder of its own.

The decoder of a stream is told by the container what it is to find, and passes
that on where the pictures say nothing. So the first packets are decoded once
more by one that knows nothing but the decoder's configuration. Memory: one
packet, a frame or two, and a few numbers a packet.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import av
import av.error

from answerprint.measured.container import Description
from answerprint.measured.movie import ColorTags
from answerprint.media.movie.codepoints import tags_of
from answerprint.timing import parse_rate

TRIES: Final = 16
"""Packets after which a decoder that has seen no picture's head is given up."""

_SPOKEN: Final = frozenset({"h264", "hevc", "libdav1d", "av1", "vp9", "prores"})
"""Decoders that tell what the pictures say of color; VP8's and JPEG's tell what their standards imply."""
_CODED: Final = _SPOKEN | {"vp8", "mpeg4", "dnxhd"}
"""Decoders whose pictures never begin with zeros; raw samples of black do."""
_START: Final = 8
_START_CODE: Final = re.compile(rb"\x00\x00\x01")


@dataclass(frozen=True, slots=True)
class Stamp:
    """One packet: when it is shown and decoded, in ticks of the stream, and what it starts with."""

    shown: int | None
    decoded: int | None
    key: bool
    discarded: bool
    unit: int | None
    """Type of its first slice's NAL unit, in H.264 and HEVC."""
    blank: bool
    """Whether it begins with zeros, as no coded picture does."""


class CodedPictures:
    """The packets of one picture stream, taken in the order they stand in."""

    def __init__(self) -> None:
        self.stamps: list[Stamp] = []
        self.description: Description | None = None
        self.codec = ""
        self.tick = 0.0
        """Seconds of one tick of the stream's clock."""
        self.setup = b""
        """The decoder's configuration."""
        self._decoder: Any = None

    def add(self, packet: Any) -> None:
        """Take the next packet; one that cannot be read says nothing."""
        if not self.stamps:
            context: Any = packet.stream.codec_context
            self.tick = float(packet.stream.time_base or 0)
            self.codec, self.setup = context.codec.name, bytes(context.extradata or b"")
        unit = first_slice(packet, self.codec, length_width(self.codec, self.setup))
        blank = self.codec in _CODED and not any(memoryview(packet)[:_START])
        self.stamps.append(
            Stamp(packet.pts, packet.dts, packet.is_keyframe, packet.is_discard, unit, blank)
        )
        if self.description is None and len(self.stamps) <= TRIES:
            self._describe(packet)

    def _describe(self, packet: Any) -> None:
        with suppress(av.error.FFmpegError, ValueError):
            if self._decoder is None:
                self._decoder = _bare_decoder(self.codec, self.setup)
            self._decoder.decode(packet)
            if self._decoder.width and self._decoder.format is not None:
                self.description = _description(self._decoder)
                self._decoder = None


def spell_level(codec: str, number: int) -> str | None:
    """Return a level as the codec's standard writes it; None where there is none.

    >>> spell_level("h264", 31), spell_level("hevc", 93), spell_level("libdav1d", 13)
    ('3.1', '3.1', '5.1')
    """
    if number <= 0 and codec != "libdav1d":
        return None
    if codec == "h264":
        return "1b" if number == 9 else f"{number / 10:g}"
    if codec == "hevc":
        return f"{number / 30:g}"
    if codec in ("libdav1d", "av1") and 0 <= number < 31:
        return f"{2 + (number >> 2)}.{number & 3}"
    return None


def setup_level(codec: str, setup: bytes) -> str | None:
    """Return the level that an avcC, hvcC or av1C record states; None where this is none of them."""
    if codec == "h264" and len(setup) > 6 and setup[0] == 1:
        return spell_level(codec, 9 if setup[3] == 11 and setup[2] & 16 else setup[3])
    if codec == "hevc" and len(setup) > 22 and setup[0] == 1:
        return spell_level(codec, setup[12])
    if codec in ("libdav1d", "av1") and len(setup) >= 4 and setup[0] == 0x81:
        return spell_level(codec, setup[1] & 31)
    return None


def length_width(codec: str, setup: bytes) -> int:
    """Return how many bytes tell the length of a NAL unit; 0 where start codes part them."""
    place = {"h264": 4, "hevc": 21}.get(codec)
    if place is None or len(setup) <= place or setup[0] != 1:
        return 0
    return (setup[place] & 3) + 1


def first_slice(packet: Any, codec: str, width: int) -> int | None:
    """Return the type of the first NAL unit that holds picture; None for other codecs and where there is none."""
    if codec not in ("h264", "hevc"):
        return None
    for head in _heads(memoryview(packet), width):
        kind = head & 31 if codec == "h264" else head >> 1 & 63
        if (1 <= kind <= 5) if codec == "h264" else kind < 32:
            return kind
    return None


def _heads(payload: memoryview, width: int) -> Iterator[int]:
    """Yield the first byte of every NAL unit."""
    if width == 0:
        yield from (
            payload[m.end()] for m in _START_CODE.finditer(payload) if m.end() < len(payload)
        )
        return
    at = width
    while at < len(payload):
        yield payload[at]
        at += width + int.from_bytes(payload[at - width : at], "big")


def _bare_decoder(codec: str, setup: bytes) -> Any:
    decoder: Any = av.CodecContext.create(codec, "r")
    decoder.thread_count = 1
    if setup:
        decoder.extradata = setup
    return decoder


def _description(decoder: Any) -> Description:
    aspect, name = decoder.sample_aspect_ratio, decoder.name
    return Description(
        size=(decoder.width, decoder.height),
        pixel_aspect=f"{aspect.numerator}:{aspect.denominator}" if aspect else None,
        rate=_rate(decoder.framerate),
        color=tags_of(decoder) if name in _SPOKEN else ColorTags(),
        profile=decoder.profile,
        level=spell_level(name, int(decoder.level)),
    )


def _rate(value: Any) -> Any:
    try:
        return parse_rate(value) if value else None
    except ValueError:
        return None
