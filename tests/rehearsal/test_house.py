"""Jobs run, end, are told once to whoever waits, and uploads are kept."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from answerprint.rehearsal.faults import Faults
from answerprint.rehearsal.house import Held, House, Spec, seed_of, standing
from tests.rehearsal.conftest import Receiver, until

SPEC = Spec(size=(640, 360), seconds=1, loop=True, seed=3)


@contextmanager
def open_house(folder: Path, *once: str, **options: Any) -> Iterator[House]:
    house = House(folder, divide=8, faults=Faults(once=once), **{"job_seconds": 0.02} | options)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def house(rendered: Path) -> Iterator[House]:
    with open_house(rendered) as opened:
        yield opened


def finished(held: Held) -> Held:
    until(lambda: held.ended)
    return held


def body_of(held: Held) -> tuple[bytes, dict[str, str]]:
    told = {"id": held.id, "state": held.state, "files": len(held.files)}
    return json.dumps(told).encode(), {"Content-Type": "application/json"}


def test_a_job_ends_with_the_files_of_its_clip(house: House) -> None:
    held = house.accept("luma", SPEC, extra={"body": {"prompt": "sea"}})
    assert held.state in ("queued", "running")
    assert list(held.files) == []
    assert finished(held).state == "done"
    assert held.progress == 1
    assert [file.kind for file in held.files] == ["movie"]
    assert held.files[0].path.exists()
    assert house.held(held.id) is held
    assert house.all_held("luma") == [held]
    assert house.all_held("gmi") == []


def test_several_results_are_of_different_seeds(house: House) -> None:
    held = finished(house.accept("runware", SPEC, results=2))
    first, second = held.of(0), held.of(1)
    assert first[0].path != second[0].path
    assert len(held.files) == 2


def test_a_clients_id_is_taken_once(house: House) -> None:
    assert house.accept("runware", SPEC, id="mine").id == "mine"
    with pytest.raises(ValueError, match="mine"):
        house.accept("runware", SPEC, id="mine")


def test_a_job_is_cancelled_once_and_stays_so(rendered: Path) -> None:
    with open_house(rendered, job_seconds=30) as house:
        held = house.accept("gmi", SPEC)
        assert house.cancel(held.id) is held
        assert (held.state, held.files) == ("canceled", ())
        assert house.cancel("nobody") is None


def test_a_job_that_is_done_is_not_cancelled(house: House) -> None:
    held = finished(house.accept("gmi", SPEC))
    house.cancel(held.id)
    assert held.state == "done"


@pytest.mark.parametrize(("fault", "state"), [("job-failed", "failed"), ("moderated", "moderated")])
def test_jobs_that_end_badly_say_why(rendered: Path, fault: str, state: str) -> None:
    with open_house(rendered, fault) as house:
        bad, good = house.accept("luma", SPEC), house.accept("luma", SPEC)
        assert finished(bad).state == state
        assert bad.failure
        assert bad.files == ()
        assert finished(good).state == "done"


def test_a_job_that_never_finishes_runs(rendered: Path) -> None:
    with open_house(rendered, "never-finishing") as house:
        held = house.accept("luma", SPEC)
        finished(house.accept("luma", SPEC))
        assert held.progress < 1
        assert not held.ended
        house.cancel(held.id)
        assert held.state == "canceled"


def test_a_fault_of_the_pictures_reaches_the_files(rendered: Path) -> None:
    with open_house(rendered, "missing-frame") as house:
        held = finished(house.accept("luma", SPEC))
        assert held.faults == {"missing-frame"}
        assert "missing-frame" in str(held.files[0].path)


def test_a_fault_a_clip_cannot_have_waits_for_one_that_can(rendered: Path) -> None:
    with open_house(rendered, "nan", job_seconds=30) as house:
        assert house.accept("luma", SPEC).faults == frozenset()
        frames = SPEC.model_copy(update={"exr": True, "hdr": True, "loop": False})
        assert house.accept("luma", frames).faults == {"nan"}


def test_a_webhook_tells_the_end_once(house: House, receiver: Receiver) -> None:
    held = house.accept("replicate", SPEC, webhook=receiver.url, webhook_body=body_of)
    finished(held)
    receiver.wait_for(1)
    time.sleep(0.1)
    ((method, _, headers, body, _),) = receiver.received
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert json.loads(body) == {"id": held.id, "state": "done", "files": 1}


def test_a_webhook_is_sent_again_until_it_is_taken(house: House, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    house.accept("replicate", SPEC, webhook=receiver.url, webhook_body=body_of)
    receiver.wait_for(3)
    times = [when for *_, when in receiver.received]
    assert times[1] - times[0] >= 0.24
    assert times[2] - times[1] >= 0.49


def test_a_webhook_comes_twice(rendered: Path, receiver: Receiver) -> None:
    with open_house(rendered, "webhook-twice") as house:
        house.accept("replicate", SPEC, webhook=receiver.url, webhook_body=body_of)
        receiver.wait_for(2)
    assert receiver.received[0][3] == receiver.received[1][3]


def test_a_webhook_comes_before_the_poll_says_done(rendered: Path, receiver: Receiver) -> None:
    with open_house(rendered, "webhook-early") as house:
        held = house.accept("replicate", SPEC, webhook=receiver.url, webhook_body=body_of)
        receiver.wait_for(1)
        assert held.state == "running"
        assert json.loads(receiver.received[0][3])["state"] == "done"
        assert finished(held).state == "done"
    assert len(receiver.received) == 1


def test_the_movie_is_put_where_it_was_asked_for(house: House, receiver: Receiver) -> None:
    held = finished(house.accept("runware", SPEC, upload=receiver.url))
    ((method, _, headers, body, _),) = receiver.received
    assert (method, headers["Content-Type"]) == ("PUT", "video/mp4")
    assert body == held.files[0].path.read_bytes()


def test_uploads_are_kept_and_forgotten(house: House) -> None:
    name = house.keep(b"picture", "image/png")
    assert house.kept(name) == (b"picture", "image/png")
    house.drop(name)
    house.drop(name)
    assert house.kept(name) is None
    assert house.kept("../../etc/passwd") is None


def test_no_two_links_to_a_file_are_the_same(house: House) -> None:
    held = finished(house.accept("luma", SPEC))
    links = {house.link(held.files[0], held) for _ in range(50)}
    assert len(links) == 50


@pytest.mark.parametrize(
    ("limit", "words"),
    [("per_minute", "Rate limit exceeded"), ("concurrent", "Too many concurrent jobs")],
)
def test_a_service_takes_so_many_jobs_and_no_more(rendered: Path, limit: str, words: str) -> None:
    with open_house(rendered, job_seconds=30) as house:
        setattr(house, limit, 2)
        house.accept("luma", SPEC)
        assert house.crowded("luma") is None
        held = house.accept("luma", SPEC)
        assert house.crowded("luma") == words
        assert house.crowded("gmi") is None
        house.cancel(held.id)
        assert (house.crowded("luma") is None) == (limit == "concurrent")


def test_closing_ends_what_runs(rendered: Path) -> None:
    started = time.monotonic()
    with open_house(rendered, job_seconds=60) as house:
        for _ in range(40):
            house.accept("luma", SPEC)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("", 401), ("wrong-1", 401), ("empty-1", 402), ("closed-1", 403), ("k", 200)],
)
def test_keys_are_known_by_their_beginning(key: str | None, status: int) -> None:
    assert standing(key) == status


def test_equal_words_have_equal_seeds() -> None:
    seed: Callable[[str], int] = seed_of
    assert seed("a bay") == seed("a bay") != seed("a boy")
    assert 0 <= seed("a bay") < 2**31
