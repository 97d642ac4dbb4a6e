"""Webhooks in, deliveries out: a small server for what services say of their own accord.

An event is on disk before it is answered, and only tells that it is worth asking
the service: no link of its body is ever followed. Replicate signs its events;
the others are told apart from strangers by a secret in the path.

    POST /hooks/<provider>/<secret>
"""

import base64
import fcntl
import hmac
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerprint.desk import Desk, look
from answerprint.errors import AnswerprintError, AuthenticationError, StorageError
from answerprint.ports import open_port
from answerprint.providers.job import Job, now
from answerprint.providers.secret import read_keys
from answerprint.providers.services import SERVICES
from answerprint.record import Record

MOST_BYTES: Final = 1 << 20
"""Most bytes of an event that are read; a prediction with its logs has a few tens of kilobytes."""
OLDEST: Final = 300
"""Seconds a signed event may be old: five minutes is what the Standard Webhooks scheme advises."""
PATH_VARIABLE: Final = "ANSWERPRINT_HOOK_SECRET"
"""Environment variable with the secret of the path; made and kept beside the jobs where it is not set."""
SIGNING_VARIABLE: Final = "REPLICATE_WEBHOOK_SECRET"
"""Environment variable with Replicate's signing secret; without it Replicate is told by the path, too."""

Arrived = Callable[[Job], None]


class Event(Record):
    """One event as it is kept: what came, not whether it is true."""

    provider: str
    """Service that is said to speak."""
    key: str
    """What makes two events the same one."""
    names: tuple[str, ...]
    """Names of jobs that the body holds."""
    received: datetime
    """When it came, UTC."""


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
            return _written_once(path, event.model_dump_json())
        except OSError as problem:
            raise StorageError(f"cannot be written ({problem.strerror})", where=str(path)) from None

    def kept(self) -> Iterator[Event]:
        """Yield the events on disk, for a run that was killed before it asked about them."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                yield Event.model_validate_json(path.read_text())
            except ValueError:
                continue

    def work(self) -> None:
        """Ask about the jobs of events as they come, until None comes; what fails for one job stops no other."""
        while (events := self.waiting.get()) is not None:
            with self._reported("webhooks"):
                for job in self._meant(events):
                    with self._reported(job.name):
                        self._ask(job)

    def _meant(self, events: tuple[Event, ...]) -> list[Job]:
        """Return the jobs that `events` name and that are not seen to yet; the store is read once."""
        named = {(event.provider, name) for event in events for name in event.names}
        return [
            job
            for job in (self.desk.store.jobs() if named else ())
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
        known = _same(request.path_params["secret"], listener.secret)
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


def read_event(provider: str, body: bytes, webhook_id: str | None = None) -> Event | None:
    """Return the event in `body`; None where it is no JSON object or names no job."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    names = tuple(sorted(set(_names(value))))
    if not names:
        return None
    key = webhook_id or sha256(body).hexdigest()
    return Event(provider=provider, key=key, names=names, received=now())


def signature_holds(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Tell whether one of the signatures in `webhook-signature` is the secret's, and the event is fresh.

    HMAC-SHA256 over id, timestamp and body; the key is the base64 behind the secret's prefix.
    """
    event_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        key = base64.b64decode(secret.partition("_")[2])
        fresh = abs(now - int(stamp)) <= OLDEST
    except ValueError:
        return False
    digest = hmac.new(key, f"{event_id}.{stamp}.".encode() + body, sha256).digest()
    ours = base64.b64encode(digest).decode()
    theirs = [part.partition(",")[2] for part in headers.get("webhook-signature", "").split()]
    return fresh and any(_same(ours, given) for given in theirs)


def path_secret(folder: Path) -> str:
    """Return the secret of the path: from the environment, else the one kept in `folder`, made where there is none."""
    if named := os.environ.get(PATH_VARIABLE):
        return named
    path = folder / "hook-secret"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = token_urlsafe(24)
    return made if _written_once(path, made) else path.read_text().strip()


def signing_secret(desk: Desk) -> str | None:
    """Return Replicate's signing secret: from the environment, else asked for where there is a key."""
    if named := os.environ.get(SIGNING_VARIABLE):
        return named
    try:
        read_keys("replicate", ("REPLICATE_API_TOKEN",))
        with desk.reach("replicate") as (service, wire):
            answer = service.good(wire.ask("GET", "v1/webhooks/default/secret"))
    except (AuthenticationError, AnswerprintError):
        return None
    key = answer.mapping().get("key")
    return str(key) if key else None


@contextmanager
def listening(listener: Listener, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve `listener` and yield the address that services are to call, secret and all, but for the provider.

    Raises StorageError where the port cannot be opened.
    """
    opened = open_port(host, port)
    config = uvicorn.Config(
        create_app(listener), log_level="warning", access_log=False, lifespan="off"
    )
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


def _written_once(path: Path, text: str) -> bool:
    """Write a private file, whole or not at all; False where it is there already. Raises OSError.

    An empty one counts as none: a full disk leaves such. Waits for whoever writes to the same folder.
    """
    beside, folder = path.with_suffix(".partial"), os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists() and path.stat().st_size:
            return False
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        os.close(folder)
    return True


def _same(one: str, other: str) -> bool:
    """Compare secrets in constant time, as bytes: text that is no ASCII cannot be."""
    return hmac.compare_digest(one.encode(), other.encode())


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


def _names(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield what may be the name of a job: the services call it by these keys."""
    if depth > 6:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("taskUUID", "id", "jobId", "request_id") and isinstance(item, str):
                yield item
            else:
                yield from _names(item, depth + 1)
    elif isinstance(value, list):
        for item in value[:100]:
            yield from _names(item, depth + 1)
