"""Webhooks over real HTTP: what is let in, what is kept, and that nothing of a body is believed."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from answerprint.desk import Desk
from answerprint.errors import StorageError
from answerprint.hooks import Event
from answerprint.listener import Listener, listening
from answerprint.order import Order
from answerprint.providers.job import Job, JobState, now
from answerprint.providers.store import JobStore
from tests.signing import BODY, SIGNING, signed


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(Desk(JobStore(tmp_path)), "the-secret", SIGNING)


@pytest.fixture
def address(listener: Listener) -> Iterator[str]:
    with listening(listener) as made:
        yield made


def test_a_signed_event_is_kept_once(listener: Listener, address: str) -> None:
    url = address.format(provider="replicate")
    headers = signed(BODY, time.time())
    for fresh in (True, False):
        answer = httpx.post(url, content=BODY, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"taken": fresh})
    (event,) = listener.kept()
    assert (event.provider, event.names) == ("replicate", ("p1",))
    assert "steal" not in (listener.folder / next(listener.folder.iterdir()).name).read_text()


@pytest.mark.parametrize(
    ("provider", "secret", "body", "headers", "status"),
    [
        ("replicate", "the-secret", BODY, {}, 401),
        ("replicate", "the-secret", BODY, signed(BODY, time.time() - 3600), 401),
        ("replicate", "the-secret", BODY + b" ", signed(BODY, time.time()), 401),
        ("runware", "wrong", BODY, {}, 404),
        ("nobody", "the-secret", BODY, {}, 404),
        ("runware", "s%C3%A9cret", BODY, {}, 404),
        ("runware", "the-secret", b"no json", {}, 400),
        ("runware", "the-secret", b"[" * 100_000, {}, 400),
        ("runware", "the-secret", b"{}", {}, 400),
        ("runware", "the-secret", b"x" * (2 << 20), {}, 413),
    ],
)
def test_events_that_are_not_let_in(
    listener: Listener, address: str, provider: str, secret: str, body: bytes,
    headers: dict[str, str], status: int,
) -> None:  # fmt: skip
    url = address.format(provider=provider).replace("the-secret", secret)
    assert httpx.post(url, content=body, headers=headers).status_code == status
    assert not list(listener.kept())


def test_a_full_disk_is_no_yes(
    listener: Listener, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("answerprint.hooks.os.fsync", full)
    url = address.format(provider="runware")
    assert httpx.post(url, json={"taskUUID": "t1"}).status_code == 503


def test_an_event_that_came_to_nothing_on_disk_is_taken_when_it_comes_again(
    listener: Listener,
) -> None:
    event = Event(provider="runware", key="k", names=("j",), received=now())
    assert listener.keep(event)
    (kept,) = listener.folder.iterdir()
    assert not listener.keep(event)
    kept.write_text("")
    assert listener.keep(event)
    assert list(listener.kept()) == [event]


def test_a_listener_shows_no_secret(listener: Listener) -> None:
    assert SIGNING not in repr(listener)
    assert "the-secret" not in repr(listener)


class CountedStore(JobStore):
    """A store that knows how often all of it was read."""

    reads = 0

    def listed(self) -> tuple[tuple[Job, ...], tuple[StorageError, ...]]:
        self.reads += 1
        return super().listed()


def ended_jobs(store: JobStore, count: int) -> list[Job]:
    """Jobs that no service is asked about any more, each with an event that came twice."""
    made = [store.create("runware", Order()) for _ in range(count)]
    return [store.save(job.troubled(JobState.FAILED, "no sea today")) for job in made]


def listener_of(
    store: JobStore, jobs: list[Job], arrived: Callable[[Job], None], told: list[str]
) -> Listener:
    """A listener that was killed before it asked about `jobs`, two events each."""
    keys = {"RUNWARE_API_KEY": "planted-4711"}
    desk = Desk(
        store, sleep=lambda _: None, environment=keys, progress=lambda *said: told.append(said[0])
    )
    made = Listener(desk, "the-secret", arrived=arrived)
    for job in jobs:
        for key in ("queued", "done"):
            made.keep(Event(provider="runware", key=job.id + key, names=(job.id,), received=now()))
    return made


def worked_off(listener: Listener) -> None:
    """Serve until all that was kept is seen to."""
    with listening(listener):
        pass


def test_what_was_kept_is_asked_about_once_with_one_look_at_the_store(tmp_path: Path) -> None:
    store, asked = CountedStore(tmp_path), list[str]()
    jobs = ended_jobs(store, 5)
    worked_off(listener_of(store, jobs[:4], lambda job: asked.append(job.id), []))
    assert sorted(asked) == sorted(job.id for job in jobs[:4])
    assert store.reads == 1


def test_a_bug_in_what_is_done_is_told_and_stops_no_other_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, asked, told, said = JobStore(tmp_path), list[str](), list[str](), list[str]()
    monkeypatch.setattr(threading, "excepthook", lambda args: said.append(str(args.exc_value)))
    first, second = ended_jobs(store, 2)

    def arrived(job: Job) -> None:
        asked.append(job.id)
        if job.id == first.id:
            raise RuntimeError("no such thing")

    worked_off(listener_of(store, [first, second], arrived, told))
    assert sorted(asked) == sorted([first.id, second.id])
    assert told == [f"{first.name}: RuntimeError, a bug in answerprint"]
    assert said == ["no such thing"]


def test_a_damaged_record_does_not_end_the_asking(tmp_path: Path) -> None:
    store, asked, told = JobStore(tmp_path), list[str](), list[str]()
    (job,) = ended_jobs(store, 1)
    (tmp_path / "damaged.json").write_text("{}")
    worked_off(listener_of(store, [job], lambda job: asked.append(job.id), told))
    assert asked == [job.id]
    assert "damaged.json: is no job record" in told[0]


def wait_for(there: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not there():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_who_speaks_slowly_does_not_hold_up_the_end(listener: Listener) -> None:
    with listening(listener) as address:
        host, _, port = address.split("/")[2].partition(":")
        slow = socket.create_connection((host, int(port)))
        slow.sendall(b"POST /hooks/runware/the-secret HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
        url = address.format(provider="runware")
        assert httpx.post(url, json={"taskUUID": "one"}).status_code == 200
        began = time.monotonic()
    slow.close()
    assert time.monotonic() - began < 6
