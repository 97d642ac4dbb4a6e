"""What is said of an edit beside its source."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measured.clips import Measurements
from answerprint.measured.kinship import Edited, Kin
from answerprint.measured.motion import LAGS, Motion, Step
from answerprint.order import Order
from answerprint.report import Severity
from tests.checks.blinded import blinded
from tests.checks.subjects import movie

COUNT = 48
ORDER = {"source": "shot.mp4", "edit": {"strength": "flex_2"}}
TONE = tuple(float(lag) for lag in range(1, LAGS + 1))
PLAIN = Step(tone=TONE, detail=0.1, excess=0.01, excess_peak=0.3, matched=1.0)
CUT = Step(tone=(40.0,) * LAGS, detail=0.9, excess=35.0, excess_peak=60.0, matched=40.0)


def moving(*cuts: int, late: int = 0, count: int = COUNT, even: bool = False) -> Motion:
    """A clip whose speed rises and falls, `late` frames later than another's, with cuts."""
    steps = []
    for frame in range(count):
        at = frame - late
        wave = math.sin(at / 3) + 0.5 * math.sin(at / 1.3 + 1)
        speed = 0.01 if even else 0.01 * math.exp(0.4 * wave)
        changes = {"speed": speed, "flow": (speed * math.cos(at / 4), speed * math.sin(at / 5))}
        steps.append((CUT if frame in cuts else PLAIN).model_copy(update=changes))
    for cut in cuts:
        for away in range(1, LAGS):
            tone = (*TONE[:away], *(40.0,) * (LAGS - away))
            steps[cut + away] = steps[cut + away].model_copy(update={"tone": tone})
    return Motion(frames=count, steps=tuple(steps))


def breaches(
    id_: str,
    source: Motion,
    edit: Motion,
    *,
    rate: int = 24,
    structure: float = 0.6,
    order: Mapping[str, Any] = ORDER,
) -> list[Breach]:
    """What one check finds of an edit; fails where it cannot be judged."""
    kin = Kin(
        role="edited",
        reference="shot.mp4",
        frames=source.frames,
        rate=rate,
        edited=Edited(motion=source, structure=structure, color=5.0),
    )
    shown = movie(edit.frames, motion=edit)
    subject = Subject(Order.parse(dict(order)), Measurements(movie=shown, kin=(kin,)))
    check = find_check(id_)
    assert check is not None
    subject = blinded(subject, check)
    lacks = check.lacks(subject)
    assert lacks is None, lacks
    return list(check.judge(subject))


def test_as_many_frames_as_the_source_pass() -> None:
    assert breaches("edit.count", moving(), moving()) == []
    assert breaches("edit.count", moving(count=60), moving(), rate=30) == []


def test_missing_frames_are_counted() -> None:
    (found,) = breaches("edit.count", moving(), moving(count=COUNT - 1))
    assert (found.measured, found.limit) == (COUNT - 1, COUNT)


def test_the_same_cuts_pass() -> None:
    assert breaches("edit.cuts", moving(20), moving(20)) == []
    assert breaches("edit.cuts", moving(), moving()) == []


def test_a_cut_that_moved_is_told_with_both_frames() -> None:
    (found,) = breaches("edit.cuts", moving(20), moving(23))
    assert (found.limit, found.measured, found.frames) == (20, 23, (23,))


def test_a_cut_that_is_gone_and_one_that_is_new_are_told() -> None:
    (found,) = breaches("edit.cuts", moving(20), moving())
    assert found.measured == "no cut"
    (found,) = breaches("edit.cuts", moving(), moving(20))
    assert found.frames == (20,)
    assert "its source does not" in found.message


def test_motion_that_follows_passes() -> None:
    assert breaches("edit.motion", moving(), moving()) == []
    assert breaches("edit.motion", moving(even=True), moving(late=5)) == []


@pytest.mark.parametrize("late", [-3, 1, 4])
def test_motion_that_is_late_is_told_by_its_frames(late: int) -> None:
    (found,) = breaches("edit.motion", moving(), moving(late=late))
    assert found.measured == late
    assert ("late" if late > 0 else "early") in found.message


def test_motion_of_its_own_is_told() -> None:
    still = Motion(frames=COUNT, steps=(PLAIN,) * COUNT)
    (found,) = breaches("edit.motion", moving(), still)
    assert found.unit == "correlation"


@pytest.mark.parametrize(
    ("strength", "structure", "said"),
    [("adhere_1", 0.3, "further from"), ("reimagine_1", 0.99, "nearer to")],
)
def test_drift_beyond_the_strength_is_information(
    strength: str, structure: float, said: str
) -> None:
    order = {"source": "shot.mp4", "edit": {"strength": strength}}
    (found,) = breaches("edit.motion", moving(), moving(), structure=structure, order=order)
    assert said in found.message
    assert found.severity is Severity.INFO


def test_without_an_edit_nothing_is_judged() -> None:
    with pytest.raises(AssertionError, match="no edit was ordered"):
        breaches("edit.count", moving(), moving(), order={"seconds": 5})
