"""The stand-in of Replicate: predictions of luma/ray-3.2, files, and signed webhooks.

Built from the model's page, the official SDK and the platform's documentation. Chosen here, because they
leave it open: a combination the page rules out is refused at once (422, as a wrong type is) rather than
as a failed prediction, and with `exr_export` the output is a list unless `routes` is told otherwise.
"""

import asyncio
import base64
import hmac
import json
import time
from http import HTTPStatus
from secrets import token_bytes
from typing import Any, Final, Literal
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from answerprint.rehearsal.clock import zulu
from answerprint.rehearsal.door import Door, Refused, admit, bearer, job_at
from answerprint.rehearsal.house import Held, House, Spec, State, refuse_for_now
from answerprint.rehearsal.replicate.files import Files
from answerprint.rehearsal.replicate.input import (
    Submit,
    life_seconds,
    read_submit,
    spec_of,
    wait_seconds,
)

Output = Literal["list", "string", "dict"]
"""What a prediction's output is where EXR frames were asked for: its schema has no place for them."""

MODEL: Final = "luma/ray-3.2"
VERSIONS: Final = ("6e0a55010a0a", "0e9282df")
"""How the ids of the published versions begin, by the model's page and its API page."""
KEPT_SECONDS: Final = 3600.0
"""How long input, output and logs of a prediction are kept, by the SDK's predictions resource."""
TITLES: Final = {401: "Unauthenticated", 402: "Insufficient credit", 422: "Input validation failed"}
PHRASES: Final = {
    401: "You did not pass a valid authentication token",
    402: "You have insufficient credit to run this model.",
    403: "The account may not do this.",
}
ABSENT: Final = "The requested prediction does not exist."
PAGE: Final = 100
"""Predictions on one page of the list."""
STATUSES: Final = {
    "queued": "starting",
    "running": "processing",
    "done": "succeeded",
    "failed": "failed",
    "moderated": "failed",
    "canceled": "canceled",
}


def routes(
    house: House, *, output: Output = "list", kept_seconds: float = KEPT_SECONDS
) -> list[BaseRoute]:
    """Return the routes under /replicate; `output` says what an output is where EXR frames were asked for."""
    predictions, files = Predictions(house, output, kept_seconds), Files(house)
    door = Door(house, _problem, _check_token)
    return [
        door.route("POST", "/v1/models/{owner}/{name}/predictions", predictions.of_model),
        door.route("POST", "/v1/predictions", predictions.of_version),
        door.route("GET", "/v1/predictions", predictions.page),
        door.route("GET", "/v1/predictions/{id}", predictions.poll),
        door.route("POST", "/v1/predictions/{id}/cancel", predictions.cancel),
        door.route("GET", "/v1/webhooks/default/secret", predictions.secret),
        door.route("POST", "/v1/files", files.create),
        door.route("GET", "/v1/files", files.list),
        door.route("GET", "/v1/files/{id}", files.get),
        door.route("DELETE", "/v1/files/{id}", files.delete),
    ]


class Predictions:
    """The predictions of one house."""

    def __init__(self, house: House, output: Output, kept_seconds: float) -> None:
        self._house = house
        self._output = output
        self._kept_seconds = kept_seconds
        self._secret = token_bytes(24)

    async def of_model(self, request: Request) -> Response:
        """Start a prediction of the model in the path."""
        if "{owner}/{name}".format(**request.path_params) != MODEL:
            raise Refused(404, "The requested model does not exist.")
        submit = read_submit(await request.body())
        if submit.version is not None:
            raise Refused(422, "- version: the path names the model")
        return await self._started(request, submit)

    async def of_version(self, request: Request) -> Response:
        """Start a prediction of the version in the body."""
        submit = read_submit(await request.body())
        owner, _, number = (submit.version or "").rpartition(":")
        if submit.version is None:
            raise Refused(422, "- version is required")
        if submit.version != MODEL and not (
            owner in ("", MODEL) and number.startswith(VERSIONS) and number.isalnum()
        ):
            raise Refused(422, "The version does not exist.")
        return await self._started(request, submit)

    async def poll(self, request: Request) -> Response:
        """Tell where a prediction is, and what came of it."""
        return JSONResponse(self._shown(await run_in_threadpool(self._found, request)))

    async def cancel(self, request: Request) -> Response:
        """End a prediction that has not ended."""
        held = await run_in_threadpool(self._found, request)
        await run_in_threadpool(self._house.cancel, held.id)
        return JSONResponse(self._shown(held))

    async def page(self, request: Request) -> Response:
        """List predictions, newest first; the cursor counts those before the page."""
        cursor = request.query_params.get("cursor", "0")
        if not cursor.isdecimal():
            raise Refused(400, "cursor is none of ours")
        start, every = int(cursor), self._house.all_held("replicate")[::-1]
        here = f"{self._house.base}/replicate/v1/predictions?cursor="
        shown = [self._shown(held) for held in every[start : start + PAGE]]
        more, fewer = start + PAGE < len(every), start > 0
        return JSONResponse(
            {
                "previous": f"{here}{max(0, start - PAGE)}" if fewer else None,
                "next": f"{here}{start + PAGE}" if more else None,
                "results": shown,
            }
        )

    async def secret(self, _: Request) -> Response:
        """Return what webhooks are signed with."""
        return JSONResponse({"key": "whsec_" + base64.b64encode(self._secret).decode()})

    async def _started(self, request: Request, submit: Submit) -> Response:
        wait = wait_seconds(request.headers.get("prefer", ""))
        life = request.headers.get("cancel-after")
        deadline = None if life is None else time.time() + life_seconds(life)
        spec = await run_in_threadpool(spec_of, submit.input)
        full, faults = self._house.crowded("replicate"), self._house.faults
        if full is not None:
            words = f"Request was throttled. {full}, it resets in ~{faults.retry_seconds}s"
            return refuse_for_now(faults, _problem(429, words))
        held = self._accepted(submit, spec, deadline)
        until = time.monotonic() + wait
        while not held.ended and time.monotonic() < until:
            await asyncio.sleep(0.02)
        # The SDK polls on only from "starting", which is what the service says after a wait in vain.
        vain = {} if held.ended else {"status": "starting"}
        return JSONResponse(self._shown(held) | vain, 201)

    def _accepted(self, submit: Submit, spec: Spec, deadline: float | None) -> Held:
        told = submit.webhook_completed or submit.webhook
        return self._house.accept(
            "replicate",
            spec,
            id=uuid4().hex[:26],
            extra={"input": submit.input.model_dump(exclude_unset=True), "deadline": deadline},
            webhook=told if "completed" in submit.webhook_events_filter else None,
            webhook_body=self._webhook,
        )

    def _found(self, request: Request) -> Held:
        """Return the prediction in the path, ended where its deadline has passed; that may block."""
        held = job_at(request, self._house, "replicate", absent=ABSENT)
        deadline = held.extra["deadline"]
        if deadline is not None and time.time() > deadline and not held.ended:
            held.extra["aborted"] = held.state == "queued"
            self._house.cancel(held.id)
        return held

    def _shown(self, held: Held) -> dict[str, Any]:
        """Return a prediction as every answer and webhook shows it."""
        # One look at the state: the job goes on while it is told.
        state = held.state
        ended = state not in ("queued", "running")
        shown: dict[str, Any] = {
            "id": held.id,
            "model": MODEL,
            "version": "hidden",
            "status": _status(held, state),
            "input": held.extra["input"],
            "output": self._result(held) if state == "done" else None,
            "logs": _logs(held),
            "error": held.failure if ended else None,
            "metrics": {"total_time": held.updated - held.created} if ended else {},
            "data_removed": False,
            "urls": self._places(held),
        }
        if ended and time.time() - held.updated > self._kept_seconds:
            shown |= {"input": {}, "output": None, "logs": "", "data_removed": True}
        return shown | _dates(held, state)

    def _places(self, held: Held) -> dict[str, str]:
        place = f"{self._house.base}/replicate/v1/predictions/{held.id}"
        return {"get": place, "cancel": f"{place}/cancel", "web": f"{place}/web"}

    def _result(self, held: Held) -> Any:
        links = [self._house.link(file, held) for file in held.files]
        if len(links) == 1 or self._output == "string":
            return links[0]
        return links if self._output == "list" else dict(zip(("video", "exr"), links, strict=True))

    def _webhook(self, held: Held) -> tuple[bytes, dict[str, str]]:
        """Return the prediction and the headers that sign it."""
        body = json.dumps(self._shown(held)).encode()
        name, stamp = f"msg_{uuid4().hex}", str(int(time.time()))
        signed = hmac.digest(self._secret, f"{name}.{stamp}.".encode() + body, "sha256")
        return body, {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(signed).decode(),
        }


def _status(held: Held, state: State) -> str:
    aborted = held.extra.get("aborted") and state == "canceled"
    return "aborted" if aborted else STATUSES[state]


def _dates(held: Held, state: State) -> dict[str, str | None]:
    started, ended = state not in ("queued", "canceled"), state not in ("queued", "running")
    deadline = held.extra["deadline"]
    return {
        "created_at": zulu(held.created),
        "started_at": zulu(held.created + held.seconds / 4) if started else None,
        "completed_at": zulu(held.updated) if ended else None,
        "deadline": None if deadline is None else zulu(deadline),
    }


def _logs(held: Held) -> str:
    """Return what the SDK reads a progress from."""
    if held.state == "queued":
        return ""
    done = round(held.progress * held.spec.frames)
    percent = round(held.progress * 100)
    return f"{percent}%|{'#' * (percent // 10):<10}| {done}/{held.spec.frames}\n"


def _check_token(request: Request) -> None:
    admit(bearer(request), PHRASES)


def _problem(status: int, words: str) -> dict[str, Any]:
    """Return problem details, RFC 7807."""
    return {
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "detail": words,
        "status": status,
    }
