"""Turning a reference to a picture or clip into what a service takes for it."""

import mimetypes
from base64 import b64decode
from binascii import Error as NotBase64
from pathlib import Path
from typing import Final

from answerprint.direction import ReferenceKind, kind_of_reference
from answerprint.errors import OrderError
from answerprint.paths import unreadable
from answerprint.providers.answers import data_uri, media_type_of, split_data
from answerprint.providers.service import Service, Upload
from answerprint.providers.wire import Wire

MOST_BYTES: Final = 512 << 20
"""Largest file that is sent: services stop at 200 MB for a clip and 50 MB for a picture."""

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
    (b"ftypqt", 4, "video/quicktime"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", 0, "video/webm"),
)
"""First bytes of what services take, by where they stand."""


def placed(reference: str, service: Service, wire: Wire) -> str:
    """Return what `service` takes for `reference`, after an upload where it needs one.

    A file that needs none goes as a data URI. Memory: the file. Raises
    OrderError where it cannot be read, ServiceError where it is not taken.
    """
    kind = kind_of_reference(reference)
    if kind in (ReferenceKind.GENERATION, ReferenceKind.ASSET):
        return reference
    if kind is ReferenceKind.FILE:
        upload = read_file(reference)
        content = upload.content or b""
        direct = data_uri(upload.media_type, content)
        return service.upload(wire, upload) if service.uploads(reference) else direct
    if not service.uploads(reference):
        return reference
    return service.upload(wire, _linked(reference) if kind is ReferenceKind.LINK else _carried(reference))  # fmt: skip


def read_file(reference: str) -> Upload:
    """Read a picture or clip from disk. Raises OrderError where it is missing, empty or too large."""
    path = Path(reference).expanduser()
    reason = unreadable(path)
    if reason is not None:
        raise OrderError(reason, where=reference)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as problem:
        raise OrderError(f"cannot be read ({problem.strerror})", where=reference) from None
    if not 0 < size <= MOST_BYTES:
        said = "is empty" if size == 0 else f"is larger than {MOST_BYTES >> 20} MB"
        raise OrderError(said, where=reference)
    return Upload(path.name, media_type(content, path.name), content)


def media_type(content: bytes, name: str = "") -> str:
    """Tell what bytes are by how they begin, else by the file's name.

    >>> media_type(bytes([0xFF, 0xD8, 0xFF]))
    'image/jpeg'
    """
    for magic, at, told in _MAGIC:
        if content[at : at + len(magic)] == magic:
            return told
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _linked(link: str) -> Upload:
    name = link.partition("?")[0].rpartition("/")[2] or "input"
    return Upload(name, media_type_of(link), link=link)


def _carried(reference: str) -> Upload:
    told, text = split_data(reference)
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise OrderError("is no base64", where=f"{reference[:40]}…") from None
    extension = mimetypes.guess_extension(told) or ""
    return Upload(f"input{extension}", told, content)
