"""The checks of a loop's seam: each passes on a true loop, and none speaks where no loop was ordered."""

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Subject
from answerprint.checks.seam.loop import SEAM_CHECKS
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measured.clips import Measurements, SequenceMeasures
from answerprint.order import Order
from answerprint.rehearsal.scenery.scene import Scene, render
from tests.checks.subjects import breaches, sequence

COUNT = 36
IDS = (
    "seam.duplicate-end",
    "seam.jump",
    "seam.speed-change",
    "seam.exposure-step",
    "seam.color-step",
    "seam.frozen",
)


@pytest.fixture(scope="module")
def loop() -> SequenceMeasures:
    scene, meter = Scene(seed=1, size=(192, 108), frames=COUNT, loop=True), MotionMeter()
    for index in range(COUNT):
        meter.add(render(scene, index))
    return sequence(COUNT, motion=meter.result())


def test_all_verdicts_have_their_check() -> None:
    assert set(IDS) <= {check.id for check in SEAM_CHECKS}


@pytest.mark.parametrize("id_", IDS)
def test_a_true_loop_passes(id_: str, loop: SequenceMeasures) -> None:
    assert breaches(id_, loop, order={"loop": True}) == []


@pytest.mark.parametrize("id_", IDS)
def test_a_clip_that_is_no_loop_is_not_judged(id_: str, loop: SequenceMeasures) -> None:
    check = find_check(id_)
    assert check is not None
    lacks = check.lacks(Subject(Order(), Measurements(sequence=loop)))
    assert lacks == "the clip was not ordered as a loop"
