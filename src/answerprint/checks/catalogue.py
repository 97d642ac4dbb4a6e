"""Every check there is, as an explicit list, and judging a subject by them."""

from collections.abc import Iterable
from typing import Final

from answerprint.checks import counts, deliverables, exr, picture, pixels, sequence, shape
from answerprint.checks.check import Breach, Check, Subject
from answerprint.checks.limits import Limits
from answerprint.checks.loop import SEAM_CHECKS
from answerprint.errors import LimitsError
from answerprint.record import closest
from answerprint.report import Finding, Outcome, Severity

CHECKS: Final[tuple[Check, ...]] = (
    pixels.unreadable_file,
    counts.not_as_ordered,
    counts.fencepost,
    counts.container_disagrees,
    counts.cut_short,
    counts.movie_and_sequence_disagree,
    sequence.absent,
    sequence.gap,
    sequence.double,
    sequence.padding,
    sequence.stray_file,
    shape.size_not_as_ordered,
    shape.size_changes,
    shape.size_disagrees,
    shape.aspect_not_as_ordered,
    shape.rate_not_as_ordered,
    shape.variable_rate,
    shape.hdr_absent,
    shape.hdr_movie_untagged,
    exr.unreadable,
    exr.no_picture,
    exr.channels_change,
    exr.windows_change,
    exr.compression_changes,
    exr.color_changes,
    pixels.nan,
    pixels.infinite,
    pixels.negative,
    pixels.damage,
    pixels.movie_unreadable,
    picture.black,
    picture.repeated,
    picture.frozen,
    *SEAM_CHECKS,
    deliverables.count,
    deliverables.format_,
    deliverables.tags,
    deliverables.likeness,
    deliverables.sound_length,
)
"""All checks, in the order a report lists them."""


def find_check(id: str) -> Check | None:  # noqa: A002 - the check's own word
    """Return the check of that id; None where there is none."""
    return next((check for check in CHECKS if check.id == id), None)


def require_known(limits: Limits) -> None:
    """Raise LimitsError where `limits` names a check that does not exist."""
    known = [check.id for check in CHECKS]
    for table, ids in (("severity", limits.severity), ("waive", limits.waive)):
        for id_ in ids:
            if id_ not in known:
                raise LimitsError(f"no check is called {id_!r}, {closest(id_, known)}", where=table)


def judge(
    subject: Subject, checks: Iterable[Check] = CHECKS
) -> tuple[tuple[Outcome, ...], tuple[Finding, ...]]:
    """Judge `subject` by every check: what became of each, and what was found, gravest first."""
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    for check in checks:
        lacks = check.lacks(subject)
        if lacks is not None:
            outcomes.append(Outcome(check=check.id, status="skipped", reason=lacks))
            continue
        breaches = tuple(check.judge(subject))
        waiver = subject.limits.waive.get(check.id)
        outcomes.append(_outcome(check, breaches, waiver))
        if waiver is None:
            findings += [_finding(check, breach, subject.limits) for breach in breaches]
    findings.sort(key=lambda finding: -finding.severity.rank)
    return tuple(outcomes), tuple(findings)


def _outcome(check: Check, breaches: tuple[Breach, ...], waiver: str | None) -> Outcome:
    if not breaches:
        return Outcome(check=check.id, status="passed")
    if waiver is not None:
        return Outcome(check=check.id, status="waived", reason=waiver)
    return Outcome(check=check.id, status="failed")


def _finding(check: Check, breach: Breach, limits: Limits) -> Finding:
    return Finding(
        check=check.id,
        severity=Severity(limits.severity.get(check.id, check.severity)),
        message=breach.message,
        measured=breach.measured,
        limit=breach.limit,
        unit=breach.unit,
        frames=breach.frames,
        channel=breach.channel,
        asset=breach.asset,
        ebu=check.ebu,
    )
