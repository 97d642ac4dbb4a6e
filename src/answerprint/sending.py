"""One request on its way: written down before it leaves and after it was answered, and never sent twice unasked."""

from typing import Any

from answerprint.errors import (
    AuthenticationError,
    RateLimitError,
    ServiceDownError,
    ServiceError,
    UnansweredError,
)
from answerprint.joberrors import unanswered
from answerprint.providers.job import Job, JobState
from answerprint.providers.placing import placed
from answerprint.providers.secret import without_pictures
from answerprint.providers.service import Ask, Service
from answerprint.providers.store import JobStore
from answerprint.providers.wire import Wire


def compose(
    job: Job, service: Service, wire: Wire, store: JobStore, webhook: str | None = None
) -> Ask:
    """Return the request of a job, its files uploaded; what is wrong with it is written down. Raises ServiceError."""
    known: dict[str, str] = {}

    def place(reference: str) -> str:
        if reference not in known:
            known[reference] = placed(reference, service, wire)
        return known[reference]

    try:
        ask = service.compose(job.order, job.id, place)
        if webhook is None:
            return ask
        return service.hook(ask, webhook.replace("{provider}", job.provider))
    except ServiceError as problem:
        store.save(job.troubled(JobState.PREPARED, problem.message))
        raise


def send_request(job: Job, ask: Ask, service: Service, wire: Wire, store: JobStore) -> Job:
    """Write down that the request of a job leaves, send it, and write down what came of it.

    Raises ServiceError; UnansweredError where the service may have it.
    """
    body = without_pictures(ask.body)
    request = {"path": ask.path, "body": body}
    update = {"request": request, "state": JobState.SENDING, "sends": job.sends + 1}
    job = store.save(job.model_copy(update=update))
    try:
        answer = wire.submit(ask.path, json=ask.body, params=ask.params, headers=ask.headers)
        seen = service.read_submit(answer, job)
    except (UnansweredError, ServiceDownError) as problem:
        if problem.status in (None, 503) and isinstance(problem, ServiceDownError):
            store.save(job.troubled(JobState.PREPARED, problem.message))
            raise
        # An answer of 500, 502 or 504 may hide a job that was made.
        job = store.save(job.troubled(JobState.UNKNOWN, problem.message))
        return _resent(job, ask, service, wire, store)
    except (RateLimitError, AuthenticationError) as problem:
        store.save(job.troubled(JobState.PREPARED, problem.message))
        raise
    except ServiceError as problem:
        # A second send that is refused may be refused because the first arrived after all.
        if job.sends > 1 and service.names_jobs and (found := service.find(wire, job)):
            return store.save(job.after(found[0], kept(found[1])))
        store.save(job.troubled(JobState.FAILED, problem.message))
        raise
    return store.save(job.after(seen, kept(answer.mapping())))


def _resent(job: Job, ask: Ask, service: Service, wire: Wire, store: JobStore) -> Job:
    """Ask for an unanswered job by its name; send it again, under the same name, where the service surely has it not."""
    if not service.names_jobs:
        raise unanswered(job)
    found = service.find(wire, job)
    if found is not None:
        return store.save(job.after(found[0], kept(found[1])))
    if job.sends >= 3:
        raise unanswered(job)
    return send_request(job, ask, service, wire, store)


def search(job: Job, service: Service, wire: Wire, store: JobStore) -> Job:
    """Ask for a job that was sent and not answered by its name, and write down what came of it. Raises ServiceError."""
    if service.names_jobs:
        found = service.find(wire, job)
        if found is not None:
            return store.save(job.after(found[0], kept(found[1])))
        return store.save(job.troubled(JobState.PREPARED, "the service has it not"))
    return store.save(
        job.troubled(JobState.UNKNOWN, "it was sent and no answer came: it may run and cost")
    )


def kept(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is written down of an answer: all but pictures."""
    left = without_pictures(body)
    assert isinstance(left, dict)
    return left
