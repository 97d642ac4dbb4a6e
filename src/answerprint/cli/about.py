"""Commands about the tool itself: checks, explain, doctor, demo."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from answerprint.cli import options
from answerprint.cli.console import progress_shown
from answerprint.cli.options import quiet, read_limits
from answerprint.errors import UsageError

if TYPE_CHECKING:
    from answerprint.checks.check import Check
    from answerprint.checks.limits import Limits


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.limits
@options.profile
def checks(names: tuple[str, ...], limits_file: str | None, profile: str | None) -> int:
    """List every check with its severity under the limits in force, or those of the families and ids named."""
    from answerprint.checks.catalogue import CHECKS
    from answerprint.checks.judging import require_known, selected

    limits = read_limits(limits_file, profile)
    if names:
        limits = limits.model_copy(update={"only": names, "skip": ()})
        require_known(limits, "checks")
    for line in _listed([check for check in CHECKS if selected(check, limits)], limits):
        click.echo(line)
    return 0


def _listed(listed: "Iterable[Check]", limits: "Limits") -> Iterator[str]:
    from answerprint.checks.judging import severity_of

    for check in listed:
        yield f"{check.id:<34} {severity_of(check, limits).value:<8} {check.title}"


@click.command(short_help="Explain a check, a family, a limit, a rule of a service, or a profile.")
@click.argument("id_", metavar="ID")
@options.limits
@options.profile
def explain(id_: str, limits_file: str | None, profile: str | None) -> int:
    """Explain what ID names: what it is, why, and where it comes from.

    That is a check with its limits in force, as picture.repeated; a family of
    checks, as picture; a limit, as picture.repeat_share; a rule of a service; or a
    profile.
    """
    for line in _explained(id_, limits_file, profile):
        click.echo(line)
    return 0


def _explained(id_: str, limits_file: str | None, profile: str | None) -> Iterator[str]:
    from answerprint.checks.catalogue import CHECKS, FAMILIES, find_check
    from answerprint.checks.explain import explain_check, explain_limit
    from answerprint.checks.profile import profile_names, profile_text
    from answerprint.providers.rules import all_rules, explain_rule

    limits = read_limits(limits_file, profile)
    rules, check = {rule.id: rule for rule in all_rules()}, find_check(id_)
    if id_ in rules:
        yield explain_rule(rules[id_])
    elif id_ in profile_names():
        yield profile_text(id_).rstrip()
    elif check is not None:
        yield from explain_check(check, limits)
    elif id_ in FAMILIES:
        yield from _listed((check for check in CHECKS if check.family == id_), limits)
    elif lines := list(explain_limit(id_, CHECKS, limits)):
        yield from lines
    else:
        ids = [*(c.id for c in CHECKS), *FAMILIES, *rules, *profile_names()]
        raise UsageError(f"nothing that can be explained is called {id_!r}, {_near(id_, ids)}")


def _near(word: str, ids: list[str]) -> str:
    """Return which of `ids` may be meant: the nearest in spelling, or those that hold the word."""
    from answerprint.record import closest

    near = closest(word, ids)
    holding = [id_ for id_ in ids if word and word in id_]
    if near.startswith("did"):
        return near
    if holding:
        return f"did you mean {' or '.join(map(repr, holding[:6]))}?"
    return "answerprint checks lists the checks"


@click.command(short_help="Say what this installation has and lacks.")
def doctor() -> int:
    """Say what this installation has and lacks, and what to do about it."""
    from answerprint.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.subject:<18} {finding.said}")
    return 0 if all(finding.good for finding in findings) else 3


@click.command(short_help="Order, fetch and finish two clips from rehearsed services.")
@click.option(
    "--out", default="demo", show_default=True, metavar="DIR", help="Folder for what is made."
)
@quiet
def demo(out: str, *, quiet: bool) -> int:
    """Render an HDR+EXR delivery and a loop, finish both, and show what was made."""
    from answerprint.cli.console import exit_code, print_reports
    from answerprint.demo import run_demo

    with progress_shown(quiet=quiet) as progress:
        reports = run_demo(out, progress=progress)
    print_reports(reports, "text")
    return exit_code(reports, "error")
