"""What a waiver forgives, and until when."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from answerprint.checks.waiver import Waiver, parse_frames
from answerprint.timing import spell_frames


def test_a_plain_string_is_its_reason() -> None:
    waiver = Waiver.model_validate("cut by the client")
    assert waiver == Waiver(reason="cut by the client")
    assert waiver.forgives(())
    assert waiver.concerns("anything")
    assert not waiver.ran_out(date(2999, 1, 1))


def test_its_last_day_still_forgives() -> None:
    waiver = Waiver(reason="until the reshoot", until=date(2027, 1, 31))
    assert not waiver.ran_out(date(2027, 1, 31))
    assert waiver.ran_out(date(2027, 2, 1))


@pytest.mark.parametrize(
    ("frames", "forgiven"),
    [((10,), True), ((10, 20, 35), True), ((9, 10), False), ((36,), False), ((), False)],
)
def test_frames_limit_it_to_findings_that_name_no_others(
    frames: tuple[int, ...], forgiven: bool
) -> None:
    assert Waiver(reason="a flash", frames="10-20, 35").forgives(frames) is forgiven


def test_a_pattern_limits_it_to_clips() -> None:
    waiver = Waiver(reason="a flash", clip="shot_*")
    assert waiver.concerns("shot_010")
    assert not waiver.concerns("SHOT_010")
    assert not waiver.concerns("a_shot_010")


def test_frames_are_read_as_they_are_written() -> None:
    numbers = [1001, 1002, 1003, 1010, 7]
    runs = parse_frames(spell_frames(numbers))
    assert sorted(n for run in runs for n in run) == sorted(numbers)


@pytest.mark.parametrize(
    "values",
    [
        "",
        "  ",
        {"until": "2027-01-31"},
        {"reason": "x", "until": 2027},
        {"reason": "x", "until": "soon"},
        {"reason": "x", "frames": "10-"},
        {"reason": "x", "frames": "20-10"},
        {"reason": "x", "frames": ""},
        {"reason": "x", "clip": ""},
        {"reason": "x", "when": "now"},
    ],
)
def test_a_waiver_that_makes_no_sense_is_refused(values: Any) -> None:
    with pytest.raises(ValidationError):
        Waiver.model_validate(values)
