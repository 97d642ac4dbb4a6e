"""The desk under faults: what is recovered, what is told, and that no order is lost or paid twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

import answerprint as ap
from answerprint.desk import Desk, cancel, job_named, look, send, send_again, submit, wait
from answerprint.errors import (
    AuthenticationError,
    CreditError,
    JobFailedError,
    ModerationError,
    OrderError,
    ServiceDownError,
    ServiceError,
    SourceError,
    UnansweredError,
    UsageError,
)
from answerprint.hooks import signing_secret
from answerprint.ingest.archive import Archive
from answerprint.listener import Listener, listening
from answerprint.media.movie.probing import probe
from answerprint.order import Order
from answerprint.pickup import fetch, public
from answerprint.providers.job import Job, JobState, Sighting
from answerprint.providers.runware import Runware
from answerprint.providers.store import JobStore
from answerprint.providers.wire import Wire

from .rehearsed import KEYS, Rehearsed, quick_desk, rehearsed
from .test_services import EIGHTH

ORDER = Order.parse({"prompt": "A bay at dawn", "resolution": "720p", "aspect": "16:9"})
HDR = ORDER.updated({"hdr": True, "exr": True})
LOOP = ORDER.updated({"loop": True})
RECOVERED = ("slow", "too-many-requests", "server-error", "dropped-download", "wrong-length", "corrupt-byte",
             "link-expired", "extra-fields")  # fmt: skip
FOUND = {
    "missing-frame": "count.",
    "extra-frame": "count.",
    "truncated-exr": "exr.unreadable",
    "nan": "pixels.nan",
    "wrong-size": "size.",
    "broken-seam": "seam.",
    "hdr-untagged": "hdr.",
    "single-exr": "count.",
}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def stage(tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsed]:
    with rehearsed(tmp_path, monkeypatch, media) as running:
        yield running


def accepted(stage: Rehearsed) -> dict[str, list[str]]:
    """Return the jobs that each service really has."""
    told = httpx.get(stage.house.base + "/rehearsal/jobs").json()
    return {name: [job["id"] for job in jobs] for name, jobs in told.items()}


@pytest.mark.parametrize("fault", RECOVERED)
def test_what_goes_by_is_recovered(stage: Rehearsed, fault: str, tmp_path: Path) -> None:
    job = submit(HDR, provider="luma", desk=stage.desk)
    stage.house.faults.once(fault, fault)
    folder = fetch(wait(job, stage.desk), tmp_path / "out", stage.desk)
    assert stage.house.faults.struck[fault]
    assert probe(folder / "video.mp4").size == (160, 90)
    with Archive.open(folder / "exr.zip") as archive:
        assert len(archive.members) == 120
    assert not list(folder.glob(".*part*"))


@pytest.mark.parametrize("fault", ["too-many-requests", "extra-fields", "slow"])
def test_a_submit_is_repeated_where_it_was_surely_not_taken(stage: Rehearsed, fault: str) -> None:
    stage.house.faults.once(fault)
    job = submit(ORDER, provider="luma", desk=stage.desk)
    assert job.state.sent
    assert len(accepted(stage)["luma"]) == 1


def test_an_unanswered_submit_is_asked_for_by_its_name(stage: Rehearsed) -> None:
    stage.house.faults.once("dropped-submit")
    job = submit(ORDER, provider="runware", desk=stage.desk)
    assert job.sends == 1
    assert accepted(stage)["runware"] == [job.id]
    assert wait(job, stage.desk).state is JobState.SUCCEEDED


@pytest.mark.parametrize("service", ["luma", "gmi", "replicate", "scenario"])
def test_an_unanswered_submit_is_not_repeated_by_itself(stage: Rehearsed, service: str) -> None:
    stage.house.faults.once("dropped-submit")
    with pytest.raises(UnansweredError, match="look before you submit"):
        submit(ORDER, provider=service, desk=stage.desk)
    (job,) = stage.desk.store.jobs()
    assert job.state is JobState.UNKNOWN
    assert look(job, stage.desk).state is JobState.UNKNOWN
    with pytest.raises(UnansweredError):
        wait(job, stage.desk)
    assert len(accepted(stage)[service]) == 1
    assert send_again(job, stage.desk).state.sent
    assert len(accepted(stage)[service]) == 2


def test_a_run_that_knows_less_does_not_send_again(stage: Rehearsed) -> None:
    stage.house.faults.once("dropped-submit")
    fresh = stage.desk.store.create("luma", ORDER)
    with pytest.raises(UnansweredError):
        send(fresh, stage.desk)
    assert fresh.state is JobState.PREPARED
    for again in (send, wait):
        with pytest.raises(UnansweredError):
            again(fresh, stage.desk)
    assert len(accepted(stage)["luma"]) == 1


def test_a_killed_submit_is_looked_for_before_it_is_sent_again(stage: Rehearsed) -> None:
    job = submit(ORDER, provider="runware", desk=stage.desk)
    stage.desk.store.save(job.model_copy(update={"state": JobState.SENDING}))
    assert send_again(job, stage.desk).state.sent
    assert accepted(stage)["runware"] == [job.id]


def test_a_second_send_that_is_refused_finds_the_first(
    stage: Rehearsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Job] = []

    def late(self: Runware, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]] | None:
        """Say that the job is not there the first time, as a service does that is slow to take it."""
        asked.append(job)
        return None if len(asked) == 1 else find(self, wire, job)

    find = Runware.find
    monkeypatch.setattr(Runware, "find", late)
    stage.house.faults.once("dropped-submit")
    job = submit(ORDER, provider="runware", desk=stage.desk)
    assert (job.sends, job.state.sent) == (2, True)
    assert accepted(stage)["runware"] == [job.id]
    assert wait(job, stage.desk).state is JobState.SUCCEEDED


def test_calling_off_does_not_forget_what_another_run_sent(stage: Rehearsed) -> None:
    fresh = stage.desk.store.create("luma", ORDER)
    send(fresh, stage.desk)
    with pytest.raises(UsageError, match="no way to call a job off"):
        cancel(fresh, stage.desk)
    assert stage.desk.store.load(fresh.id).state.sent


@pytest.mark.parametrize(
    ("fault", "kind"), [("job-failed", JobFailedError), ("moderated", ModerationError)]
)
@pytest.mark.parametrize("service", ["luma", "runware", "gmi", "replicate", "scenario"])
def test_a_job_that_fails_says_why(
    stage: Rehearsed, service: str, fault: str, kind: type[ServiceError]
) -> None:
    stage.house.faults.once(fault)
    job = submit(ORDER, provider=service, desk=stage.desk)
    with pytest.raises(kind) as told:
        wait(job, stage.desk)
    assert told.value.provider == service
    assert told.value.words
    assert stage.desk.store.load(job.id).state is JobState.FAILED
    assert send_again(stage.desk.store.load(job.id), stage.desk).state.sent


def test_a_job_that_never_ends_is_given_up_and_not_lost(stage: Rehearsed) -> None:
    stage.house.faults.once("never-finishing")
    job = submit(ORDER, provider="luma", desk=stage.desk)
    with pytest.raises(ServiceDownError, match="is still running, and time is up"):
        wait(job, stage.desk, deadline=3)
    assert stage.desk.store.load(job.id).state is JobState.RUNNING


@pytest.mark.parametrize(("fault", "check"), FOUND.items())
def test_a_fault_in_the_picture_is_found(
    stage: Rehearsed, fault: str, check: str, tmp_path: Path
) -> None:
    stage.house.faults.once(fault)
    order = LOOP if fault == "broken-seam" else HDR
    job = submit(order, provider="runware", desk=stage.desk)
    limits = EIGHTH if fault != "wrong-size" else ap.Limits()
    (report,) = ap.finish(
        job.name, out=tmp_path / "finished", limits=limits, jobs=stage.desk.store.folder, allow_private=True
    )  # fmt: skip
    assert report.verdict != "pass"
    assert any(finding.check.startswith(check) for finding in report.findings), report.findings


@pytest.mark.parametrize(
    ("key", "kind"), [("wrong-1", AuthenticationError), ("empty-1", CreditError)]
)
def test_what_the_account_lacks(
    stage: Rehearsed, key: str, kind: type[ServiceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMA_AGENTS_API_KEY", key)
    with pytest.raises(kind):
        submit(ORDER, provider="luma", desk=stage.desk)
    assert accepted(stage)["luma"] == []


def test_nothing_above_the_most_is_spent(stage: Rehearsed) -> None:
    with pytest.raises(UsageError, match=r"it costs \$0\.30"):
        submit(ORDER, provider="luma", max_cost=Decimal("0.29"), desk=stage.desk)
    with pytest.raises(UsageError, match="not published"):
        submit(ORDER, provider="scenario", max_cost=Decimal(100), desk=stage.desk)
    assert submit(ORDER, provider="luma", max_cost=Decimal("0.30"), desk=stage.desk).state.sent
    assert {name: len(jobs) for name, jobs in accepted(stage).items()}["scenario"] == 0


def test_a_refused_order_leaves_no_job(stage: Rehearsed) -> None:
    with pytest.raises(OrderError, match=r"replicate\.no-360p"):
        submit(ORDER.updated({"resolution": "360p"}), provider="replicate", desk=stage.desk)
    assert stage.desk.store.jobs() == ()


def test_calling_off(stage: Rehearsed) -> None:
    stage.house.faults.once("never-finishing", "never-finishing")
    job = submit(ORDER, provider="replicate", desk=stage.desk)
    assert cancel(job, stage.desk).state is JobState.CANCELED
    stuck = submit(ORDER, provider="luma", desk=stage.desk)
    with pytest.raises(UsageError, match="no way to call a job off"):
        cancel(stuck, stage.desk)


def test_two_runs_that_wait_for_one_job(stage: Rehearsed, tmp_path: Path) -> None:
    job = submit(ORDER, provider="luma", desk=stage.desk)

    def one(number: int) -> Path:
        own = quick_desk(tmp_path)
        return fetch(wait(own.store.load(job.id), own), tmp_path / "out", own)

    with ThreadPoolExecutor(2) as pool:
        folders = set(pool.map(one, range(2)))
    assert len(folders) == 1
    assert probe(folders.pop() / "video.mp4").size == (160, 90)


def test_a_job_of_elsewhere_is_fetched_by_its_name(stage: Rehearsed, tmp_path: Path) -> None:
    job = wait(submit(ORDER, provider="luma", desk=stage.desk), stage.desk)
    other = Desk(JobStore(tmp_path / "other"), sleep=stage.desk.sleep, allow_private=True)
    (report,) = ap.finish(
        f"luma:{job.service_id}", out=tmp_path / "finished", jobs=other.store.folder, allow_private=True
    )  # fmt: skip
    assert report.failure is None
    assert len(other.store.jobs()) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("luma:6a9b71e8", "does not know this job"),
        ("runware:f0a1b2c3-d4e5-4f70-8192-a3b4c5d6e7f8", "does not know this job"),
        ("runware:6a9b71e8", "no UUID"),
        ("luma:", "no name of a job"),
        ("luma:../../v1/keys", "no name of a job"),
    ],
)
def test_a_job_that_nobody_knows_is_not_written_down(
    stage: Rehearsed, name: str, said: str
) -> None:
    with pytest.raises((ServiceError, UsageError), match=said):
        job_named(name, stage.desk)
    assert stage.desk.store.jobs() == ()
    assert not list(stage.desk.store.folder.glob("*"))


@pytest.mark.parametrize("service", ["runware", "replicate"])
@pytest.mark.parametrize("fault", [None, "webhook-twice", "webhook-early"])
def test_a_webhook_brings_the_delivery(
    stage: Rehearsed, service: str, fault: str | None, tmp_path: Path
) -> None:
    if fault:
        stage.house.faults.once(fault)
    came: list[Path] = []
    done = threading.Event()

    def arrived(job: Job) -> None:
        came.append(fetch(job, tmp_path / "out", stage.desk))
        done.set()

    signing = signing_secret(stage.desk)
    assert signing is not None
    listener = Listener(replace(stage.desk, sleep=time.sleep), "secret", signing, arrived)
    with listening(listener) as address:
        hooked = replace(stage.desk, webhook=address)
        submit(ORDER, provider=service, desk=hooked)
        assert done.wait(30)
        time.sleep(0.5)
    assert len(came) == 1
    assert (came[0] / "video.mp4").exists()


@pytest.mark.parametrize(
    "count", [20, pytest.param(200, marks=pytest.mark.long)], ids=["20 jobs", "200 jobs"]
)
def test_none_is_lost_and_none_is_paid_twice(stage: Rehearsed, count: int, tmp_path: Path) -> None:
    rates = dict.fromkeys(("too-many-requests", "server-error", "dropped-download", "dropped-submit",
                           "wrong-length", "corrupt-byte", "link-expired", "extra-fields"), 0.2)  # fmt: skip
    first = fetch(
        wait(submit(ORDER, provider="luma", desk=stage.desk), stage.desk), tmp_path / "first", stage.desk
    )  # fmt: skip
    right = (first / "video.mp4").read_bytes()
    stage.house.faults.at_rate(rates)
    names = list(accepted(stage))

    def one(number: int) -> str:
        name = names[number % len(names)]
        desk = quick_desk(tmp_path)
        try:
            job = submit(ORDER, provider=name, desk=desk)
        except ServiceError:
            return "told"
        for _ in range(20):
            try:
                folder = fetch(wait(desk.store.load(job.id), desk), tmp_path / "out", desk)
                return "right" if (folder / "video.mp4").read_bytes() == right else "wrong"
            except (ServiceError, SourceError):
                continue
        return "lost"

    with ThreadPoolExecutor(8) as pool:
        ends = Counter(pool.map(one, range(count)))
    jobs = stage.desk.store.jobs()
    theirs = accepted(stage)
    ours = {job.service_id for job in jobs if job.state is JobState.SUCCEEDED}
    unknown = [job for job in jobs if not job.state.sent]
    assert set(ends) <= {"right", "told"}
    assert ends["right"] == len(ours) - 1
    assert len(jobs) == count + 1
    assert ends["told"] == len(unknown)
    # What a service has is ours by its name, or the one submit of a job that says "look first".
    for name, held in theirs.items():
        strangers = [one for one in held if one not in ours]
        assert len(strangers) <= sum(job.provider == name for job in unknown)
        assert len(held) == len(set(held))


@pytest.mark.parametrize("moment", range(8))
def test_a_killed_run_is_taken_up_again(stage: Rehearsed, moment: int, tmp_path: Path) -> None:
    order = tmp_path / "order.toml"
    order.write_text('prompt = "A bay at dawn"\nresolution = "720p"\naspect = "16:9"\n')
    store, out = tmp_path / "jobs", tmp_path / "out"
    base = [sys.executable, "-m", "answerprint"]
    ends = ["--jobs", str(store), "--quiet"]
    first = [*base, "submit", str(order), "--provider", "runware", "--wait", "--out", str(out), *ends, "--allow-private"]  # fmt: skip
    run = subprocess.Popen(first, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 20
    while not list(store.glob("*.json")) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(0.12 * moment)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    (job,) = JobStore(store).jobs()
    again = subprocess.run([*base, "wait", job.id, *ends], capture_output=True, text=True, check=False)  # fmt: skip
    assert again.returncode == 0, again.stderr
    got = subprocess.run(
        [*base, "fetch", job.id, "--out", str(out), "--allow-private", *ends], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert len(accepted(stage)["runware"]) == 1
    assert probe(out / job.label / "video.mp4").size == (160, 90)


def command_lines(run: "subprocess.Popen[str]") -> list[str]:
    """Return the command lines of all processes, as long as `run` goes on: whoever is logged in may read them."""
    seen: set[str] = set()
    while run.poll() is None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                seen.add(path.read_text(errors="replace"))
        time.sleep(0.02)
    return sorted(seen)


def test_no_key_is_shown_anywhere(stage: Rehearsed, tmp_path: Path) -> None:
    order = tmp_path / "order.toml"
    order.write_text('prompt = "A bay at dawn"\n')
    said: list[str] = []
    for service in ("runware", "luma", "gmi", "replicate", "scenario"):
        stage.house.faults.once("job-failed" if service == "gmi" else "server-error")
        for words in (
            ["submit", str(order), "--provider", service, "--dry-run"],
            ["submit", str(order), "--provider", service, "--finish", "--allow-private", "--out", str(tmp_path / "f")],
            ["jobs", "--format", "json"],
        ):  # fmt: skip
            ran = subprocess.Popen(
                [sys.executable, "-m", "answerprint", *words], cwd=tmp_path, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=os.environ | {"ANSWERPRINT_JOBS": str(tmp_path / "jobs"), "ANSWERPRINT_DEBUG": "1"},
            )  # fmt: skip
            with ThreadPoolExecutor(1) as pool:
                seen = pool.submit(command_lines, ran)
                said += ran.communicate()
                said += seen.result()
            assert ran.returncode in (0, 1, 3), said[-2]
    written = [p.read_bytes().decode("latin-1") for p in tmp_path.rglob("*") if p.is_file() and p.suffix in (".json", ".txt", ".xml")]  # fmt: skip
    assert len(written) > 10
    for key in KEYS.values():
        assert not [text for text in [*said, *written] if key in text]
    assert not [text for text in said if "signature=" in text]
    for job in JobStore(tmp_path / "jobs").jobs():
        assert "signature=" not in repr(job) + json.dumps(public(job))
