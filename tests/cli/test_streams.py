"""Standard streams that are closed, full or left: the exit code is the one that is promised."""

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import answerprint as ap
from tests.made import folder, frames

PROGRAM = f"{shlex.quote(sys.executable)} -m answerprint"

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")


def shell(line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of shell in which `answerprint` is the program."""
    script = f'set -o pipefail\nanswerprint() {{ {PROGRAM} "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("closed", "debug"), [(">&-", ""), (">&-", "1"), ("<&- >&- 2>&-", "")])
def test_a_closed_stream_changes_no_exit_code(closed: str, debug: str) -> None:
    assert shell(f"answerprint checks {closed}", ANSWERPRINT_DEBUG=debug).returncode == 0


def test_output_that_cannot_be_written_is_work_that_could_not_be_done() -> None:
    ended = shell("answerprint checks > /dev/full")
    assert ended.returncode == 3
    assert ended.stderr == "answerprint: No space left on device; free some of the disk\n"


def test_words_that_cannot_be_written_end_nothing() -> None:
    ended = shell("answerprint check gone.mp4 2> /dev/full")
    assert ended.returncode == 3
    assert "no such file" in ended.stdout
    assert shell("answerprint nonsense 2> /dev/full").returncode == 2


def test_a_reader_that_has_seen_enough_is_no_finding() -> None:
    # Late enough that nobody reads when it is written.
    ended = shell("(sleep 0.3; answerprint checks) | true")
    assert ended.returncode == 0
    assert ended.stderr == ""


def test_reports_reach_a_file_while_a_terminal_shows_bars(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder(tmp_path / name, frames(2))
    shown, terminal = pty.openpty()
    words = ["check", "one", "two", "--format", "jsonl"]
    with (tmp_path / "reports.jsonl").open("w") as reports:
        ended = subprocess.run(
            [sys.executable, "-m", "answerprint", *words],
            cwd=tmp_path,
            stdout=reports,
            stderr=terminal,
            env=os.environ | {"TERM": "xterm"},
            check=False,
            timeout=60,
        )
    os.close(terminal)
    bars = os.read(shown, 1 << 16)
    os.close(shown)
    assert ended.returncode == 0
    assert [r.clip for r in ap.read_reports(tmp_path / "reports.jsonl")] == ["one", "two"]
    assert b"measuring frames" in bars
    assert b"schema" not in bars
