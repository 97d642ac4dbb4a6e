"""Every check explains itself, with the limits that are in force."""

import pytest

from answerprint.checks.catalogue import CHECKS, find_check
from answerprint.checks.check import Check
from answerprint.checks.explain import explain_check, limits_in_force, spell_value
from answerprint.checks.limits import Limits, PixelLimits
from answerprint.report import Severity


def explained(id_: str, limits: Limits | None = None) -> list[str]:
    check = find_check(id_)
    assert check is not None
    return list(explain_check(check, limits or Limits()))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_is_explained(check: Check) -> None:
    lines = list(explain_check(check, Limits()))
    assert lines[0].startswith(f"{check.id} ({check.severity.value}")
    assert check.title in lines
    assert any(line.startswith("limit      ") for line in lines)
    for limit in limits_in_force(check, Limits()):
        assert len(limit.doc) > 10, limit.key
        assert limit.value == limit.builtin


def test_it_says_what_holds_and_where_to_change_it() -> None:
    lines = explained("pixels.negative", Limits(pixels=PixelLimits(negative_floor=-0.01)))
    assert "limit      pixels.negative_floor = -0.01, -0.001 built in" in lines
    assert "limit      pixels.negative_share = 0.0001" in lines
    assert "set by     [pixels] negative_floor = ..." in lines
    assert "source     measured" in lines
    assert "reads      frames, levels of the sequence" in lines
    assert "skipped    with the reason: no EXR sequence in the delivery" in lines


def test_it_says_when_a_severity_is_not_the_check_s_own() -> None:
    limits = Limits(severity={"count.not-as-ordered": Severity.INFO})
    assert (
        explained("count.not-as-ordered", limits)[0]
        == "count.not-as-ordered (info, error by itself, EBU QC 0081X)"
    )


def test_it_says_what_has_to_be_measured() -> None:
    assert "reads      frames, luma, motion of the sequence and the movie" in explained(
        "picture.flicker"
    )
    assert "reads      nothing that takes measuring" in explained("sequence.gap")


def test_it_says_that_there_is_no_number_to_set() -> None:
    assert "limit      none to set: whatever it finds is told" in explained("sequence.gap")


@pytest.mark.parametrize("key", ["pixels.specks", "specks.count", "pixels.outliers.most"])
def test_a_limit_that_does_not_exist_is_a_key_error(key: str) -> None:
    check = Check("x.y", Severity.ERROR, (), lambda _: (), limit=key)
    with pytest.raises(KeyError):
        limits_in_force(check, Limits())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.25, "0.25"),
        (True, "true"),
        (None, "None"),
        (("a", "b"), "a, b"),
        ((), "none"),
        ({"h264": ("Main", "High"), "av1": ()}, "h264: Main, High; av1: none"),
    ],
)
def test_a_limit_is_written_for_people(value: object, said: str) -> None:
    assert spell_value(value) == said
