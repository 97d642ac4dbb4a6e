"""The stand-in of the Luma Agents API: generations and files, with its own validation, states and errors.

Chosen here, because the documentation leaves it open: EXR frames are a second output of type "exr",
a zip; a field that is wrong by itself is 400, a combination that is refused is 422; an edit's source may
last 18 seconds (the SDK's schema), a reframe's 30.
"""

import time
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from answerprint.order import CELLS, Size
from answerprint.rehearsal.door import Door, Refused, admit, bearer, job_at
from answerprint.rehearsal.house import Held, House, Spec, seed_of
from answerprint.rehearsal.intake import (
    Footage,
    cell_like,
    content_of,
    decoded,
    look_at_link,
    look_at_movie,
    look_at_picture,
    pin_pictures,
)
from answerprint.rehearsal.luma.files import Cabinet
from answerprint.rehearsal.luma.order import (
    GRID,
    Create,
    ImageRef,
    contradiction,
    fault_words,
    indexes_fault,
)

NAME: Final = "luma"
PATH: Final = "/luma/v1"
VERSION: Final = "2026-04-01"
"""What X-API-Version says, by the page on rate limits."""
LONGEST_SOURCE: Final = {"video_edit": 18.0, "video_reframe": 30.0}
"""Seconds of footage, by the SDK's schema and by the reframing guide."""
MOST_PICTURE: Final = 50 * 1024**2
MOST_MOVIE: Final = 200 * 1024**2
"""Bytes of an input, by the page on errors and by the editing guide."""
STATES: Final = {
    "queued": "queued",
    "running": "processing",
    "done": "completed",
    "failed": "failed",
    "moderated": "failed",
    "canceled": "failed",
}
FAILURES: Final = {
    "failed": "generation_failed",
    "moderated": "content_moderated",
    "canceled": "generation_failed",
}
KEY_WORDS: Final = {
    401: "Invalid API key",
    402: "Insufficient balance",
    403: "This account is suspended",
}


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the service, below its path."""
    cabinet = Cabinet(house, PATH)
    desk, door = _Desk(house, cabinet), Door(house, _refusal, _check_key)
    guarded = [
        door.route("POST", "/generations", desk.create),
        door.route("GET", "/generations/{id}", desk.get),
        door.route("POST", "/files", cabinet.create),
        door.route("GET", "/files", cabinet.list),
        door.route("GET", "/files/{id}", cabinet.get),
        door.route("DELETE", "/files/{id}", cabinet.delete),
        door.route("POST", "/files/{id}/complete", cabinet.complete),
    ]
    # Uploads go to an object store, which has neither the service's faults nor its headers.
    return [*map(_traced, guarded), Route("/uploads/{id}", cabinet.put, methods=["PUT"])]


def _traced(route: Route) -> Route:
    """Return a route whose answers, refusals too, carry the headers of the service."""

    async def endpoint(request: Request) -> Response:
        response: Response = await route.endpoint(request)
        traced = request.headers.get("x-request-id") or str(uuid4())
        response.headers.update({"X-Request-Id": traced, "X-API-Version": VERSION})
        return response

    return Route(route.path, endpoint, methods=sorted(route.methods or ()))


class _Shown(NamedTuple):
    """What is known of a picture: its size, and the file itself where it lies here."""

    size: Size | None
    content: bytes | None = None


class _Desk:
    """Where generations are ordered and asked for."""

    def __init__(self, house: House, cabinet: Cabinet) -> None:
        self._house = house
        self._cabinet = cabinet

    async def create(self, request: Request) -> Response:
        """Take a generation."""
        try:
            order = Create.model_validate_json(await request.body())
        except ValidationError as problem:
            raise Refused(400, fault_words(problem)) from None
        if words := contradiction(order):
            raise Refused(422, words)
        # A source may lie on our own shelf, which this thread serves.
        spec = await run_in_threadpool(self._spec, order)
        if words := self._house.crowded(NAME):
            return JSONResponse(_refusal(429, words), 429, headers={"Retry-After": "1"})
        body = order.model_dump(mode="json", exclude_unset=True)
        held = self._house.accept(NAME, spec, extra={"body": body, "type": order.type})
        return JSONResponse(self._told(held), 201, headers=self._allowance())

    async def get(self, request: Request) -> Response:
        """Tell a generation, with links signed anew."""
        held = job_at(request, self._house, NAME, absent="generation not found")
        return JSONResponse(self._told(held))

    def _allowance(self) -> dict[str, str]:
        if self._house.per_minute is None:
            return {}
        limit = self._house.per_minute
        recent = [h.created for h in self._house.all_held(NAME) if time.time() - h.created < 60]
        reset = round(60 - (time.time() - min(recent))) if recent else 60
        left = max(0, limit - len(recent))
        pairs = {"Limit": limit, "Remaining": left, "Reset": reset}
        return {f"X-RateLimit-{name}": str(value) for name, value in pairs.items()}

    def _told(self, held: Held) -> dict[str, Any]:
        failed = STATES[held.state] == "failed"
        return {
            "id": held.id,
            "created_at": datetime.fromtimestamp(held.created, UTC).isoformat(),
            "model": "ray-3.2",
            "type": held.extra["type"],
            "state": STATES[held.state],
            "failure_code": FAILURES[held.state] if failed else None,
            "failure_reason": held.failure if failed else None,
            "output": [
                {
                    "type": "video" if file.kind == "movie" else "exr",
                    "url": self._house.link(file, held),
                }
                for file in held.files
            ],
        }

    def _spec(self, order: Create) -> Spec:
        """Return what is to be made. Raises Refused for media that cannot be used."""
        video = order.video
        light: dict[str, Any] = {
            "hdr": bool(video.hdr),
            "exr": bool(video.exr_export),
            "seed": seed_of(order.prompt),
        }
        shown = {p: self._picture(p, ref) for p, ref in order.references if p != "source"}
        light["pins"] = pin_pictures((order.pinned[p], each.content) for p, each in shown.items())
        if order.source is None:
            seconds = 10 if video.duration == "10s" else 5
            size = self._shape(order, next((each.size for each in shown.values()), None))
            return Spec(size=size, seconds=seconds, loop=bool(video.loop), **light)
        footage = self._footage(order.source)
        limit = LONGEST_SOURCE[order.type]
        if footage.seconds > limit + 0.5 / GRID:
            raise Refused(422, f"source must be {limit:g} seconds or shorter")
        if video.edit and (words := _edit_indexes(order, footage)):
            raise Refused(422, words)
        size = self._shape(order, footage.size)
        return Spec(size=size, seconds=max(1, round(footage.seconds)), **light)

    def _shape(self, order: Create, like: Size | None) -> Size:
        """Return the size of the result; an edit keeps its source's shape whatever was asked."""
        if order.aspect_ratio and order.type != "video_edit":
            return CELLS[order.resolution][order.aspect_ratio]
        return cell_like(like, order.resolution) if like else CELLS[order.resolution]["16:9"]

    def _footage(self, ref: ImageRef) -> Footage:
        if ref.generation_id is not None:
            spec = self._finished(ref.generation_id).spec
            return Footage(spec.size, spec.seconds)
        if ref.url is not None:
            footage = look_at_link(ref.url)
        else:
            content, media_type = self._content("source", ref, MOST_MOVIE)
            if not media_type.startswith("video/"):
                raise Refused(422, "source must be a video")
            footage = look_at_movie(content)
        if footage is None:
            raise Refused(422, "source could not be read as a video")
        return footage

    def _picture(self, place: str, ref: ImageRef) -> _Shown:
        if ref.generation_id is not None:
            return _Shown(self._finished(ref.generation_id).spec.size)
        if ref.url is not None:
            return _Shown(None, content_of(ref.url))
        content, media_type = self._content(place, ref, MOST_PICTURE)
        if not media_type.startswith("image/"):
            raise Refused(422, f"{place} must be an image")
        size = look_at_picture(content)
        if size is None:
            raise Refused(422, f"{place} could not be read as an image")
        return _Shown(size, content)

    def _content(self, place: str, ref: ImageRef, most: int) -> tuple[bytes, str]:
        if ref.file_id is not None:
            found = self._cabinet.ready(ref.file_id)
            if found is None:
                raise Refused(422, f"{place}.file_id: file not found or not ready")
            content, media_type = found
        else:
            content, media_type = decoded(ref.data or "") or b"", ref.media_type or ""
        if not content:
            raise Refused(422, f"{place}.data is not valid base64")
        if len(content) > most:
            raise Refused(413, f"{place} is larger than {most} bytes")
        return content, media_type

    def _finished(self, id: str) -> Held:  # noqa: A002  the wire's word
        held = self._house.held(id)
        if held is None or held.service != NAME:
            raise Refused(422, f"generation {id} not found")
        if held.state != "done":
            raise Refused(422, f"generation {id} is not completed")
        return held


def _edit_indexes(order: Create, footage: Footage) -> str | None:
    edit = order.video.edit
    assert edit is not None
    return indexes_fault(edit.keyframes, edit.keyframe_indexes, round(footage.seconds * GRID) - 1)


def _check_key(request: Request) -> None:
    admit(bearer(request), KEY_WORDS)


def _refusal(_: int, sentence: str) -> dict[str, Any]:
    return {"detail": sentence}
