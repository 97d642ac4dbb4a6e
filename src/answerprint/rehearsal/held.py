"""A job at a stand-in service, from accepted to ended."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from answerprint.rehearsal.studio import HeldFile, Spec

State = Literal["queued", "running", "done", "failed", "moderated", "canceled"]
Letter = tuple[bytes, dict[str, str]]
WebhookBody = Callable[["Held"], Letter | list[Letter]]


@dataclass(eq=False, slots=True)
class Held:
    """One job at one service; only its house changes it."""

    id: str
    service: str
    spec: Spec
    created: float
    """Seconds since 1970."""
    seconds: float
    """How long it runs, rendering apart."""
    state: State = "queued"
    files: tuple[HeldFile, ...] = ()
    """What it made, result by result, the movie first; empty until it is done."""
    failure: str | None = None
    """Why it ended without files, in words."""
    extra: dict[str, Any] = field(default_factory=dict)
    """What the service wants to remember, the request's body for one."""
    webhook: str | None = None
    webhook_body: WebhookBody | None = None
    """Makes body and headers of the webhook of a job that ended, or of several webhooks."""
    upload: str | None = None
    """Link its movies are put to before it is done."""
    results: int = 1
    """How many clips it makes, each of another seed."""
    faults: frozenset[str] = frozenset()
    """Faults it was born with."""
    updated: float = 0.0
    """When the state changed last, in seconds since 1970."""

    @property
    def seed(self) -> int:
        """Seed of its first clip; the others count on."""
        return self.spec.seed

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in ("queued", "running")

    @property
    def progress(self) -> float:
        """How far it is, 0 to 1; 1 only when it is done."""
        if self.state != "running":
            return 1.0 if self.state == "done" else 0.0
        return min(0.95, (time.time() - self.created) / max(self.seconds, 0.01))

    def of(self, result: int) -> tuple[HeldFile, ...]:
        """Return the files of one clip, counted from 0."""
        return tuple(file for file in self.files if file.result == result)


def as_if(held: Held, state: State, files: tuple[HeldFile, ...], failure: str | None) -> Held:
    """Return a copy of a job as it will be."""
    ahead = copy.copy(held)
    ahead.state, ahead.files, ahead.failure = state, files, failure
    return ahead
