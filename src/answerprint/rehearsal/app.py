"""The rehearsal as one server: every stand-in under its path, the shelf, and the faults' switchboard."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerprint.ports import open_port
from answerprint.record import Record
from answerprint.rehearsal import shelf
from answerprint.rehearsal.faults import FAULTS, Faults
from answerprint.rehearsal.gmi import standin as gmi
from answerprint.rehearsal.hangup import Wire, hang_up
from answerprint.rehearsal.house import ACCEPTED, Held, House
from answerprint.rehearsal.luma import standin as luma
from answerprint.rehearsal.replicate import standin as replicate
from answerprint.rehearsal.runware import standin as runware
from answerprint.rehearsal.scenario import standin as scenario

SERVICES: Final[dict[str, tuple[str, Callable[[House], list[BaseRoute]]]]] = {
    "runware": ("/runware/v1", runware.routes),
    "luma": ("/luma/v1", luma.routes),
    "gmi": ("/gmi/api/v1/ie/requestqueue/apikey", gmi.routes),
    "replicate": ("/replicate", replicate.routes),
    "scenario": ("/scenario/v1", scenario.routes),
}
"""Each service's path and routes, by its name."""

STARTING: Final = 30.0
"""Seconds a server has to start."""
UNDOCUMENTED: Final = ("undocumentedField", "new")
"""What "extra-fields" puts into every object."""


class Arming(Record):
    """What the switchboard is told."""

    clear: bool = False
    """Disarm everything first."""
    once: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    rates: dict[str, float] = {}


def create_app(house: House) -> Starlette:
    """Return the application that serves a house."""
    mounted = [route for path, make in SERVICES.values() for route in _under(path, make(house))]
    return Starlette(
        routes=[
            *mounted,
            Mount("/shelf", routes=shelf.routes(house)),
            Mount("/rehearsal", routes=_switchboard(house)),
        ],
        middleware=[Middleware(Trouble, house=house)],
    )


@contextmanager
def running(
    *,
    port: int = 0,
    divide: int = 1,
    faults: Faults | None = None,
    folder: Path | None = None,
    job_seconds: float = 0.2,
    link_seconds: float = 3600,
) -> Iterator[House]:
    """Serve a house on loopback while the block runs; port 0 takes a free one.

    What is rendered stays in `folder` and is not rendered again; without a
    folder it is gone afterwards. Raises StorageError where the port cannot be opened.
    """
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        house = House(
            where, divide=divide, faults=faults, job_seconds=job_seconds, link_seconds=link_seconds
        )
        stack.callback(house.close)
        listening = stack.enter_context(open_port("127.0.0.1", port))
        house.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        stack.enter_context(_serving(create_app(house), listening))
        yield house


@contextmanager
def _serving(app: Starlette, listening: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        app,
        http=Wire,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="rehearsal", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + STARTING
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        thread.join()


def _under(path: str, routes: list[BaseRoute]) -> list[BaseRoute]:
    """Return routes below a path; a mount alone would answer its own root with a redirect."""
    roots = [
        Route(path, route.endpoint, methods=sorted(route.methods or ()))
        for route in routes
        if isinstance(route, Route) and route.path == "/"
    ]
    return [*roots, Mount(path, routes=routes)]


def _switchboard(house: House) -> list[BaseRoute]:
    async def arm(request: Request) -> Response:
        try:
            arming = Arming.model_validate_json(await request.body())
            if arming.clear:
                house.faults.clear()
            house.faults.once(*arming.once)
            house.faults.always(*arming.always)
            house.faults.at_rate(arming.rates)
        except (ValidationError, ValueError) as problem:
            return JSONResponse({"detail": str(problem)}, 400)
        return JSONResponse({"struck": dict(house.faults.struck)})

    async def known(_: Request) -> Response:
        return JSONResponse({"faults": FAULTS, "struck": dict(house.faults.struck)})

    async def jobs(_: Request) -> Response:
        taken = {name: [_told(held) for held in house.all_held(name)] for name in SERVICES}
        return Response(json.dumps(taken, default=str), media_type="application/json")

    return [
        Route("/faults", arm, methods=["POST"]),
        Route("/faults", known, methods=["GET"]),
        Route("/jobs", jobs, methods=["GET"]),
    ]


def _told(held: Held) -> dict[str, Any]:
    return {
        "id": held.id,
        "state": held.state,
        "created": held.created,
        "spec": held.spec.model_dump(),
        "faults": sorted(held.faults),
        "body": held.extra.get("body", held.extra),
    }


class Trouble:
    """Faults of whole answers: the one that never comes, and the one with fields nobody documented."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a service's request as the faults have it, and every other one as it is."""
        if scope["type"] != "http" or scope["path"].startswith(("/shelf/", "/rehearsal/")):
            await self._app(scope, receive, send)
            return
        accepted: list[str] = []
        token = ACCEPTED.set(accepted)
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, collect)
        finally:
            ACCEPTED.reset(token)
        if accepted and self._house.faults.strikes("dropped-submit", "dropped"):
            await hang_up(scope, receive)
            return
        for message in self._extended(messages):
            await send(message)

    def _extended(self, messages: list[Message]) -> list[Message]:
        headers = dict(messages[0].get("headers", ()))
        if not headers.get(b"content-type", b"").startswith(b"application/json"):
            return messages
        if not self._house.faults.strikes("extra-fields"):
            return messages
        body = json.loads(b"".join(message.get("body", b"") for message in messages[1:]))
        return _answer(messages[0], json.dumps(_with_more(body)).encode())


def _answer(start: MutableMapping[str, Any], body: bytes) -> list[Message]:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    return [dict(start) | {"headers": headers}, {"type": "http.response.body", "body": body}]


def _with_more(value: Any) -> Any:
    """Return a JSON value with one more field in every object."""
    if isinstance(value, dict):
        return {key: _with_more(inner) for key, inner in value.items()} | dict([UNDOCUMENTED])
    return [_with_more(inner) for inner in value] if isinstance(value, list) else value
