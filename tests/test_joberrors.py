"""What a job without a result raises: the right class, what the service said, and what to do."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from answerprint.errors import (
    CreditError,
    InvalidOrderError,
    JobFailedError,
    ModerationError,
    RateLimitError,
    ResultExpiredError,
    ServiceError,
    UsageError,
)
from answerprint.joberrors import require_affordable, require_success, unanswered
from answerprint.order import Order
from answerprint.providers.job import Job, JobState, Sighting

THEN = datetime(2027, 1, 31, tzinfo=UTC)


def job(state: JobState, failure: str | None = None) -> Job:
    seen = Sighting(state=state, failure=failure, words="no such thing")
    return Job(
        id="6a9b", provider="luma", order=Order(), state=state, seen=seen, created=THEN, updated=THEN
    )  # fmt: skip


@pytest.mark.parametrize(
    ("failure", "kind", "hint"),
    [
        ("moderated", ModerationError, "change the prompt"),
        ("credit", CreditError, "add funds"),
        ("invalid", InvalidOrderError, "change what it names"),
        ("expired", ResultExpiredError, "answerprint submit --again 6a9b"),
        ("rate", RateLimitError, "answerprint submit --again 6a9b"),
        (None, JobFailedError, "answerprint submit --again 6a9b"),
    ],
)
def test_a_failed_job_raises_its_own_error(
    failure: str | None, kind: type[ServiceError], hint: str
) -> None:
    with pytest.raises(kind, match="6a9b ended without a result") as raised:
        require_success(job(JobState.FAILED, failure))
    assert type(raised.value) is kind
    assert (raised.value.words, hint in str(raised.value)) == ("no such thing", True)


def test_other_ends() -> None:
    require_success(job(JobState.SUCCEEDED))
    with pytest.raises(JobFailedError, match="was called off"):
        require_success(job(JobState.CANCELED))
    with pytest.raises(UsageError, match="answerprint wait 6a9b"):
        require_success(job(JobState.RUNNING))
    assert "submit --again 6a9b" in str(unanswered(job(JobState.UNKNOWN)))


def test_what_may_cost_more_than_allowed_is_refused() -> None:
    require_affordable("luma", Decimal("1.50"), Decimal("1.50"))
    require_affordable("luma", None, None)
    with pytest.raises(UsageError, match=r"costs \$1.51, and at most \$1.50"):
        require_affordable("luma", Decimal("1.51"), Decimal("1.50"))
    with pytest.raises(UsageError, match="price is not published"):
        require_affordable("luma", None, Decimal("1.50"))
