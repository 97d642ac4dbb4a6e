"""Pinned frames: each check passes on the picture itself and says what is different of it."""

from typing import Any

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measured.clips import Measurements
from answerprint.measured.pins import Pin
from answerprint.order import Order
from tests.checks.blinded import blinded
from tests.checks.subjects import movie

ORDER = Order.parse({"anchors": {"first": "first.png"}})
IDS = ("picture", "late", "exposure", "color")


def pin(**changes: Any) -> Pin:
    plain = {
        "name": "first", "picture": "first.png", "frame": 0, "fitting": "whole", "box": (0, 0, 1, 1),
        "structure": 0.98, "pinned": 0.98, "stops": 0.02, "tint": (0.1, -0.1), "residual": 1.5,
    }  # fmt: skip
    return Pin.model_validate(plain | changes)


def subject(*pins: Pin, order: Order = ORDER) -> Subject:
    return Subject(order, Measurements(movie=movie(24), pins=pins))


def breaches(id_: str, **changes: Any) -> list[Breach]:
    found = find_check(id_)
    assert found is not None
    judged = blinded(subject(pin(**changes)), found)
    assert found.lacks(judged) is None
    return list(found.judge(judged))


@pytest.mark.parametrize("name", IDS)
def test_the_picture_itself_passes(name: str) -> None:
    assert breaches(f"pin.{name}") == []


@pytest.mark.parametrize("name", IDS)
def test_why_it_is_not_judged_is_told(name: str) -> None:
    found = find_check(f"pin.{name}")
    assert found is not None
    assert "no frame was pinned" in (found.lacks(subject(order=Order())) or "")
    assert "not compared when" in (found.lacks(subject()) or "")
    link = Pin(name="first", picture="https://h/a.png", frame=0, skipped="a link")
    assert "can be opened here" in (found.lacks(subject(link)) or "")


def test_another_picture_is_an_error_and_nothing_else_is_said() -> None:
    other = {"structure": 0.1, "pinned": 0.1, "stops": 1.0, "tint": (5, 5)}
    (breach,) = breaches("pin.picture", **other)
    assert breach.frames == (0,)
    assert breach.asset == "first.png"
    assert breaches("pin.exposure", **other) == breaches("pin.color", **other) == []


def test_a_darker_frame_is_said_to_be_right_and_darker() -> None:
    (breach,) = breaches("pin.exposure", stops=-0.3)
    assert "0.30 stops darker" in breach.message
    assert "is the picture" in breach.message


@pytest.mark.parametrize(
    ("tint", "word"), [((3, 0), "redder"), ((-3, 0), "greener"), ((0, 3), "yellower"), ((0, -3), "bluer")]
)  # fmt: skip
def test_a_tint_is_named(tint: tuple[float, float], word: str) -> None:
    (breach,) = breaches("pin.color", tint=tint)
    assert word in breach.message


def test_a_late_picture_is_told_with_the_frame_it_landed_on() -> None:
    (breach,) = breaches("pin.late", offset=2, lead=0.6)
    assert "landed 2 frames late, on frame 2" in breach.message
    assert breaches("pin.late", offset=1, lead=0.05) == []


def test_exposure_is_not_judged_beside_another_kind_of_light() -> None:
    found = find_check("pin.exposure")
    assert found is not None
    assert "one kind" in (found.lacks(subject(pin(stops=None, tint=None))) or "")
