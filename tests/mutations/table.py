"""Planting, judging, and counting what was found: the table of the mutation harness."""

import json
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np

from answerprint import Limits, Order, Report, check
from answerprint.report import Finding
from tests.mutations.clip import Bed, Clip, one_thread
from tests.mutations.plant import STRENGTHS, Plant, Planted, Strength

Outcome = Literal["found", "elsewhere", "missed", "there before"]


@dataclass(frozen=True, slots=True)
class Case:
    """One defect that was planted, and what became of it."""

    id: str
    clip: str
    strength: Strength
    place: int
    outcome: Outcome
    planted: tuple[int, ...] = ()
    found: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    """Other ids at severity error that the clean clip does not have: most come of the defect as well."""
    said: str = ""

    def as_before(self) -> Self:
        """The same case in a clip that has such a finding without it: it tells nothing."""
        return replace(self, outcome="there before")


def judge(planted: Planted) -> Report:
    """Measure and judge what was planted, by the order and the limits that make it a defect."""
    limits = Limits.model_validate(dict(planted.limits))
    with one_thread():
        reports = check(
            planted.path, order=Order.parse(dict(planted.order)), limits=limits, threads=1
        )
    assert len(reports) == 1, reports
    assert reports[0].failure is None, reports[0].failure
    return reports[0]


def sow(plant: Plant, clip: Clip, strength: Strength, place: int, folder: Path) -> Case:
    """Plant one defect and judge the clip; the same arguments plant it at the same place."""
    seed = zlib.crc32(f"{plant.id} {clip.name} {strength} {place}".encode())
    folder.mkdir(parents=True)
    how = plant.strengths[STRENGTHS.index(strength)]
    try:
        planted = plant.sow(Bed(clip, folder), np.random.default_rng(seed), how)
        report = judge(planted)
    finally:
        shutil.rmtree(folder)
    return verdict(plant, clip, strength, place, planted, report)


def verdict(
    plant: Plant, clip: Clip, strength: Strength, place: int, planted: Planted, report: Report
) -> Case:
    """Compare what was found with what was planted."""
    own = [f for f in report.findings if f.check == plant.id]
    hit = tuple(sorted({frame for finding in own for frame in finding.frames}))
    return Case(
        plant.id, clip.name, strength, place,
        outcome=_outcome(own, hit, planted),
        planted=planted.frames,
        found=hit,
        beside=tuple(sorted(errors_of(report) - {plant.id})),
        said=own[0].message if own else "",
    )  # fmt: skip


def _outcome(own: Sequence[Finding], hit: Sequence[int], planted: Planted) -> Outcome:
    if not own:
        return "missed"
    if not planted.frames:
        return "found"
    reached = [
        min(abs(f - h) for h in hit) <= planted.slack if hit else False for f in planted.frames
    ]
    near = [min(abs(f - h) for f in planted.frames) <= planted.slack for h in hit]
    right = any(reached) if planted.among else all(reached) and all(near)
    return "found" if right else "elsewhere"


def errors_of(report: Report) -> set[str]:
    return {finding.check for finding in report.findings if finding.severity == "error"}


@cache
def clean_findings(clip: Clip, place: Path) -> tuple[Finding, ...]:
    """What is found in a clip in which nothing was planted."""
    folder = place / f"clean-{clip.name}"
    folder.mkdir(parents=True, exist_ok=True)
    path = Bed(clip, folder).write(clip.codes)
    order = {"loop": True} if clip.kind == "loop" else {}
    return judge(Planted(path, order=order)).findings


def there_before(plant: Plant, clip: Clip, place: Path) -> bool:
    """Tell whether the clean clip has findings of that id already."""
    return not plant.fact and plant.id in {f.check for f in clean_findings(clip, place)}


MEDIA: Final = ("deliveries", "loops", "video")
SIX_MINUTES: Final = "long_"
"""How names of clips of 10,000 frames and more begin, which are left out: one takes as long as all others."""
FAMILIES: Final = (
    "picture", "flash", "light", "range", "gamut", "tags", "hdr", "sound", "pixels", "channels", "alpha", "pair", "seam",
)  # fmt: skip
"""Families that judge pictures and sound: what files claim may well be wrong in a library of odd files."""


def judge_media(shared: Path, folders: Sequence[str] = MEDIA) -> Iterator[tuple[str, Report]]:
    """Yield every clip of the shared media that can be judged, by name; true loops are judged as loops."""
    paths = (path for folder in folders for path in sorted((shared / folder).rglob("*")))
    files = [p for p in paths if p.is_file() and not p.name.startswith(SIX_MINUTES)]
    places = dict.fromkeys(
        path.parent if path.parent.parent.name == "deliveries" else path for path in files
    )
    for place in places:
        name = place.relative_to(shared).as_posix()
        order = Order(loop=True) if name.startswith(("loops/loop/", "deliveries/loop")) else Order()
        with one_thread():
            for report in check(place, order=order, limits=Limits(only=FAMILIES), threads=1):
                if report.failure is None:
                    yield name, report


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    path.write_text(json.dumps([asdict(case) for case in cases], indent=0), encoding="utf-8")


def rows(cases: Sequence[Case]) -> Iterator[tuple[str, Strength, int, int, int, int]]:
    """Yield, by id and strength, how many were planted, found, found at another place, and missed."""
    for id_ in dict.fromkeys(case.id for case in cases):
        for strength in STRENGTHS:
            own = [c.outcome for c in cases if (c.id, c.strength) == (id_, strength)]
            own = [outcome for outcome in own if outcome != "there before"]
            if own:
                found, elsewhere = own.count("found"), own.count("elsewhere")
                yield id_, strength, len(own), found, elsewhere, own.count("missed")


def share_found(cases: Sequence[Case], strength: Strength) -> float:
    own = [row for row in rows(cases) if row[1] == strength]
    return sum(row[3] for row in own) / max(1, sum(row[2] for row in own))


def spelled(cases: Sequence[Case]) -> str:
    """The table in Markdown: found of planted by strength, and where it was found in other frames."""
    lines = ["| id | faint | medium | strong | found at another frame |", "|---|---|---|---|---|"]
    counted: dict[str, dict[str, Any]] = {}
    for id_, strength, planted, found, elsewhere, _ in rows(cases):
        own = counted.setdefault(id_, {"elsewhere": 0})
        own[strength] = f"{found}/{planted}"
        own["elsewhere"] += elsewhere
    for id_, own in counted.items():
        shares = " | ".join(own.get(strength, "") for strength in STRENGTHS)
        lines.append(f"| {id_} | {shares} | {own['elsewhere'] or ''} |")
    totals = " | ".join(f"{share_found(cases, strength):.1%}" for strength in STRENGTHS)
    return "\n".join([*lines, f"| **all** | {totals} | |"]) + "\n"
