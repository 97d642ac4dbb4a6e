"""Tags and HDR metadata against the picture, judged on records."""

from typing import Any

import pytest

from answerprint.measured.clips import MovieMeasures
from answerprint.measured.light import ContentLight, MasteringDisplay, StaticMetadata
from answerprint.measured.look import FrameLook, MovieLight, Tones
from answerprint.measured.movie import ColorTags
from tests.checks.look.test_light import LEVEL
from tests.checks.subjects import TAGS, breaches, movie

PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
HLG = PQ.model_copy(update={"transfer": "arib-std-b67"})
NONE = ColorTags()
SDR_LOOK = Tones(percentiles=(0.02, 0.4, 0.96), mean=0.42, saturation=0.2)
PQ_LOOK = Tones(percentiles=(0.05, 0.33, 0.58), mean=0.33, saturation=0.05)
DISPLAY = MasteringDisplay(
    red=(0.68, 0.32), green=(0.265, 0.69), blue=(0.15, 0.06), white=(0.3127, 0.329),
    maximum=1000, minimum=0.0001,
)  # fmt: skip


def clip(tones: Tones, color: ColorTags, bits: int = 10, **light: Any) -> MovieMeasures:
    made = movie(24, color=color, bits=bits)
    frames = (f.model_copy(update={"look": FrameLook(tones=tones)}) for f in made.frames)
    return made.model_copy(update={"frames": tuple(frames), "light": MovieLight(**light)})


@pytest.mark.parametrize(
    ("tones", "color", "bits"),
    [(SDR_LOOK, TAGS, 8), (PQ_LOOK, PQ, 10), (SDR_LOOK, NONE, 8), (SDR_LOOK, HLG, 10), (PQ_LOOK, TAGS, 8),
     (PQ_LOOK.model_copy(update={"saturation": 0.3}), TAGS, 10),
     (PQ_LOOK.model_copy(update={"percentiles": (0.0, 0.0, 0.02)}), TAGS, 10)],
    ids=["sdr", "pq", "untagged", "hlg", "dull-8-bit", "dull-and-colorful", "black"],
)  # fmt: skip
def test_tags_that_fit_pass(tones: Tones, color: ColorTags, bits: int) -> None:
    assert breaches("tags.contradict-picture", clip(tones, color, bits)) == []


def test_sdr_tagged_pq_is_found() -> None:
    (found,) = breaches("tags.contradict-picture", clip(SDR_LOOK, PQ))
    assert "tagged PQ and looks like SDR" in found.message


@pytest.mark.parametrize(
    ("color", "bits"),
    [(TAGS, 10), (NONE, 10), (ColorTags(primaries="bt2020", transfer="bt709"), 8)],
)
def test_pq_tagged_sdr_is_found(color: ColorTags, bits: int) -> None:
    (found,) = breaches("tags.contradict-picture", clip(PQ_LOOK, color, bits))
    assert "looks like untagged PQ" in found.message


def stated(
    cll: int = 801, fall: int = 55, display: MasteringDisplay | None = DISPLAY
) -> StaticMetadata:
    return StaticMetadata(
        mastering=display, light=ContentLight(max_cll=cll, max_fall=fall), places=1
    )


def hdr(
    outside: StaticMetadata | None, inside: StaticMetadata | None = None, **light: Any
) -> MovieMeasures:
    return clip(PQ_LOOK, PQ, container=outside, bitstream=inside, level=LEVEL, **light)


@pytest.mark.parametrize(
    "same", [stated(), stated(cll=0, fall=0), stated(cll=790), stated(cll=760)]
)
def test_metadata_that_fit_the_light_pass(same: StaticMetadata) -> None:
    assert breaches("hdr.metadata-contradicts-light", hdr(same, same)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(stated(cll=400), "MaxCLL 400"), (stated(cll=4000), "MaxCLL 4000"), (stated(fall=20), "MaxFALL 20"),
     (stated(fall=400), "MaxFALL 400"),
     (stated(display=DISPLAY.model_copy(update={"maximum": 500.0})), "mastering display of 500")],
)  # fmt: skip
def test_metadata_that_contradict_the_light_are_named(wrong: StaticMetadata, said: str) -> None:
    (found,) = breaches("hdr.metadata-contradicts-light", hdr(wrong, wrong))
    assert said in found.message
    assert "container" in found.message


def test_metadata_in_both_places_pass() -> None:
    both = hdr(stated(), stated(), carries_both=True)
    assert breaches("hdr.metadata-in-one-place", both) == []
    alone = hdr(stated(), carries_both=False)
    assert breaches("hdr.metadata-in-one-place", alone) == []


@pytest.mark.parametrize(
    ("outside", "inside", "said"),
    [(stated(), None, "in the container and not in the bitstream"),
     (None, stated(), "in the bitstream and not in the container"),
     (stated(), stated(cll=500), "state different")],
)  # fmt: skip
def test_metadata_in_one_place_are_told(
    outside: StaticMetadata | None, inside: StaticMetadata | None, said: str
) -> None:
    (found,) = breaches("hdr.metadata-in-one-place", hdr(outside, inside, carries_both=True))
    assert said in found.message
