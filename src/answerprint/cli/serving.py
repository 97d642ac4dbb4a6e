"""Commands that serve: listen for webhooks, rehearse the services."""

import math
import sys
from typing import TYPE_CHECKING, Any

import click

from answerprint.cli import interrupt, options
from answerprint.cli.console import print_reports
from answerprint.cli.jobs import (
    at_desk,
    fetch_job,
    finish_job,
    jobs_option,
    out_option,
    private_option,
    read_finishing,
    spell_job,
)
from answerprint.progress import silent

if TYPE_CHECKING:
    from answerprint.providers.job import Job
    from answerprint.rehearsal.faults import Faults

PORT = click.IntRange(0, 65535)


@click.command(short_help="Take the services' webhooks, and fetch what succeeded.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=PORT, default=8033, show_default=True, help="Port to listen at; 0 for any.")  # fmt: skip
@options.finishing_options
@out_option
@jobs_option
@private_option
@options.quiet
def listen(**rest: Any) -> int:
    """Take the services' webhooks, ask them about the jobs they name, and fetch what succeeded."""
    from answerprint.hooks import path_secret, signing_secret
    from answerprint.listener import Listener, listening

    finishing = read_finishing(rest)
    with at_desk(rest) as desk:
        secret = path_secret(desk.store.folder)

        def arrived(job: "Job") -> None:
            click.echo(spell_job(job))
            _take_in(job, rest["out"], desk, finishing)

        listener = Listener(desk, secret, signing_secret(desk), arrived)
        with listening(listener, host=rest["host"], port=rest["port"]) as address:
            click.echo(f"listening; give services this address: {address}")
            interrupt.sleep(math.inf)
    return 0


@click.command(short_help="Stand in for every service on this machine, at no cost.")
@click.option("--port", type=PORT, default=8080, show_default=True, help="Port to listen at; 0 for any.")  # fmt: skip
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[=RATE]",
    help="Fault to play, always or at a rate; --fault list shows them.",
)
@click.option(
    "--divide",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Render pictures at a fraction of their size, for quick trials.",
)
def rehearse(port: int, faults: tuple[str, ...], divide: int) -> int:  # fmt: skip
    """Stand in for every service on this machine: real media for every order, no key, no cent."""
    from answerprint.rehearsal.app import running
    from answerprint.rehearsal.environment import environment
    from answerprint.rehearsal.faults import FAULTS

    if "list" in faults:
        for name, meaning in FAULTS.items():
            click.echo(f"{name:<20} {meaning}")
        return 0
    with running(port=port, divide=divide, faults=read_faults(faults)) as house:
        click.echo(f"rehearsing at {house.base}; for another shell:")
        for name, value in environment(house).items():
            click.echo(f"export {name}={value}")
        sys.stdout.flush()
        interrupt.sleep(math.inf)
    return 0


def read_faults(words: tuple[str, ...]) -> "Faults":
    """Read faults written NAME or NAME=RATE. Raises UsageError with the closest spelling."""
    from answerprint.errors import UsageError
    from answerprint.record import closest
    from answerprint.rehearsal.faults import FAULTS, Faults

    faults = Faults()
    for word in words:
        name, _, rate = word.partition("=")
        if name not in FAULTS:
            raise UsageError(f"no fault is called {name!r}, {closest(name, FAULTS)}")
        try:
            faults.at_rate({name: float(rate or 1)})
        except ValueError as problem:
            raise UsageError(f"--fault {word}: {problem}") from None
    return faults


def _take_in(job: "Job", out: str | None, desk: Any, finishing: dict[str, Any] | None) -> None:
    """Fetch a job that succeeded, and finish it where that was asked for."""
    from answerprint.providers.job import JobState

    if job.state is not JobState.SUCCEEDED:
        return
    if finishing is None:
        fetch_job(job, out, desk)
    else:
        print_reports(finish_job(job, out, desk, silent, finishing), "text")
