"""The Files API of the Luma Agents stand-in: inline and presigned uploads, and their states."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import uuid4

from pydantic import AwareDatetime, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.clock import zulu
from answerprint.rehearsal.door import Refused
from answerprint.rehearsal.house import House
from answerprint.rehearsal.luma.order import Body, fault_words
from answerprint.rehearsal.multipart import parts_of
from answerprint.rehearsal.shelf import fault_page, refused

State = Literal["pending", "ready", "failed", "deleted"]

MOST_BYTES: Final = 5 * 1024**3
"""The most a presigned upload takes, by the SDK's schema."""
MOST_INLINE: Final = 32 * 1024**2
"""The most the inline mode takes. That there is a limit is documented, the number is not."""
MOST_LISTED: Final = 100
"""The longest page of a list, by the SDK's schema."""
USUAL_LISTED: Final = 25
"""The length of a page where none is asked for."""


class Announced(Body):
    """What an upload says of itself beforehand."""

    mime_type: str = Field(pattern=r"^(image|video)/[\w.+-]+$")
    size_bytes: int = Field(ge=1, le=MOST_BYTES)
    filename: str | None = None
    purpose: Literal["input", "reference"] = "input"
    expires_at: AwareDatetime | None = None
    user_id: str | None = None


@dataclass(eq=False, slots=True)
class Filed:
    """One file of the account."""

    said: Announced
    ingest_seconds: float
    id: str = field(default_factory=lambda: str(uuid4()))
    created: float = field(default_factory=time.time)
    """Seconds since 1970."""
    kept: str | None = None
    """Where its bytes are, once they came."""
    received: int = 0
    completed: float | None = None
    """When its bytes were said to be all there."""
    deleted: float | None = None
    """When it was, in seconds since 1970."""

    @property
    def fault(self) -> str | None:
        """Why it cannot be taken in."""
        if self.completed is None or self.received == self.said.size_bytes:
            return None
        return f"expected {self.said.size_bytes} bytes, received {self.received}"

    @property
    def state(self) -> State:
        """Where it is in its life."""
        if self.deleted:
            return "deleted"
        if self.completed is None or time.monotonic() - self.completed < self.ingest_seconds:
            return "pending"
        return "failed" if self.fault else "ready"

    def told(self) -> dict[str, Any]:
        """Return the record as the service tells it."""
        return self.said.model_dump(mode="json") | {
            "id": self.id,
            "created_at": zulu(self.created),
            "state": self.state,
            "deleted_at": None if self.deleted is None else zulu(self.deleted),
            "failure_reason": self.fault if self.state == "failed" else None,
        }


class Cabinet:
    """The files of the account, and what is done with them over HTTP."""

    def __init__(self, house: House, path: str) -> None:
        self._house = house
        self._path = path
        self._files: dict[str, Filed] = {}

    def ready(self, id: str) -> tuple[bytes, str] | None:  # noqa: A002  the wire's word
        """Return content and type of a file that may be referred to, None for any other."""
        filed = self._files.get(id)
        if filed is None or filed.state != "ready" or filed.kept is None:
            return None
        return self._house.kept(filed.kept)

    async def create(self, request: Request) -> Response:
        """Take a file inline, or say where to put it."""
        content_type = request.headers.get("content-type", "")
        if content_type.startswith("multipart/form-data"):
            return self._inline(await request.body(), content_type)
        filed = self._file(await request.body())
        path = f"{self._path}/uploads/{filed.id}"
        upload = {
            "url": self._house.base + path + self._house.signed(path),
            "method": "PUT",
            "headers": {"Content-Type": filed.said.mime_type},
            "expires_at": zulu(time.time() + self._house.link_seconds),
        }
        return _created(filed, upload)

    async def put(self, request: Request) -> Response:
        """Take the bytes of a presigned upload, as an object store does."""
        no = refused(self._house, request.url.path, request.query_params, request.headers)
        filed = self._files.get(request.path_params["id"])
        if no is not None:
            return no
        if filed is None:
            return fault_page(404, "NoSuchKey", "The specified key does not exist.")
        if request.headers.get("content-type") != filed.said.mime_type:
            return fault_page(
                403, "SignatureDoesNotMatch", "Content-Type was signed and is another"
            )
        self._store(filed, await request.body())
        return Response(status_code=200)

    async def complete(self, request: Request) -> Response:
        """Begin to take in what was put."""
        filed = self._found(request)
        if filed.kept is None:
            raise Refused(400, "file has no uploaded bytes")
        filed.completed = filed.completed or time.monotonic()
        return JSONResponse(filed.told())

    async def get(self, request: Request) -> Response:
        """Tell one file."""
        return JSONResponse(self._found(request).told())

    async def delete(self, request: Request) -> Response:
        """Keep the record and forget the bytes."""
        filed = self._found(request)
        if filed.kept is not None:
            self._house.drop(filed.kept)
        filed.kept, filed.deleted = None, filed.deleted or time.time()
        return Response(status_code=204)

    async def list(self, request: Request) -> Response:
        """Tell a page of files, newest first."""
        query = request.query_params
        limit = query.get("limit", str(USUAL_LISTED))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_LISTED:
            raise Refused(400, f"limit must lie between 1 and {MOST_LISTED}")
        chosen = [filed for filed in reversed(self._files.values()) if _matches(filed, query.get)]
        after = query.get("cursor")
        if after is not None:
            ids = [filed.id for filed in chosen]
            if after not in ids:
                raise Refused(400, "cursor is invalid")
            chosen = chosen[ids.index(after) + 1 :]
        page, more = chosen[: int(limit)], len(chosen) > int(limit)
        told = [filed.told() for filed in page]
        return JSONResponse(
            {"data": told, "has_more": more, "next_cursor": page[-1].id if more else None}
        )

    def _file(self, announced: bytes) -> Filed:
        try:
            said = Announced.model_validate_json(announced)
        except ValidationError as problem:
            raise Refused(400, fault_words(problem)) from None
        filed = Filed(said, self._house.job_seconds / 4)
        self._files[filed.id] = filed
        return filed

    def _inline(self, body: bytes, content_type: str) -> Response:
        if len(body) > MOST_INLINE:
            raise Refused(413, "file is too large to be sent inline; use a presigned upload")
        try:
            parts = parts_of(body, content_type)
        except ValueError as problem:
            raise Refused(400, str(problem)) from None
        if "file" not in parts:
            raise Refused(400, "file: field required")
        file = parts.pop("file")
        fields: dict[str, Any] = {name: part.content.decode() for name, part in parts.items()}
        fields |= {"size_bytes": len(file.content)}
        fields.setdefault("mime_type", file.media_type)
        fields.setdefault("filename", file.filename)
        filed = self._file(json.dumps(fields).encode())
        self._store(filed, file.content)
        filed.completed = time.monotonic()
        return _created(filed, None)

    def _store(self, filed: Filed, content: bytes) -> None:
        filed.kept = self._house.keep(content, filed.said.mime_type)
        filed.received = len(content)

    def _found(self, request: Request) -> Filed:
        filed = self._files.get(request.path_params["id"])
        if filed is None:
            raise Refused(404, "file not found")
        return filed


def _matches(filed: Filed, asked: Callable[[str], str | None]) -> bool:
    purpose, state = asked("purpose"), asked("state")
    return purpose in (None, filed.said.purpose) and state in (None, filed.state)


def _created(filed: Filed, upload: dict[str, Any] | None) -> Response:
    body = {"id": filed.id, "state": filed.state, "file": filed.told(), "upload": upload}
    return JSONResponse(body, 201)
