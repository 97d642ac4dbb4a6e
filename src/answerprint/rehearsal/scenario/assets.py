"""The assets of the Scenario stand-in: pictures and clips that were sent, and what jobs made."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.errors import SourceError
from answerprint.media.movie.probing import probe
from answerprint.order import Size
from answerprint.rehearsal.door import Refused
from answerprint.rehearsal.house import Held, House
from answerprint.rehearsal.intake import decoded, look_at_picture
from answerprint.rehearsal.scenario.entity import owned
from answerprint.rehearsal.scenario.inputs import PictureForm, read

Kind = Literal["image", "video"]

PICTURES: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""Media types of pictures by how their files begin."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture or clip that lies here."""

    id: str
    kind: Kind
    media_type: str
    created: float
    properties: dict[str, Any]
    kept: str | None = None
    """Id of the upload it was; None for what a job made."""

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self.properties["width"], self.properties["height"]


class Assets:
    """The assets of one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._sent: dict[str, Asset] = {}

    def of(self, name: str, kind: Kind) -> Asset:
        """Return the asset of that id and kind. Raises Refused."""
        asset = self._known(name)
        if asset.kind != kind:
            raise Refused(400, f"asset {name} is no {kind}")
        return asset

    def picture(self, name: str) -> bytes | None:
        """Return the picture that is the asset of that id. Raises Refused."""
        kept = self._house.kept(self.of(name, "image").kept or "")
        return kept[0] if kept else None

    def add(self, content: bytes, kind: Kind) -> Asset:
        """Keep a file that was sent as an asset. Raises Refused where it is none of its kind."""
        media_type, properties = (_picture if kind == "image" else _clip)(content)
        name = f"asset_{uuid4().hex}"
        kept = self._house.keep(content, media_type)
        asset = Asset(name, kind, media_type, time.time(), properties, kept)
        self._sent[name] = asset
        return asset

    async def create(self, request: Request) -> Response:
        """Keep a picture sent in base64."""
        form = read(PictureForm, await request.body())
        content = decoded(form.image)
        if content is None:
            raise Refused(400, "image is not in base64")
        asset = await run_in_threadpool(self.add, content, "image")
        return JSONResponse({"asset": self._shown(asset)})

    async def get(self, request: Request) -> Response:
        """Describe an asset under a link that was signed just now."""
        asset = await run_in_threadpool(self._known, request.path_params["id"])
        return JSONResponse({"asset": self._shown(asset)})

    async def download(self, request: Request) -> Response:
        """Sign a link to an asset in the format it is stored in."""
        asset = await run_in_threadpool(self._known, request.path_params["id"])
        wanted = json.loads(await request.body() or b"{}").get("targetFormat")
        if wanted not in (None, asset.media_type.rpartition("/")[2]):
            raise Refused(400, "a video can only be had in its stored format")
        return JSONResponse({"url": self._link(asset), "mimeType": asset.media_type})

    def _known(self, name: str) -> Asset:
        """Return the asset of that id, or refuse; looks at what jobs made, so it may block."""
        asset = self._sent.get(name) or self._made(name)
        if asset is None:
            raise Refused(404, f"asset {name} not found")
        return asset

    def _made(self, name: str) -> Asset | None:
        """Return what a finished job made, None where none made it."""
        held = self._maker(name)
        if held is None:
            return None
        file = held.files[0]
        return Asset(name, "video", file.media_type, held.updated, _facts(file.path))

    def _maker(self, name: str) -> Held | None:
        jobs = self._house.all_held("scenario")
        found = (held for held in jobs if held.extra["asset"] == name and held.state == "done")
        return next(found, None)

    def _link(self, asset: Asset) -> str:
        if asset.kept is not None:
            return self._house.kept_link(asset.kept)
        held = self._maker(asset.id)
        assert held is not None, "what is no upload was made by a job"
        return self._house.link(held.files[0], held)

    def _shown(self, asset: Asset) -> dict[str, Any]:
        origin = _origin(asset)
        return {
            "id": asset.id,
            "kind": asset.kind,
            "mimeType": asset.media_type,
            "url": self._link(asset),
            "status": "success",
            "source": origin,
            "metadata": {"kind": asset.kind, "type": origin},
            "properties": asset.properties,
            "privacy": "private",
            "tags": [],
            "collectionIds": [],
            "editCapabilities": [],
            "nsfw": [],
        } | owned(asset.created, asset.created)


def _origin(asset: Asset) -> str:
    if asset.kept is None:
        return "txt2video"
    return "uploaded-video" if asset.kind == "video" else "uploaded"


def _picture(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return media type and properties of a picture, or refuse what is none."""
    kind = next((kind for magic, kind in PICTURES.items() if content.startswith(magic)), None)
    size = look_at_picture(content) if kind else None
    if kind is None or size is None:
        raise Refused(400, "the file is no picture")
    return kind, {"size": len(content), "width": size[0], "height": size[1]}


def _clip(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return media type and properties of a movie, or refuse what is none."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            return "video/mp4", _facts(Path(file.name))
        except SourceError:
            raise Refused(400, "the file is no movie") from None


def _facts(path: Path) -> dict[str, Any]:
    """Return what Scenario tells of a movie. Raises SourceError."""
    facts, size = probe(path), path.stat().st_size
    seconds = facts.seconds or 0.0
    return {
        "size": size,
        "width": facts.size[0],
        "height": facts.size[1],
        "duration": seconds,
        "frameRate": float(facts.rate or 0),
        "nbFrames": facts.declared,
        "codecName": facts.codec,
        "bitrate": round(size * 8 / seconds) if seconds else 0,
    }
