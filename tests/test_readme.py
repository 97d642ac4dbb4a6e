"""The README says what the code says, and its examples run."""

import re
from pathlib import Path

import click
import pytest

import answerprint as ap
from answerprint.cli.app import program
from answerprint.reference import refresh

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
