"""The report: what was ordered, what was measured, what was found, in one versioned schema."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.order import Order
from answerprint.record import Record

SCHEMA = "answerprint.report/1"
"""Name of the report's schema; the number rises when a reader of the old one would misread the new."""


DEFAULT_PROFILE = "artist"
"""Profile that limits start from where none is named."""


class Severity(StrEnum):
    """How much a finding weighs; policy, never a property of the check's code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Higher is graver."""
        return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(self)


class Finding(Record):
    """One defect found, with the figures behind it."""

    check: str
    """Id of the check, for example `sequence.gap`."""
    severity: Severity
    """How much it weighs under the limits in force."""
    message: str
    """One plain sentence."""
    measured: float | str | None = None
    """What was measured."""
    limit: float | str | None = None
    """What would have passed."""
    unit: str | None = None
    """Unit of both."""
    frames: tuple[int, ...] = ()
    """Frame numbers it concerns."""
    channel: str | None = None
    """Channel it concerns."""
    asset: str | None = None
    """File it concerns."""
    ebu: str | None = None
    """Id of the EBU QC item, where one exists."""
    known: bool = False
    """The baseline has it already, and it is no worse than there: it weighs nothing."""
    worse: str | None = None
    """How it is worse than in the baseline, which has it already."""


class Outcome(Record):
    """What became of one check."""

    check: str
    """Id of the check."""
    status: Literal["passed", "failed", "skipped", "waived"]
    """Skipped checks could not be judged; waived ones failed and were forgiven."""
    reason: str | None = None
    """Why it was skipped or waived."""
    waived: int = 0
    """How many findings were forgiven."""
    expired: tuple[str, ...] = ()
    """Waivers of it that ran out and forgive no more: reason and last day."""


class Policy(Record):
    """Which limits a report was judged by."""

    profile: str
    """Built-in profile they start from."""
    overrides: dict[str, Any] = {}
    """What differs from it, as in `{"pixels.negative_floor": -0.01}`."""
    digest: str
    """xxh3-64 of every limit, severity and waiver: equal digests are equal policies."""


class Failure(Record):
    """Why the work could not be done."""

    kind: str
    """Name of the exception, for example `ArchiveError`."""
    message: str
    """What, where, and what to do."""


class Versions(Record):
    """What made the report."""

    answerprint: str
    """Version of this package."""
    python: str
    """Version of the interpreter."""
    libraries: dict[str, str] = {}
    """Versions of the libraries that decoded and measured."""
    ffmpeg: str | None = None
    """Version of the ffmpeg that encoded, where one was used."""


class Report(Record):
    """Everything a person or a farm needs to say yes or no to one clip."""

    schema_: Literal["answerprint.report/1"] = Field(default="answerprint.report/1", alias="schema")
    """Name and version of this schema."""
    clip: str
    """Name of the clip."""
    source: str
    """What was judged, as it was given."""
    verdict: Literal["pass", "warn", "fail"]
    """Fail with any error (or where the work could not be done), warn with any warning, else pass."""
    order: Order = Field(repr=False)
    """What was asked for, and which of it is only assumed."""
    outcomes: tuple[Outcome, ...] = Field(default=(), repr=False)
    """Every check, whether it ran or not."""
    findings: tuple[Finding, ...] = ()
    """What is wrong, gravest first."""
    measurements: Measurements = Field(default=Measurements(), repr=False)
    """Every figure the checks judged."""
    deliverables: tuple[Deliverable, ...] = Field(default=(), repr=False)
    """Files that were made, with their proof."""
    failure: Failure | None = None
    """Set where the work could not be done; the rest is as far as it came."""
    policy: Policy | None = None
    """The limits it was judged by; None in reports of older versions, and where nothing was judged."""
    baseline: str | None = None
    """Clip of the earlier report whose findings are known here; None where there was none."""
    versions: Versions = Field(repr=False)
    """What made this report."""

    model_config = Record.model_config | {"validate_by_name": True, "serialize_by_alias": True}

    def worst(self) -> Severity | None:
        """Return the gravest severity found, known findings aside; None where nothing was."""
        weighing = (f.severity for f in self.findings if not f.known)
        return max(weighing, key=lambda s: s.rank, default=None)


Told = Callable[[Report], None]
"""Told of every report as soon as it is made, while the next clip is still to be judged."""


def verdict_of(findings: tuple[Finding, ...]) -> Literal["pass", "warn", "fail"]:
    """Return the verdict that `findings` amount to, those that are known aside."""
    found = {finding.severity for finding in findings if not finding.known}
    if Severity.ERROR in found:
        return "fail"
    return "warn" if Severity.WARNING in found else "pass"
