"""What commands say while they work, and what they hand back to the shell."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from answerprint.cli.interrupt import stop_if_interrupted
from answerprint.progress import Progress, silent

if TYPE_CHECKING:
    from rich.progress import TaskID

    from answerprint.record import Record
    from answerprint.report import Report, Told

FINDINGS = 1
"""Exit code of findings at or above `--fail-on`."""
FAILED = 3
"""Exit code of work that could not be done."""


@contextmanager
def progress_shown(*, quiet: bool) -> Iterator[Progress]:
    """Show progress on standard error: bars on a terminal, a plain line a station elsewhere, nothing when quiet.

    Where work tells its progress is where Ctrl-C stops it: KeyboardInterrupt is
    raised there, on the main thread.
    """
    with _shown(quiet=quiet) as shown:

        def told(station: str, done: int, total: int | None) -> None:
            stop_if_interrupted()
            shown(station, done, total)

        yield told


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Progress]:
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        yield _plain


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    tasks: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(file=sys.stderr), transient=True) as bars:

        def show(station: str, done: int, total: int | None) -> None:
            if station not in tasks or done == 0:
                tasks[station] = bars.add_task(station, total=total)
            bars.update(tasks[station], completed=done, total=total)

        yield show


def _plain(station: str, done: int, total: int | None) -> None:
    if done == 0:
        click.echo(f"{station}: {total if total is not None else '?'} to do", err=True)
    elif done == total:
        click.echo(f"{station}: {done} done", err=True)


def exit_code(reports: Sequence["Report"], fail_on: str) -> int:
    """Return the exit code that reports amount to: 3 where any work failed, 1 for findings, else 0."""
    from answerprint.report import Severity

    if any(report.failure for report in reports):
        return FAILED
    if fail_on == "never":
        return 0
    worst = [severity for report in reports if (severity := report.worst())]
    return FINDINGS if any(s.rank >= Severity(fail_on).rank for s in worst) else 0


@contextmanager
def reports_printed(format_: str, fail_on: str = "error") -> Iterator["Told"]:
    """Print the reports that are told in this block on standard output, in one of the formats.

    Text and JSON Lines are written report by report, so that a run that is killed
    leaves what it had judged. The other formats are one document, written at the
    end or when the run is interrupted; so is everything on a terminal, which shows
    bars until then. Work goes on where nobody reads; raises OSError after it.
    """
    told: list[Report] = []
    refused: list[OSError] = []
    at_once = format_ in ("text", "jsonl") and not sys.stdout.isatty()

    def tell(report: "Report") -> None:
        told.append(report)
        if at_once and not refused:
            try:
                click.echo(_one_of(report, format_, first=len(told) == 1), nl=False)
            except OSError as problem:
                refused.append(problem)

    try:
        yield tell
    finally:
        if told and not at_once:
            print_reports(told, format_, fail_on)
    if refused:
        raise refused[0]
    if format_ == "text" and len(told) > 1:
        from answerprint.render.text import tally

        click.echo(f"\n{tally(told)}")


def print_reports(reports: Sequence["Report"], format_: str, fail_on: str = "error") -> None:
    """Print reports in one of the formats on standard output."""
    from answerprint.render import json, junit
    from answerprint.report import Severity

    if format_ == "junit":
        level = Severity.ERROR if fail_on == "never" else Severity(fail_on)
        click.echo(junit.to_junit(reports, level), nl=False)
    elif format_ == "json":
        click.echo(json.to_json(reports), nl=False)
    else:
        for place, report in enumerate(reports):
            click.echo(_one_of(report, format_, first=not place), nl=False)


def _one_of(report: "Report", format_: str, *, first: bool) -> str:
    """Return a report as text or as a line of JSON; texts have a blank line between them."""
    from answerprint.render.json import to_jsonl
    from answerprint.render.text import to_text

    if format_ == "jsonl":
        return to_jsonl([report])
    return to_text(report) if first else f"\n{to_text(report)}"


def print_record(record: "Record", format_: str, said: str) -> None:
    """Print a record on standard output: as JSON, or what is `said` of it in words."""
    click.echo(record.model_dump_json(indent=1) if format_ == "json" else said.rstrip("\n"))
