"""Commands that deal with services, before a rehearsal: what they print, and which exit code they end with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.cli.app import run

from ..rehearsed import Rehearsed, rehearsed  # noqa: TID252 - what tests of every room share

ORDER = 'prompt = "A bay at dawn"\nresolution = "720p"\naspect = "16:9"\n'


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def stage(tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsed]:
    monkeypatch.setenv("ANSWERPRINT_JOBS", str(tmp_path / "jobs"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.toml").write_text(ORDER)
    with rehearsed(tmp_path, monkeypatch, media) as running:
        yield running


def test_a_job_from_submit_to_files(
    stage: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["submit", "order.toml", "--provider", "luma", "--format", "json", "-q"]) == 0
    (job,) = json.loads(capsys.readouterr().out)
    assert (job["provider"], job["state"], job["estimate"]) == ("luma", "queued", "0.30")
    name = job["id"][:8]
    assert run(["status", name, "-q"]) == 0
    assert run(["wait", name, "-q"]) == 0
    assert "succeeded  $0.30  A bay at dawn" in capsys.readouterr().out
    assert run(["fetch", name, "--allow-private", "-q"]) == 0
    assert capsys.readouterr().out == f"luma:{job['id']} lies in delivered/luma-{name}\n"
    assert (tmp_path / "delivered" / f"luma-{name}" / "video.mp4").exists()
    assert run(["jobs"]) == 0
    assert capsys.readouterr().out.startswith(f"luma:{job['id']}  succeeded")


def test_submit_and_finish_at_once(stage: Rehearsed, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["submit", "order.toml", "--provider", "runware", "--finish", "--allow-private", "-q"]
    assert run([*words, "--fail-on", "never"]) == 0
    said = capsys.readouterr().out
    assert "120 frames at 24" in said
    assert "size.not-as-ordered" in said
    assert run([*words, "--skip", "size,aspect", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["policy"]["overrides"] == {
        "skip": ["size", "aspect"]
    }


def test_a_dry_run_sends_nothing(stage: Rehearsed, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["submit", "order.toml", "--provider", "gmi", "--dry-run", "-q"]) == 0
    said = capsys.readouterr().out
    assert '"model": "luma-ray-3-2-generate"' in said
    assert "$0.30" in said
    assert stage.house.all_held("gmi") == []
    assert not (stage.desk.store.folder).exists() or stage.desk.store.jobs() == ()


def test_prices(stage: Rehearsed, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", "order.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert "unknown" in next(line for line in lines if line.startswith("replicate"))
    assert lines[-1].startswith("cheapest: ")
    assert run(["estimate", "order.toml", "--provider", "luma", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["usd"] == "0.30"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["submit", "order.toml", "--provider", "lumma"], 2, "did you mean 'luma'?"),
        (["submit", "gone.toml"], 2, "no such file"),
        (["submit"], 2, "no order is named"),
        (["submit", "order.toml", "--again", "luma:1"], 2, "ORDER.toml is for a new order"),
        (["submit", "--again", "luma:1", "--dry-run"], 2, "--dry-run is for a new order"),
        (["submit", "order.toml", "--provider", "luma", "--deliver", "h264-web"], 2, "is for --finish"),
        (["submit", "order.toml", "--provider", "luma", "--finish", "--deliver", "h264-wbe"], 2, "'h264-web'"),
        (["submit", "order.toml", "--provider", "luma", "--finish", "--only", "sem"], 2, "'seam'"),
        (["listen", "--limits", "order.toml"], 2, "unknown key 'prompt'"),
        (["listen", "--host", "nowhere.invalid"], 3, "the port cannot be opened"),
        (["submit", "order.toml"], 2, "which service?"),
        (["submit", "order.toml", "--provider", "luma", "--max-cost", "0.1"], 2, "it costs $0.30"),
        (["submit", "order.toml", "--provider", "luma", "--max-cost", "0.1", "--dry-run"], 2, "it costs $0.30"),
        (["submit", "order.toml", "--provider", "luma", "--max-cost", "cheap"], 2, "no amount"),
        (["status", "nothing"], 2, "no job is called 'nothing'"),
        (["fetch", "ftp://a.test/b"], 2, "no job is called"),
        (["fetch", "http://127.0.0.1:9/a.mp4"], 3, "--allow-private"),
        (["finish", "luma:none-of-ours"], 3, "does not know this job"),
        (["explain", "luma.no-such"], 2, "nothing that can be explained is called"),
        (["rehearse", "--fault", "slw"], 2, "did you mean 'slow'?"),
        (["rehearse", "--fault", "slow=2"], 2, "between 0 and 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_line(
    stage: Rehearsed, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == code
    told = capsys.readouterr()
    assert said in told.err + told.out
    assert "Traceback" not in told.err
    assert words[0] != "submit" or stage.desk.store.jobs() == ()


def test_without_a_key_no_job_is_written_down(
    stage: Rehearsed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LUMA_AGENTS_API_KEY")
    assert run(["submit", "order.toml", "--provider", "luma"]) == 3
    assert "LUMA_AGENTS_API_KEY is not set" in capsys.readouterr().err
    assert stage.desk.store.jobs() == ()


def test_links_that_lead_nowhere_leave_no_folder(
    stage: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for link in ("http://127.0.0.1:9/a.mp4", "http:///"):
        assert run(["fetch", link, "-q"]) == 3
    assert not (tmp_path / "delivered").exists()


@pytest.mark.parametrize("command", ["rehearse", "listen"])
def test_a_port_that_is_taken_is_one_line(
    stage: Rehearsed, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = stage.house.base.rpartition(":")[2]
    assert run([command, "--port", port]) == 3
    assert capsys.readouterr().err == (
        f"answerprint: 127.0.0.1:{port}: the port cannot be opened (Address already in use);"
        " name another one, or 0 for any that is free\n"
    )


def test_a_rule_refuses_by_name(
    stage: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "order.toml").write_text(ORDER.replace("720p", "360p"))
    assert run(["submit", "order.toml", "--provider", "replicate"]) == 2
    said = capsys.readouterr().err
    assert "replicate.no-360p" in said
    assert "luma" in said
    assert "runware" in said
    assert run(["explain", "replicate.no-360p"]) == 0
    assert "S000" in capsys.readouterr().out


def test_calling_off_and_listing_services(
    stage: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.house.faults.once("never-finishing")
    assert run(["submit", "order.toml", "--provider", "replicate", "-q"]) == 0
    name = capsys.readouterr().out.partition("  ")[0]
    assert run(["cancel", name, "-q"]) == 0
    assert "canceled" in capsys.readouterr().out
    assert run(["providers"]) == 0
    assert capsys.readouterr().out.count("key set") == 5


def test_the_faults_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rehearse", "--fault", "list"]) == 0
    assert "dropped-submit" in capsys.readouterr().out


def test_one_job_that_failed_keeps_no_other_from_being_waited_for(
    stage: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = []
    for fault in ("job-failed", None):
        if fault:
            stage.house.faults.once(fault)
        assert run(["submit", "order.toml", "--provider", "luma", "-q"]) == 0
        names.append(capsys.readouterr().out.partition("  ")[0])
        assert run(["wait", names[-1], "-q"]) == (3 if fault else 0)
    capsys.readouterr()
    for words in (["wait"], ["fetch", "--allow-private"]):
        assert run([*words, *names, "-q"]) == 3
        told = capsys.readouterr()
        assert "ended without a result" in told.err
        assert names[1] in told.out
    assert run(["status", "nothing", names[1], "-q"]) == 2
    assert "succeeded" in capsys.readouterr().out


def test_a_damaged_record_is_told_and_hides_no_job(
    stage: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["submit", "order.toml", "--provider", "luma", "-q"]) == 0
    (tmp_path / "jobs/damaged.json").write_text("{")
    capsys.readouterr()
    assert run(["jobs"]) == 3
    told = capsys.readouterr()
    assert "luma:" in told.out
    assert "damaged.json: is no job record" in told.err
