"""Judging: what runs, what is forgiven, and what a report says of both."""

from datetime import date
from typing import Any

import pytest

from answerprint.checks.catalogue import CHECKS
from answerprint.checks.check import Subject
from answerprint.checks.judging import judge
from answerprint.checks.limits import Limits
from answerprint.measured.clips import Measurements
from answerprint.order import Order
from answerprint.report import Finding, Outcome, Severity

from .subjects import sequence

TODAY = date(2027, 1, 31)
GAPS = sequence(24, missing=(1004, 1005), misspelled=(1010,))


def judged(
    limits: dict[str, Any], clip: str = "shot_010"
) -> tuple[dict[str, Outcome], tuple[Finding, ...]]:
    subject = Subject(Order(), Measurements(sequence=GAPS), Limits.model_validate(limits))
    outcomes, findings = judge(subject, clip=clip, today=TODAY)
    assert [outcome.check for outcome in outcomes] == [check.id for check in CHECKS]
    return {outcome.check: outcome for outcome in outcomes}, findings


def test_what_is_wrong_is_found_gravest_first() -> None:
    outcomes, findings = judged({})
    assert outcomes["sequence.gap"] == Outcome(check="sequence.gap", status="failed")
    ranks = [finding.severity.rank for finding in findings]
    assert ranks == sorted(ranks, reverse=True)
    assert {"sequence.gap", "sequence.padding"} <= {finding.check for finding in findings}


@pytest.mark.parametrize(
    ("waiver", "clip", "status"),
    [
        ("cut by the client", "shot_010", "waived"),
        ({"reason": "cut", "frames": "1004-1005"}, "shot_010", "waived"),
        ({"reason": "cut", "frames": "1004"}, "shot_010", "failed"),
        ({"reason": "cut", "clip": "shot_*"}, "shot_010", "waived"),
        ({"reason": "cut", "clip": "shot_*"}, "bay", "failed"),
        ({"reason": "cut", "until": "2027-01-31"}, "shot_010", "waived"),
        ({"reason": "cut", "until": "2027-01-30"}, "shot_010", "failed"),
        ([{"reason": "a", "clip": "bay"}, {"reason": "cut", "clip": "shot_*"}], "shot_010", "waived"),
    ],
)  # fmt: skip
def test_a_waiver_forgives_what_it_names(waiver: Any, clip: str, status: str) -> None:
    outcomes, findings = judged({"waive": {"sequence.gap": waiver}}, clip)
    assert outcomes["sequence.gap"].status == status
    left = [finding for finding in findings if finding.check == "sequence.gap"]
    assert bool(left) is (status == "failed")
    if status == "waived":
        assert "cut" in (outcomes["sequence.gap"].reason or "")
        assert outcomes["sequence.gap"].waived == 1


def test_a_waiver_that_ran_out_is_told_of() -> None:
    outcomes, _ = judged({"waive": {"sequence.gap": {"reason": "cut", "until": "2027-01-30"}}})
    assert outcomes["sequence.gap"].expired == ("cut (until 2027-01-30)",)
    elsewhere = {"reason": "cut", "until": "2027-01-30", "clip": "bay"}
    outcomes, _ = judged({"waive": {"sequence.gap": elsewhere}})
    assert outcomes["sequence.gap"].expired == ()


def test_a_waiver_of_one_finding_leaves_the_others() -> None:
    doubles = sequence(24, doubles={"shot.1003.exr": 1003, "shot.1007.exr": 1007})
    waive = {"waive": {"sequence.double": {"reason": "known", "frames": "1003"}}}
    subject = Subject(Order(), Measurements(sequence=doubles), Limits.model_validate(waive))
    outcomes, findings = judge(subject)
    assert [f.frames for f in findings if f.check == "sequence.double"] == [(1007,)]
    (double,) = [outcome for outcome in outcomes if outcome.check == "sequence.double"]
    assert (double.status, double.waived, double.reason) == ("failed", 1, "known")


@pytest.mark.parametrize(
    ("limits", "runs"),
    [
        ({"only": ["sequence.gap"]}, {"sequence.gap"}),
        ({"only": ["sequence"], "skip": ["sequence.gap"]}, {"sequence.padding"}),
        ({"skip": ["sequence"]}, set()),
    ],
)
def test_families_and_ids_select_what_runs(limits: dict[str, Any], runs: set[str]) -> None:
    outcomes, findings = judged(limits)
    named = {finding.check for finding in findings}
    assert named & {"sequence.gap", "sequence.padding"} == runs
    out = outcomes["sequence.gap" if "sequence.gap" not in runs else "pixels.nan"]
    assert out.status == "skipped"
    assert (out.reason or "").startswith("left out: ")


def test_a_severity_is_policy() -> None:
    _, findings = judged({"severity": {"sequence.gap": "info"}})
    assert [f.severity for f in findings if f.check == "sequence.gap"] == [Severity.INFO]
