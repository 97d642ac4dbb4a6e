"""Commands about the tool itself: checks, explain, doctor, demo."""

import click

from answerprint.cli.console import progress_shown
from answerprint.cli.options import quiet
from answerprint.errors import UsageError


@click.command()
def checks() -> int:
    """List every check with its severity."""
    from answerprint.checks.catalogue import CHECKS

    for check in CHECKS:
        click.echo(f"{check.id:<34} {check.severity.value:<8} {check.title}")
    return 0


@click.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> int:
    """Explain a check, or a rule of a service: what it says, why, and where it comes from."""
    from answerprint.checks.catalogue import CHECKS, find_check
    from answerprint.providers.rules import all_rules, explain_rule
    from answerprint.record import closest

    rules = {rule.id: rule for rule in all_rules()}
    if id_ in rules:
        click.echo(explain_rule(rules[id_]))
        return 0
    check = find_check(id_)
    if check is None:
        near = closest(id_, [*(c.id for c in CHECKS), *rules])
        hint = near if near.startswith("did") else "answerprint checks lists the checks"
        raise UsageError(f"no check or rule is called {id_!r}, {hint}")
    click.echo(
        f"{check.id} ({check.severity.value}{f', EBU QC {check.ebu}' if check.ebu else ''})\n\n{check.doc}"
    )
    return 0


@click.command()
def doctor() -> int:
    """Say what this installation has and lacks, and what to do about it."""
    from answerprint.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.subject:<18} {finding.said}")
    return 0 if all(finding.good for finding in findings) else 3


@click.command()
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
