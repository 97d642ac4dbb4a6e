"""A part of one frame that is unlike the frames before and after."""

from typing import Any

import pytest

from answerprint.checks.picture.limits import RhythmLimits
from answerprint.checks.picture.patches import odd_patches
from answerprint.measured.motion import Blip, Island, Motion, Step
from answerprint.report import Severity
from tests.checks.subjects import breaches, movie, sequence

LIMITS = RhythmLimits()
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
    assert odd_patches(clip(**changes), LIMITS) == ()


def test_sparks_are_patches_in_many_frames() -> None:
    motion = clip()
    steps = list(motion.steps)
    steps[30] = steps[20]
    assert odd_patches(motion, LIMITS)
    assert odd_patches(Motion(frames=40, steps=tuple(steps)), LIMITS) == ()


def islands(*depths: float, stops: float = 0.0, side: float = 0.05) -> Motion:
    """Forty steps of which those from 20 on have islands so deep, among many of 4."""
    steps = [
        Step(tone=(1.0, 1.9), island=Island(depth=4.0, box=(0.1, 0.1, side, side)))
        for _ in range(40)
    ]
    blip = Blip(stops=stops, peak=stops, share=1.0, box=(0.0, 0.0, 1.0, 1.0)) if stops else None
    for at, depth in enumerate(depths, 20):
        island = Island(depth=depth, box=(0.5, 0.25, side, side))
        steps[at] = steps[at].model_copy(update={"island": island, "blip": blip})
    return Motion(frames=40, steps=tuple(steps))


@pytest.mark.parametrize(("depth", "word"), [(-15.0, "darker"), (15.0, "brighter")])
def test_a_part_that_stands_out_from_both_frames_beside_it_is_suspected(
    depth: float, word: str
) -> None:
    (found,) = breaches("picture.odd-frame", movie(40, motion=islands(depth)))
    assert (found.frames, found.severity) == ((20,), Severity.WARNING)
    assert f"64x36 pixels at x 640, y 180, is {word}" in found.message


def test_a_larger_island_counts_from_less_depth_on() -> None:
    """What is thin and passes leaves deep ones, and small."""
    steps = list(islands(-9.0).steps)
    for side, found in ((0.2, True), (0.05, False)):
        island = Island(depth=-9.0, box=(0.5, 0.25, side, side))
        steps[20] = steps[20].model_copy(update={"island": island})
        assert bool(odd_patches(Motion(frames=40, steps=tuple(steps)), LIMITS)) is found


@pytest.mark.parametrize(
    "motion",
    [
        islands(-13.5),
        islands(-15.0, stops=-0.3),
        islands(-15.0, side=0.6),
        islands(-15.0, 5.0, -15.0),
        islands(-15.0, -14.0),
    ],
    ids=["like-others", "flash", "large", "twice", "passes"],
)
def test_what_others_have_and_what_flashes_or_is_large_is_no_island(motion: Motion) -> None:
    assert odd_patches(motion, LIMITS) == ()


def test_what_moves_quickly_elsewhere_in_the_clip_is_no_excuse() -> None:
    steps = list(islands(-15.0).steps)
    passing = Island(depth=40.0, box=(0.1, 0.1, 0.05, 0.2))
    steps[3:5] = [step.model_copy(update={"island": passing}) for step in steps[3:5]]
    (patch,) = odd_patches(Motion(frames=40, steps=tuple(steps)), LIMITS)
    assert patch.frame == 20
