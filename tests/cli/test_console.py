"""Reports on standard output: each as soon as it is there where the format allows it, and none lost."""

import errno

import click
import pytest

import answerprint as ap
from answerprint.cli.console import reports_printed
from answerprint.judge import failed
from answerprint.order import Order

BAY, DUSK = (failed(name, Order(), ap.WorkError("is gone")) for name in ("bay", "dusk"))


@pytest.mark.parametrize(("format_", "start"), [("text", "bay: "), ("jsonl", '{"schema"')])
def test_a_report_is_written_before_the_next_is_there(
    format_: str, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with reports_printed(format_) as told:
        told(BAY)
        assert capsys.readouterr().out.startswith(start)


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "junit"])
def test_an_interrupted_run_leaves_what_it_had_judged(
    format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), reports_printed(format_) as told:
        told(BAY)
        raise KeyboardInterrupt
    assert "bay" in capsys.readouterr().out


def test_what_was_refused_leaves_no_output(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ap.UsageError), reports_printed("json"):
        raise ap.UsageError("makes no sense")
    assert capsys.readouterr().out == ""


def test_work_goes_on_where_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def refuse(text: str, *, nl: bool) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(click, "echo", refuse)
    with pytest.raises(OSError, match="No space"), reports_printed("jsonl") as told:
        for report in (BAY, DUSK):
            told(report)
            done.append(report)
    assert done == [BAY, DUSK]
