"""The errors that jobs stand for: too dear, unanswered, or ended without a result."""

from decimal import Decimal
from typing import Final

from answerprint.errors import (
    CreditError,
    InvalidOrderError,
    JobFailedError,
    ModerationError,
    RateLimitError,
    ResultExpiredError,
    ServiceError,
    UnansweredError,
    UsageError,
)
from answerprint.providers.job import Job, JobState, Sighting

_FAILED: Final[dict[str, type[ServiceError]]] = {
    "moderated": ModerationError,
    "credit": CreditError,
    "invalid": InvalidOrderError,
    "expired": ResultExpiredError,
    "rate": RateLimitError,
}
_HINTS: Final = {
    "moderated": "change the prompt or the pictures, then submit again",
    "credit": "add funds, then submit again",
    "invalid": "change what it names, then submit again",
}


def require_affordable(name: str, cost: Decimal | None, most: Decimal | None) -> None:
    """Raise UsageError where an order may cost more than `most` dollars."""
    if most is None or (cost is not None and cost <= most):
        return
    said = "its price is not published" if cost is None else f"it costs ${cost}"
    raise UsageError(f"{name}: {said}, and at most ${most} may be spent; nothing was sent")


def require_success(job: Job) -> None:
    """Raise the ServiceError that a job without a result stands for."""
    if job.state is JobState.SUCCEEDED:
        return
    if not job.state.ended:
        raise UsageError(f"is {job.state}", where=job.name, hint=f"answerprint wait {job.id}")
    seen = job.seen or Sighting(state=job.state)
    kind = _FAILED.get(seen.failure or "", JobFailedError)
    what = "was called off" if job.state is JobState.CANCELED else "ended without a result"
    raise kind(
        f"{job.id} {what}", provider=job.provider, words=seen.words or job.problem or "",
        hint=_HINTS.get(seen.failure or "", f"answerprint submit --again {job.id} orders it anew"),
    )  # fmt: skip


def unanswered(job: Job) -> UnansweredError:
    """Return the error of a job that may run and cost without our knowing its name."""
    return UnansweredError(
        f"{job.id} was sent and no answer came: look before you submit again",
        provider=job.provider,
        hint=f"find it in your account there; answerprint submit --again {job.id} sends it once more",
    )
