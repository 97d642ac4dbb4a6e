"""What a webhook says, whether it may be believed to come from its service, and the secrets that tell."""

import base64
import hmac
import json
import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from answerprint.desk import Desk
from answerprint.errors import AnswerprintError
from answerprint.ingest.lock import held
from answerprint.providers.job import now
from answerprint.providers.secret import read_keys
from answerprint.record import Record

OLDEST: Final = 300
"""Seconds a signed event may be old: five minutes is what the Standard Webhooks scheme advises."""
PATH_VARIABLE: Final = "ANSWERPRINT_HOOK_SECRET"
"""Environment variable with the secret of the path; made and kept beside the jobs where it is not set."""
SIGNING_VARIABLE: Final = "REPLICATE_WEBHOOK_SECRET"
"""Environment variable with Replicate's signing secret; without it Replicate is told by the path, too."""


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
    return fresh and any(same(ours, given) for given in theirs)


def path_secret(folder: Path) -> str:
    """Return the secret of the path: from the environment, else the one kept in `folder`, made where there is none."""
    if named := os.environ.get(PATH_VARIABLE):
        return named
    path = folder / "hook-secret"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = token_urlsafe(24)
    return made if written_once(path, made) else path.read_text(encoding="utf-8").strip()


def signing_secret(desk: Desk) -> str | None:
    """Return Replicate's signing secret: from the environment, else asked for where there is a key."""
    if named := os.environ.get(SIGNING_VARIABLE):
        return named
    try:
        read_keys("replicate", ("REPLICATE_API_TOKEN",))
        with desk.reach("replicate") as (service, wire):
            answer = service.good(wire.ask("GET", "v1/webhooks/default/secret"))
    except AnswerprintError:
        return None
    key = answer.mapping().get("key")
    return str(key) if key else None


def written_once(path: Path, text: str) -> bool:
    """Write a private file, whole or not at all; False where it is there already. Raises OSError.

    An empty one counts as none: a full disk leaves such. Waits for whoever writes to the same folder.
    """
    beside = path.with_suffix(".partial")
    with held(path.with_name(".lock"), lambda: time.sleep(0.01)):
        if path.exists() and path.stat().st_size:
            return False
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return True


def same(one: str, other: str) -> bool:
    """Compare secrets in constant time, as bytes: text that is no ASCII cannot be."""
    return hmac.compare_digest(one.encode(), other.encode())


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
