"""Policies on the command line: what is judged, by which limits, against what was known, and judged again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from answerprint.checks.catalogue import CHECKS
from answerprint.cli.app import run
from tests.made import codes, folder, frames, movie

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ap(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: exit code, standard output, standard error."""

    def ran(*words: object) -> tuple[int, str, str]:
        code = run([str(word) for word in words])
        return code, *capsys.readouterr()

    return ran


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames, one of them missing and one spelled otherwise."""
    shot = folder(tmp_path_factory.mktemp("gap"), frames(8))
    (shot / "shot.1007.exr").rename(shot / "shot.01007.exr")
    (shot / "shot.1004.exr").unlink()
    return shot


@pytest.fixture
def saved(ap: Run, gap: Path, tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(ap("check", "-q", gap, "--format", "json")[1])
    return path


def test_a_profile_decides(ap: Run, gap: Path) -> None:
    whole = ap("check", "-q", gap, "--skip", "sequence.gap,count")
    assert whole[0] == 0
    assert "warning    sequence.padding" in whole[1]
    strict = ap("check", "-q", gap, "--skip", "sequence.gap,count", "--profile", "farm")
    assert strict[0] == 1
    assert "error      sequence.padding" in strict[1]
    assert "  limits     farm, with skip (" in strict[1]


def test_families_and_ids_select(ap: Run, gap: Path) -> None:
    code, said, _ = ap("check", "-q", gap, "--only", "pixels,sequence.padding", "--format", "json")
    report = json.loads(said)
    run_ = {o["check"] for o in report["outcomes"] if o["status"] != "skipped"}
    assert code == 0
    assert run_ == {c.id for c in CHECKS if c.family == "pixels"} | {"sequence.padding"}
    assert report["policy"]["overrides"] == {"only": ["pixels", "sequence.padding"]}


def test_saved_reports_are_judged_again(ap: Run, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[waive]\n"sequence.gap" = "cut by the client"\n')
    first = json.loads(saved.read_text())
    code, again, errors = ap("check", "-q", "--measured", saved, "--format", "json")
    assert (code, json.loads(again), errors) == (1, first, "")
    code, forgiven, _ = ap(
        "check", "--measured", saved, "--limits", tmp_path / "mine.toml", "--skip", "count"
    )
    assert code == 0
    assert "  waived     sequence.gap: cut by the client" in forgiven
    code, other, _ = ap("check", "--measured", saved, "--frames", "12", "--only", "count")
    assert code == 1
    assert "7 frames where 12 were ordered" in other


def test_saved_reports_may_be_many(ap: Run, saved: Path, tmp_path: Path) -> None:
    lines = tmp_path / "two.jsonl"
    lines.write_text(2 * (json.dumps(json.loads(saved.read_text())) + "\n"))
    code, said, _ = ap("check", "--measured", lines, "--measured", saved, "--format", "jsonl")
    assert code == 1
    assert len(said.splitlines()) == 3


def test_what_a_baseline_has_weighs_nothing(ap: Run, gap: Path, saved: Path) -> None:
    code, said, _ = ap("check", "-q", gap, "--baseline", saved)
    assert code == 0
    assert ": PASS" in said.splitlines()[0]
    assert "  known      sequence.gap: frame 1004 is missing" in said
    assert " known, 0 worse, 0 new" in said
    code, xml, _ = ap("check", "-q", gap, "--baseline", saved, "--format", "junit")
    assert code == 0
    assert "<failure" not in xml
    assert "known error: frame 1004 is missing" in xml


def test_finish_judges_as_check_does(
    ap: Run, gap: Path, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, _ = ap("finish", "-q", gap, "--only", "sequence", "--skip", "sequence.padding")
    assert code == 1
    assert "sequence.gap: frame 1004 is missing" in said
    assert "sequence.padding: " not in said
    assert (
        "left out: only sequence was to be judged"
        in (tmp_path / "finished" / gap.name / "qc" / "report.json").read_text()
    )
    code, said, _ = ap("finish", "-q", gap, "--baseline", saved, "--format", "jsonl")
    assert code == 0
    assert json.loads(said)["verdict"] == "pass"
    kept = (tmp_path / "finished" / gap.name / "qc" / "report.txt").read_text()
    assert "  known      sequence.gap: frame 1004 is missing" in kept


def test_a_baseline_of_several_clips_is_held_against_each(
    ap: Run, gap: Path, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = folder(tmp_path / "other", frames(3))
    (other / "shot.1002.exr").unlink()
    code, said, _ = ap("finish", "-q", gap, other, "--baseline", saved, "--format", "jsonl")
    assert code == 1
    assert [json.loads(line)["verdict"] for line in said.splitlines()] == ["pass", "fail"]


def test_baselines_may_be_several_files_as_finish_writes_them(
    ap: Run, gap: Path, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = folder(tmp_path / "other", frames(3))
    (other / "shot.1002.exr").unlink()
    assert ap("finish", "-q", other)[0] == 1
    known = tmp_path / "finished" / "other" / "qc" / "report.json"
    code, said, _ = ap("check", "-q", gap, other, "--baseline", saved, "--baseline", known)
    assert code == 0
    assert said.endswith("\n\n2 clips: 2 PASS\n")


def test_several_clips_are_counted_by_verdict(ap: Run, gap: Path) -> None:
    code, said, _ = ap("check", "-q", gap, "gone", gap, "--only", "sequence")
    assert code == 3
    assert said.endswith("\n\n3 clips: 2 FAIL, 1 COULD NOT BE DONE\n")
    assert "clips:" not in ap("check", "-q", gap, "--only", "sequence")[1]


def test_a_seam_goes_by_a_profile(ap: Run, tmp_path: Path) -> None:
    clip = movie(tmp_path / "clip.mp4", codes(24))
    (tmp_path / "mine.toml").write_text("[seam]\njump = 50\ncut = 50\n")
    assert ap("seam", "-q", clip, "--profile", "web-loop")[1].startswith(f"{clip}: jump")
    code, _, said = ap("seam", clip, "--profile", "web-lop")
    assert (code, said) == (2, "answerprint: profile: no profile is called 'web-lop', did you mean 'web-loop'?\n")  # fmt: skip
    assert ap("seam", clip, "--overwrite")[0] == 2


def test_what_is_worse_than_in_a_baseline_fails(
    ap: Run, gap: Path, saved: Path, tmp_path: Path
) -> None:
    shot = tmp_path / gap.name
    shutil.copytree(gap, shot)
    (shot / "shot.1006.exr").unlink()
    code, said, _ = ap("check", "-q", shot, "--baseline", saved, "--only", "sequence")
    assert code == 1
    assert "(worse: also in frame 1006)" in said
    assert "  known      sequence.padding" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["check"], 2, "Missing argument 'SOURCE...'"),
        (["check", "a", "--measured", "b"], 2, "SOURCE and --measured exclude each other"),
        (["check", ".", "--profile", "frm"], 2, "no profile is called 'frm', did you mean 'farm'?"),
        (["check", ".", "--only", "sem"], 2, "only: no check or family is called 'sem', did you mean 'seam'?"),
        (["check", ".", "--limits", "l.toml"], 2, "l.toml: severity: no check is called 'pixels.nam', did you mean"),
        (["check", ".", "--limits", "l.toml", "--profile", "farm"], 2, "starts from profile 'artist'"),
        (["check", ".", "--baseline", "none.json"], 3, "none.json: no such file"),
        (["check", "--measured", "none.json"], 3, "none.json: no such file"),
        (["check", "--measured", "l.toml"], 3, "l.toml: is no JSON"),
        (["check", "--measured", "a.json"], 3, "a.json: is no report; a report is what"),
        (["explain", "farn"], 2, "nothing that can be explained is called 'farn', did you mean 'farm'?"),
        (["explain", "picture.blak"], 2, "did you mean 'picture.black'?"),
        (["explain", "black"], 2, "did you mean 'pixels.black-tile' or 'picture.black'?"),
        (["explain", "zzz"], 2, "answerprint checks lists the checks"),
        (["checks", "pictur"], 2, "no check or family is called 'pictur', did you mean 'picture'?"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_in_one_line(
    ap: Run,
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "l.toml").write_text('profile = "artist"\n[severity]\n"pixels.nam" = "info"\n')
    (tmp_path / "a.json").write_text('{"shots": []}')
    ended, out, errors = ap(*words)
    assert (ended, out) == (code, "")
    assert said in errors
    assert "Traceback" not in errors


def test_explanations_go_by_the_limits_in_force(ap: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[seam]\nexposure = 0.1\n")
    plain = ap("explain", "seam.exposure-step")[1]
    assert plain.startswith("seam.exposure-step (error)")
    assert "limit      seam.exposure = 0.04\n" in plain
    assert (
        "seam.exposure = 0.03, 0.04 built in"
        in ap("explain", "seam.exposure-step", "--profile", "web-loop")[1]
    )
    own = ap("explain", "seam.exposure-step", "--limits", tmp_path / "mine.toml")[1]
    assert "seam.exposure = 0.1, 0.04 built in" in own
    assert ap("explain", "farm")[1].startswith("# ")
    assert "sequence.padding                   error" in ap("checks", "--profile", "farm")[1]


def test_a_family_and_a_limit_are_explained(ap: Run) -> None:
    family = ap("explain", "sequence")[1]
    assert family == ap("checks", "sequence")[1]
    assert family.startswith("sequence.absent ")
    assert all(line.startswith("sequence.") for line in family.splitlines())
    assert len(ap("checks", "sequence.gap", "pixels.nan")[1].splitlines()) == 2
    limit = ap("explain", "seam.exposure", "--profile", "web-loop")[1]
    assert limit.startswith("seam.exposure = 0.03, 0.04 built in\n")
    assert "decides    seam.exposure-step, extension.join\nset by     [seam] exposure" in limit
