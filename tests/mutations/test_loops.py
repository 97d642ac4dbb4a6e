"""Every seam defect of ten rendered loops is named, and the loops themselves are seamless."""

import zlib
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.mutations.loops import DEFECTS, LOOPS, SEAMLESS, Loop
from tests.mutations.plant import Planted
from tests.mutations.table import judge

BY_NAME: Final = {loop.name: loop for loop in LOOPS}

ALSO: Final[dict[tuple[str, str], str]] = {
    ("bay at dusk", "part lags"): "seam.jump",
    ("bay in a storm", "part lags"): "seam.jump",
    ("bay in the morning", "three missing"): "seam.local",
    ("globe", "one missing"): "seam.local",
    ("globe", "three missing"): "seam.local",
    ("globe", "elsewhere"): "seam.local",
    ("passers on twos", "part lags"): "seam.jump",
    ("passers on twos", "hurries"): "seam.jump",
    ("ripples", "hurries"): "seam.jump",
    ("candle", "first two again"): "seam.exposure-step",
    ("candle", "hurries"): "seam.jump",
    ("candle", "part lags"): "seam.jump",
    ("candle", "fades"): "seam.exposure-step",
    ("passers on twos", "fades"): "seam.speed-change",
}
"""Other names of what is seen: all that moves is one part of the picture, two lamps of a region jump apart from each other,
a change of pace is as sharp as a jump, or light is what moves."""


def named(loop: Loop, plant: str, place: Path) -> set[str]:
    """The ids of what is wrong with the seam of a loop that this was done to."""
    dice = np.random.default_rng(zlib.crc32(f"{loop.name} {plant} 0".encode()))
    make = SEAMLESS.get(plant) or DEFECTS[plant][1]
    path = loop.write(make(loop, dice), place, dice)
    report = judge(Planted(path, order={"loop": True}))
    return {finding.check for finding in report.findings if finding.check.startswith("seam.")}


def expected(loop: str, defect: str) -> set[str]:
    return {DEFECTS[defect][0], ALSO.get((loop, defect), DEFECTS[defect][0])}


@pytest.mark.parametrize(
    ("loop", "defect"),
    [
        ("ripples", "last frame stands"),
        ("ripples", "first frame again"),
        ("handheld", "one missing"),
    ],
)
def test_a_defect_of_a_rendered_loop_is_named(loop: str, defect: str, tmp_path: Path) -> None:
    found = named(BY_NAME[loop], defect, tmp_path)
    assert len(found) == 1
    assert found <= expected(loop, defect)


def test_a_rendered_loop_is_seamless(tmp_path: Path) -> None:
    assert named(BY_NAME["ripples"], "begun elsewhere", tmp_path) == set()


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("plant", SEAMLESS)
@pytest.mark.parametrize("loop", BY_NAME)
def test_all_ten_loops_are_seamless(loop: str, plant: str, tmp_path: Path) -> None:
    assert named(BY_NAME[loop], plant, tmp_path) == set()


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("loop", BY_NAME)
def test_every_defect_of_all_ten_loops_is_named(loop: str, defect: str, tmp_path: Path) -> None:
    found = named(BY_NAME[loop], defect, tmp_path)
    assert found
    assert found <= expected(loop, defect)
