"""Reports as JUnit XML, which farms and CI servers read: a suite a clip, a case a check."""

from collections.abc import Iterable

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
    suite = TestSuite(report.clip)
    for outcome in report.outcomes:
        findings = [finding for finding in report.findings if finding.check == outcome.check]
        suite.add_testcase(_case(report.clip, outcome, findings, fail_on))
    if report.failure:
        case = TestCase("could not be done", report.clip)
        case.result = [Error(one_line(report.failure.message), report.failure.kind)]
        suite.add_testcase(case)
    return suite


def _case(clip: str, outcome: Outcome, findings: list[Finding], fail_on: Severity) -> TestCase:
    case = TestCase(outcome.check, clip)
    if outcome.status == "skipped":
        case.result = [Skipped(outcome.reason)]
        return case
    grave = [finding for finding in findings if finding.severity.rank >= fail_on.rank]
    light = [finding for finding in findings if finding.severity.rank < fail_on.rank]
    if grave:
        failure = Failure(one_line(grave[0].message), grave[0].severity.value)
        failure.text = "\n".join(_line(finding) for finding in grave)
        case.result = [failure]
    if light:
        case.system_out = "\n".join(_line(finding) for finding in light)
    if outcome.status == "waived":
        case.system_out = f"waived: {one_line(outcome.reason or '')}"
    return case


def _line(finding: Finding) -> str:
    frames = f" [frame {spell_frames(finding.frames)}]" if finding.frames else ""
    return f"{finding.severity}: {one_line(finding.message)}{frames}"
