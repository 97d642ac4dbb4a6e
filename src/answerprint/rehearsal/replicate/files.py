"""The files of the Replicate stand-in: sent as a form, listed, deleted."""

import hashlib
import json
import time
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.clock import zulu
from answerprint.rehearsal.door import Refused
from answerprint.rehearsal.house import House
from answerprint.rehearsal.multipart import parts_of

KEPT_SECONDS: Final = 24 * 3600
"""How long a file is said to be kept; nothing is deleted by it."""


class Files:
    """The files clients have put at one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._shown: dict[str, dict[str, Any]] = {}

    async def create(self, request: Request) -> Response:
        """Keep the part `content` of a form."""
        try:
            parts = parts_of(await request.body(), request.headers.get("content-type", ""))
            part = parts["content"]
            metadata = json.loads(parts["metadata"].content) if "metadata" in parts else {}
        except (KeyError, ValueError):
            raise Refused(400, "a form with a part content, and metadata in JSON") from None
        media_type = part.media_type or "application/octet-stream"
        name = self._house.keep(part.content, media_type)
        self._shown[name] = {
            "id": name,
            "name": part.filename or "file",
            "content_type": media_type,
            "metadata": metadata,
            **_measured(part.content),
            **_dates(time.time()),
        }
        return JSONResponse(self._linked(name), 201)

    async def get(self, request: Request) -> Response:
        """Describe a file."""
        return JSONResponse(self._linked(self._found(request)))

    async def list(self, _: Request) -> Response:
        """List the files."""
        results = [self._linked(name) for name in self._shown]
        return JSONResponse({"previous": None, "next": None, "results": results})

    async def delete(self, request: Request) -> Response:
        """Forget a file."""
        name = self._found(request)
        del self._shown[name]
        self._house.drop(name)
        return Response(status_code=204)

    def _found(self, request: Request) -> str:
        name = str(request.path_params["id"])
        if name not in self._shown:
            raise Refused(404, "The requested file does not exist.")
        return name

    def _linked(self, name: str) -> dict[str, Any]:
        return self._shown[name] | {"urls": {"get": self._house.kept_link(name)}}


def _measured(content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"size": len(content), "etag": digest[:32], "checksums": {"sha256": digest}}


def _dates(now: float) -> dict[str, str]:
    return {"created_at": zulu(now), "expires_at": zulu(now + KEPT_SECONDS)}
