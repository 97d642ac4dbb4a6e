"""What headers say of color."""

from answerprint.checks.exr.limits import ExrLimits
from answerprint.checks.limits import Limits
from tests.checks.subjects import breaches, header, sequence

SAID = "the chromaticities are not those denoted by the colorInteropID"


def test_attributes_that_contradict_each_other_are_named() -> None:
    assert breaches("exr.color-contradicts", sequence()) == []
    two = sequence(headers=(header(color_contradictions=(SAID,)),))
    (found,) = breaches("exr.color-contradicts", two)
    assert SAID in found.message
    assert len(found.frames) == 120


def test_frames_that_say_nothing_of_color_are_named_with_what_to_do() -> None:
    assert breaches("exr.color-untagged", sequence()) == []
    named = header(chromaticities=None, color_interop_id="lin_ap0_scene")
    assert breaches("exr.color-untagged", sequence(headers=(named,))) == []
    (found,) = breaches("exr.color-untagged", sequence(headers=(header(chromaticities=None),)))
    assert "retag SOURCE --out DIR --color-space lin_ap0_scene" in found.message


def test_a_studio_may_ask_for_the_interop_id() -> None:
    strict = Limits(exr=ExrLimits(interop_id=True))
    (found,) = breaches("exr.color-untagged", sequence(), limits=strict)
    assert found.measured == "no colorInteropID"


def test_every_reason_against_the_aces_container_is_told() -> None:
    conforming = header().model_copy(update={"not_st2065_4": ()})
    assert breaches("exr.not-st2065-4", sequence(headers=(conforming,))) == []
    assert breaches("exr.not-st2065-4", sequence()) == []
    reasons = ("acesImageContainerFlag is missing", "compression is not none")
    other = header().model_copy(update={"not_st2065_4": reasons})
    (found,) = breaches("exr.not-st2065-4", sequence(headers=(other,)))
    assert all(reason in found.message for reason in reasons)
    assert "dwab is lossy, and no rewrap undoes that" in found.message
    plain = header(compression="zip").model_copy(update={"not_st2065_4": reasons})
    (found,) = breaches("exr.not-st2065-4", sequence(headers=(plain,)))
    assert "lossy" not in found.message
