"""The uploads of the Scenario stand-in: files that come in parts or by a link, and end as assets."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.courier import fetch
from answerprint.rehearsal.door import Refused
from answerprint.rehearsal.house import House
from answerprint.rehearsal.scenario.assets import Assets, Kind
from answerprint.rehearsal.scenario.entity import owned, stamp
from answerprint.rehearsal.scenario.inputs import Action, UploadForm, read
from answerprint.rehearsal.shelf import refused


@dataclass(slots=True)
class Upload:
    """A file on its way to become an asset."""

    id: str
    form: UploadForm
    created: float
    pieces: dict[int, bytes] = field(default_factory=dict)
    status: str = "pending"
    error: str | None = None
    asset: str | None = None


class Uploads:
    """The uploads of one house."""

    def __init__(self, house: House, assets: Assets) -> None:
        self._house = house
        self._assets = assets
        self._uploads: dict[str, Upload] = {}

    async def begin(self, request: Request) -> Response:
        """Begin an upload, or take a file from its link."""
        form = read(UploadForm, await request.body())
        upload = Upload(f"upload_{uuid4().hex}", form, time.time())
        self._uploads[upload.id] = upload
        if form.url is not None:
            content = await run_in_threadpool(fetch, form.url)
            await run_in_threadpool(self._finish, upload, content)
            return JSONResponse({"upload": self._told(upload) | {"status": "validating"}})
        return JSONResponse({"upload": self._told(upload)})

    async def put(self, request: Request) -> Response:
        """Take one part from who has its signed link."""
        no = refused(self._house, request.url.path, request.query_params, request.headers)
        if no is not None:
            return no
        upload, number = self._found(request), int(request.path_params["number"])
        if upload.status != "pending" or not 1 <= number <= (upload.form.parts or 0):
            raise Refused(400, "no such part is waited for")
        upload.pieces[number] = await request.body()
        return Response(headers={"ETag": f'"{uuid4().hex}"'})

    async def complete(self, request: Request) -> Response:
        """Make an asset of the parts."""
        upload = self._found(request)
        if read(Action, await request.body()).action != "complete":
            raise Refused(400, "the only action on an upload is complete")
        if upload.status != "pending":
            raise Refused(409, "the upload is complete already")
        content = b"".join(upload.pieces[number] for number in sorted(upload.pieces))
        whole = len(upload.pieces) == upload.form.parts
        if not whole or len(content) != upload.form.file_size:
            raise Refused(400, "parts are missing, or their size is not fileSize")
        await run_in_threadpool(self._finish, upload, content)
        return JSONResponse({"upload": self._told(upload) | {"status": "validating"}})

    async def watch(self, request: Request) -> Response:
        """Tell where an upload is."""
        return JSONResponse({"upload": self._told(self._found(request))})

    def _found(self, request: Request) -> Upload:
        upload = self._uploads.get(request.path_params["id"])
        if upload is None:
            raise Refused(404, "upload not found")
        return upload

    def _finish(self, upload: Upload, content: bytes | None) -> None:
        """Look at what was sent and make it an asset, or say why not."""
        kind: Kind = "video" if upload.form.kind == "video" else "image"
        if content is None:
            upload.status, upload.error = "failed", "the url cannot be read"
            return
        try:
            upload.asset = self._assets.add(content, kind).id
            upload.status = "imported"
        except Refused as no:
            upload.status, upload.error = "failed", str(no)
        upload.pieces.clear()

    def _told(self, upload: Upload) -> dict[str, Any]:
        form = upload.form
        shown: dict[str, Any] = {
            "id": upload.id,
            "kind": form.kind,
            "fileName": form.file_name or (form.url or "").rpartition("/")[2],
            "source": "url" if form.url else "multipart",
            "status": upload.status,
        } | owned(upload.created, upload.created)
        if form.parts:
            shown |= {"contentType": form.content_type, "fileSize": form.file_size}
            shown |= {"partsCount": form.parts, "parts": self._parts(upload.id, form.parts)}
        told = {"entityId": upload.asset, "errorMessage": upload.error}
        return shown | {key: value for key, value in told.items() if value is not None}

    def _parts(self, name: str, count: int) -> list[dict[str, Any]]:
        """Return the signed links of an upload's parts, counted from 1."""
        expires = stamp(time.time() + self._house.link_seconds)
        paths = {n: f"/scenario/v1/uploads/{name}/parts/{n}" for n in range(1, count + 1)}
        links = {n: self._house.base + path + self._house.signed(path) for n, path in paths.items()}
        return [{"number": n, "url": link, "expires": expires} for n, link in links.items()]
