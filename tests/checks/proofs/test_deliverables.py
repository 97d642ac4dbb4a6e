"""The proof of finished files."""

from typing import Any

import pytest

from answerprint.measured.light import ContentLight, LightLevel, MasteringDisplay, StaticMetadata
from answerprint.measured.movie import ColorTags
from tests.checks.subjects import breaches, deliverable, facts

DISPLAY = MasteringDisplay(
    red=(0.708, 0.292), green=(0.17, 0.797), blue=(0.131, 0.046), white=(0.3127, 0.329),
    maximum=1000, minimum=0.0001,
)  # fmt: skip
STATED = StaticMetadata(mastering=DISPLAY, light=ContentLight(max_cll=549, max_fall=91), places=1)


@pytest.mark.parametrize(
    "id_",
    [
        "deliverable.count",
        "deliverable.format",
        "deliverable.tags",
        "deliverable.likeness",
        "deliverable.quality-floor",
        "deliverable.light",
        "deliverable.sound-length",
    ],
)
def test_a_good_file_passes(id_: str) -> None:
    assert breaches(id_, deliverables=(deliverable(),)) == []


def test_a_sample_that_decodes_is_as_many_frames_as_it_has_packets() -> None:
    sampled = deliverable(decoded=5, sampled=5)
    assert breaches("deliverable.count", deliverables=(sampled,)) == []


@pytest.mark.parametrize(
    ("id_", "changes", "said"),
    [
        ("deliverable.count", {"decoded": 119}, "119 frames decode from a.mp4, 120 went in"),
        ("deliverable.count", {"packets": 121}, "121 frames are packed in"),
        (
            "deliverable.count",
            {"decoded": 4, "sampled": 5},
            "4 keyframes decode from a.mp4, 5 were tried",
        ),
        (
            "deliverable.count",
            {"decoded": 5, "sampled": 5, "packets": 119},
            "119 frames are packed in",
        ),
        ("deliverable.count", {"facts": facts(declared=60)}, "60 frames are declared by"),
        (
            "deliverable.format",
            {"facts": facts(codec="hevc")},
            "codec of a.mp4 is hevc and has to be h264",
        ),
        ("deliverable.format", {"facts": facts(rate="24000/1001")}, "rate of a.mp4 is 24000/1001"),
        ("deliverable.format", {"facts": facts(size=(1280, 718))}, "size"),
        ("deliverable.format", {"facts": facts(pixel_format="yuv444p")}, "pixel format"),
        ("deliverable.format", {"facts": facts(faststart=False)}, "faststart"),
        ("deliverable.format", {"plays": 1}, "number of plays of a.mp4 is 1 and has to be None"),
        (
            "deliverable.tags",
            {"facts": facts(color=ColorTags())},
            "primaries of a.mp4 is tagged nothing",
        ),
        ("deliverable.sound-length", {"sound_seconds": 5.2}, "ends 200.0 ms after its picture"),
        ("deliverable.sound-length", {"sound_seconds": None}, "has no sound"),
    ],
)
def test_what_is_wrong_is_said(id_: str, changes: dict[str, Any], said: str) -> None:
    assert said in breaches(id_, deliverables=(deliverable(**changes),))[0].message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"psnr": 20.0}, "noisier"),
        ({"ssim": 0.5}, "lost structure"),
        ({"color": 9.0}, "colors"),
        ({"slipped": (4, 5)}, "neighbours"),
    ],
)
def test_what_does_not_look_alike_is_said(changes: dict[str, Any], said: str) -> None:
    good = deliverable().likeness
    assert good is not None
    (found,) = breaches(
        "deliverable.likeness",
        deliverables=(deliverable(likeness=good.model_copy(update=changes)),),
    )
    assert said in found.message


def test_the_worst_frame_is_told_however_good_the_mean() -> None:
    worst = {"psnr": 33.0, "psnr_mean": 45.0, "psnr_frame": 17}
    good = deliverable().likeness
    assert good is not None
    made = deliverable(likeness=good.model_copy(update=worst))
    (found,) = breaches("deliverable.quality-floor", deliverables=(made,))
    assert found.frames == (17,)
    assert "the mean is 45.0 dB" in found.message
    assert found.limit == 34


@pytest.mark.parametrize(
    ("codec", "floor", "limit"),
    [("h264", 30, 34), ("prores", 36, 42), ("h264", 26, 32), ("gif", 24, 30)],
)
def test_the_floor_is_that_of_the_codec_and_not_far_above_the_preset_s(
    codec: str, floor: float, limit: float
) -> None:
    good = deliverable()
    assert good.likeness is not None
    expected = good.expected.model_copy(update={"codec": codec, "psnr": floor})
    at = good.likeness.model_copy(update={"psnr": limit})
    under = at.model_copy(update={"psnr": limit - 0.1})
    id_ = "deliverable.quality-floor"
    assert breaches(id_, deliverables=(deliverable(expected=expected, likeness=at),)) == []
    (found,) = breaches(id_, deliverables=(deliverable(expected=expected, likeness=under),))
    assert found.limit == limit


def hdr10(**changes: Any) -> Any:
    """An HDR10 file that states what it shows, in both places."""
    shown = LightLevel.of(
        peaks=(549.0,), means=(91.0,), percentiles=(540.0,), places=((7, 5),), active=(0, 0, 1280, 720)
    )  # fmt: skip
    expected = deliverable().expected.model_copy(update={"peak": 1000})
    both = {"container_static": STATED, "bitstream_static": STATED}
    return deliverable(**({"expected": expected, "light": shown} | both | changes))


def test_light_that_is_stated_as_it_is_shown_passes() -> None:
    assert breaches("deliverable.light", deliverables=(hdr10(),)) == []
    assert breaches("deliverable.light", deliverables=(hdr10(bitstream_static=None),)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"container_static": None}, "states no light levels and shows MaxCLL 549, MaxFALL 91"),
        (
            {"container_static": STATED.model_copy(update={"light": ContentLight(max_cll=1000, max_fall=91)})},
            "states MaxCLL 1000, MaxFALL 91 and shows MaxCLL 549",
        ),
        ({"container_static": STATED.model_copy(update={"mastering": None})}, "another mastering display"),
        ({"bitstream_static": StaticMetadata()}, "container and bitstream of a.mp4 state different light"),
    ],
)  # fmt: skip
def test_light_that_is_stated_otherwise_is_told(changes: dict[str, Any], said: str) -> None:
    (found,) = breaches("deliverable.light", deliverables=(hdr10(**changes),))
    assert said in found.message
