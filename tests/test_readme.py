"""The README says what the code says, and its examples run."""

import io
import re
import shutil
import textwrap
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import numpy as np
import pytest

import answerprint as ap
from answerprint.cli.app import program, run
from answerprint.reference import refresh
from answerprint.rehearsal.scenery.scene import Scene, render
from tests.made import codes, movie, tone

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_its_tables_are_fresh() -> None:
    assert refresh(TEXT) == TEXT, "run scripts/readme"


def test_a_stale_table_would_be_noticed() -> None:
    assert refresh(TEXT.replace("sequence.gap", "sequence.hole")) != TEXT.replace(
        "sequence.gap", "sequence.hole"
    )


def test_every_command_is_in_it() -> None:
    missing = [name for name in program.commands if f"{name}" not in TEXT]
    assert missing == []


def test_its_commands_exist_with_their_options() -> None:
    lines = re.findall(r"^    answerprint (.+)$", TEXT, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        words = line.split(" > ")[0].split()
        command = program.commands[words[0]]
        if isinstance(command, click.Group):
            command = command.commands[words[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


SERVICES = ("submit", "jobs", "wait", "fetch", "finish luma:", "listen", "rehearse")
"""Beginnings of commands that need a service: `cli.test_orders` runs these."""
BAKES = "color prove"
"""A command that takes a minute of baking: `cli.test_color` runs it with another order of size."""


def test_its_commands_run_as_printed(
    hdr_delivery: Path, surf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("delivery", "delivery_v2"):
        shutil.copytree(hdr_delivery, tmp_path / name)
    shutil.copy(surf, tmp_path / "music.wav")
    tone(tmp_path / "music.mp3", 0.5)
    movie(tmp_path / "clip.mp4", codes(6))
    lights = (render(Scene(1, (192, 108), 36, loop=True, grain=0), n) for n in range(36))
    shown = [(np.clip(light, 0, 1) ** (1 / 2.4) * 255).astype(np.uint8) for light in lights]
    movie(tmp_path / "loop.mp4", [*shown, shown[0]])
    (tmp_path / "order.toml").write_text(
        textwrap.dedent(TEXT.split("says for example")[1].split("\n\n")[1])
    )
    (tmp_path / "mine.toml").write_text(re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0])
    ran = 0
    for line in re.findall(r"^    answerprint (.+)$", TEXT, re.MULTILINE):
        if not line.startswith((*SERVICES, BAKES)):
            words, _, kept = line.partition(" > ")
            said, aside = io.StringIO(), io.StringIO()
            with redirect_stdout(said), redirect_stderr(aside):
                code = run(words.split())
            # What is checked has its findings; what could not be done, or makes no sense, is the README's fault.
            assert code in (0, 1), f"{line}\n{said.getvalue()}{aside.getvalue()}"
            (tmp_path / (kept or "said")).write_text(said.getvalue())
            ran += 1
    assert ran >= 14
    assert (tmp_path / "mended.mp4").exists()


def test_its_library_example_runs(
    hdr_delivery: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "delivery").symlink_to(hdr_delivery)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert "count.not-as-ordered" in capsys.readouterr().out


def test_its_limits_are_limits(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "limits.toml").write_text(example)
    assert ap.Limits.load(tmp_path / "limits.toml").pixels.negative_floor == -0.01


def test_its_picture_is_there() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", TEXT):
        assert (README.parent / picture).stat().st_size > 10_000
