"""The object store of a rehearsal: signed links that expire, ranges, and downloads that go wrong."""

import hashlib
import re
import time
from collections.abc import AsyncIterator, Mapping
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from answerprint.rehearsal.hangup import hang_up
from answerprint.rehearsal.house import House

CHUNK: Final = 256 * 1024
"""Bytes sent at a time."""

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)$")
_CUTS: Final = ("link-expired", "dropped-download", "dropped")


class Span(NamedTuple):
    """Bytes of a file, the last one included."""

    first: int
    last: int


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the shelf, below its path."""

    async def serve(request: Request) -> Response:
        return _served(house, request)

    return [Route("/{job}/{name}", serve, methods=["GET", "HEAD"])]


def refused(
    house: House, path: str, query: QueryParams, headers: Mapping[str, str]
) -> Response | None:
    """Return why a signed link is not followed, None where it is.

    As in S3, a link that brings other credentials beside its signature is refused.
    """
    expires, signature = query.get("expires", ""), query.get("signature", "")
    if "authorization" in headers:
        return fault_page(400, "InvalidArgument", "Only one auth mechanism allowed")
    if not signature or signature != house.signature(path, expires):
        return fault_page(403, "SignatureDoesNotMatch", "The request signature does not match")
    if time.time() > float(expires) or signature in house.expired:
        return fault_page(403, "AccessDenied", "Request has expired")
    return None


def fault_page(status: int, code: str, message: str, **headers: str) -> Response:
    """Return an error as an object store writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    )
    return Response(body, status, headers=headers, media_type="application/xml")


def span_of(header: str | None, size: int) -> Span | None:
    """Return the bytes a Range header asks for; None where it asks for the whole, or for several ranges.

    Raises ValueError for a range that lies behind the end.

    >>> span_of("bytes=-4", 10)
    Span(first=6, last=9)
    """
    match = _RANGE.match(header.strip()) if header else None
    if not match or match[0] == "bytes=-":
        return None
    start, end = match.groups()
    if not start:
        span = Span(max(0, size - int(end)), size - 1)
    else:
        span = Span(int(start), min(int(end), size - 1) if end else size - 1)
        if end and int(end) < int(start):
            return None
    if span.first >= size or span.last < span.first:
        raise ValueError("the range lies behind the end")
    return span


@lru_cache(maxsize=4096)
def etag_of(path: Path, changed: int) -> str:
    """Return the ETag of a file, the MD5 of its content as in an object store; `changed` is its time."""
    del changed
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return f'"{digest.hexdigest()}"'


def _served(house: House, request: Request) -> Response:
    path = request.url.path
    no = refused(house, path, request.query_params, request.headers)
    if no is not None:
        return no
    found = house.shelved(request.path_params["job"], request.path_params["name"])
    if found is None:
        return fault_page(404, "NoSuchKey", "The specified key does not exist.")
    if house.faults.strikes("server-error"):
        return fault_page(503, "SlowDown", "Please reduce your request rate.")
    return _download(house, request, *found)


def _download(house: House, request: Request, path: Path, media_type: str) -> Response:
    stat = path.stat()
    headers = {
        "ETag": etag_of(path, stat.st_mtime_ns),
        "Last-Modified": formatdate(stat.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
        "Content-Type": media_type,
    }
    condition = request.headers.get("if-range")
    whole = condition is not None and condition not in (headers["ETag"], headers["Last-Modified"])
    try:
        span = None if whole else span_of(request.headers.get("range"), stat.st_size)
    except ValueError:
        unsatisfied = {"Content-Range": f"bytes */{stat.st_size}"}
        return fault_page(416, "InvalidRange", "The requested range cannot be met", **unsatisfied)
    status = 206 if span else 200
    if span:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{stat.st_size}"
    download = Download(path, span or Span(0, stat.st_size - 1), status, headers)
    if request.method == "GET":
        _spoil(house, download, request.query_params.get("signature", ""))
    return download


def _spoil(house: House, download: "Download", signature: str) -> None:
    cut = house.faults.strikes(*_CUTS)
    if cut:
        download.cut = house.faults.cut_at(download.length)
        if cut == "link-expired":
            house.expired.add(signature)
    elif house.faults.strikes("wrong-length"):
        download.shorten(house.faults.cut_at(download.length))
    elif house.faults.strikes("corrupt-byte"):
        download.flipped = download.span.first + house.faults.somewhere(download.length)


class Download(Response):
    """Bytes of a file, sent as they are read; a HEAD request gets the headers alone."""

    def __init__(self, path: Path, span: Span, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(None, status, headers)
        self.path = path
        self.span = span
        self.cut: int | None = None
        """After how many bytes the connection ends."""
        self.flipped: int | None = None
        """Byte of the file that is sent with its bits turned round."""
        self.shorten(self.length)

    @property
    def length(self) -> int:
        """How many bytes are sent."""
        return self.span.last - self.span.first + 1

    def shorten(self, length: int) -> None:
        """Send fewer bytes, and say so as if there were no more."""
        self.span = Span(self.span.first, self.span.first + length - 1)
        self.headers["Content-Length"] = str(length)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        start = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        await send(start)
        if scope["method"] != "HEAD":
            async for chunk in self._chunks():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if self.cut is not None:
                await hang_up(scope, receive)
                return
        await send({"type": "http.response.body", "body": b""})

    async def _chunks(self) -> AsyncIterator[bytes]:
        at, end = self.span.first, self.span.last + 1
        if self.cut is not None:
            end = min(end, at + self.cut)
        with self.path.open("rb") as file:
            file.seek(at)
            while at < end:
                chunk = file.read(min(CHUNK, end - at))
                if not chunk:
                    return
                yield self._flip(chunk, at)
                at += len(chunk)

    def _flip(self, chunk: bytes, at: int) -> bytes:
        if self.flipped is None or not at <= self.flipped < at + len(chunk):
            return chunk
        spoiled = bytearray(chunk)
        spoiled[self.flipped - at] ^= 0xFF
        return bytes(spoiled)
