"""The elements of Matroska and WebM (RFC 8794, RFC 9559), as far as the description of the pictures and static metadata go.

Memory: a few elements.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from answerprint.measured.container import Description
from answerprint.measured.light import ContentLight, MasteringDisplay
from answerprint.measured.movie import ColorTags
from answerprint.media.container.statement import File, PictureTrack, Span, Statement
from answerprint.media.movie.codepoints import color_tags
from answerprint.timing import parse_rate

SIGNATURE: Final = b"\x1a\x45\xdf\xa3"
"""What the file starts with."""

_TRACK, _CLUSTER = 0xAE, 0x1F43B675
_MASTERS: Final = frozenset({0x18538067, 0x1654AE6B, _TRACK, 0xE0, 0x55B0, 0x55D0, _CLUSTER, 0xA0})
"""Segment, Tracks, TrackEntry, Video, Colour, MasteringMetadata, Cluster, BlockGroup: elements that are entered."""
_NUMBER, _TYPE, _CODEC, _PRIVATE, _ENCODINGS = 0xD7, 0x83, 0x86, 0x63A2, 0x6D80
_MAX_CLL, _MAX_FALL = 0x55BC, 0x55BD
_DEFAULT_DURATION = 0x23E383
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _SHOWN_UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
_CROPS: Final = (0x54AA, 0x54BB, 0x54CC, 0x54DD)
_MATRIX, _RANGE, _TRANSFER, _COLOR_PRIMARIES = 0x55B1, 0x55B9, 0x55BA, 0x55BB
_MASTERING: Final = range(0x55D1, 0x55DB)
"""Red x, y, green, blue, white, highest and lowest luminance, in this order."""
_BLOCKS: Final = (0xA3, 0xA1)
_CODECS: Final = {b"V_MPEGH/ISO/HEVC": "hevc", b"V_AV1": "av1"}


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its id with the length marker, and where its content starts and ends."""

    id: int
    start: int
    end: int


def elements(file: File) -> Iterator[Element]:
    """Yield elements in the order they stand in, and those inside the ones we look into after them.

    Entering means going on behind the head, so that a live file's unknown sizes do no harm.
    """
    at = 0
    while at < len(file):
        number, at = read_coded(file, at, keep_marker=True)
        size, at = read_coded(file, at, keep_marker=False)
        end = min(at + size, len(file))
        yield Element(number, at, end)
        at = at if number in _MASTERS else end


def picture_track(file: File) -> PictureTrack | None:
    """Return the first picture track; None where there is none. Raises IndexError or struct.error."""
    for leaves in read_tracks(file):
        if _whole(file, leaves.get(_TYPE)) == 1:
            private = leaves.get(_PRIVATE)
            name = _content(file, leaves.get(_CODEC)).rstrip(b"\0")
            return PictureTrack(
                codec=_CODECS.get(name, name.decode("latin-1")),
                stated=tuple(_statements(file, leaves)),
                # Compressed or encrypted blocks do not hold the bitstream as it is.
                samples=() if _ENCODINGS in leaves else _samples(file, leaves),
                setup=(private.start, private.end) if private else None,
            )
    return None


def picture_description(file: File) -> Description | None:
    """Return what the container says of the first picture track; None where there is none.

    Its rate is the default duration's. Raises ValueError, IndexError or struct.error.
    """
    for leaves in read_tracks(file):
        if _whole(file, leaves.get(_TYPE)) == 1:
            size = _whole(file, leaves.get(_WIDTH)), _whole(file, leaves.get(_HEIGHT))
            return Description(
                size=size if all(size) else None,
                pixel_aspect=_pixel_aspect(file, leaves, size),
                rate=_rate(_whole(file, leaves.get(_DEFAULT_DURATION))),
                color=_color(file, leaves),
            )
    return None


def _pixel_aspect(file: File, leaves: Mapping[int, Element], size: tuple[int, int]) -> str | None:
    """Return what the display size makes of a pixel; it is in pixels (0) or a ratio (3), and None says square."""
    shown = _whole(file, leaves.get(_SHOWN_WIDTH)), _whole(file, leaves.get(_SHOWN_HEIGHT))
    cropped = any(_whole(file, leaves.get(number)) for number in _CROPS)
    if (
        not all(shown)
        or not all(size)
        or cropped
        or _whole(file, leaves.get(_SHOWN_UNIT)) not in (0, 3)
    ):
        return None
    aspect = Fraction(shown[0] * size[1], shown[1] * size[0])
    return f"{aspect.numerator}:{aspect.denominator}"


def _color(file: File, leaves: Mapping[int, Element]) -> ColorTags:
    """Read the code points of the Colour element; a matrix of 0 is R'G'B', and what is not there unspecified."""
    primaries, transfer, matrix = (
        _whole(file, leaves[number]) if number in leaves else 2
        for number in (_COLOR_PRIMARIES, _TRANSFER, _MATRIX)
    )
    full = {1: False, 2: True}.get(_whole(file, leaves.get(_RANGE)))
    return color_tags(primaries, transfer, matrix, full=full)


def _rate(nanoseconds: int) -> Fraction | None:
    """Return the rate that a frame's duration means, which is rounded to a nanosecond."""
    return parse_rate(round(1e9 / nanoseconds, 4)) if 1_000_000 <= nanoseconds <= 10**11 else None


def read_tracks(file: File) -> list[dict[int, Element]]:
    """Collect the elements of every track, by id."""
    tracks: list[dict[int, Element]] = []
    for element in elements(file):
        if element.id == _CLUSTER:
            break
        if element.id == _TRACK:
            tracks.append({})
            end = element.end
        elif tracks and element.end <= end:
            tracks[-1].setdefault(element.id, element)
    return tracks


def _statements(file: File, leaves: Mapping[int, Element]) -> Iterator[Statement]:
    cll, fall = leaves.get(_MAX_CLL), leaves.get(_MAX_FALL)
    if cll or fall:
        light = ContentLight(max_cll=_whole(file, cll), max_fall=_whole(file, fall))
        at = tuple(place for each in (cll, fall) if each for place in range(each.start, each.end))
        wide = cll and fall and cll.end - cll.start == fall.end - fall.start == 2
        yield Statement(light, at if wide else ())
    if all(number in leaves for number in _MASTERING):
        numbers = [round(_real(file, leaves[number]), 5) for number in _MASTERING]
        red, green, blue, white = zip(numbers[:8:2], numbers[1:8:2], strict=True)
        yield Statement(
            MasteringDisplay(
                red=red, green=green, blue=blue, white=white, maximum=numbers[8], minimum=numbers[9]
            )
        )


def _samples(file: File, leaves: Mapping[int, Element]) -> Iterator[Span]:
    wanted = _whole(file, leaves.get(_NUMBER))
    for element in elements(file):
        if element.id not in _BLOCKS:
            continue
        track, at = read_coded(file, element.start, keep_marker=False)
        laced = file[at + 2] & 6
        if track == wanted and not laced:
            yield at + 3, element.end


def read_coded(file: File, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """Read an id or a size: the first byte's leading zeros tell how many bytes follow it."""
    width = 9 - file[at].bit_length()
    if width > 8:
        raise ValueError(f"no element starts at byte {at}")
    value = int.from_bytes(file[at : at + width], "big")
    return value if keep_marker else value & ((1 << 7 * width) - 1), at + width


def _content(file: File, element: Element | None) -> bytes:
    return file[element.start : element.end] if element else b""


def _whole(file: File, element: Element | None) -> int:
    return int.from_bytes(_content(file, element)[:8], "big")


def _real(file: File, element: Element) -> float:
    content = _content(file, element)
    return float(struct.unpack(">f" if len(content) == 4 else ">d", content)[0])
