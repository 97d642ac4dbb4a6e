"""The desk: orders go out to a service, and come back as a delivery on disk.

A job is written down before its request leaves and after every answer. A submit
that may have arrived is never repeated by itself: it is asked for by its name
where the service knows ours, and left as unknown where it does not.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from answerprint.errors import ServiceDownError, ServiceError, UsageError
from answerprint.joberrors import require_affordable, require_success, unanswered
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.providers.job import Job, JobState
from answerprint.providers.prices import estimate
from answerprint.providers.reach import address_of, choose
from answerprint.providers.rules import preflight
from answerprint.providers.secret import read_keys
from answerprint.providers.service import Service
from answerprint.providers.services import service_named
from answerprint.providers.store import JobStore, split_name
from answerprint.providers.wire import Sleep, Wire
from answerprint.sending import compose, kept, search, send_request

DEADLINE: Final = 3600.0
"""Seconds a job is waited for: ten times what a 10 s clip at 1080p in HDR takes by the services' word."""
FIRST_LOOK: Final = 2.0
"""Seconds between the first looks; 2 to 5 is what the services advise."""
LONGEST_LOOK: Final = 15.0
"""Seconds between looks after a while."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the work at the desk needs: where jobs are written down, and how to pass the time."""

    store: JobStore = field(default_factory=JobStore)
    sleep: Sleep = time.sleep
    progress: Progress = silent
    patience: float = 120.0
    allow_private: bool = False
    webhook: str | None = field(default=None, repr=False)
    """Address that a service is to call when a job ends; `{provider}` in it is the service's name."""
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    """Where keys and addresses are taken from; the process's own environment where none is given."""

    @contextmanager
    def reach(self, name: str) -> Iterator[tuple[Service, Wire]]:
        """Open a connection to the service called `name`. Raises AuthenticationError without a key."""
        service = service_named(name)
        account = service.account
        keys = read_keys(name, account.needs, account.may_have, self.environment)
        wire = Wire(
            name, address_of(service, self.environment), service.headers(keys), keys, sleep=self.sleep, patience=self.patience
        )  # fmt: skip
        try:
            yield service, wire
        finally:
            wire.close()


def submit(
    order: Order, *, provider: str | None = None, max_cost: Decimal | None = None, desk: Desk | None = None
) -> Job:  # fmt: skip
    """Give `order` to a service and return its job, which is on disk.

    Every documented rule is judged first. Raises OrderError, UsageError where it
    may cost more than `max_cost`, and ServiceError where it was not taken;
    UnansweredError where it may have been.
    """
    desk = desk or Desk()
    name = choose(order, provider, desk.environment)
    preflight(order, name)
    cost = estimate(order, name).usd
    require_affordable(name, cost, max_cost)
    # Without a key nothing could be sent, and a job nobody can send is not written down.
    with desk.reach(name):
        job = desk.store.create(name, order)
    return send(desk.store.save(job.model_copy(update={"estimate": cost})), desk)


def send(job: Job, desk: Desk) -> Job:
    """Send the request of a job that was never sent; one that was is returned as it is.

    Raises ServiceError; UnansweredError where another run sent it and got no answer.
    """
    with desk.store.changing(job.id) as current, desk.reach(job.provider) as (service, wire):
        if current.state.sent:
            return current
        if current.state is not JobState.PREPARED:
            raise unanswered(current)
        ask = compose(current, service, wire, desk.store, desk.webhook)
        return send_request(current, ask, service, wire, desk.store)


def send_again(job: Job, desk: Desk) -> Job:
    """Send a job whose first request went unanswered, by the user's word. Raises ServiceError."""
    job = desk.store.load(job.id)
    if job.state.sent and job.state not in (JobState.FAILED, JobState.CANCELED):
        raise UsageError(f"the service has it: it is {job.state}", where=job.name)
    if not job.state.sent and service_named(job.provider).names_jobs:
        job = look(job, desk)
        if job.state.sent:
            return job
    if job.state in (JobState.FAILED, JobState.CANCELED):
        return send(desk.store.create(job.provider, job.order), desk)
    with desk.store.changing(job.id) as current:
        if not current.state.sent:
            desk.store.save(current.troubled(JobState.PREPARED, "to be sent again"))
    return send(job, desk)


def look(job: Job, desk: Desk) -> Job:
    """Ask the service once where a job is, write it down and return it. Raises ServiceError."""
    with desk.store.changing(job.id) as current, desk.reach(job.provider) as (service, wire):
        if current.state in (JobState.FAILED, JobState.CANCELED, JobState.PREPARED):
            return current
        if not current.state.sent:
            return search(current, service, wire, desk.store)
        seen, body = service.look(wire, current)
        return desk.store.save(current.after(seen, kept(body)))


def wait(
    job: Job, desk: Desk | None = None, *, deadline: float = DEADLINE,
    clock: Callable[[], float] = time.monotonic,
) -> Job:  # fmt: skip
    """Look at a job until it ended and return it. Raises ServiceError where it failed or time is up."""
    desk = desk or Desk()
    until, step = clock() + deadline, FIRST_LOOK
    job = send(job, desk) if job.state is JobState.PREPARED else look(job, desk)
    while not job.state.ended:
        if job.state is JobState.UNKNOWN:
            raise unanswered(job)
        share = job.seen.progress if job.seen else None
        desk.progress(f"waiting for {job.name}", round((share or 0) * 100), 100)
        if clock() + step > until:
            raise ServiceDownError(
                f"{job.id} is still {job.state}, and time is up", provider=job.provider,
                hint=f"answerprint wait {job.id} goes on waiting",
            )  # fmt: skip
        desk.sleep(step)
        step = min(step * 1.3, LONGEST_LOOK)
        job = look(job, desk)
    desk.progress(f"waiting for {job.name}", 100, 100)
    require_success(job)
    return job


def job_named(name: str, desk: Desk) -> Job:
    """Return the job `name` means; `provider:id` of a job that is not written down here is taken in.

    Raises UsageError, and ServiceError where its service does not know it either.
    """
    provider, service_id = split_name(name)
    try:
        return desk.store.find(name)
    except UsageError:
        if provider is None:
            raise
    job = desk.store.adopt(provider, service_id, Order())
    try:
        return look(job, desk)
    except ServiceError:
        desk.store.forget(job)
        raise


def cancel(job: Job, desk: Desk) -> Job:
    """Call a job off. Raises UsageError where the service cannot, ServiceError where it will not."""
    with desk.store.changing(job.id) as current:
        if current.state is JobState.PREPARED:
            said = "called off before it was sent"
            return desk.store.save(current.troubled(JobState.CANCELED, said))
        if current.state.ended:
            raise UsageError(f"it has ended: {current.state}", where=job.name)
        if not current.state.sent:
            raise unanswered(current)
        if not service_named(job.provider).cancels:
            raise UsageError(f"{job.provider} has no way to call a job off", where=job.name)
        with desk.reach(job.provider) as (service, wire):
            return desk.store.save(current.after(service.cancel(wire, current)))
