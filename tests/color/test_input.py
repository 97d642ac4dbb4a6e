"""What frames are taken for: the strongest evidence wins, and the report says which it was."""

from typing import Any

import pytest

from answerprint.color.input import INTEROP_IDS, PRIMARIES, InputColor, input_color
from answerprint.color.primaries import AP0, REC709, REC2020
from answerprint.errors import UsageError
from answerprint.measured.exr import ExrHeader
from answerprint.media.exr.door import read_header
from tests.made import exr

OWN = (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, 0.3127, 0.329)


def header(chromaticities: tuple[float, ...] = AP0, interop: str | None = None) -> ExrHeader:
    attributes: dict[str, Any] = {"chromaticities": chromaticities}
    if interop is not None:
        attributes["colorInteropID"] = interop
    return read_header(exr(None, **attributes))


def silent() -> ExrHeader:
    part = header().main.model_copy(update={"chromaticities": None, "color_interop_id": None})
    return ExrHeader(parts=(part,))


@pytest.mark.parametrize(
    ("color", "held", "expected"),
    [
        (InputColor("P3-D65", "AP0"), header(REC709, "lin_rec2020_scene"), ("P3-D65", "asked")),
        (InputColor(None, "AP0"), header(REC709, "lin_rec2020_scene"), ("Rec.2020", "colorInteropID")),
        (InputColor(None, "AP0"), header(REC709, "unheard_of"), ("Rec.709", "chromaticities")),
        (InputColor(None, "AP0"), header(REC709), ("Rec.709", "chromaticities")),
        (InputColor(None, "AP0"), silent(), ("AP0", "service")),
        (InputColor(), silent(), ("Rec.709", "assumed")),
    ],
)  # fmt: skip
def test_evidence_counts_in_its_order(
    color: InputColor, held: ExrHeader, expected: tuple[str, str]
) -> None:
    name, evidence = expected
    assert color.decided(held) == (PRIMARIES[name], evidence)
    assert color.of(held) == PRIMARIES[name]
    (said,) = color.notes(held)
    assert f"linear {name} " in said


def test_what_was_only_assumed_says_what_to_do() -> None:
    assert "--input-color" in InputColor().notes(silent())[0]


def test_rounded_primaries_are_the_known_ones_and_own_ones_stay() -> None:
    rounded = tuple(round(value, 3) for value in REC2020)
    assert InputColor().of(header(rounded)) == REC2020
    primaries, evidence = InputColor().decided(header(OWN))
    assert evidence == "chromaticities"
    assert primaries == pytest.approx(OWN)
    assert "primaries of their own" in InputColor().notes(header(OWN))[0]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("AP0", "AP0"), ("ap1", "AP1"), ("ACEScg", "AP1"), ("ACES2065-1", "AP0"), ("Rec.709", "Rec.709"),
        ("rec 2020", "Rec.2020"), ("P3-D65", "P3-D65"), ("p3", "P3-D65"), ("sRGB", "Rec.709"),
        *((interop, name) for interop, name in INTEROP_IDS.items()),
    ],
)  # fmt: skip
def test_words_people_use_are_understood(word: str, name: str) -> None:
    assert input_color(word) == name


def test_another_word_is_refused_with_the_closest() -> None:
    with pytest.raises(UsageError, match="no linear color is called 'Rec.708'.*Rec.709"):
        input_color("Rec.708")
