"""Commands that deal with the services: submit, status, wait, cancel, jobs, fetch, providers."""

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from answerprint.cli import options
from answerprint.cli.console import exit_code, print_reports
from answerprint.cli.jobs import (
    Round,
    at_desk,
    deadline_option,
    fetch_job,
    finish_job,
    jobs_option,
    out_option,
    print_jobs,
    private_option,
    read_finishing,
)
from answerprint.cli.pricing import read_dollars, read_order_file, show_request
from answerprint.errors import UsageError

if TYPE_CHECKING:
    from answerprint.order import Order

provider_option = click.option(
    "--provider",
    metavar="NAME",
    help="Service to ask, by name; `answerprint providers` lists them.",
)


@click.command()
@click.argument("order_path", metavar="[ORDER.toml]", required=False)
@provider_option
@click.option("--max-cost", metavar="DOLLARS", help="Submit nothing that may cost more.")
@click.option("--dry-run", is_flag=True, help="Show the request and its price; send nothing.")
@click.option("--again", metavar="JOB", help="Send a job once more that failed or went unanswered.")
@click.option("--wait", "waiting", is_flag=True, help="Wait until it ends, then fetch its files.")
@options.finishing_options
@options.fail_on
@out_option
@click.option("--webhook", metavar="URL", help="Address `listen` gave, for the service to call.")
@deadline_option
@jobs_option
@private_option
@options.format_option("text", "json")
@options.quiet
def submit(order_path: str | None, **rest: Any) -> int:
    """Order a clip from a service.

    Every documented rule of the service is judged before anything is sent. The
    job is on disk before the request leaves.
    """
    from answerprint import desk as front
    from answerprint.providers.reach import choose

    _require_alone(order_path, rest)
    finishing = read_finishing(rest)
    with at_desk(rest) as desk:
        if rest["again"]:
            job = front.send_again(desk.store.find(rest["again"]), desk)
        else:
            order = read_order_file(order_path)
            name = choose(order, rest["provider"])
            _warn(order, name)
            cost = read_dollars(rest["max_cost"])
            if rest["dry_run"]:
                return show_request(order, name, cost)
            job = front.submit(order, provider=name, max_cost=cost, desk=desk)
        if finishing is not None:
            reports = finish_job(job, rest["out"], desk, desk.progress, finishing)
            print_reports(reports, rest["format_"], rest["fail_on"])
            return exit_code(reports, rest["fail_on"])
        if rest["waiting"]:
            fetch_job(front.wait(job, desk, deadline=rest["deadline"]), rest["out"], desk)
            return 0
    print_jobs([job], rest["format_"])
    return 0


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="JOB...")
@jobs_option
@options.format_option("text", "json")
@options.quiet
def status(names: tuple[str, ...], **rest: Any) -> int:
    """Ask the services once where jobs are."""
    from answerprint.desk import look

    seen, asking = [], Round()
    with at_desk(rest) as desk:
        for name in names:
            with asking.each():
                seen.append(look(desk.store.find(name), desk))
    print_jobs(seen, rest["format_"])
    return asking.code


@click.command(short_help="Wait until jobs end.")
@click.argument("names", nargs=-1, required=True, metavar="JOB...")
@deadline_option
@jobs_option
@options.format_option("text", "json")
@options.quiet
def wait(names: tuple[str, ...], **rest: Any) -> int:
    """Wait until jobs end; another run, or another machine, may have submitted them."""
    from answerprint import desk as front

    until, ended, waiting = monotonic() + rest["deadline"], [], Round()
    with at_desk(rest) as desk:
        for name in names:
            with waiting.each():
                job = front.job_named(name, desk)
                left = max(0.0, until - monotonic())
                ended.append(front.wait(job, desk, deadline=left))
    print_jobs(ended, rest["format_"])
    return waiting.code


@click.command()
@click.argument("name", metavar="JOB")
@jobs_option
@options.quiet
def cancel(name: str, **rest: Any) -> int:
    """Call a job off, where the service can."""
    from answerprint import desk as front

    with at_desk(rest) as desk:
        print_jobs([front.cancel(desk.store.find(name), desk)], "text")
    return 0


@click.command()
@jobs_option
@options.format_option("text", "json")
def jobs(*, jobs_folder: str | None, format_: str) -> int:
    """List the jobs that are written down here."""
    from answerprint.providers.store import JobStore

    found, damaged = JobStore(jobs_folder).listed()
    print_jobs(list(found), format_)
    reading = Round()
    for problem in damaged:
        reading.say(problem)
    return reading.code


@click.command(short_help="Bring the files of finished jobs, or plain links, to disk.")
@click.argument("names", nargs=-1, required=True, metavar="JOB|URL...")
@click.option("--out", metavar="DIR", help="Folder for files  [default: delivered]")
@jobs_option
@private_option
@options.quiet
def fetch(names: tuple[str, ...], **rest: Any) -> int:
    """Bring the files of finished jobs, or plain links, to disk: resumed, verified, hashed."""
    from answerprint import desk as front
    from answerprint.pickup import DELIVERED, bring_links

    links = tuple(name for name in names if name.startswith(("http://", "https://")))
    out, fetching = rest["out"] or DELIVERED, Round()
    with at_desk(rest) as desk:
        if links:
            with fetching.each():
                for file in bring_links(links, Path(out), desk):
                    click.echo(f"{out}/{file.name}: {file.size} bytes, {file.kind}")
        for name in (name for name in names if name not in links):
            with fetching.each():
                fetch_job(front.job_named(name, desk), out, desk)
    return fetching.code


@click.command(short_help="List the services, and which have a key.")
def providers() -> int:
    """List the services, the variables their keys come from, and which are set."""
    from answerprint.providers.reach import address_of, has_key
    from answerprint.providers.services import SERVICES, service_named

    for name in SERVICES:
        service = service_named(name)
        mark = "key set" if has_key(name) else "no key "
        needs = ", ".join(service.account.needs)
        click.echo(f"{name:<10} {mark}  {service.account.title:<16} {needs:<48} {address_of(service)}")  # fmt: skip
    return 0


def _require_alone(order_path: str | None, rest: dict[str, Any]) -> None:
    """Raise UsageError where --again comes with what is for a new order: it sends what was sent before, and it costs."""
    new = {
        "ORDER.toml": order_path, "--provider": rest["provider"], "--max-cost": rest["max_cost"],
        "--dry-run": rest["dry_run"],
    }  # fmt: skip
    given = next((name for name, value in new.items() if value), None)
    if rest["again"] and given:
        raise UsageError(f"{given} is for a new order, and --again sends an earlier one as it was")


def _warn(order: "Order", name: str) -> None:
    from answerprint.providers.rules import preflight

    for verdict in preflight(order, name):
        click.echo(f"warning: {verdict.rule}: {verdict.message}", err=True)
