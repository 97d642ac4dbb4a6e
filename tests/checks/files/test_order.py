"""What was delivered beyond the order; what every line of an order is held to stands with its own family."""

from typing import Any

import pytest

from answerprint.checks.catalogue import CHECKS, find_check
from answerprint.checks.check import Subject
from answerprint.judge import assume
from answerprint.measured.clips import Measurements
from answerprint.measured.movie import ColorTags
from answerprint.order import Order
from tests.checks.subjects import breaches, movie, sequence

PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")


def test_what_was_ordered_plain_and_is_plain_passes() -> None:
    assert breaches("order.hdr-unordered", movie(), order={"hdr": False}) == []


def test_hdr_that_was_not_ordered_is_told() -> None:
    (found,) = breaches("order.hdr-unordered", movie(color=PQ), order={"hdr": False})
    assert "smpte2084" in found.message
    (found,) = breaches("order.hdr-unordered", sequence(), order={"hdr": False})
    assert found.measured == "EXR"


@pytest.mark.parametrize(
    ("order", "judged"),
    [
        ({"prompt": "a bay at dusk"}, True),
        ({"hdr": False}, True),
        ({"prompt": "a bay at dusk", "hdr": True}, False),
        ({"seconds": 5}, False),
    ],
)
def test_only_an_order_that_is_known_says_what_was_not_ordered(
    order: dict[str, Any], judged: bool
) -> None:
    measured = Measurements(movie=movie(color=PQ))
    check = find_check("order.hdr-unordered")
    assert check is not None
    lacks = check.lacks(Subject(assume(Order.parse(order), measured), measured))
    assert (lacks is None) is judged


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        ("the size of the right cell", "size.not-as-ordered"),
        ("aspect", "aspect.not-as-ordered"),
        ("seconds", "count.not-as-ordered"),
        ("rate", "rate.not-as-ordered"),
        ("HDR where ordered", "hdr.absent"),
        ("and none where not", "order.hdr-unordered"),
        ("loop", "seam.jump"),
        ("silent", "sound.unexpected"),
    ],
)
def test_every_line_of_an_order_has_its_check(line: str, id_: str) -> None:
    assert id_ in {check.id for check in CHECKS}, line
