"""Webhooks in, deliveries out: a small server for what services say of their own accord.

An event is on disk before it is answered, and only tells that it is worth asking
the service: no link of its body is ever followed. Replicate signs its events;
the others are told apart from strangers by a secret in the path.

    POST /hooks/<provider>/<secret>
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerprint.desk import Desk, look
from answerprint.errors import AnswerprintError, StorageError
from answerprint.hooks import Event, read_event, same, signature_holds, written_once
from answerprint.ports import open_port
from answerprint.providers.job import Job
from answerprint.providers.services import SERVICES

MOST_BYTES: Final = 1 << 20
"""Most bytes of an event that are read; a prediction with its logs has a few tens of kilobytes."""
LAST_WORD: Final = 2
"""Seconds that whoever still speaks is listened to when the listening ends: a service says it again."""

Arrived = Callable[[Job], None]


@dataclass
class Listener:
    """Takes events in, keeps them, and asks the services about the jobs they name."""

    desk: Desk
    secret: str
    signing: str | None = field(default=None, repr=False)
    arrived: Arrived | None = None
    waiting: "queue.Queue[tuple[Event, ...] | None]" = field(default_factory=queue.Queue)
    """Events to ask about together, for the jobs are read anew each time; None ends it."""

    def __repr__(self) -> str:
        return f"Listener({self.desk.store!r})"

    @property
    def folder(self) -> Path:
        """Where events are kept."""
        return self.desk.store.folder / "hooks"

    def keep(self, event: Event) -> bool:
        """Put `event` on disk; False where it is there already. Raises StorageError."""
        name = sha256(f"{event.provider} {event.key}".encode()).hexdigest()[:32]
        path = self.folder / f"{name}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return written_once(path, event.model_dump_json())
        except OSError as problem:
            raise StorageError(f"cannot be written ({problem.strerror})", where=str(path)) from None

    def kept(self) -> Iterator[Event]:
        """Yield the events on disk, for a run that was killed before it asked about them."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                yield Event.model_validate_json(path.read_text(encoding="utf-8"))
            except (ValueError, OSError):
                continue

    def work(self) -> None:
        """Ask about the jobs of events as they come, until None comes; what fails for one job stops no other."""
        while (events := self.waiting.get()) is not None:
            with self._reported("webhooks"):
                for job in self._meant(events):
                    with self._reported(job.name):
                        self._ask(job)

    def _meant(self, events: tuple[Event, ...]) -> list[Job]:
        """Return the jobs that `events` name and that are not seen to yet; the store is read once, and what is damaged in it said."""
        named = {(event.provider, name) for event in events for name in event.names}
        found, damaged = self.desk.store.listed() if named else ((), ())
        for problem in damaged:
            self.desk.progress(f"webhooks: {problem}", 0, None)
        return [
            job
            for job in found
            if {(job.provider, job.id), (job.provider, job.service_id)} & named
            and (not job.state.ended or job.folder is None)
        ]

    def _ask(self, job: Job) -> None:
        """Look at the job until the service says what its event said: an event may come before the poll knows."""
        for pause in (0.0, 1.0, 2.0, 5.0, 10.0):
            self.desk.sleep(pause)
            job = look(job, self.desk)
            if job.state.ended:
                break
        if self.arrived is not None and job.state.ended:
            self.arrived(job)

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        """Say what goes wrong with `what`, and go on; a bug as Python says it of a thread: by its traceback."""
        try:
            yield
        except AnswerprintError as problem:
            self.desk.progress(f"{what}: {problem}", 0, None)
        except Exception as problem:  # noqa: BLE001 - the thread's last door: nothing passes it unsaid
            self.desk.progress(f"{what}: {type(problem).__name__}, a bug in answerprint", 0, None)
            threading.excepthook(
                threading.ExceptHookArgs(
                    (type(problem), problem, problem.__traceback__, threading.current_thread())
                )
            )


def create_app(listener: Listener) -> Starlette:
    """Return the ASGI application that takes events for `listener`."""

    async def take(request: Request) -> Response:
        provider = request.path_params["provider"]
        known = same(request.path_params["secret"], listener.secret)
        if provider not in SERVICES or not known:
            return Response(status_code=404)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if provider == "replicate" and listener.signing is not None:
            signed = {name.lower(): value for name, value in request.headers.items()}
            if not signature_holds(listener.signing, signed, body, now=time.time()):
                return Response(status_code=401)
        event = read_event(provider, body, request.headers.get("webhook-id"))
        if event is None:
            return Response(status_code=400)
        try:
            fresh = await run_in_threadpool(listener.keep, event)
        except StorageError:
            return Response(status_code=503)
        if fresh:
            listener.waiting.put((event,))
        return JSONResponse({"taken": fresh})

    return Starlette(routes=[Route("/hooks/{provider}/{secret}", take, methods=["POST"])])


@contextmanager
def listening(listener: Listener, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve `listener` and yield the address that services are to call, secret and all, but for the provider.

    Raises StorageError where the port cannot be opened.
    """
    opened = open_port(host, port)
    config = uvicorn.Config(
        create_app(listener), log_level="warning", access_log=False, lifespan="off",
        timeout_graceful_shutdown=LAST_WORD,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threads = [
        threading.Thread(target=server.run, args=([opened],), name="hooks", daemon=True),
        threading.Thread(target=listener.work, name="asking", daemon=True),
    ]
    listener.waiting.put(tuple(listener.kept()))
    for thread in threads:
        thread.start()
    try:
        while not server.started:
            if not threads[0].is_alive():
                raise StorageError("nothing can be served", where=f"{host}:{port}")
            time.sleep(0.01)
        number = opened.getsockname()[1]
        yield f"http://{host}:{number}/hooks/{{provider}}/{listener.secret}"
    finally:
        server.should_exit = True
        listener.waiting.put(None)
        for thread in threads:
            thread.join(timeout=10)
        opened.close()


async def _body(request: Request) -> bytes | None:
    content = bytearray()
    try:
        async for piece in request.stream():
            content += piece
            if len(content) > MOST_BYTES:
                return None
    except ClientDisconnect:
        return None
    return bytes(content)
