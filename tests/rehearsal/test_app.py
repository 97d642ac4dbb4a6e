"""The whole rehearsal: its paths, its switchboard, and the faults of whole answers."""

import threading
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from answerprint.errors import StorageError
from answerprint.rehearsal.app import SERVICES, running
from answerprint.rehearsal.faults import FAULTS
from answerprint.rehearsal.house import House
from tests.rehearsal.conftest import HTTP

KEY = {"Authorization": "Bearer key"}
BODY = {"model": "ray-3.2", "type": "video", "prompt": "sea", "video": {"resolution": "360p"}}


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    with running(divide=8, folder=rendered, job_seconds=60) as served:
        yield served


@pytest.fixture(autouse=True)
def _unarmed(house: House) -> Iterator[None]:
    yield
    house.faults.clear()


def submit(house: House) -> httpx.Response:
    return HTTP.post(f"{house.base}/luma/v1/generations", json=BODY, headers=KEY)


def arm(house: House, **faults: Any) -> httpx.Response:
    return HTTP.post(f"{house.base}/rehearsal/faults", json=faults)


def jobs(house: House) -> Any:
    return HTTP.get(f"{house.base}/rehearsal/jobs").json()


def test_every_service_is_there_and_asks_for_a_key(house: House) -> None:
    assert set(SERVICES) == {"runware", "luma", "gmi", "replicate", "scenario"}
    assert submit(house).status_code == 201
    for path in ("/luma/v1/generations", "/runware/v1"):
        answer = HTTP.post(house.base + path, json=[{"taskType": "getResponse"}])
        assert answer.status_code == 401


def test_the_switchboard_tells_what_was_taken(house: House) -> None:
    before = len(jobs(house)["luma"])
    id_ = submit(house).json()["id"]
    taken = jobs(house)["luma"]
    assert len(taken) == before + 1
    assert (taken[-1]["id"], taken[-1]["body"]["prompt"]) == (id_, "sea")
    assert jobs(house)["gmi"] == []


def test_faults_are_armed_over_http(house: House) -> None:
    assert arm(house, once=["server-error"], rates={"dropped": 0}).status_code == 200
    assert submit(house).status_code in (502, 503)
    assert submit(house).status_code == 201
    arm(house, always=["server-error"])
    assert {submit(house).status_code for _ in range(4)} == {502, 503}
    arm(house, clear=True)
    assert submit(house).status_code == 201
    assert HTTP.get(f"{house.base}/rehearsal/faults").json()["faults"] == FAULTS


@pytest.mark.parametrize(
    "faults", [{"once": ["sloow"]}, {"never": ["slow"]}, {"rates": {"slow": 2}}]
)
def test_what_cannot_be_armed_is_refused(house: House, faults: Any) -> None:
    assert arm(house, **faults).status_code == 400


def test_too_many_requests_tell_when_in_both_forms(house: House) -> None:
    house.faults.once("too-many-requests", "too-many-requests")
    after = [submit(house).headers["retry-after"] for _ in range(2)]
    number, date = sorted(after)
    assert number == "1"
    moment = parsedate_to_datetime(date)
    assert abs((moment - datetime.now(moment.tzinfo)).total_seconds()) < 3
    assert submit(house).status_code == 201


def test_a_slow_answer_comes_late(house: House) -> None:
    quick, house.faults.slow_seconds = submit(house).elapsed, 0.3
    house.faults.once("slow")
    assert submit(house).elapsed.total_seconds() > 0.3 > quick.total_seconds()


@pytest.mark.parametrize("name", ["dropped", "dropped-submit"])
def test_a_dropped_submit_was_accepted(house: House, name: str) -> None:
    before = len(jobs(house)["luma"])
    house.faults.once(name)
    with pytest.raises(httpx.RemoteProtocolError):
        submit(house)
    assert len(jobs(house)["luma"]) == before + 1


def test_a_submit_that_is_refused_or_a_poll_is_not_dropped(house: House) -> None:
    id_ = submit(house).json()["id"]
    house.faults.once("dropped-submit")
    assert HTTP.get(f"{house.base}/luma/v1/generations/{id_}", headers=KEY).status_code == 200
    assert HTTP.post(f"{house.base}/luma/v1/generations", headers=KEY).status_code == 400


def test_extra_fields_are_in_every_object(house: House) -> None:
    house.faults.once("extra-fields")
    task = {"taskType": "getResponse", "taskUUID": "f0a1b2c3-d4e5-4f70-8192-a3b4c5d6e7f8"}
    answer = HTTP.post(f"{house.base}/runware/v1", json=[task], headers=KEY).json()
    assert answer["undocumentedField"] == answer["errors"][0]["undocumentedField"] == "new"
    assert "undocumentedField" not in submit(house).json()


def test_a_port_can_be_chosen_and_is_free_afterwards(tmp_path: Path) -> None:
    with running(folder=tmp_path) as first:
        port = int(first.base.rpartition(":")[2])
        with pytest.raises(StorageError, match="in use"), running(port=port):
            pass
    with running(port=port) as second:
        assert second.base == first.base
        assert HTTP.get(f"{second.base}/rehearsal/jobs").status_code == 200


def test_nothing_is_left_running(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # some of which may be ending
    with running(folder=tmp_path) as house:
        submit(house)
    left = set(threading.enumerate()) - before
    # anyio keeps idle workers for the next loop, and ends them by itself.
    assert not [thread for thread in left if "AnyIO" not in thread.name]
