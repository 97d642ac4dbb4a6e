"""Reports as JUnit XML, which farms and CI servers read: a suite a clip, a case a check."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from answerprint.errors import one_line
from answerprint.report import Finding, Outcome, Report, Severity
from answerprint.timing import spell_frames


def to_junit(reports: Iterable[Report], fail_on: Severity = Severity.ERROR) -> str:
    """Write reports as JUnit XML; findings graver than or as grave as `fail_on` are failures.

    A suite bears its clip's name, and tells the source where several clips have that.
    """
    told = tuple(reports)
    document = JUnitXml("answerprint")
    for report, name in zip(told, _suite_names(told), strict=True):
        document.add_testsuite(_suite(report, name, fail_on))
    document.update_statistics()  # type: ignore[no-untyped-call]
    return str(document.tostring().decode("utf-8")) + "\n"  # type: ignore[no-untyped-call]


def _suite_names(reports: Sequence[Report]) -> Iterator[str]:
    """Yield a name for each report that no other has: readers of JUnit take two suites of one name for one."""
    clips = Counter(one_line(report.clip) for report in reports)
    seen: Counter[str] = Counter()
    for report in reports:
        clip = one_line(report.clip)
        name = clip if clips[clip] == 1 else f"{clip} ({one_line(report.source)})"
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}"


def _suite(report: Report, name: str, fail_on: Severity) -> TestSuite:
    suite = TestSuite(name)
    for outcome in report.outcomes:
        findings = [finding for finding in report.findings if finding.check == outcome.check]
        suite.add_testcase(_case(name, outcome, findings, fail_on))
    if report.failure:
        case = TestCase("could not be done", name)
        case.result = [Error(one_line(report.failure.message), report.failure.kind)]
        suite.add_testcase(case)
    return suite


def _case(suite: str, outcome: Outcome, findings: list[Finding], fail_on: Severity) -> TestCase:
    case = TestCase(outcome.check, suite)
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
