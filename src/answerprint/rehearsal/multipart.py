"""Reading multipart/form-data (RFC 7578), which the web framework leaves to another package."""

from email.message import Message
from email.parser import HeaderParser
from typing import NamedTuple


class Part(NamedTuple):
    """One field of a form."""

    content: bytes
    filename: str | None
    media_type: str | None


def parts_of(body: bytes, content_type: str) -> dict[str, Part]:
    """Return the fields of a form by name. Raises ValueError where it is none."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise ValueError("no multipart/form-data with a boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("the form does not end with its boundary")
    return dict(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> tuple[str, Part]:
    head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise ValueError("a part of the form has no header")
    header = HeaderParser().parsestr(head.decode("utf-8", "replace"))
    name = str(header.get_param("name", "", header="content-disposition"))
    if not name:
        raise ValueError("a part of the form has no name")
    media_type = header.get_content_type() if "content-type" in header else None
    return name, Part(content, header.get_filename(), media_type)
