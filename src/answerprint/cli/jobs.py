"""What the commands that deal with jobs share: options, the desk, and what becomes and is said of a job."""

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from answerprint.cli import interrupt
from answerprint.cli.console import progress_shown
from answerprint.cli.names import split_names
from answerprint.cli.options import read_judging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from answerprint.desk import Desk
    from answerprint.errors import AnswerprintError
    from answerprint.progress import Progress
    from answerprint.providers.job import Job
    from answerprint.report import Report

jobs_option = click.option(
    "--jobs", "jobs_folder", metavar="DIR",
    help="Folder that jobs are written down in  [default: ANSWERPRINT_JOBS, else the user's state folder]",
)  # fmt: skip
private_option = click.option(
    "--allow-private", is_flag=True, help="Take files from private addresses, as the rehearsal's are."
)  # fmt: skip
out_option = click.option(
    "--out", metavar="DIR", help="Folder for files  [default: delivered, or finished]"
)
deadline_option = click.option(
    "--deadline", default=3600.0, show_default=True, metavar="SECONDS", help="How long to wait."
)


@contextmanager
def at_desk(rest: dict[str, Any]) -> "Iterator[Desk]":
    """Yield the desk the options ask for, showing progress."""
    from answerprint.desk import Desk
    from answerprint.providers.store import JobStore

    with progress_shown(quiet=rest["quiet"]) as progress:
        yield Desk(
            JobStore(rest["jobs_folder"]),
            sleep=interrupt.sleep,
            progress=progress,
            allow_private=bool(rest.get("allow_private")),
            webhook=rest.get("webhook"),
        )


def fetch_job(job: "Job", out: str | None, desk: "Desk") -> None:
    """Bring the files of a job that succeeded to a folder below `out`, and say where. Raises as `pickup.fetch`."""
    from answerprint.pickup import DELIVERED
    from answerprint.pickup import fetch as bring

    click.echo(f"{job.name} lies in {bring(job, out or DELIVERED, desk)}")


def read_finishing(rest: dict[str, Any]) -> dict[str, Any] | None:
    """Take the finishing options out of `rest` and return the keywords they are for `finish`; None where it is not asked for.

    What makes no sense is refused now, before an order costs anything: raises
    UsageError, and SourceError for a baseline that cannot be read.
    """
    import answerprint as ap

    finishing = rest.pop("finishing")
    words = {"deliver": split_names(rest.pop("deliver")), "audio": rest.pop("audio")}
    words |= read_judging(rest)
    if finishing:
        ap.finish(**words)
        return words
    given = next((word for word, value in words.items() if value), None)
    if given is not None:
        raise ap.UsageError(f"--{given} is for --finish")
    return None


def finish_job(
    job: "Job", out: str | None, desk: "Desk", progress: "Progress", words: dict[str, Any]
) -> "Sequence[Report]":
    """Take a job down the whole line with the keywords `words`, and return its reports. Raises as `finish`."""
    import answerprint as ap
    from answerprint.line import OUT

    return ap.finish(
        job.name, out=out or OUT, jobs=desk.store.folder, allow_private=desk.allow_private,
        progress=progress, **words,
    )  # fmt: skip


class Round:
    """Work that is done for one job after the other: what fails for one is said and stops no other."""

    def __init__(self) -> None:
        self.code = 0
        """Exit code of the round: the gravest of what failed."""

    @contextmanager
    def each(self) -> "Iterator[None]":
        """Say on standard error what goes wrong in this block, and go on after it."""
        from answerprint.errors import AnswerprintError

        try:
            yield
        except AnswerprintError as problem:
            self.say(problem)

    def say(self, problem: "AnswerprintError") -> None:
        """Say on standard error what went wrong, and remember how grave it is."""
        self.code = max(self.code, problem.exit_code)
        click.echo(f"answerprint: {problem}", err=True)


def print_jobs(found: list["Job"], format_: str) -> None:
    """Print jobs on standard output, a line each, or as JSON without their links."""
    from answerprint.pickup import public

    if format_ == "json":
        import json

        click.echo(json.dumps([public(job) for job in found], indent=1))
        return
    for job in found:
        click.echo(spell_job(job))


def spell_dollars(amount: Decimal) -> str:
    """Return an amount with its cents, and what is below them where there is any.

    >>> spell_dollars(Decimal("0.9")), spell_dollars(Decimal("0.125"))
    ('$0.90', '$0.125')
    """
    cents = amount.quantize(Decimal("0.01"))
    return f"${cents if cents == amount else amount}"


def spell_job(job: "Job") -> str:
    """Return one line about a job."""
    seen = job.seen
    share = f" {seen.progress:.0%}" if seen and seen.progress and not job.state.ended else ""
    cost = seen.cost if seen and seen.cost is not None else job.estimate
    spent = f"  {spell_dollars(cost)}" if cost is not None else ""
    said = job.problem or (seen.words if seen else "")
    prompt = (job.order.prompt or "")[:40]
    return (
        f"{job.name}  {job.state}{share}{spent}  {prompt}{f'  ({said})' if said else ''}".rstrip()
    )
