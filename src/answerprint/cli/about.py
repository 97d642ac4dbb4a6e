"""Commands about the tool itself: checks, explain, doctor, demo."""

from collections.abc import Iterator

import click

from answerprint.cli import options
from answerprint.cli.console import progress_shown
from answerprint.cli.options import quiet, read_limits
from answerprint.errors import UsageError


@click.command()
@options.limits
@options.profile
def checks(limits_file: str | None, profile: str | None) -> int:
    """List every check with its severity under the limits in force."""
    from answerprint.checks.catalogue import CHECKS
    from answerprint.checks.judging import severity_of

    limits = read_limits(limits_file, profile)
    for check in CHECKS:
        click.echo(f"{check.id:<34} {severity_of(check, limits).value:<8} {check.title}")
    return 0


@click.command(short_help="Explain a check, a rule of a service, or a profile.")
@click.argument("id_", metavar="ID")
@options.limits
@options.profile
def explain(id_: str, limits_file: str | None, profile: str | None) -> int:
    """Explain a check with its limits in force, a rule of a service, or a profile: what, why, and where it comes from."""
    for line in _explained(id_, limits_file, profile):
        click.echo(line)
    return 0


def _explained(id_: str, limits_file: str | None, profile: str | None) -> Iterator[str]:
    from answerprint.checks.catalogue import CHECKS, find_check
    from answerprint.checks.explain import explain_check
    from answerprint.checks.profile import profile_names, profile_text
    from answerprint.providers.rules import all_rules, explain_rule
    from answerprint.record import closest

    rules, check = {rule.id: rule for rule in all_rules()}, find_check(id_)
    if id_ in rules:
        yield explain_rule(rules[id_])
    elif id_ in profile_names():
        yield profile_text(id_).rstrip()
    elif check is not None:
        yield from explain_check(check, read_limits(limits_file, profile))
    else:
        near = closest(id_, [*(c.id for c in CHECKS), *rules, *profile_names()])
        hint = near if near.startswith("did") else "answerprint checks lists the checks"
        raise UsageError(f"no check, rule or profile is called {id_!r}, {hint}")


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
