"""Saved reports: read again, and judged again without decoding a frame."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from answerprint.baseline import hold_against
from answerprint.checks.judging import require_known
from answerprint.checks.limits import Limits
from answerprint.errors import SourceError
from answerprint.judge import judge_measurements
from answerprint.measured.clips import Measurements
from answerprint.order import Order
from answerprint.paths import unreadable
from answerprint.report import SCHEMA, Report
from answerprint.version import __version__

_HINT: Final = "a report is what `check --format json` or jsonl writes, and qc/report.json"


def read_reports(path: str | Path) -> tuple[Report, ...]:
    """Read the reports in a file: one as an object, several as an array or one a line.

    Raises SourceError for a file that cannot be read, is cut off, or holds
    anything else.
    """
    reason = unreadable(Path(path), pipe=True)
    if reason is not None:
        raise SourceError(reason, where=str(path))
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise SourceError(f"cannot be read ({problem.strerror})", where=str(path)) from None
    except UnicodeDecodeError:
        raise SourceError("is no UTF-8 text", where=str(path), hint=_HINT) from None
    entries = _entries(text, str(path))
    if not entries:
        raise SourceError("holds no report", where=str(path), hint=_HINT)
    return tuple(_report(entry, f"{path}{at}") for at, entry in entries)


def judge_again(
    *reports: Report,
    order: Order | None = None,
    limits: Limits | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    baseline: Sequence[Report] = (),
) -> tuple[Report, ...]:
    """Judge what reports measured once more, decoding nothing; under their own order and limits, all is as it was.

    Keys set in `order` replace those that were ordered then, and `limits` the
    policy they were judged by; the rest is as in `check`. A report without
    outcomes is returned as it is: nothing was measured. Raises LimitsError and
    OrderError.
    """
    again = []
    for report in reports:
        chosen = limits or (Limits.of(report.policy) if report.policy else Limits())
        again.append(_judged(report, order or Order(), chosen.selecting(only, skip)))
    return hold_against(again, baseline) if baseline else tuple(again)


def _judged(report: Report, order: Order, limits: Limits) -> Report:
    require_known(limits)
    if not report.outcomes:
        return report
    asked = order_of(report)
    changes = order.model_dump(exclude_unset=True, exclude={"assumed"})
    again = judge_measurements(
        report.measurements,
        clip=report.clip,
        source=report.source,
        order=asked.updated(changes) if changes else asked,
        limits=limits,
        deliverables=report.deliverables,
    )
    # What decoded and encoded was not asked again; who judges is this version.
    versions = report.versions.model_copy(update={"answerprint": __version__})
    again = again.model_copy(update={"versions": versions})
    if report.failure is None:
        return again
    return again.model_copy(update={"failure": report.failure, "verdict": "fail"})


def order_of(report: Report) -> Order:
    """Return what was ordered, without what was only assumed."""
    fields = Order.model_fields
    assumed = fields.keys() & set(report.order.assumed)
    blank = {key: fields[key].get_default() for key in assumed}
    return report.order.model_copy(update=blank | {"assumed": ()})


def _entries(text: str, where: str) -> list[tuple[str, Any]]:
    """Return every entry of a JSON or JSON Lines text, each with what tells its place."""
    if not text.strip():
        return []
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].rstrip().endswith("}"):
            raise SourceError(f"is no JSON: {problem}", where=where, hint=_HINT) from None
        return [(f", line {at}", _line(line, f"{where}, line {at}")) for at, line in lines]
    if not isinstance(whole, list):
        return [("", whole)]
    return [(f", report {at}", entry) for at, entry in enumerate(whole, 1)]


def _line(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError) as problem:
        raise SourceError(f"is no JSON: {problem}", where=where, hint=_HINT) from None


def _report(entry: Any, where: str) -> Report:
    schema = entry.get("schema") if isinstance(entry, dict) else None
    if schema != SCHEMA:
        said = f"is of schema {schema!r}, not {SCHEMA!r}" if schema else "is no report"
        raise SourceError(said, where=where, hint=_HINT)
    try:
        report = Report.model_validate(entry)
    except (ValidationError, RecursionError) as problem:
        raise SourceError(_first_fault(problem, entry), where=where) from None
    if not _whole(report.measurements):
        raise SourceError("tells of frames that it does not list: it was cut or changed", where=where, hint=_HINT)  # fmt: skip
    return report


def _whole(measurements: Measurements) -> bool:
    """Tell whether all frames that figures stand for are listed."""
    for clip in (measurements.sequence, measurements.movie):
        if clip is None:
            continue
        told = [clip.motion.frames] if clip.motion else []
        if clip.flashes:
            told += [turn.frame + 1 for turn in (*clip.flashes.light, *clip.flashes.red)]
        if max(told, default=0) > len(clip.frames):
            return False
    return True


def _first_fault(problem: ValidationError | RecursionError, entry: dict[str, Any]) -> str:
    if isinstance(problem, RecursionError):
        return "is nested too deeply for a report"
    first = problem.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(step) for step in first["loc"])
    versions = entry.get("versions")
    writer = versions.get("answerprint") if isinstance(versions, dict) else None
    other = f" (written by answerprint {writer}, this is {__version__})" if writer != __version__ else ""  # fmt: skip
    return f"is a report this version cannot read: {key}: {first['msg'].lower()}{other}"
