"""One order at one service, from before the request leaves to the files on disk."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import Field

from answerprint.order import Order
from answerprint.record import Record

UUID_LENGTH: Final = 36
"""Characters of a UUID, of which eight tell jobs apart for a person."""
SCHEMA: Final = "answerprint.job/1"

LinkKind = Literal["movie", "frames", "picture", "other"]
Failure = Literal["failed", "moderated", "credit", "invalid", "expired", "rate", "aborted"]


class JobState(StrEnum):
    """Where a job is. A job on disk is never without one."""

    PREPARED = "prepared"
    """Written down, nothing sent."""
    SENDING = "sending"
    """The request is leaving: found so by another run, it is as good as unknown."""
    UNKNOWN = "unknown"
    """It left and no answer came: the service may have it. Look before it is sent again."""
    QUEUED = "queued"
    """The service has it and has not begun."""
    RUNNING = "running"
    """The service works on it."""
    SUCCEEDED = "succeeded"
    """There is a result to fetch."""
    FAILED = "failed"
    """It ended without a result."""
    CANCELED = "canceled"
    """It was called off."""

    @property
    def ended(self) -> bool:
        """Whether the service will do nothing more about it."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELED)

    @property
    def sent(self) -> bool:
        """Whether the service is known to have it."""
        return self not in (JobState.PREPARED, JobState.SENDING, JobState.UNKNOWN)


class Link(Record):
    """Where one file of a result lies. The query may be a signature: it is shown nowhere."""

    url: str = Field(repr=False)
    """The link itself."""
    kind: LinkKind
    """What the service says it is; what arrives is told by its bytes."""
    name: str
    """Stem of the file to write: `video`, `exr`, and with a number where there are several."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "kind", self.kind
        yield "name", self.name
        yield "url", self.url.partition("?")[0]

    def __str__(self) -> str:
        return self.__repr__()


class Sighting(Record):
    """What a service said of a job, once."""

    state: JobState
    """Where it is."""
    service_id: str | None = None
    """The service's own name for the job."""
    links: tuple[Link, ...] = ()
    """Files of the result, the movie first."""
    generation: str | None = None
    """Name under which the result can be extended, edited or reframed; None where the service has none."""
    progress: float | None = Field(default=None, ge=0, le=1)
    """Share that is done, where the service tells."""
    failure: Failure | None = None
    """What kind of end it was, where it failed."""
    words: str = ""
    """What the service said of that."""
    cost: Decimal | None = None
    """Dollars it cost, where the service tells."""
    seed: int | None = None
    """Seed of the picture, where the service tells."""
    flags: tuple[str, ...] = ()
    """What the service marked the result with, for example `nsfw`."""


class Job(Record):
    """One order at one service, as it is written down.

    The record is on disk before a request leaves and after every answer, and
    holds neither a key nor the bytes of an upload.
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    """Version of this record's shape."""
    id: str
    """Our name for it; a UUID, which the service takes as its own where it lets us name jobs."""
    provider: str
    """Service it was given to."""
    order: Order
    """What was asked."""
    state: JobState = JobState.PREPARED
    """Where it is."""
    request: dict[str, Any] = Field(default={}, repr=False)
    """The body that was sent, long texts of pictures left out."""
    seen: Sighting | None = None
    """What the service said last."""
    response: dict[str, Any] = Field(default={}, repr=False)
    """The whole body of the last answer, kept for its unknown fields."""
    estimate: Decimal | None = None
    """Dollars it was to cost by the service's own table."""
    sends: int = 0
    """How often its request left."""
    problem: str | None = None
    """Why the last step did not work, in one line."""
    created: datetime
    """When it was written down, UTC."""
    updated: datetime
    """When it was last written, UTC."""
    folder: str | None = None
    """Folder that its files were fetched to."""

    @property
    def name(self) -> str:
        """`provider:id`, the way commands take it."""
        return f"{self.provider}:{self.id}"

    @property
    def label(self) -> str:
        """Name of the folder its files go to."""
        return f"{self.provider}-{self.id[:8] if len(self.id) == UUID_LENGTH else self.id}"

    @property
    def service_id(self) -> str | None:
        """The service's own name for the job."""
        return self.seen.service_id if self.seen else None

    def after(self, seen: Sighting, response: dict[str, Any] | None = None) -> "Job":
        """Return the job as it is after a sighting; what the service does not repeat is kept."""
        kept = self.seen.model_dump(exclude_defaults=True) if self.seen else {}
        for stale in ("progress", "words", "failure"):
            kept.pop(stale, None)
        merged = Sighting.model_validate(kept | seen.model_dump(exclude_defaults=True))
        answer = self.response if response is None else response
        update = {"state": seen.state, "seen": merged, "response": answer, "problem": None}
        return self.model_copy(update=update | {"updated": now()})

    def spelled(self) -> dict[str, Any]:
        """Return the record as plain values, what is at its default left out."""
        told = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"schema": SCHEMA} | told

    def troubled(self, state: JobState, problem: str) -> "Job":
        """Return the job with what went wrong."""
        return self.model_copy(update={"state": state, "problem": problem, "updated": now()})


def now() -> datetime:
    """Return the time, UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
