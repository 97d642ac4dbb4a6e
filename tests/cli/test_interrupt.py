"""Ctrl-C and SIGTERM on real runs: exit code 130 or 143, soon, and nothing half-made; held off where nothing can stop, not for long."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.cli import interrupt
from answerprint.cli.interrupt import GRACE

NEVER = 600.0
"""Seconds of grace that outlast every test: what stops before them was not stopped for taking too long."""
SCRIPT = """
import sys
from answerprint.cli import app, interrupt
interrupt.GRACE = float(sys.argv.pop(1))
app.main()
"""


def started(*words: object, cwd: Path, grace: float = NEVER) -> "subprocess.Popen[str]":
    # What a shell starts in the background ignores Ctrl-C, and so would what is started from there.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-c", SCRIPT, *(str(word) for word in (grace, *words))]
    pipe = subprocess.PIPE
    run = subprocess.Popen(command, cwd=cwd, stdout=pipe, stderr=pipe, text=True)
    signal.signal(signal.SIGINT, before)
    return run


def said_until(run: "subprocess.Popen[str]", begin: str) -> None:
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith(begin):
            return
    pytest.fail(f"it never said {begin!r}")


def ended(
    run: "subprocess.Popen[str]", code: int = 130, word: str = "answerprint: interrupted\n"
) -> None:
    """Wait for a run that was interrupted."""
    _, said = run.communicate(timeout=60)
    assert run.returncode == code, said
    assert said.endswith(word)
    assert "Traceback" not in said


@pytest.fixture
def silence() -> Iterator[tuple[str, threading.Event]]:
    """A link whose file never comes after its first bytes, and word of their being sent."""
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            kept = door.accept()[0]
            kept.recv(4096)
            kept.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nftyp")
            asked.set()
            kept.recv(1)
            kept.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/clip.mp4", asked
        thread.join()


def test_a_scheduler_that_ends_a_run_finds_nothing_half_made(
    hdr_delivery: Path, tmp_path: Path
) -> None:
    run = started("finish", hdr_delivery, "--deliver", "vp9-web", "--out", "out", cwd=tmp_path)
    said_until(run, "encoding")
    run.send_signal(signal.SIGTERM)
    ended(run, 143, "answerprint: terminated\n")
    assert [p.name for p in tmp_path.rglob(".*") if p.name != ".answerprint"] == []
    assert not list(tmp_path.rglob("report.json"))


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_a_run_stops_where_it_tells_its_progress(
    hdr_delivery: Path, tmp_path: Path, quiet: list[str]
) -> None:
    frames = tmp_path / "out" / "bay" / "exr"
    run = started("finish", hdr_delivery, "--deliver", "vp9-web", "--out", "out", *quiet, cwd=tmp_path)  # fmt: skip
    if quiet:
        until = time.monotonic() + 60
        while not frames.exists() and time.monotonic() < until:
            time.sleep(0.005)
    else:
        said_until(run, "encoding")
    run.send_signal(signal.SIGINT)
    ended(run)
    hidden = [p.name for p in tmp_path.rglob(".*") if p.name != ".answerprint"]
    assert hidden == []
    assert not list(tmp_path.rglob("report.json"))


def test_work_that_tells_nothing_is_interrupted_after_a_while(
    silence: tuple[str, threading.Event], tmp_path: Path
) -> None:
    link, asked = silence
    run = started("fetch", link, "--allow-private", cwd=tmp_path, grace=GRACE)
    assert asked.wait(60)
    said_until(run, "fetching clip")
    run.send_signal(signal.SIGINT)
    time.sleep(GRACE / 2)
    assert run.poll() is None
    ended(run)


def test_asking_twice_interrupts_at_once(
    silence: tuple[str, threading.Event], tmp_path: Path
) -> None:
    link, asked = silence
    run = started("fetch", link, "--allow-private", cwd=tmp_path)
    assert asked.wait(60)
    said_until(run, "fetching clip")
    run.send_signal(signal.SIGINT)
    time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    ended(run)


def test_a_server_stops_at_once(tmp_path: Path) -> None:
    run = started("rehearse", "--port", 0, cwd=tmp_path)
    assert run.stdout is not None
    assert run.stdout.readline().startswith("rehearsing at")
    run.send_signal(signal.SIGINT)
    ended(run)


def test_where_it_is_ignored_it_stays_so(tmp_path: Path) -> None:
    script = (
        "import os, signal; from answerprint.cli.interrupt import interrupts_noted;"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with interrupts_noted(): os.kill(os.getpid(), signal.SIGINT); print('went on')"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "went on\n"


@pytest.mark.parametrize(
    ("words", "said"), [(["checks"], "sequence.gap"), (["unpack", "gone.zip"], "")]
)
def test_work_that_ends_by_itself_meanwhile_was_interrupted(
    tmp_path: Path, words: list[str], said: str
) -> None:
    script = (
        "import os, signal, sys; from answerprint.cli import app, interrupt\n"
        "with interrupt.interrupts_noted():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    code = app.run(sys.argv[1:])\n"
        "print(code)"
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    run = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, text=True, check=True
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    assert run.stdout.endswith("130\n")
    assert said in run.stdout
    assert run.stderr == "answerprint: interrupted\n"


def test_a_system_without_alarms_is_interrupted_where_progress_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interrupt, "_ALARMS", False)
    monkeypatch.setattr(interrupt._Asked, "by", 0)
    for name in ("SIGALRM", "setitimer"):
        monkeypatch.delattr(signal, name)
    with interrupt.interrupts_noted():
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            interrupt.stop_if_interrupted()
