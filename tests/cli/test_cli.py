"""The command line as people and farms use it: words in, result on standard output, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import jsonschema
import pytest

from answerprint.checks.catalogue import CHECKS
from answerprint.cli.app import program
from answerprint.render.json import json_schema
from tests.made import codes, folder, frames, movie, tone, zipped


def answerprint(
    *words: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "answerprint", *(str(word) for word in words)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
        check=False,
        timeout=200,
    )


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("shot"), frames(8))


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shot = folder(tmp_path_factory.mktemp("gap"), frames(8))
    (shot / "shot.1004.exr").unlink()
    return shot


def test_a_clean_clip_exits_0_and_says_so(shot: Path) -> None:
    ended = answerprint("check", shot)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"{shot.name}: PASS")
    assert "measuring frames: 8 done" in ended.stderr


def test_findings_exit_1_and_name_the_frame(gap: Path) -> None:
    ended = answerprint("check", "-q", gap)
    assert ended.returncode == 1
    assert "sequence.gap: frame 1004 is missing" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on_decides(tmp_path: Path, fail_on: str, code: int) -> None:
    shot = folder(tmp_path, frames(12))
    (shot / "reference.exr").write_bytes(b"")
    assert answerprint("check", "-q", shot, "--fail-on", fail_on).returncode == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "Missing argument 'SOURCE...'"),
        (["check", ".", "--secnds", "5"], "No such option"),
        (["check", ".", "--seconds", "soon"], "options: seconds = 'soon': a number reads"),
        (["check", ".", "--size", "1280x720", "--aspect", "1:1"], "contradicts aspect"),
        (["finish", ".", "--deliver", "h264-wbe"], "did you mean 'h264-web'"),
        (["deliver", ".", "--preset", "prores", "--out", "x.mov"], "no preset is called 'prores'"),
        (["explain", "pixels.nam"], "did you mean 'pixels.nan'"),
        (
            ["mux", "a.mp4", "b.wav", "--out", "c.mp4", "--fit", "squash"],
            "no fit is called 'squash'",
        ),
        (["nonsense"], "No such command"),
    ],
)
def test_usage_exits_2_in_one_clear_line(tmp_path: Path, words: list[str], said: str) -> None:
    ended = answerprint(*words, cwd=tmp_path)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_order_file_is_refused_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "order.toml").write_text("secods = 5\n")
    ended = answerprint("check", ".", "--order", "order.toml", cwd=tmp_path)
    assert ended.returncode == 2
    assert "order.toml: unknown key 'secods', did you mean 'seconds'?" in ended.stderr


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 truncated"])
def test_work_that_cannot_be_done_exits_3(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "exr.zip").write_bytes(content)
    for words in (
        ["check", "exr.zip"],
        ["unpack", "exr.zip"],
        ["finish", "exr.zip"],
        ["seam", "exr.zip"],
    ):
        ended = answerprint(*words, "-q", cwd=tmp_path)
        assert ended.returncode == 3, (words, ended.stderr)
        assert "exr.zip" in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["exr.zip"]


def test_standard_output_is_only_the_result_even_of_damaged_frames(tmp_path: Path) -> None:
    shot = folder(tmp_path, [file[:-300] for file in frames(6)])
    ended = answerprint("check", "-q", shot, "--format", "json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["verdict"] == "fail"
    assert ended.stderr == ""


def test_every_report_follows_the_schema(shot: Path, gap: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK")
    ended = answerprint("check", "-q", shot, gap, tmp_path / "bad.zip", "--format", "jsonl")
    reports = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 3
    assert [report["verdict"] for report in reports] == ["pass", "fail", "fail"]
    for report in reports:
        assert report["schema"] == "answerprint.report/1"
        jsonschema.validate(report, json_schema())
    together = json.loads(answerprint("check", "-q", shot, gap, "--format", "json").stdout)
    assert together == reports[:2]


def test_junit_is_what_farms_read(gap: Path) -> None:
    ended = answerprint("check", "-q", gap, "--format", "junit")
    suite = ET.fromstring(ended.stdout).find("testsuite")
    assert suite is not None
    assert len(suite.findall("testcase")) == len(CHECKS)
    failed = [
        case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None
    ]
    assert failed == ["sequence.gap"]
    assert suite.get("failures") == "1"


def test_unpack_mux_and_deliver(tmp_path: Path) -> None:
    zipped(tmp_path / "exr.zip", frames(6))
    movie(tmp_path / "clip.mp4", codes(24))
    tone(tmp_path / "tone.mp3", 0.7)
    assert answerprint("unpack", "exr.zip", cwd=tmp_path).stdout.startswith("6 files")
    assert len(list((tmp_path / "exr").iterdir())) == 6
    muxed = answerprint(
        "mux", "clip.mp4", "tone.mp3", "--out", "sound.mp4", "--fit", "loop", cwd=tmp_path
    )
    assert muxed.stdout.startswith("sound.mp4: 24 frames at 24, 1.000 s, sound 1.0")
    told = answerprint(
        "mux", "clip.mp4", "tone.mp3", "--out", "as.mov", "-q", "--format", "json", cwd=tmp_path
    )
    assert json.loads(told.stdout)["decoded"] == 24
    made = answerprint(
        "deliver",
        "exr",
        "--preset",
        "vp9-web",
        "--out",
        "clip.webm",
        "--audio",
        "tone.mp3",
        cwd=tmp_path,
    )
    assert made.stdout.startswith("clip.webm: 6 frames at 24, 0.250 s")
    again = answerprint("deliver", "exr", "--preset", "vp9-web", "--out", "clip.webm", cwd=tmp_path)
    assert again.returncode == 3
    assert "exists already" in again.stderr


def test_finish_says_what_was_found_and_where_it_lies(hdr_delivery: Path, tmp_path: Path) -> None:
    ended = answerprint("finish", hdr_delivery, "--deliver", "h264-web", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "bay: PASS" in ended.stdout
    assert "bay_h264-web.mp4: 24 frames at 24" in ended.stdout
    assert "finished/bay" in ended.stdout
    assert "encoding h264-web: 24 done" in ended.stderr


def test_lists_and_explanations() -> None:
    checks = answerprint("checks").stdout
    assert all(check.id in checks for check in CHECKS)
    assert "prores-422hq" in answerprint("presets").stdout
    assert json.loads(answerprint("presets", "vp9-web").stdout)["container"]["format"] == "webm"
    assert "EBU QC 0081X" in answerprint("explain", "count.not-as-ordered").stdout


def test_every_check_explains_itself() -> None:
    for check in CHECKS:
        assert len(check.doc) > 30, check.id
        assert check.title.endswith((".", ":")), check.id


def test_doctor_says_which_ffmpeg_and_what_presets_need() -> None:
    ended = answerprint("doctor")
    assert ended.returncode == 0, ended.stdout
    assert "ffmpeg" in ended.stdout
    assert "preset prores-422hq" in ended.stdout
    broken = answerprint("doctor", ANSWERPRINT_FFMPEG="/nonexistent/ffmpeg")
    assert broken.returncode == 3
    assert "no ffmpeg at /nonexistent/ffmpeg" in broken.stdout


def test_every_command_documents_itself() -> None:
    for name, command in program.commands.items():
        ended = answerprint(name, "--help")
        assert ended.returncode == 0
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option)), (
            name
        )


def test_help_imports_nothing_that_measures_or_models() -> None:
    heavy = ("cv2", "OpenEXR", "av", "numpy", "PyOpenColorIO", "pydantic", "httpx", "rich")
    script = (
        "import sys; from answerprint.cli.app import run; run(['--help']); "
        f"print([module for module in {heavy} if module in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"


def test_interrupting_leaves_nothing_half_made(hdr_delivery: Path, tmp_path: Path) -> None:
    # At the lowest priority, and long, so that the run is not over before it is interrupted.
    command = [
        "nice",
        "-n",
        "19",
        sys.executable,
        "-m",
        "answerprint",
        "finish",
        str(hdr_delivery),
        "--deliver",
        "vp9-web,prores-422hq,h264-web",
        "--repeat",
        "40",
        "--out",
        "out",
    ]
    run = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith("encoding"):
            break
    run.send_signal(2)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "interrupted" in said
    assert not [p for p in tmp_path.rglob("*") if "partial" in p.name or p.name.startswith(".work")]


def test_a_closed_pipe_is_no_error(shot: Path) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m answerprint checks | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""
