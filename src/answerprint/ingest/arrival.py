"""What a file is that arrived from elsewhere: told by its bytes, never by its name, and proven as far as its header."""

import os
import struct
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple

from answerprint.errors import SourceError
from answerprint.ingest.archive import Archive
from answerprint.media.exr.door import read_header
from answerprint.media.exr.start import MAGIC
from answerprint.media.movie.probing import probe

Kind = Literal["movie", "archive", "frame", "picture", "other"]


class Arrival(NamedTuple):
    """What a file is."""

    kind: Kind
    """What to do with it."""
    suffix: str
    """Extension it is to have."""
    media_type: str
    """Its type in IANA's registry, or what is used for it where that has none."""


START: Final = 512
"""Bytes that tell what a file is: more than any signature below lies within."""
MOST_BOXES: Final = 1 << 16
"""Top-level boxes followed; a fragmented movie of an hour has two a second. It bounds the time crafted ones take."""

MP4: Final = Arrival("movie", ".mp4", "video/mp4")
MOV: Final = Arrival("movie", ".mov", "video/quicktime")
WEBM: Final = Arrival("movie", ".webm", "video/webm")
MKV: Final = Arrival("movie", ".mkv", "video/matroska")
AVI: Final = Arrival("movie", ".avi", "video/vnd.avi")
ZIP: Final = Arrival("archive", ".zip", "application/zip")
EXR: Final = Arrival("frame", ".exr", "image/x-exr")
OTHER: Final = Arrival("other", ".bin", "application/octet-stream")

_SIGNATURES: Final = (
    (MAGIC, EXR),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01", Arrival("movie", ".mxf", "application/mxf")),
    (b"\x89PNG\r\n\x1a\n", Arrival("picture", ".png", "image/png")),
    (b"\xff\xd8\xff", Arrival("picture", ".jpg", "image/jpeg")),
    (b"GIF8", Arrival("picture", ".gif", "image/gif")),
    (b"II*\0", Arrival("picture", ".tif", "image/tiff")),
    (b"MM\0*", Arrival("picture", ".tif", "image/tiff")),
    (b"#?RADIANCE", Arrival("picture", ".hdr", "image/vnd.radiance")),
    (b"SDPX", Arrival("picture", ".dpx", "image/x-dpx")),
    (b"XPDS", Arrival("picture", ".dpx", "image/x-dpx")),
)  # fmt: skip
"""First bytes, as each format's specification has them."""
_BRANDS: Final = {
    b"qt  ": MOV,
    b"avif": Arrival("picture", ".avif", "image/avif"),
    b"avis": Arrival("picture", ".avif", "image/avif"),
    b"heic": Arrival("picture", ".heic", "image/heic"),
    b"mif1": Arrival("picture", ".heif", "image/heif"),
}
"""Major brands that are no MP4 (mp4ra.org, "Brands")."""
_QUICKTIME: Final = frozenset([b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"])
"""Boxes a QuickTime movie older than brands begins with (QuickTime File Format, "Overview")."""
_RIFF: Final = {b"AVI ": AVI, b"WEBP": Arrival("picture", ".webp", "image/webp")}
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
"""The two elements a Matroska file is made of (RFC 9559, section 5.1)."""


def examine(path: Path) -> Arrival:
    """Return what the file at `path` is, its header read by what will read the rest.

    A zip is proven as far as its directory, a movie as far as its streams and
    its end, a frame as far as its header. Raises SourceError where it is not
    whole or is no media at all, such as a page that says why not.
    """
    try:
        return _examined(path)
    except SourceError as problem:
        raise SourceError(problem.message, hint=problem.hint or "fetch it again") from None


def recognize(start: bytes) -> Arrival:
    r"""Return what a file is that begins with `start`. Raises SourceError for text that a service answers with.

    >>> recognize(b"PK\x03\x04").suffix
    '.zip'
    """
    for signature, arrival in _SIGNATURES:
        if start.startswith(signature):
            return arrival
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], MP4)
    if start[4:8] in _QUICKTIME:
        return MOV
    if start.startswith(b"RIFF") and start[8:12] in _RIFF:
        return _RIFF[start[8:12]]
    if start.startswith(_EBML):
        return WEBM if b"webm" in start[:64] else MKV
    if (language := _language(start)) is not None:
        raise SourceError(
            f"{language} came instead of a file", hint="ask the service what became of the job"
        )
    return OTHER


def _examined(path: Path) -> Arrival:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise SourceError("is empty (0 bytes)")
        arrival = recognize(file.read(START))
        if (end := _declared_end(file, arrival, size)) > size:
            raise SourceError(f"was cut short: {size} bytes came of {end}")
    if arrival.kind == "archive":
        Archive.open(path).close()
    elif arrival.kind == "movie":
        probe(path)
    elif arrival.kind == "frame":
        read_header(path)
    return arrival


def _language(start: bytes) -> str | None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page"
    if text.startswith(b"<"):
        return "an XML text"
    return "a JSON text" if text.startswith((b"{", b"[")) else None


def _declared_end(file: BinaryIO, arrival: Arrival, size: int) -> int:
    """Return where a container says that it ends; 0 where it does not say."""
    file.seek(0)
    if arrival in (MP4, MOV):
        return _boxes_end(file, size)
    if arrival in (WEBM, MKV):
        return _segment_end(file.read(START))
    if arrival.suffix in (".avi", ".webp"):
        return 8 + int.from_bytes(file.read(8)[4:], "little")
    return 0


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Return where the last top-level box ends (ISO/IEC 14496-12, section 4.2)."""
    at = 0
    for _ in range(MOST_BOXES):
        if at >= size:
            break
        file.seek(at)
        if len(head := file.read(16)) < 8:
            break
        length = int(struct.unpack(">I", head[:4])[0])
        if length == 1 and len(head) == 16:
            length = int(struct.unpack(">Q", head[8:])[0])
        if length < 8:
            break
        at += length
    return at


def _segment_end(start: bytes) -> int:
    """Return where a Matroska file's segment ends; 0 where that is left open, as a live recording's is."""
    length, begin = _element_size(start, len(_EBML))
    segment = begin + (length or 0)
    if length is None or start[segment : segment + 4] != _SEGMENT:
        return 0
    length, begin = _element_size(start, segment + 4)
    return 0 if length is None else begin + length


def _element_size(start: bytes, at: int) -> tuple[int | None, int]:
    """Return the element size at `at`, None where it is unknown, and where it ends (RFC 8794, section 6)."""
    first = start[at] if at < len(start) else 0
    width = 9 - first.bit_length()
    ones = (1 << 7 * width) - 1
    size = int.from_bytes(start[at : at + width], "big") & ones
    return (None if size == ones or width > 8 else size), at + width
