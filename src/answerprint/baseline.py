"""Findings held against an earlier report: what was known there and is no worse weighs nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final, Self

from answerprint.report import Finding, Report, verdict_of
from answerprint.timing import spell_frames

GROWTH: Final = 0.05
"""How much further from its limit a figure may lie than before, as a share: what nobody sees is not worse."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Earlier reports that those of a run are held against, each as it is made.

    Reports are paired by the name of their clip, and by its source where several
    bear that name; where there is one of either, they are a pair under any name,
    as shot_v1 and shot_v2 are.
    """

    reports: tuple[Report, ...] = ()
    alone: bool = False
    """Whether the run has one clip."""

    def among(self, clips: int) -> Self:
        """Return the same for a run of one source, which holds so many clips."""
        return replace(self, alone=self.alone and clips == 1)

    def marked(self, report: Report) -> Report:
        """Return `report` with what is known already marked so, or with how it is worse."""
        judged = [earlier for earlier in self.reports if earlier.outcomes]
        alone = self.alone and len(judged) == 1
        return _held(report, judged[0] if alone else _earlier(report, judged))


def hold_against(reports: Sequence[Report], baseline: Sequence[Report]) -> tuple[Report, ...]:
    """Return `reports` with what `baseline` has already marked as known, or with how it is worse."""
    held = Baseline(tuple(baseline), alone=len(reports) == 1)
    return tuple(map(held.marked, reports))


def _earlier(report: Report, baseline: Sequence[Report]) -> Report | None:
    named = [earlier for earlier in baseline if earlier.clip == report.clip]
    if len(named) > 1:
        named = [earlier for earlier in named if earlier.source == report.source]
    return named[0] if named else None


def _held(report: Report, earlier: Report | None) -> Report:
    if earlier is None:
        return report
    findings = tuple(_marked(finding, earlier.findings) for finding in report.findings)
    verdict = report.verdict if report.failure else verdict_of(findings)
    return report.model_copy(
        update={"findings": findings, "verdict": verdict, "baseline": earlier.clip}
    )


def _marked(finding: Finding, earlier: Iterable[Finding]) -> Finding:
    same = [other for other in earlier if _same(finding, other)]
    if not same:
        return finding
    worse = _graver(finding, same) or _longer(finding, same) or _further(finding, same)
    return finding.model_copy(update={"worse": worse, "known": worse is None})


def _same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings are the same defect: by check, channel, file and frames that overlap."""
    frames = not one.frames if not other.frames else set(one.frames) & set(other.frames)
    return bool(frames) and _identity(one) == _identity(other)


def _identity(finding: Finding) -> tuple[str, str | None, str | None]:
    return finding.check, finding.channel, PurePath(finding.asset).name if finding.asset else None


def _graver(finding: Finding, earlier: list[Finding]) -> str | None:
    before = max((other.severity for other in earlier), key=lambda s: s.rank)
    return f"{before.value} before" if finding.severity.rank > before.rank else None


def _longer(finding: Finding, earlier: list[Finding]) -> str | None:
    new = set(finding.frames).difference(*(other.frames for other in earlier))
    return f"also in frame {spell_frames(new)}" if new else None


def _further(finding: Finding, earlier: list[Finding]) -> str | None:
    """Tell by what a figure left its limit further behind; figures of words are the same or they are not."""
    was = [other.measured for other in earlier if other.measured is not None]
    now, limit = finding.measured, finding.limit
    if not was or now is None:
        return None
    numbers = [value for value in was if isinstance(value, float)]
    if not isinstance(now, float) or len(numbers) < len(was):
        return None if now in was else f"{was[0]} before"
    goal = limit if isinstance(limit, float) else 0.0
    side = 1.0 if now >= goal else -1.0
    worst = max(numbers, key=lambda value: side * (value - goal))
    distance = side * (now - worst)
    return f"{worst:g} before" if distance > GROWTH * abs(worst - goal) else None
