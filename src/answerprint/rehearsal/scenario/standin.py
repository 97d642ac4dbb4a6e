"""The stand-in of Scenario: the three Ray 3.2 models, jobs, assets, uploads and webhook endpoints.

Built from Scenario's guide to the models and the types of its official SDK. Chosen here, because they
leave it open: the refusal's body, the price in creative units, that a part is sent by PUT, that an upload
ends as `imported`, that jobs of these models can be called off, and the body of a webhook (unsigned).
"""

import base64
import json
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from answerprint.order import CELLS
from answerprint.rehearsal.door import Door, Refused, admit, bearer
from answerprint.rehearsal.house import Held, House, Spec, refuse_for_now, seed_of
from answerprint.rehearsal.intake import cell_like, pin_pictures
from answerprint.rehearsal.scenario.assets import Asset, Assets
from answerprint.rehearsal.scenario.inputs import MODELS, Edit, Generate, Inputs, Reframe, read
from answerprint.rehearsal.scenario.jobs import Jobs, cost_of, shown
from answerprint.rehearsal.scenario.uploads import Uploads
from answerprint.rehearsal.scenario.webhooks import Webhooks, letter

ESTIMATED: Final = 269
"""Status of a dry run, by the SDK."""
PHRASES: Final = {
    401: "a valid API key and secret are needed",
    402: "the team has no creative units left",
    403: "the key is not allowed to do this",
}
LONGEST: Final = 60
"""Seconds of footage a clip is rendered for; Scenario names no limit."""


def routes(house: House) -> list[BaseRoute]:
    """Return the routes under the API's address."""
    assets, jobs, webhooks = Assets(house), Jobs(house), Webhooks()
    uploads, models = Uploads(house, assets), Models(house, assets, webhooks)
    door = Door(house, _refusal, _check_key)
    return [
        door.route("POST", "/generate/custom/{model}", models.generate),
        door.route("GET", "/jobs", jobs.page),
        door.route("GET", "/jobs/{id}", jobs.poll),
        door.route("POST", "/jobs/{id}/action", jobs.act),
        door.route("POST", "/assets", assets.create),
        door.route("GET", "/assets/{id}", assets.get),
        door.route("POST", "/assets/{id}/download", assets.download),
        door.route("POST", "/uploads", uploads.begin),
        door.route("GET", "/uploads/{id}", uploads.watch),
        door.route("POST", "/uploads/{id}/action", uploads.complete),
        door.route("PUT", "/uploads/{id}/parts/{number:int}", uploads.put, signed=True),
        door.route("POST", "/projects/{project}/webhook-endpoints", webhooks.create),
        door.route("GET", "/projects/{project}/webhook-endpoints", webhooks.list),
    ]


class Models:
    """The models of one house, which make jobs of inputs."""

    def __init__(self, house: House, assets: Assets, webhooks: Webhooks) -> None:
        self._house = house
        self._assets = assets
        self._webhooks = webhooks

    async def generate(self, request: Request) -> Response:
        """Start a job of the model in the path, or say what it would cost."""
        model = MODELS.get(request.path_params["model"])
        if model is None:
            raise Refused(404, "model not found")
        body = await request.body()
        spec = await run_in_threadpool(self._spec, read(model, body))
        billed = {"creativeUnitsCost": cost_of(spec), "creativeUnitsDiscount": 0}
        dry = request.query_params.get("dryRun")
        if dry is not None:
            if dry not in ("true", "api"):
                raise Refused(400, "dryRun is true or api")
            return JSONResponse(billed, ESTIMATED)
        full = self._house.crowded("scenario")
        if full is not None:
            return refuse_for_now(self._house.faults, _refusal(429, full))
        held = self._accepted(json.loads(body), spec, request.query_params.get("projectId"))
        return JSONResponse({"job": shown(held)} | billed)

    def _accepted(self, inputs: dict[str, Any], spec: Spec, project: str | None) -> Held:
        return self._house.accept(
            "scenario",
            spec,
            id=f"job_{uuid4().hex}",
            extra={"input": inputs, "asset": f"asset_{uuid4().hex}"},
            webhook=self._webhooks.told_of(project),
            webhook_body=letter,
        )

    def _spec(self, inputs: Inputs) -> Spec:
        """Return what to render; looks at the footage, so it may block."""
        pictures = [(frame, self._assets.picture(name)) for frame, name in inputs.pictures]
        return self._unpinned(inputs).model_copy(update={"pins": pin_pictures(pictures)})

    def _unpinned(self, inputs: Inputs) -> Spec:
        if isinstance(inputs, Generate):
            return _generated(inputs)
        assert isinstance(inputs, Edit | Reframe)
        return _changed(inputs, self._assets.of(inputs.video, "video"))


def _generated(inputs: Generate) -> Spec:
    return Spec(
        size=CELLS[inputs.resolution][inputs.aspect_ratio],
        seconds=int(inputs.duration.removesuffix("s")),
        hdr=inputs.hdr,
        loop=inputs.loop,
        seed=seed_of(inputs.prompt),
    )


def _changed(inputs: Edit | Reframe, source: Asset) -> Spec:
    seconds = min(LONGEST, max(1, round(source.properties["duration"])))
    seed = seed_of(inputs.prompt)
    if isinstance(inputs, Reframe):
        size = CELLS[inputs.resolution][inputs.aspect_ratio]
        return Spec(size=size, seconds=seconds, seed=seed)
    size = cell_like(source.size, inputs.resolution)
    return Spec(size=size, seconds=seconds, hdr=inputs.hdr, seed=seed)


def _refusal(status: int, words: str) -> dict[str, Any]:
    return {"error": HTTPStatus(status).phrase, "message": words}


def _check_key(request: Request) -> None:
    """Refuse a request whose Basic or Bearer credentials are none."""
    admit(bearer(request) or _basic(request), PHRASES)


def _basic(request: Request) -> str | None:
    """Return the key of Basic credentials that have a secret, too."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(said, validate=True).decode().partition(":")
    except ValueError:
        return None
    return key if secret else None
