"""Standard streams that are closed, full or left: the exit code is the one that is promised."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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
