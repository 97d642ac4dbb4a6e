"""Judging a subject by the checks its limits select, and forgiving what they waive."""

from collections.abc import Iterable
from datetime import date

from answerprint.checks.catalogue import CHECKS, FAMILIES
from answerprint.checks.check import Breach, Check, Subject
from answerprint.checks.limits import Limits
from answerprint.checks.waiver import Waiver
from answerprint.errors import LimitsError
from answerprint.measured.figures import EVERYTHING, KINDS, Figure, Kind, Wanted
from answerprint.record import closest
from answerprint.report import Finding, Outcome, Severity


def require_known(limits: Limits, where: str = "limits") -> None:
    """Raise LimitsError where `limits` names a check or family that does not exist, or leaves no check to run."""
    ids = [check.id for check in CHECKS]
    named: dict[str, tuple[Iterable[str], list[str], str]] = {
        "severity": (limits.severity, ids, "check"),
        "waive": (limits.waive, ids, "check"),
        "only": (limits.only, [*ids, *FAMILIES], "check or family"),
        "skip": (limits.skip, [*ids, *FAMILIES], "check or family"),
    }
    for table, (names, known, what) in named.items():
        for name in names:
            if name not in known:
                near = closest(name, known)
                hint = near if near.startswith("did") else "answerprint checks lists them"
                raise LimitsError(f"{table}: no {what} is called {name!r}, {hint}", where=where)
    if all(_left_out(check, limits) for check in CHECKS):
        raise LimitsError("only and skip together leave no check to run", where=where)


def judge(
    subject: Subject, checks: Iterable[Check] = CHECKS, *, clip: str = "", today: date | None = None
) -> tuple[tuple[Outcome, ...], tuple[Finding, ...]]:
    """Judge `subject` by every check: what became of each, and what was found, gravest first.

    Waivers that are limited to clips go by the name `clip`, those with a last
    day by `today`; without it none has run out.
    """
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    for check in checks:
        reason = _left_out(check, subject.limits) or check.lacks(subject)
        if reason is not None:
            outcomes.append(Outcome(check=check.id, status="skipped", reason=reason))
            continue
        breaches = tuple(check.judge(subject))
        outcome, left = _forgive(check, breaches, subject.limits.waive.get(check.id, ()), clip, today)  # fmt: skip
        outcomes.append(outcome)
        findings += [_finding(check, breach, subject.limits) for breach in left]
    findings.sort(key=lambda finding: -finding.severity.rank)
    return tuple(outcomes), tuple(findings)


def wanted_by(limits: Limits, checks: Iterable[Check] = CHECKS) -> Wanted:
    """Return which figures have to be measured for the checks that `limits` select.

    What no check reads is measured as well, unless the checks to run are named.
    """
    every = tuple(checks)
    return Wanted.of(*(_read_of(kind, every, limits) for kind in KINDS))


def _read_of(kind: Kind, checks: tuple[Check, ...], limits: Limits) -> frozenset[Figure]:
    mine = [check for check in checks if kind in check.kinds]
    chosen = {figure for c in mine if _left_out(c, limits) is None for figure in c.reads}
    if limits.only:
        return frozenset(chosen)
    return EVERYTHING - {figure for c in mine for figure in c.reads} | chosen


def selected(check: Check, limits: Limits) -> bool:
    """Tell whether `limits` have `check` run."""
    return _left_out(check, limits) is None


def severity_of(check: Check, limits: Limits) -> Severity:
    """Return how much a finding of `check` weighs under `limits`."""
    return limits.severity.get(check.id, check.severity)


def _left_out(check: Check, limits: Limits) -> str | None:
    names = {check.id, check.family}
    if limits.only and names.isdisjoint(limits.only):
        return f"left out: only {', '.join(limits.only)} was to be judged"
    skipped = [name for name in limits.skip if name in names]
    return f"left out: {skipped[0]} was to be skipped" if skipped else None


def _forgive(
    check: Check,
    breaches: tuple[Breach, ...],
    waivers: tuple[Waiver, ...],
    clip: str,
    today: date | None,
) -> tuple[Outcome, list[Breach]]:
    """Return what became of `check`, and the breaches that no waiver forgives."""
    mine = [waiver for waiver in waivers if waiver.concerns(clip)]
    gone = [waiver for waiver in mine if today is not None and waiver.ran_out(today)]
    live = [waiver for waiver in mine if waiver not in gone]
    forgiven, left, reasons = 0, [], []
    for breach in breaches:
        waiver = next((waiver for waiver in live if waiver.forgives(breach.frames)), None)
        if waiver is None:
            left.append(breach)
            continue
        forgiven += 1
        if waiver.reason not in reasons:
            reasons.append(waiver.reason)
    outcome = Outcome(
        check=check.id,
        status="failed" if left else "waived" if forgiven else "passed",
        reason="; ".join(reasons) or None,
        waived=forgiven,
        expired=tuple(f"{waiver.reason} (until {waiver.until})" for waiver in gone),
    )
    return outcome, left


def _finding(check: Check, breach: Breach, limits: Limits) -> Finding:
    return Finding(
        check=check.id,
        severity=limits.severity.get(check.id) or breach.severity or check.severity,
        message=breach.message,
        measured=breach.measured,
        limit=breach.limit,
        unit=breach.unit,
        frames=breach.frames,
        channel=breach.channel,
        asset=breach.asset,
        ebu=check.ebu,
    )
