"""The house the stand-in services share: jobs, uploads, signed links, and the faults they meet."""

import hmac
import threading
import time
import zlib
from asyncio import sleep
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from email.utils import formatdate
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.faults import Faults
from answerprint.rehearsal.held import Held, State, WebhookBody, as_if
from answerprint.rehearsal.outcome import born_with, come_of, put, tell
from answerprint.rehearsal.studio import HeldFile, Spec, Studio

__all__ = ["ACCEPTED", "Held", "HeldFile", "House", "Spec", "State", "seed_of", "standing"]

Words = Callable[[int, str], Any]

WORKERS: Final = 16
"""Jobs that run at once; nearly all of them only wait for their time."""
EARLY_SECONDS: Final = 1.0
"""How long before the poll an early webhook comes."""
KEPT: Final = "kept"
"""Where uploads lie on the shelf."""
STANDINGS: Final = {"wrong": 401, "empty": 402, "closed": 403}
"""What keys of these beginnings are answered: a key nobody knows, an empty account, a closed one."""

ACCEPTED: ContextVar[list[str] | None] = ContextVar("ACCEPTED", default=None)
"""Ids of the jobs the request at hand has had accepted."""


class House:
    """Jobs and uploads of all stand-in services, in `folder`; close it to end its threads.

    `divide` makes pictures smaller, for tests. A job takes `job_seconds` and
    its rendering; links live `link_seconds`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        divide: int = 1,
        faults: Faults | None = None,
        job_seconds: float = 0.2,
        link_seconds: float = 3600,
    ) -> None:
        self.base = "http://127.0.0.1"
        """Where it is served, without a slash at the end."""
        self.faults = faults or Faults()
        self.job_seconds = job_seconds
        self.link_seconds = link_seconds
        self.per_minute: int | None = None
        """Submits a service takes in any 60 seconds; None for no limit."""
        self.concurrent: int | None = None
        """Jobs a service runs at once before it says 429; None for no limit."""
        self.studio = Studio(folder / "studio", divide=divide)
        self.expired: set[str] = set()
        """Signatures of links that ended before their time."""
        self._kept = folder / "kept"
        self._types: dict[str, str] = {}
        self._jobs: dict[str, Held] = {}
        self._lock = threading.Lock()
        self._secret = token_bytes(32)
        self._turn = 0
        self._closing = threading.Event()
        self._workers = ThreadPoolExecutor(WORKERS, "job")

    def accept(
        self,
        service: str,
        spec: Spec,
        *,
        id: str | None = None,  # noqa: A002  the client's own word for it
        extra: dict[str, Any] | None = None,
        webhook: str | None = None,
        webhook_body: WebhookBody | None = None,
        upload: str | None = None,
        results: int = 1,
    ) -> Held:
        """Take a job and start it; its movies are put to `upload`, too. Raises ValueError where `id` names a job already."""
        held = Held(
            id=id or str(uuid4()),
            service=service,
            spec=spec,
            created=time.time(),
            seconds=self.job_seconds,
            extra=extra or {},
            webhook=webhook,
            webhook_body=webhook_body,
            upload=upload,
            results=results,
            faults=born_with(self.faults, spec, hooked=bool(webhook)),
            updated=time.time(),
        )
        with self._lock:
            if held.id in self._jobs:
                raise ValueError(f"job {held.id} is there already")
            self._jobs[held.id] = held
        accepted = ACCEPTED.get()
        if accepted is not None:
            accepted.append(held.id)
        self._workers.submit(self._run, held)
        return held

    def held(self, id: str) -> Held | None:  # noqa: A002  as in `accept`
        """Return the job of that id, None where there is none."""
        return self._jobs.get(id)

    def all_held(self, service: str) -> list[Held]:
        """Return the jobs of a service, oldest first."""
        with self._lock:
            return [held for held in self._jobs.values() if held.service == service]

    def cancel(self, id: str) -> Held | None:  # noqa: A002  as in `accept`
        """End a job that has not ended and return it, None where there is none of that id."""
        held = self.held(id)
        if held is not None and self._move(held, "canceled"):
            tell(held, until=self._closing)
        return held

    def keep(self, content: bytes, media_type: str) -> str:
        """Store an upload and return its id."""
        name = str(uuid4())
        self._kept.mkdir(parents=True, exist_ok=True)
        (self._kept / name).write_bytes(content)
        self._types[name] = media_type
        return name

    def kept(self, id: str) -> tuple[bytes, str] | None:  # noqa: A002  as in `accept`
        """Return content and media type of an upload, None where there is none of that id."""
        media_type = self._types.get(id)
        return None if media_type is None else ((self._kept / id).read_bytes(), media_type)

    def drop(self, id: str) -> None:  # noqa: A002  as in `accept`
        """Forget an upload."""
        if self._types.pop(id, None) is not None:
            (self._kept / id).unlink()

    def link(self, file: HeldFile, held: Held) -> str:
        """Return a new signed link to a file; no two are the same."""
        path = f"/shelf/{held.id}/{file.name}"
        return self.base + path + self.signed(path)

    def kept_link(self, id: str) -> str:  # noqa: A002  as in `accept`
        """Return a new signed link to an upload."""
        path = f"/shelf/{KEPT}/{id}"
        return self.base + path + self.signed(path)

    def shelved(self, job: str, name: str) -> tuple[Path, str] | None:
        """Return path and media type of what lies under that name on the shelf."""
        if job == KEPT:
            media_type = self._types.get(name)
            return None if media_type is None else (self._kept / name, media_type)
        held = self.held(job)
        files = held.files if held else ()
        return next(((file.path, file.media_type) for file in files if file.name == name), None)

    def crowded(self, service: str) -> str | None:
        """Return why a service takes no submit now, None where it does."""
        jobs, now = self.all_held(service), time.time()
        if self.per_minute is not None:
            recent = sum(now - held.created < 60 for held in jobs)
            if recent >= self.per_minute:
                return "Rate limit exceeded"
        if self.concurrent is not None and sum(not h.ended for h in jobs) >= self.concurrent:
            return "Too many concurrent jobs"
        return None

    def signed(self, path: str) -> str:
        """Return the query that makes `path` a link for `link_seconds`."""
        with self._lock:
            self._turn += 1
            expires = f"{time.time() + self.link_seconds:.3f}{self._turn % 1000:03}"
        return f"?expires={expires}&signature={self.signature(path, expires)}"

    def signature(self, path: str, expires: str) -> str:
        """Return what signs `path` until `expires`."""
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), "sha256").hexdigest()

    async def checked(self, request: Request, words: Words | None = None) -> Response | None:
        """Return the answer of a fault that strikes this request, None where it may go on.

        `words` makes the service's error body of a status and a sentence.
        """
        del request
        if self.faults.strikes("slow"):
            await sleep(self.faults.slow_seconds)
        says = words or (lambda _, sentence: {"detail": sentence})
        if self.faults.strikes("too-many-requests"):
            return refuse_for_now(self.faults, says(429, "Rate limit exceeded"))
        if self.faults.strikes("server-error"):
            status = 502 + self.faults.struck["server-error"] % 2
            return JSONResponse(says(status, "Service unavailable"), status)
        return None

    def close(self) -> None:
        """End every job where it is, and wait for the threads."""
        self._closing.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _run(self, held: Held) -> None:
        if self._closing.wait(held.seconds / 4) or not self._move(held, "running"):
            return
        if "never-finishing" in held.faults or self._closing.wait(held.seconds * 3 / 4):
            return
        state, files, failure = come_of(held, self.studio)
        put(held, files, until=self._closing)
        if "webhook-early" in held.faults:
            tell(as_if(held, state, files, failure), until=self._closing)
            self._closing.wait(EARLY_SECONDS)
        if self._move(held, state, files, failure) and "webhook-early" not in held.faults:
            tell(held, until=self._closing)

    def _move(
        self,
        held: Held,
        state: State,
        files: tuple[HeldFile, ...] = (),
        failure: str | None = None,
    ) -> bool:
        """Change the state of a job that has not ended; tell whether it was changed."""
        with self._lock:
            if held.ended:
                return False
            held.files, held.failure, held.updated = files, failure, time.time()
            held.state = state
            return True


def standing(key: str | None) -> int:
    """Return the status a key is answered with; 200 for any key but those of `STANDINGS`."""
    if not key:
        return 401
    return next((status for word, status in STANDINGS.items() if key.startswith(word)), 200)


def seed_of(text: str) -> int:
    """Return the seed a service takes for a prompt: the same for the same words."""
    return zlib.crc32(text.encode()) & 0x7FFF_FFFF


def refuse_for_now(faults: Faults, body: Any) -> Response:
    """Return 429 with Retry-After, in seconds and as a date in turn."""
    seconds = faults.retry_seconds
    dated = faults.struck["too-many-requests"] % 2 == 0
    after = formatdate(time.time() + seconds, usegmt=True) if dated else str(seconds)
    return JSONResponse(body, 429, headers={"Retry-After": after})
