"""One report, every format: golden text, JUnit and JSON."""

import json
from xml.etree import ElementTree as ET

import pytest

from answerprint.measured.clips import Measurements
from answerprint.order import Order
from answerprint.render.json import json_schema, to_json, to_jsonl
from answerprint.render.junit import to_junit
from answerprint.render.text import MOST_FINDINGS, to_text
from answerprint.report import Failure, Finding, Outcome, Policy, Report, Severity, Versions
from tests.checks.subjects import deliverable, movie, sequence

VERSIONS = Versions(answerprint="0", python="3")


@pytest.fixture
def report() -> Report:
    return Report(
        clip="bay",
        source="deliveries/bay",
        verdict="fail",
        order=Order.parse({"seconds": 5, "size": "1280x720", "loop": True}).assume({"fps": 24}),
        outcomes=(
            Outcome(check="sequence.gap", status="failed"),
            Outcome(check="sequence.padding", status="failed"),
            Outcome(check="pixels.nan", status="passed"),
            Outcome(
                check="seam.jump", status="skipped", reason="the clip was not ordered as a loop"
            ),
            Outcome(check="picture.black", status="waived", reason="fade in"),
        ),
        findings=(
            Finding(
                check="sequence.gap",
                severity=Severity.ERROR,
                message="frame 1004 is missing",
                frames=(1004,),
            ),
            Finding(
                check="sequence.padding",
                severity=Severity.WARNING,
                message="a\nb\x1b[31m",
                frames=(1, 2, 3),
            ),
        ),
        measurements=Measurements(sequence=sequence(), movie=movie()),
        deliverables=(deliverable(notes=("853x480 became 854x480",)),),
        versions=VERSIONS,
    )


def test_text_is_one_screen(report: Report) -> None:
    assert to_text(report).splitlines() == [
        "bay: FAIL",
        "  frames     shot.1001-1120#.exr: 120 files, 1280x720 dwab, in exr.zip",
        "  movie      video.mp4: 120 frames at 24, 1280x720 h264 yuv420p, bt709/bt709/bt709/tv",
        "  order      seconds 5, fps 24 (assumed), size 1280x720, loop yes",
        "  error      sequence.gap: frame 1004 is missing [frame 1004]",
        "  warning    sequence.padding: a\\nb\\x1b[31m [frame 1-3]",
        "  checks     1 passed, 2 failed, 1 waived, 1 skipped",
        "  waived     picture.black: fade in",
        "  made       a.mp4: 120 frames at 24, 1280x720 h264, sound 5.010 s, PSNR 40 dB and SSIM 0.97 at the worst frame",
        "             853x480 became 854x480",
    ]


def test_an_order_is_told_in_words(report: Report) -> None:
    order = Order.parse(
        {
            "hdr": False,
            "anchors": {"first": "a.png"},
            "keyframes": [{"picture": "k.png", "at": 20}, {"picture": "l.png"}],
        }
    )
    told = to_text(report.model_copy(update={"order": order}))
    assert (
        "  order      hdr no, anchors first a.png, keyframes picture k.png and at 20; picture l.png\n"
        in told
    )


def test_text_keeps_the_verdict_on_the_screen(report: Report) -> None:
    many = report.findings[:1] * (MOST_FINDINGS + 5)
    lines = to_text(report.model_copy(update={"findings": many})).splitlines()
    assert sum("sequence.gap" in line for line in lines) == MOST_FINDINGS
    assert "             and 5 more findings in the JSON report" in lines


def test_text_of_work_that_could_not_be_done() -> None:
    failure = Failure(kind="ArchiveError", message="exr.zip: is no zip")
    report = Report(
        clip="bay", source="bay", verdict="fail", order=Order(), failure=failure, versions=VERSIONS
    )
    assert to_text(report).splitlines() == [
        "bay: COULD NOT BE DONE",
        "  could not be done: exr.zip: is no zip",
    ]


def test_junit_counts_by_severity(report: Report) -> None:
    for level, failures in ((Severity.ERROR, "1"), (Severity.WARNING, "2")):
        suite = ET.fromstring(to_junit((report,), level)).find("testsuite")
        assert suite is not None
        assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == (
            "5",
            failures,
            "1",
        )


def test_junit_tells_work_that_could_not_be_done_from_findings(report: Report) -> None:
    broken = report.model_copy(
        update={"failure": Failure(kind="EncodeError", message="ffmpeg failed")}
    )
    error = ET.fromstring(to_junit((broken,))).find(".//error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("EncodeError", "ffmpeg failed")


def test_json_survives_the_round_trip(report: Report) -> None:
    assert Report.model_validate_json(to_json((report,))) == report
    assert [json.loads(line)["clip"] for line in to_jsonl((report, report)).splitlines()] == [
        "bay",
        "bay",
    ]
    assert isinstance(json.loads(to_json((report, report))), list)


def test_the_schema_that_ships_is_the_schema_of_the_code() -> None:
    from importlib import resources

    shipped = (
        resources.files("answerprint.render")
        .joinpath("report.schema.json")
        .read_text(encoding="utf-8")
    )
    assert json.loads(shipped) == json_schema(), "run scripts/readme"


def test_what_a_baseline_knows_stands_last_and_weighs_nothing(report: Report) -> None:
    gap, padding = report.findings
    held = report.model_copy(
        update={
            "findings": (
                gap.model_copy(update={"known": True}),
                padding.model_copy(update={"worse": "also in frame 3"}),
            ),
            "baseline": "bay_v1",
        }
    )
    lines = to_text(held).splitlines()
    at = lines.index("  baseline   bay_v1: 1 known, 1 worse, 0 new")
    assert lines[at + 1].endswith("[frame 1-3] (worse: also in frame 3)")
    assert lines[at + 2] == "  known      sequence.gap: frame 1004 is missing [frame 1004]"
    suite = ET.fromstring(to_junit((held,), Severity.WARNING)).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "1"
    assert "known error: frame 1004 is missing" in (suite.findtext("testcase/system-out") or "")


def test_waivers_that_ran_out_and_that_forgave_a_part_are_told(report: Report) -> None:
    part = Outcome(
        check="sequence.gap",
        status="failed",
        reason="cut",
        waived=2,
        expired=("an old one (until 2026-01-31)",),
    )
    told = report.model_copy(update={"outcomes": (part, *report.outcomes[1:])})
    lines = to_text(told).splitlines()
    assert "  waived     sequence.gap: cut (2 findings)" in lines
    assert "  expired    the waiver of sequence.gap: an old one (until 2026-01-31)" in lines
    assert "waiver expired: an old one (until 2026-01-31)" in to_junit((told,))


def test_limits_are_named_where_they_are_not_the_built_in_ones(report: Report) -> None:
    plain = Policy(profile="artist", digest="0")
    assert to_text(report.model_copy(update={"policy": plain})) == to_text(report)
    own = {"pixels.outliers": 3, "waive.sequence.gap": []}
    farm = Policy(profile="farm", overrides=own, digest="0123")
    lines = to_text(report.model_copy(update={"policy": farm})).splitlines()
    assert "  limits     farm, with pixels.outliers (0123)" in lines


def test_what_is_only_worth_knowing_is_noted_and_not_failed(report: Report) -> None:
    known = Finding(check="light.levels", severity=Severity.INFO, message="MaxCLL is 900 cd/m2")
    told = report.model_copy(
        update={
            "findings": (known,),
            "outcomes": (Outcome(check="light.levels", status="failed"),),
        }
    )
    assert "  checks     1 noted" in to_text(told).splitlines()


def test_a_clip_of_any_name_is_read_by_strict_parsers(report: Report) -> None:
    name = "a\x01\x1b[31m\n\udcff]]>&<'\"\U0001f600"
    odd = report.model_copy(update={"clip": name, "source": name})
    shown = name.replace("\udcff", "?")
    assert json.loads(to_json([odd]))["clip"] == shown
    assert [json.loads(line)["clip"] for line in to_jsonl([odd, odd]).splitlines()] == [shown] * 2
    suite = ET.fromstring(to_junit((odd,))).find("testsuite")
    assert suite is not None
    assert suite.get("name") == "a\\x01\\x1b[31m\\n\\udcff]]>&<'\"\U0001f600"
    assert "\x1b" not in to_text(odd)
    to_text(odd).encode("utf-8")


def test_junit_tells_clips_of_one_name_apart(report: Report) -> None:
    other = report.model_copy(update={"source": "b/bay"})
    alone = report.model_copy(update={"clip": "dusk"})
    suites = ET.fromstring(to_junit((report, other, other, alone))).findall("testsuite")
    names = ["bay (deliveries/bay)", "bay (b/bay)", "bay (b/bay) 2", "dusk"]
    assert [suite.get("name") for suite in suites] == names
    assert [suite[0].get("classname") for suite in suites] == names
