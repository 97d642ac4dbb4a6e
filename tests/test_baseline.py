"""Findings against an earlier report: what is known, what is new, and what is worse."""

from typing import Any

import pytest

from answerprint.baseline import hold_against
from answerprint.order import Order
from answerprint.report import Failure, Finding, Outcome, Report, Versions, verdict_of

OLD: dict[str, Any] = {
    "check": "pixels.negative",
    "severity": "error",
    "message": "R lies under 0",
    "measured": 0.1,
    "limit": 0.02,
    "frames": (1003, 1004),
    "channel": "R",
    "asset": "shot_v1/a.exr",
}


def report(*findings: dict[str, Any], clip: str = "bay") -> Report:
    found = tuple(Finding.model_validate(finding) for finding in findings)
    return Report(
        clip=clip,
        source=clip,
        verdict=verdict_of(found),
        order=Order(),
        outcomes=(Outcome(check="pixels.negative", status="failed"),),
        findings=found,
        versions=Versions(answerprint="0", python="3"),
    )


def held(new: dict[str, Any], *old: dict[str, Any]) -> Finding:
    (judged,) = hold_against([report(new)], [report(*(old or (OLD,)))])
    return judged.findings[0]


def test_what_is_as_it_was_is_known_and_weighs_nothing() -> None:
    (judged,) = hold_against([report(OLD)], [report(OLD)])
    assert judged.findings[0].known
    assert (judged.verdict, judged.worst(), judged.baseline) == ("pass", None, "bay")


@pytest.mark.parametrize(
    "change",
    [
        {"frames": (1004,)},
        {"measured": 0.05},
        {"measured": 0.103},
        {"severity": "warning"},
        {"message": "said otherwise"},
        {"asset": "shot_v2/a.exr"},
    ],
)
def test_what_is_no_worse_is_known(change: dict[str, Any]) -> None:
    found = held(OLD | change)
    assert (found.known, found.worse) == (True, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frames": (1004, 1005)}, "also in frame 1005"),
        ({"frames": (1003, 1080)}, "also in frame 1080"),
        ({"measured": 0.2}, "0.1 before"),
        ({"measured": "nothing"}, "0.1 before"),
    ],
)
def test_what_is_worse_says_how(change: dict[str, Any], said: str) -> None:
    found = held(OLD | change)
    assert (found.known, found.worse) == (False, said)


def test_a_graver_finding_is_worse() -> None:
    assert held(OLD, OLD | {"severity": "info"}).worse == "info before"


def test_a_figure_is_worse_on_the_side_of_its_limit_that_it_fell_to() -> None:
    low = {"measured": 0.3, "limit": 0.5}
    assert held(OLD | low | {"measured": 0.2}, OLD | low).worse == "0.3 before"
    assert held(OLD | low | {"measured": 0.4}, OLD | low).known


@pytest.mark.parametrize(
    "change",
    [{"frames": (1010,)}, {"frames": ()}, {"channel": "G"}, {"asset": "b.exr"}, {"check": "x.y"}],
)
def test_what_is_something_else_is_new(change: dict[str, Any]) -> None:
    found = held(OLD | change)
    assert (found.known, found.worse) == (False, None)


def test_findings_that_are_about_no_frame_are_the_same() -> None:
    whole = OLD | {"frames": ()}
    assert held(whole, whole).known


def test_a_defect_told_in_two_findings_before_is_one_now() -> None:
    assert held(OLD, OLD | {"frames": (1003,)}, OLD | {"frames": (1004,)}).known


def test_clips_are_paired_by_name_and_two_alone_under_any() -> None:
    bay, dusk = report(OLD), report(OLD, clip="dusk")
    first, second = hold_against([bay, dusk], [dusk, report(clip="noon")])
    assert (first.baseline, first.verdict) == (None, "fail")
    assert (second.baseline, second.verdict) == ("dusk", "pass")
    (renamed,) = hold_against([report(OLD, clip="shot_v2")], [report(OLD, clip="shot_v1")])
    assert renamed.verdict == "pass"


def test_clips_of_one_name_are_paired_by_their_source() -> None:
    def named(source: str, *findings: dict[str, Any]) -> Report:
        return report(*findings, clip="exr").model_copy(update={"source": source})

    old = [named("a/exr"), named("b/exr", OLD)]
    judged = hold_against([named(s, OLD) for s in ("a/exr", "b/exr", "c/exr")], old)
    assert [r.verdict for r in judged] == ["fail", "pass", "fail"]
    assert [r.baseline for r in judged] == ["exr", "exr", None]


def test_a_baseline_that_was_never_judged_knows_nothing() -> None:
    (judged,) = hold_against([report(OLD)], [report(OLD).model_copy(update={"outcomes": ()})])
    assert (judged.baseline, judged.verdict) == (None, "fail")


def test_work_that_could_not_be_done_stays_failed() -> None:
    failure = Failure(kind="EncodeError", message="ffmpeg failed")
    broken = report(OLD).model_copy(update={"failure": failure})
    (judged,) = hold_against([broken], [report(OLD)])
    assert judged.verdict == "fail"
