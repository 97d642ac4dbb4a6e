"""Every defect of the catalogue, planted in clean clips by code that measures nothing, is found where it was planted."""

from pathlib import Path

import pytest

from answerprint.checks.catalogue import CHECKS
from tests.mutations import clean
from tests.mutations.known import FALSE_AS_YET, KNOWN, NOT_YET_FOUND
from tests.mutations.plant import STRENGTHS, Plant
from tests.mutations.plants import PLANTS, UNPLANTED
from tests.mutations.table import (
    Case,
    clean_findings,
    errors_of,
    judge_media,
    share_found,
    sow,
    spelled,
    there_before,
    write_cases,
)

IDS = frozenset(check.id for check in CHECKS)
PLACES = 3
"""Random places a strength is planted at in each real clip."""
MEDIUM = 0.95
"""Share of the medium defects that have to be found."""


def known(plant: Plant) -> Plant:
    if plant.id not in IDS:
        pytest.skip(f"the catalogue has no {plant.id} yet")
    return plant


def test_every_check_has_a_plant_or_a_reason_for_none() -> None:
    planted = {plant.id for plant in PLANTS}
    assert IDS - planted - set(UNPLANTED) == set()
    assert not planted & set(UNPLANTED)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutations")


@pytest.mark.parametrize("kind", clean.KINDS)
def test_nothing_is_found_in_a_clean_clip(kind: str, place: Path) -> None:
    found = clean_findings(clean.made(kind), place)
    assert [f"{f.check}: {f.message}" for f in found if f.severity != "info"] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.id)
def test_a_strong_defect_is_found_where_it_was_planted(plant: Plant, tmp_path: Path) -> None:
    case = sow(known(plant), clean.made(plant.kinds[0]), "strong", 0, tmp_path / "bed")
    if case.outcome != "found" and plant.id in NOT_YET_FOUND:
        pytest.xfail(NOT_YET_FOUND[plant.id])
    assert case.outcome == "found", case


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.timeout(0)
def test_defects_of_three_strengths_in_five_real_clips(shared: Path, tmp_path: Path) -> None:
    """Writes the table to mutations.md, and every case to mutations.json, in the temporary folder of the run."""
    cases = list(_cases(shared, tmp_path))
    target = tmp_path.parent
    write_cases(target / "mutations.json", cases)
    (target / "mutations.md").write_text(spelled(cases), encoding="utf-8")
    lost = [c for c in cases if c.strength == "strong" and c.outcome in ("missed", "elsewhere")]
    assert [case for case in lost if case.id not in NOT_YET_FOUND] == []
    assert share_found(cases, "medium") >= MEDIUM


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.parametrize("kind", clean.KINDS)
def test_no_error_in_a_real_clean_clip(kind: str, shared: Path, place: Path) -> None:
    found = clean_findings(clean.real(kind, shared), place)
    assert [f"{f.check}: {f.message}" for f in found if f.severity == "error"] == []


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.timeout(0)
def test_no_false_error_in_real_media(shared: Path) -> None:
    """Every error found in clips of the shared media is one that was looked at and is there."""
    found = {(name, id_) for name, report in judge_media(shared) for id_ in errors_of(report)}
    assert sorted(found - set(KNOWN) - set(FALSE_AS_YET)) == []
    assert sorted(set(KNOWN) - found) == []
    if found & set(FALSE_AS_YET):
        pytest.xfail(", ".join(FALSE_AS_YET.values()))


def _cases(shared: Path, tmp_path: Path) -> list[Case]:
    cases = []
    for plant in PLANTS:
        for kind in plant.kinds if plant.id in IDS else ():
            clip = clean.real(kind, shared)
            before = there_before(plant, clip, tmp_path)
            for strength in STRENGTHS:
                for number in range(PLACES):
                    case = sow(plant, clip, strength, number, tmp_path / "bed")
                    cases.append(case if not before else case.as_before())
    return cases
