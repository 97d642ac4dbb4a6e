"""The proof of finished files."""

from typing import Any

import pytest

from answerprint.measured.movie import ColorTags

from .subjects import breaches, deliverable, facts


@pytest.mark.parametrize(
    "id_",
    [
        "deliverable.count",
        "deliverable.format",
        "deliverable.tags",
        "deliverable.likeness",
        "deliverable.sound-length",
    ],
)
def test_a_good_file_passes(id_: str) -> None:
    assert breaches(id_, deliverables=(deliverable(),)) == []


@pytest.mark.parametrize(
    ("id_", "changes", "said"),
    [
        ("deliverable.count", {"decoded": 119}, "119 frames decode from a.mp4, 120 went in"),
        ("deliverable.count", {"packets": 121}, "121 frames are packed in"),
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
