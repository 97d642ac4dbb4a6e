"""Saved reports: read as they are written, refused when they are not, and judged again exactly."""

import json
import shutil
from pathlib import Path

import pytest

import answerprint as ap
from answerprint.errors import LimitsError, SourceError
from answerprint.render.json import to_json, to_jsonl
from tests.made import folder, frames


@pytest.fixture(scope="module")
def reports(hdr_delivery: Path, loop_delivery: Path) -> tuple[ap.Report, ...]:
    """A clean HDR+EXR delivery and a loop that was not ordered as long as it is."""
    (hdr,) = ap.check(hdr_delivery, order=ap.Order.parse({"hdr": True, "exr": True}))
    (loop,) = ap.check(loop_delivery, order=ap.Order.parse({"frames": 40, "loop": True}))
    return hdr, loop


def test_they_are_read_as_they_are_written(tmp_path: Path, reports: tuple[ap.Report, ...]) -> None:
    path = tmp_path / "reports"
    for text, whole in (
        (to_json(reports), reports),
        (to_json(reports[:1]), reports[:1]),
        (to_jsonl(reports), reports),
        (to_jsonl(reports[:1]), reports[:1]),
        (reports[0].model_dump_json(indent=1), reports[:1]),
    ):
        path.write_text(text)
        assert ap.read_reports(path) == whole


def test_judged_again_all_is_as_it_was(tmp_path: Path, reports: tuple[ap.Report, ...]) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_text(to_jsonl(reports))
    assert ap.judge_again(*ap.read_reports(path)) == reports
    assert "count.not-as-ordered" in {finding.check for finding in reports[1].findings}


def test_under_other_limits_and_another_order_it_is_what_a_check_would_say(
    reports: tuple[ap.Report, ...], loop_delivery: Path
) -> None:
    order = ap.Order.parse({"frames": 48, "fps": 25, "size": (320, 180)})
    limits = ap.Limits(profile="web-loop", skip=("aspect",))
    (again,) = ap.judge_again(reports[1], order=order, limits=limits, only=("size", "rate"))
    whole = ap.Order.parse({"frames": 48, "loop": True, "fps": 25, "size": (320, 180)})
    (fresh,) = ap.check(loop_delivery, order=whole, limits=limits, only=("size", "rate"))
    assert again.model_copy(update={"measurements": fresh.measurements}) == fresh
    assert {"size.not-as-ordered", "rate.not-as-ordered"} == {f.check for f in again.findings}


def test_it_needs_no_frame(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(8))
    (shot / "shot.1004.exr").unlink()
    limits = ap.Limits.model_validate({"waive": {"sequence.gap": "cut"}, "profile": "farm"})
    (report,) = ap.check(shot, limits=limits)
    shutil.rmtree(shot)
    (again,) = ap.judge_again(report)
    assert again == report
    (strict,) = ap.judge_again(report, limits=ap.Limits())
    assert report.verdict == "pass"
    assert strict.verdict == "fail"


def test_a_baseline_holds_for_what_is_judged_again(reports: tuple[ap.Report, ...]) -> None:
    again = ap.judge_again(*reports, baseline=reports)
    assert [report.verdict for report in again] == ["pass", "pass"]
    assert all(finding.known for report in again for finding in report.findings)


def test_a_report_of_work_that_was_not_done_stays_as_it_is(tmp_path: Path) -> None:
    (report,) = ap.check(tmp_path / "none.mp4")
    assert ap.judge_again(report) == (report,)


def test_limits_that_exist_no_more_are_refused(reports: tuple[ap.Report, ...]) -> None:
    policy = reports[0].policy
    assert policy is not None
    gone = policy.model_copy(update={"overrides": {"pixels.specks": 3}})
    with pytest.raises(LimitsError, match="limits of the report: unknown key 'pixels.specks'"):
        ap.judge_again(reports[0].model_copy(update={"policy": gone}))


def test_an_older_report_without_the_newer_fields_is_read(
    tmp_path: Path, reports: tuple[ap.Report, ...]
) -> None:
    old = reports[1].model_dump(mode="json", exclude={"policy", "baseline"})
    for outcome in old["outcomes"]:
        del outcome["waived"], outcome["expired"]
    read = ap.Report.model_validate(old)
    assert read.policy is None
    (again,) = ap.judge_again(read)
    assert again == reports[1]


def test_a_report_whose_frames_were_taken_out_is_refused(
    tmp_path: Path, reports: tuple[ap.Report, ...]
) -> None:
    cut = json.loads(to_json(reports[1:]))
    for entry in cut if isinstance(cut, list) else [cut]:
        entry["measurements"]["movie"]["frames"] = entry["measurements"]["movie"]["frames"][:5]
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(cut))
    with pytest.raises(SourceError, match="tells of frames that it does not list"):
        ap.read_reports(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no report"),
        (b"\xff\xfe", "is no UTF-8 text"),
        (b"{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"null", "is no report"),
        (b"[]", "holds no report"),
        (b"[1, 2]", "report 1: is no report"),
        (b'{"clip": "bay"}', "is no report"),
        (b'{"schema": "answerprint.report/2"}', "is of schema 'answerprint.report/2'"),
        (b'{"schema": "answerprint.report/1"}', "cannot read: clip: field required"),
        (b'{"a": 1}\n{"b"\n', "line 2: is no JSON"),
        (b'{"a": 1}\n{"b": 2}\n', "line 1: is no report"),
    ],
)
def test_anything_else_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(SourceError) as refused:
        ap.read_reports(path)
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_report_cut_off_anywhere_is_refused(
    tmp_path: Path, reports: tuple[ap.Report, ...]
) -> None:
    path, text = tmp_path / "report.json", to_json(reports[:1])
    for end in range(0, len(text) - 2, len(text) // 40):
        path.write_text(text[:end])
        with pytest.raises(SourceError):
            ap.read_reports(path)


def test_a_report_of_a_newer_version_says_so(
    tmp_path: Path, reports: tuple[ap.Report, ...]
) -> None:
    newer = reports[0].model_dump(mode="json") | {"mood": "good"}
    newer["versions"]["answerprint"] = "99.0"
    (tmp_path / "r.json").write_text(json.dumps(newer))
    with pytest.raises(SourceError, match=r"mood: .*written by answerprint 99.0, this is"):
        ap.read_reports(tmp_path / "r.json")


@pytest.mark.parametrize("seconds", ["5", "0.3", "8/24", "119/24", "1001/30000"])
def test_a_length_that_is_no_decimal_comes_back_exactly(
    tmp_path: Path, reports: tuple[ap.Report, ...], seconds: str
) -> None:
    order = ap.Order.parse({"seconds": seconds})
    (tmp_path / "r.json").write_text(to_json([reports[0].model_copy(update={"order": order})]))
    (read,) = ap.read_reports(tmp_path / "r.json")
    assert read.order == order
