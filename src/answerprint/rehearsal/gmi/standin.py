"""The stand-in of GMI Cloud: its request queue, with its own validation, states and error bodies.

Built from the pages of luma-ray-3-2-generate, -edit and -reframe, the video API reference and the models
of the official SDK. Chosen here, because they leave it open: refusals are 400, EXR frames are named by
`exr_url`, an edit spells `hdr` and `exr_export` as a generation does, a frame's link may be a data URI.
"""

from typing import Any, Final, Literal
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from answerprint.order import CELLS
from answerprint.rehearsal.door import Door, Refused, admit, bearer, job_at
from answerprint.rehearsal.gmi.payload import (
    PAYLOADS,
    Changing,
    Generate,
    Light,
    Payload,
    Reframe,
    Submit,
    read_submit,
)
from answerprint.rehearsal.house import Held, House, Spec, refuse_for_now, seed_of
from answerprint.rehearsal.intake import (
    Footage,
    cell_like,
    content_of,
    decoded,
    look_at_movie,
    pin_pictures,
)

Outcome = Literal["video_url", "media_urls"]
"""Where a finished request names its movie: the model's page says one, other models of the queue use the other."""

LONGEST_SOURCE: Final = 30
"""Seconds of footage an edit or reframe takes, by both models' pages."""
STATUSES: Final = {
    "queued": "queued",
    "running": "processing",
    "done": "success",
    "failed": "failed",
    "moderated": "failed",
    "canceled": "cancelled",
}
PHRASES: Final = {
    401: "unauthorized: a valid API key is required",
    402: "insufficient balance",
    403: "the account may not do this",
}


def routes(house: House, *, outcome: Outcome = "video_url") -> list[BaseRoute]:
    """Return the routes under the queue's address; `outcome` says how a result is spelled."""
    queue, door = Queue(house, outcome), Door(house, _refusal, _check_key)
    return [
        door.route("POST", "/requests", queue.submit),
        door.route("GET", "/requests/{id}", queue.poll),
        door.route("GET", "/models", queue.models),
        door.route("GET", "/models/{id}", queue.model),
    ]


class Queue:
    """The request queue of one house."""

    def __init__(self, house: House, outcome: Outcome) -> None:
        self._house = house
        self._outcome = outcome

    async def submit(self, request: Request) -> Response:
        """Take a request and say that it is being worked on."""
        submit, payload = read_submit(await request.body())
        spec = await run_in_threadpool(self._spec, payload)
        full = self._house.crowded("gmi")
        if full is not None:
            return refuse_for_now(self._house.faults, _refusal(429, full))
        held = self._accepted(submit, spec, request.headers.get("x-organization-id", "rehearsal"))
        # The page promises "processing" at once, and only polls tell of "queued".
        return JSONResponse(_brief(held) | {"status": "processing"})

    async def poll(self, request: Request) -> Response:
        """Tell where a request is, and what came of it."""
        held = job_at(request, self._house, "gmi", absent="request not found")
        return JSONResponse(self._whole(held))

    async def models(self, _: Request) -> Response:
        """List the models."""
        return JSONResponse({"models": [_model(name) for name in PAYLOADS]})

    async def model(self, request: Request) -> Response:
        """Describe one model."""
        if request.path_params["id"] not in PAYLOADS:
            raise Refused(404, "model not found")
        return JSONResponse(_model(request.path_params["id"]))

    def _accepted(self, submit: Submit, spec: Spec, organization: str) -> Held:
        remembered = {
            "model": submit.model,
            "payload": submit.payload,
            "generation_id": str(uuid4()),
            "org_id": organization,
        }
        return self._house.accept("gmi", spec, extra=remembered)

    def _spec(self, payload: Payload) -> Spec:
        """Return what to render; reads the footage, so it may block."""
        if isinstance(payload, Generate):
            for generation in payload.chained:
                self._made(generation)
            return _generated(payload)
        assert isinstance(payload, Changing)
        return _changed(payload, self._source(payload))

    def _made(self, generation: str) -> Held:
        """Return the finished job of a generation id."""
        for held in self._house.all_held("gmi"):
            if held.extra["generation_id"] == generation and held.state == "done":
                return held
        raise Refused(400, f"generation not found: {generation}")

    def _source(self, payload: Changing) -> Footage:
        """Return shape and length of the footage."""
        if payload.source_generation_id is not None:
            spec = self._made(payload.source_generation_id).spec
            return Footage(spec.size, spec.seconds)
        content = decoded(payload.source_data or "")
        footage = look_at_movie(content) if content else None
        if footage is None:
            raise Refused(400, "source_data is no movie in base64")
        if round(footage.seconds, 1) > LONGEST_SOURCE:
            raise Refused(400, f"the source may be at most {LONGEST_SOURCE} s long")
        return footage

    def _whole(self, held: Held) -> dict[str, Any]:
        """Return a request as a poll shows it."""
        ended_badly = held.state in ("failed", "moderated")
        return (
            _brief(held)
            | {key: held.extra[key] for key in ("payload", "org_id")}
            | {"outcome": self._result(held), "qworker_id": "rehearsal", "is_public": False}
            | ({"error": held.failure} if ended_badly else {})
        )

    def _result(self, held: Held) -> dict[str, Any]:
        if held.state != "done":
            return {}
        links = [self._house.link(file, held) for file in held.files]
        result: dict[str, Any] = {"generation_id": held.extra["generation_id"]}
        if self._outcome == "media_urls":
            listed = [{"id": str(n), "url": link} for n, link in enumerate(links)]
            return result | {"media_urls": listed}
        return result | dict(zip(("video_url", "exr_url"), links, strict=False))


def _check_key(request: Request) -> None:
    admit(bearer(request), PHRASES)


def _refusal(_: int, words: str) -> dict[str, Any]:
    return {"error": words}


def _generated(payload: Generate) -> Spec:
    return Spec(
        size=CELLS[payload.resolution][payload.aspect_ratio],
        seconds=int(payload.duration.removesuffix("s")),
        loop=payload.loop,
        pins=pin_pictures((at, content_of(url)) for at, url in payload.pinned),
        **_look(payload),
    )


def _changed(payload: Changing, source: Footage) -> Spec:
    size = cell_like(source.size, payload.resolution)
    if isinstance(payload, Reframe):
        asked = CELLS[payload.resolution][payload.aspect_ratio]
        if asked == size:
            raise Refused(400, "aspect_ratio must differ from the source's")
        size = asked
    return Spec(size=size, seconds=max(1, round(source.seconds)), **_look(payload))


def _look(payload: Payload) -> dict[str, Any]:
    """Return what a clip's pixels are made from, whatever its shape and length."""
    light = payload if isinstance(payload, Light) else None
    return {
        "hdr": light is not None and light.hdr,
        "exr": light is not None and light.exr_export,
        "seed": seed_of(payload.prompt),
    }


def _brief(held: Held) -> dict[str, Any]:
    """Return what submit and poll both show."""
    return {
        "request_id": held.id,
        "status": STATUSES[held.state],
        "model": held.extra["model"],
        "created_at": int(held.created),
        "queued_at": int(held.created),
        "updated_at": int(held.updated),
    }


def _model(name: str) -> dict[str, Any]:
    return {
        "model": name,
        "model_type": "video",
        "external_provider": "luma",
        "parameters": sorted(PAYLOADS[name].model_fields),
    }
