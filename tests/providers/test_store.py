"""Jobs on disk: written whole, found by any of their names, never overwritten by two."""

import json
import os
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from answerprint.errors import StorageError, UsageError
from answerprint.order import Order
from answerprint.providers.job import JobState, Link, Sighting
from answerprint.providers.store import JobStore, default_folder

ORDER = Order.parse({"prompt": "a bay at night", "seconds": 5})


def test_a_job_comes_back_as_it_was(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    link = Link(url="https://c.test/a.mp4?sig=1", kind="movie", name="video")
    seen = Sighting(
        state=JobState.SUCCEEDED, service_id="42", links=(link,), cost=Decimal("0.30"), seed=7
    )
    job = store.save(store.create("luma", ORDER).after(seen, {"unknown": {"field": [1]}}))
    assert store.load(job.id) == job
    assert store.find(job.id[:8]) == store.find("42") == store.find(f"luma:{job.id}") == job
    assert job.order.provider == "luma"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs")
    job = store.create("luma", ORDER)
    assert (tmp_path / "jobs" / f"{job.id}.json").stat().st_mode & 0o077 == 0


def test_what_a_service_does_not_repeat_is_kept(tmp_path: Path) -> None:
    job = JobStore(tmp_path).create("runware", ORDER)
    job = job.after(Sighting(state=JobState.RUNNING, service_id="9", progress=0.4))
    job = job.after(Sighting(state=JobState.SUCCEEDED, cost=Decimal(1)))
    assert job.seen is not None
    assert (job.service_id, job.seen.progress, job.seen.cost) == ("9", None, Decimal(1))


def test_names_that_mean_no_job_or_several(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    with pytest.raises(UsageError, match="no job is called"):
        store.find("1234")
    first = store.create("luma", ORDER, name="aaaa-1")
    store.create("luma", ORDER, name="aaaa-2")
    with pytest.raises(UsageError, match="several jobs"):
        store.find("aaaa")
    assert store.find("aaaa-1") == first
    with pytest.raises(UsageError, match="no job"):
        store.find("runware:aaaa-1")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", ".hidden", "a\0b"])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        JobStore(tmp_path).load(name)


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"id": 3}')
    with pytest.raises(StorageError, match=r"x\.json: is no job record"):
        JobStore(tmp_path).load("x")


def test_a_full_disk_leaves_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JobStore(tmp_path)
    job = store.create("luma", ORDER)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        store.save(job.troubled(JobState.FAILED, "x"))
    monkeypatch.undo()
    assert store.load(job.id) == job


def test_two_runs_do_not_overwrite_each_other(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    job = store.create("luma", ORDER)

    def send() -> None:
        for _ in range(20):
            with store.changing(job.id) as current:
                store.save(current.model_copy(update={"sends": current.sends + 1}))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load(job.id).sends == 80


def test_a_job_of_elsewhere_is_taken_in(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    theirs = store.adopt("replicate", "abc123", Order())
    named = store.adopt("runware", "f0a1b2c3-d4e5-6f70-8192-a3b4c5d6e7f8", Order())
    assert theirs.service_id == "abc123"
    assert named.id == named.service_id
    assert store.find("replicate:abc123") == theirs


def test_the_folder_is_the_environments_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANSWERPRINT_JOBS", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "answerprint" / "jobs"
    monkeypatch.setenv("ANSWERPRINT_JOBS", "/else/where")
    assert default_folder() == Path("/else/where")


def test_a_record_is_plain_json(tmp_path: Path) -> None:
    job = JobStore(tmp_path).create("luma", ORDER)
    told = json.loads((tmp_path / f"{job.id}.json").read_text())
    assert told["schema"] == "answerprint.job/1"
    assert told["order"]["prompt"] == "a bay at night"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"id": "\xff"}', b"[1"])
def test_one_damaged_record_hides_no_other_job(tmp_path: Path, content: bytes) -> None:
    store = JobStore(tmp_path)
    whole = store.create("luma", ORDER)
    damaged = tmp_path / "aaaa-bbbb.json"
    damaged.write_bytes(content)
    assert store.jobs() == (whole,)
    assert store.find(whole.id) == whole
    jobs, problems = store.listed()
    assert jobs == (whole,)
    assert [problem.where for problem in problems] == [str(damaged)]
    with pytest.raises(StorageError, match="is no job record"):
        store.find("aaaa")


def test_a_record_is_written_alike_under_every_locale(tmp_path: Path) -> None:
    said = (
        "from answerprint.order import Order; from answerprint.providers.store import JobStore;"
        "JobStore('.').create('luma', Order.parse({'prompt': 'br\\u00fccke', 'seconds': 5}))"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", said], cwd=tmp_path, env=os.environ | plain, check=True)
    (job,) = JobStore(tmp_path).jobs()
    assert job.order.prompt == "brücke"
