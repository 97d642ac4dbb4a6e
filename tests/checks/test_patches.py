"""A part of one frame that is unlike the frames before and after."""

from typing import Any

import pytest

from answerprint.checks.patches import odd_patch
from answerprint.measured.motion import Blip, Motion, Step
from answerprint.report import Severity
from tests.checks.subjects import breaches, movie, sequence

TILE = {"stops": 0.0, "peak": -0.5, "share": 0.03, "box": (0.5, 0.25, 0.1, 0.2)}


def clip(busy: tuple[float, float] = (18.0, 16.0), frame: int = 20, **blip: Any) -> Motion:
    """Forty steps in which light hardly leaves its course, but for one frame."""
    faint = Blip.model_validate(TILE | {"peak": 0.05, "share": 0.1})
    steps = [Step(tone=(1.0, 1.9), busy=3.0, speed=0.002, blip=faint) for _ in range(40)]
    for at, own in zip((frame, frame + 1), busy, strict=True):
        steps[at] = steps[at].model_copy(update={"busy": own})
    odd = Blip.model_validate(TILE | blip)
    steps[frame] = steps[frame].model_copy(update={"blip": odd})
    return Motion(frames=40, steps=tuple(steps))


def test_a_black_tile_is_suspected_and_placed() -> None:
    (found,) = breaches("picture.odd-frame", movie(40, motion=clip()))
    assert found.frames == (20,)
    assert found.severity is Severity.WARNING
    assert "at x 640, y 180, is darker" in found.message
    assert breaches("picture.odd-frame", sequence(40, motion=clip())) == []


@pytest.mark.parametrize(
    "changes",
    [{"peak": -0.12}, {"share": 0.4}, {"stops": 0.2}, {"busy": (18.0, 3.0)}, {"frame": 1}],
    ids=["faint", "large", "flash", "step", "end"],
)
def test_what_is_faint_or_large_or_stays_is_no_patch(changes: dict[str, Any]) -> None:
    assert odd_patch(clip(**changes), stops=0.15, alone=3) is None


def test_sparks_are_patches_in_many_frames() -> None:
    motion = clip()
    steps = list(motion.steps)
    steps[30] = steps[20]
    assert odd_patch(motion, stops=0.15, alone=3) is not None
    assert odd_patch(Motion(frames=40, steps=tuple(steps)), stops=0.15, alone=3) is None
