"""Cures of a seam: those that a viewer would not see, and no others."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.verdict import judge_seam
from answerprint.deliverables.mending.remedy import Remedy, find_remedy, motion_of
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Motion
from answerprint.rehearsal.scenery.scene import Scene, render
from answerprint.verdict import SeamVerdict

Picture = NDArray[np.float32]

COUNT = 36
SCENE = Scene(seed=1, size=(192, 108), frames=COUNT, loop=True, grain=0)


@pytest.fixture(scope="module")
def loop() -> list[Picture]:
    return [render(SCENE, index) for index in range(COUNT)]


def judged(motion: Motion) -> SeamVerdict:
    return judge_seam(motion, SeamLimits())


def remedy_of(clip: list[Picture]) -> Remedy | None:
    views = [View.of(picture) for picture in clip]
    return find_remedy(views, judged(motion_of(views)), judged)


def panned(picture: Picture, count: int) -> list[Picture]:
    """A camera that travels half a pixel a frame and does not return."""
    wide = cv2.resize(picture, (240, 135), interpolation=cv2.INTER_AREA)
    ways = [np.array([[1, 0, 10 + n / 2], [0, 1, 10]], np.float32) for n in range(count)]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return [np.asarray(cv2.warpAffine(wide, way, (192, 108), flags=flags)) for way in ways]


def with_arm(picture: Picture, count: int, degrees: float) -> list[Picture]:
    """An arm that turns before a picture that stands still."""
    made = []
    for n in range(count):
        angle = np.deg2rad(degrees * n - 60)
        hand = (round(96 + 50 * np.cos(angle)), round(70 + 50 * np.sin(angle)))
        shown = np.ascontiguousarray(picture.copy())
        cv2.line(shown, (96, 70), hand, (1.0, 0.9, 0.8), 5, cv2.LINE_AA)
        made.append(shown)
    return made


@pytest.mark.parametrize("missing", [1, 2])
def test_as_many_frames_are_made_as_are_missing(loop: list[Picture], missing: int) -> None:
    found = remedy_of(loop[:-missing])
    assert found is not None
    assert (found.cure.count, found.cure.made) == (COUNT, missing)
    assert found.seam.verdict == "seamless"


@pytest.mark.parametrize("missing", [3, 5])
def test_frames_that_would_be_soft_and_seen_double_are_not_made(
    loop: list[Picture], missing: int
) -> None:
    assert remedy_of(loop[:-missing]) is None


def test_a_camera_that_went_away_is_not_rewound(loop: list[Picture]) -> None:
    assert remedy_of(panned(loop[0], 20)) is None


@pytest.mark.parametrize(("count", "degrees"), [(16, 6.0), (12, 3.0)])
def test_an_arm_is_not_seen_twice(loop: list[Picture], count: int, degrees: float) -> None:
    assert remedy_of(with_arm(loop[0], count, degrees)) is None


def test_an_arm_goes_on_over_a_missing_frame(loop: list[Picture]) -> None:
    found = remedy_of(with_arm(loop[0], 59, 6.0))
    assert found is not None
    assert found.cure.made == 1
