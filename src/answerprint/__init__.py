"""answerprint: turn what a generative video service delivers into something a person can sign off.

Importing this package is cheap: every public name is imported when it is first
used, so that `answerprint --help` decodes no library it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from answerprint.version import __version__

if TYPE_CHECKING:
    from answerprint.checks.check import Check
    from answerprint.checks.limits import Limits
    from answerprint.clip import Clip
    from answerprint.deliverables.mux import mux
    from answerprint.deliverables.preset import Preset, load_preset
    from answerprint.desk import Desk, submit, wait
    from answerprint.errors import AnswerprintError, ServiceError, UsageError, WorkError
    from answerprint.ingest.delivery import Delivery, open_source
    from answerprint.ingest.frames import unpack
    from answerprint.judge import check, judge_measurements, seam
    from answerprint.line import finish
    from answerprint.master import deliver
    from answerprint.measured.clips import Measurements
    from answerprint.measured.deliverable import Deliverable
    from answerprint.mending import mend
    from answerprint.order import Order
    from answerprint.pickup import fetch
    from answerprint.providers.job import Job
    from answerprint.providers.prices import estimate
    from answerprint.render.json import to_json, to_jsonl
    from answerprint.render.junit import to_junit
    from answerprint.render.text import to_text
    from answerprint.report import Finding, Outcome, Report, Severity
    from answerprint.retagging import Retagged, retag
    from answerprint.saved import judge_again, read_reports
    from answerprint.verdict import Mended, SeamVerdict

_HOMES = {
    "AnswerprintError": "errors",
    "Check": "checks.check",
    "Clip": "clip",
    "Deliverable": "measured.deliverable",
    "Delivery": "ingest.delivery",
    "Desk": "desk",
    "Finding": "report",
    "Job": "providers.job",
    "Limits": "checks.limits",
    "Measurements": "measured.clips",
    "Mended": "verdict",
    "Order": "order",
    "Outcome": "report",
    "Preset": "deliverables.preset",
    "Report": "report",
    "Retagged": "retagging",
    "SeamVerdict": "verdict",
    "ServiceError": "errors",
    "Severity": "report",
    "UsageError": "errors",
    "WorkError": "errors",
    "check": "judge",
    "deliver": "master",
    "estimate": "providers.prices",
    "fetch": "pickup",
    "finish": "line",
    "judge_again": "saved",
    "judge_measurements": "judge",
    "load_preset": "deliverables.preset",
    "mend": "mending",
    "mux": "deliverables.mux",
    "open_source": "ingest.delivery",
    "read_reports": "saved",
    "retag": "retagging",
    "seam": "judge",
    "submit": "desk",
    "to_json": "render.json",
    "to_jsonl": "render.json",
    "to_junit": "render.junit",
    "to_text": "render.text",
    "unpack": "ingest.frames",
    "wait": "desk",
}

__all__ = [
    "AnswerprintError",
    "Check",
    "Clip",
    "Deliverable",
    "Delivery",
    "Desk",
    "Finding",
    "Job",
    "Limits",
    "Measurements",
    "Mended",
    "Order",
    "Outcome",
    "Preset",
    "Report",
    "Retagged",
    "SeamVerdict",
    "ServiceError",
    "Severity",
    "UsageError",
    "WorkError",
    "__version__",
    "check",
    "deliver",
    "estimate",
    "fetch",
    "finish",
    "judge_again",
    "judge_measurements",
    "load_preset",
    "mend",
    "mux",
    "open_source",
    "read_reports",
    "retag",
    "seam",
    "submit",
    "to_json",
    "to_jsonl",
    "to_junit",
    "to_text",
    "unpack",
    "wait",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'answerprint' has no attribute {name!r}")
    value = getattr(import_module(f"answerprint.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
