"""A service on loopback that answers by a list, an order's job there, and a stand-in for uploads."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from answerprint.errors import ServiceError
from answerprint.order import Order
from answerprint.providers.job import Job, JobState, Sighting, now
from answerprint.providers.secret import Keys
from answerprint.providers.services import service_named
from answerprint.providers.wire import Answer, Wire

TASK = "a3f1c2d4-5e6f-4081-92a3-b4c5d6e7f809"
PROMPT = {"prompt": "A bay at dawn"}
PNG = "https://host.example/first.png"
LAST = "https://host.example/last.png"
TAKE = "https://host.example/take.mov"
MP4, ZIP = "https://cdn.example/a.mp4?s=1", "https://cdn.example/b.zip?s=1"
WRONG: tuple[Any, ...] = (None, True, -1, 10**400, float("nan"), float("inf"), "x", "https://[x", [], [None], {}, {"a": None})  # fmt: skip
"""What a field may hold where something else is documented."""


def order_of(**keys: Any) -> Order:
    return Order.parse(PROMPT | keys)


def job_of(service: str, **keys: Any) -> Job:
    seen = Sighting(state=JobState.QUEUED, service_id="theirs")
    return Job(
        id=TASK, provider=service, order=order_of(**keys), seen=seen, created=now(), updated=now()
    )


def composed(service: str, **keys: Any) -> tuple[str, Any]:
    """Return path and body of an order; files are placed as `asset:` and their stem."""
    ask = service_named(service).compose(order_of(**keys), TASK, placed)
    assert not ask.headers
    assert not ask.params
    return ask.path, ask.body


def placed(reference: str) -> str:
    return reference if ":" in reference else f"asset:{reference.partition('.')[0]}"


def refused(service: str, status: int, body: Any) -> ServiceError:
    return service_named(service).blame(Answer(status, body))


@dataclass
class Spoken:
    """What was asked over the wire, and what is answered next."""

    wire: Wire
    base: str
    script: list[tuple[int, Any]] = field(default_factory=list)
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def speaking(service: str) -> Iterator[Spoken]:
    """Run a server on loopback that answers with the script's steps, and a wire to it."""

    class Theirs(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            spoken.heard.append((self.command, self.path, content))
            status, body = spoken.script.pop(0)
            answer = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names http.server calls

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Theirs)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    base = f"http://127.0.0.1:{server.server_port}"
    rested: list[float] = []
    wire = Wire(service, base, {}, Keys({}), sleep=rested.append, patience=0)
    spoken = Spoken(wire, base)
    thread.start()
    try:
        yield spoken
    finally:
        wire.close()
        server.shutdown()
        thread.join()
        server.server_close()
