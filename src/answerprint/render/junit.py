"""Reports as JUnit XML, which farms and CI servers read: a suite a clip, a case a check."""

from collections.abc import Iterable, Iterator

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from answerprint.errors import one_line
from answerprint.report import Finding, Outcome, Report, Severity
from answerprint.timing import spell_frames


def to_junit(reports: Iterable[Report], fail_on: Severity = Severity.ERROR) -> str:
    """Write reports as JUnit XML; findings graver than or as grave as `fail_on` are failures."""
    document = JUnitXml("answerprint")
    for report in reports:
        document.add_testsuite(_suite(report, fail_on))
    document.update_statistics()  # type: ignore[no-untyped-call]
    return str(document.tostring().decode("utf-8")) + "\n"  # type: ignore[no-untyped-call]


def _suite(report: Report, fail_on: Severity) -> TestSuite:
    clip = one_line(report.clip)
    suite = TestSuite(clip)
    for outcome in report.outcomes:
        findings = [finding for finding in report.findings if finding.check == outcome.check]
        suite.add_testcase(_case(clip, outcome, findings, fail_on))
    if report.failure:
        case = TestCase("could not be done", clip)
        case.result = [Error(one_line(report.failure.message), report.failure.kind)]
        suite.add_testcase(case)
    return suite


def _case(clip: str, outcome: Outcome, findings: list[Finding], fail_on: Severity) -> TestCase:
    case = TestCase(outcome.check, clip)
    if outcome.status == "skipped":
        case.result = [Skipped(one_line(outcome.reason or ""))]
        return case
    grave = [f for f in findings if f.severity.rank >= fail_on.rank and not f.known]
    light = [finding for finding in findings if finding not in grave]
    if grave:
        failure = Failure(one_line(grave[0].message), grave[0].severity.value)
        failure.text = "\n".join(_line(finding) for finding in grave)
        case.result = [failure]
    told = [*(_line(finding) for finding in light), *_waived(outcome)]
    if told:
        case.system_out = "\n".join(told)
    return case


def _waived(outcome: Outcome) -> Iterator[str]:
    if outcome.status == "waived" or outcome.waived:
        yield f"waived: {one_line(outcome.reason or '')}"
    yield from (f"waiver expired: {one_line(reason)}" for reason in outcome.expired)


def _line(finding: Finding) -> str:
    frames = f" [frame {spell_frames(finding.frames)}]" if finding.frames else ""
    worse = f" (worse: {one_line(finding.worse)})" if finding.worse else ""
    known = "known " if finding.known else ""
    return f"{known}{finding.severity}: {one_line(finding.message)}{frames}{worse}"
