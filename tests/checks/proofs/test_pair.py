"""Movie and EXR sequence of one delivery: each check passes where both agree and names what does not."""

from typing import Any

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measured.clips import Measurements
from answerprint.measured.motion import Motion, Step
from answerprint.measured.pairing import Pair, Pairing, Unpaired
from answerprint.order import Order
from answerprint.report import Severity
from tests.checks.blinded import blinded
from tests.checks.subjects import movie, sequence

COUNT = 24


def pairs(change: dict[int, dict[str, Any]] | None = None) -> tuple[Pair, ...]:
    plain = {"residual": 0.8, "spot": 0.4}
    return tuple(
        Pair.model_validate(plain | {"movie": n, "sequence": 1001 + n} | (change or {}).get(n, {}))
        for n in range(COUNT)
    )


def subject(**changes: Any) -> Subject:
    plain = {"sequence": COUNT, "movie": COUNT, "likeness": 0.99, "pairs": pairs()}
    pairing = Pairing.model_validate(plain | changes)
    measured = Measurements(sequence=sequence(COUNT), movie=movie(COUNT), pairing=pairing)
    return Subject(Order(), measured)


def breaches(id_: str, **changes: Any) -> list[Breach]:
    found = find_check(id_)
    assert found is not None
    judged = blinded(subject(**changes), found)
    assert found.lacks(judged) is None
    return list(found.judge(judged))


def missing(number: int, first: int | None = None, last: int | None = None) -> Unpaired:
    return Unpaired(number=number, first=first or number, last=last or number)


IDS = ("count", "slip", "swapped", "reversed", "retimed", "differs")


@pytest.mark.parametrize("name", IDS)
def test_the_same_pictures_in_the_same_order_pass(name: str) -> None:
    assert breaches(f"pair.{name}") == []


@pytest.mark.parametrize("name", IDS)
def test_without_both_sides_there_is_nothing_to_judge(name: str) -> None:
    found = find_check(f"pair.{name}")
    assert found is not None
    alone = Subject(Order(), Measurements(movie=movie(COUNT)))
    assert found.lacks(alone) is not None


def test_a_frame_missing_in_the_movie_is_named() -> None:
    (breach,) = breaches("pair.count", only_sequence=(missing(1013),))
    assert breach.frames == (1013,)
    assert "the movie lacks frame 1013" in breach.message


def test_a_frame_missing_in_the_sequence_is_named() -> None:
    (breach,) = breaches("pair.count", only_movie=(missing(7),))
    assert breach.frames == (7,)
    assert "EXR sequence lacks" in breach.message


def test_where_nothing_moves_the_frames_it_may_be_are_named() -> None:
    (breach,) = breaches("pair.count", only_sequence=(missing(1013, 1010, 1015),))
    assert "one of the frames 1010 to 1015" in breach.message


def test_a_slip_is_told_and_its_ends_are_not_counted_as_missing() -> None:
    change = {"slip": 1, "only_movie": (missing(0),), "only_sequence": (missing(1024),)}
    slipped = tuple(Pair(movie=n + 1, sequence=1001 + n, residual=0.8) for n in range(COUNT - 1))
    (breach,) = breaches("pair.slip", pairs=slipped, **change)
    assert "1 frame late" in breach.message
    assert "its frame 1 is frame 1001" in breach.message
    assert breaches("pair.count", pairs=slipped, **change) == []


def test_swapped_frames_are_named() -> None:
    (breach,) = breaches("pair.swapped", swapped=((5, 6),))
    assert breach.frames == (5, 6)


def test_a_movie_that_runs_backward_is_told() -> None:
    (breach,) = breaches("pair.reversed", reversed=True)
    assert "backward" in breach.message


def test_another_rate_is_told_and_not_counted_as_missing() -> None:
    extra = tuple(missing(n) for n in range(1, 12, 2))
    (breach,) = breaches("pair.retimed", retimed=2.0, only_movie=extra)
    assert breach.measured == 2
    assert breaches("pair.count", retimed=2.0, only_movie=extra) == []


def test_a_frame_shown_again_is_named() -> None:
    (breach,) = breaches("pair.retimed", pairs=pairs({9: {"shows": 1009}}))
    assert breach.frames == (9,)
    assert "shows frame 1009 of the EXR sequence in place of 1010" in breach.message


@pytest.mark.parametrize(("step", "told"), [(0.04, False), (0.6, True)])
def test_a_frame_shown_again_counts_where_both_are_told_apart(step: float, told: bool) -> None:
    """An encoder leaves out of frames what moves by less than anyone sees."""
    steps = (Step(tone=(step, 2 * step, 3 * step)),) * COUNT
    clip = sequence(COUNT, motion=Motion(frames=COUNT, steps=steps))
    plain = subject(pairs=pairs({9: {"shows": 1009}}))
    measured = plain.measurements.model_copy(update={"sequence": clip})
    found = find_check("pair.retimed")
    assert found is not None
    judged = blinded(Subject(Order(), measured), found)
    assert bool(list(found.judge(judged))) is told


def test_a_frame_that_stands_out_is_named_with_its_place() -> None:
    (breach,) = breaches("pair.differs", pairs=pairs({9: {"spot": 6.0, "box": (0.25, 0.5, 0.1, 0.2)}}))  # fmt: skip
    assert breach.frames == (9,)
    assert "25% to 35% across and 50% to 70% down" in breach.message


def test_a_frame_no_worse_than_many_others_passes() -> None:
    rough = {n: {"spot": 3.5} for n in range(0, COUNT, 2)}
    assert breaches("pair.differs", pairs=pairs(rough)) == []


@pytest.mark.parametrize(("spot", "severity"), [(5.5, Severity.WARNING), (6.5, None)])
def test_a_spot_that_glitter_could_be_only_warns(spot: float, severity: Severity | None) -> None:
    (breach,) = breaches("pair.differs", pairs=pairs({9: {"spot": spot}}))
    assert breach.severity == severity


def test_different_pictures_are_told_once() -> None:
    (breach,) = breaches("pair.differs", likeness=0.3, slip=2)
    assert "different pictures" in breach.message
    found = find_check("pair.slip")
    assert found is not None
    assert found.lacks(subject(likeness=0.3, slip=2)) is not None
