"""What is said of the join of a clip and the one that it goes on from."""

from typing import Any

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measured.clips import Measurements
from answerprint.measured.kinship import Joined, Kin, Role
from answerprint.measured.motion import LAGS, Motion, Step
from answerprint.order import Order
from tests.checks.blinded import blinded
from tests.checks.subjects import movie

SIDE = 36
TONE = tuple(float(lag) for lag in range(1, LAGS + 1))
PLAIN = Step(
    tone=TONE, detail=0.1, excess=0.05, excess_peak=1.0, matched=1.0, flow=(0.01, 0), speed=0.01
)


def joined(change: dict[int, dict[str, Any]] | None = None, role: Role = "continued") -> Joined:
    """A circle of steady motion; `change` alters single steps."""
    steps = [PLAIN.model_copy(update=(change or {}).get(at, {})) for at in range(2 * SIDE)]
    own = tuple(range(SIDE))
    theirs: tuple[int | None, ...] = (None,) * SIDE
    return Joined(
        motion=Motion(frames=2 * SIDE, steps=tuple(steps), travel=20.0),
        numbers=(*own, *theirs) if role == "continued" else (*theirs, *own),
    )


def breaches(
    id_: str, join: Joined, role: Role = "continued", *, alike: bool = True
) -> list[Breach]:
    """What one check finds at a join; fails where it cannot be judged."""
    end = "first" if role == "continued" else "last"
    kin = Kin(role=role, reference="a.mp4", frames=SIDE, alike=alike, joined=join)
    subject = Subject(
        Order.parse({"anchors": {end: "a.mp4"}}), Measurements(movie=movie(SIDE), kin=(kin,))
    )
    check = find_check(id_)
    assert check is not None
    subject = blinded(subject, check)
    lacks = check.lacks(subject)
    assert lacks is None, lacks
    return list(check.judge(subject))


FOREIGN = {"tone": (40.0,) * LAGS, "detail": 0.9, "excess": 30.0, "excess_peak": 50.0, "matched": 38.0}  # fmt: skip
POP: dict[int, dict[str, Any]] = {
    at: {"tone": (*TONE[:at], *(tone + 2 for tone in TONE[at:]))} for at in range(LAGS)
}
POP[0] |= {"stops": 0.2, "excess": 1.0, "excess_peak": 2.0}
TWICE = {
    0: {"tone": (2.0, 0.4, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)},
    1: {"tone": (1.0, 0.4, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)},
}


def test_a_join_by_an_ordinary_step_passes() -> None:
    assert breaches("extension.join", joined()) == []
    assert breaches("extension.not-its-clip", joined()) == []


def test_light_that_pops_at_the_join_is_told() -> None:
    (found,) = breaches("extension.join", joined(POP))
    assert "+0.20 stops" in found.message
    assert found.frames == (0,)


def test_the_other_end_is_judged_where_a_clip_leads_up_to_another() -> None:
    (found,) = breaches("extension.join", joined(POP, "led-up-to"), "led-up-to")
    assert "the end of the clip" in found.message
    assert found.frames == (SIDE - 1,)


def test_frames_that_are_there_twice_are_counted() -> None:
    (found,) = breaches("extension.join", joined(TWICE))
    assert found.measured == 2
    assert found.frames == (0, 1)
    assert "leave them out" in found.message


def test_a_cut_far_from_the_join_is_not_its_fault() -> None:
    assert breaches("extension.join", joined({20: FOREIGN})) == []


def test_another_picture_is_told_once() -> None:
    (found,) = breaches("extension.not-its-clip", joined({0: FOREIGN}))
    assert found.asset == "a.mp4"
    assert breaches("extension.join", joined({0: FOREIGN})) == []


def test_renderings_of_two_kinds_are_not_joined() -> None:
    with pytest.raises(AssertionError, match="not renderings of one kind"):
        breaches("extension.join", joined(), alike=False)


def test_a_generation_that_lies_at_the_service_is_skipped_with_what_to_do() -> None:
    order = Order.parse({"anchors": {"first": "generation:42"}})
    kin = Kin(role="continued", reference="generation:42", skipped="it does not lie here")
    check = find_check("extension.join")
    assert check is not None
    reason = check.lacks(Subject(order, Measurements(movie=movie(SIDE), kin=(kin,))))
    assert reason is not None
    assert "order that names the file" in reason
