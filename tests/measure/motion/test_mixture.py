"""Frames that are two pictures at once, told from frames in motion."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.motion.mixture import find_mixtures
from answerprint.measure.perceptual import View
from answerprint.measured.motion import Mixture
from answerprint.rehearsal.scenery.scene import Scene, render

Picture = NDArray[np.float32]

COUNT = 40


@pytest.fixture(scope="module")
def travel() -> list[Picture]:
    scene = Scene(seed=1, size=(192, 108), frames=96, grain=0)
    return [render(scene, index) for index in range(COUNT + 8)]


def near(clip: list[Picture]) -> list[View]:
    return [View.of(picture) for picture in clip]


def most_mixed(views: list[View]) -> Mixture | None:
    found = find_mixtures(views.__getitem__, len(views), len(views), len(views))
    return max(found, key=lambda mixture: mixture.dip * (1 - mixture.left), default=None)


def faded(clip: list[Picture], frames: int) -> list[Picture]:
    count, made = len(clip) - frames, list(clip[: len(clip) - frames])
    for n in range(frames):
        share = np.float32((n + 0.5) / frames)
        made[n] = clip[n] * share + clip[count + n] * (1 - share)
    return made


def test_a_fade_mixes_what_lies_on_either_side(travel: list[Picture]) -> None:
    views = near(faded(travel[: COUNT + 8], 8))
    found = most_mixed(views)
    assert found is not None
    assert found.frame in range(1, 8)
    assert 0.25 < found.share < 0.75
    assert found.left < 0.8
    assert found.dip > 0.01
    assert found.apart > 1.05 * found.usual


def test_a_fade_between_two_lights_is_as_flat_as_one_in_one_light(travel: list[Picture]) -> None:
    count = len(travel)
    lit = [picture * np.float32(2.0 ** (n / count)) for n, picture in enumerate(travel)]
    dips = []
    for clip in (travel, lit):
        views = near(faded(clip[: COUNT + 8], 8))
        found = most_mixed(views)
        assert found is not None
        dips.append(found.dip)
    assert dips[1] == pytest.approx(dips[0], rel=0.5)


def test_pictures_without_anything_in_common_are_far_apart(travel: list[Picture]) -> None:
    other = [picture[::-1, ::-1] for picture in travel[:10]]
    clip = travel[:COUNT]
    for n, share in enumerate((0.2, 0.35, 0.5, 0.65, 0.8)):
        clip[n] = clip[n] * np.float32(share) + other[n] * np.float32(1 - share)
    clip[-6:] = other[:6]
    views = near(clip)
    found = most_mixed(views)
    assert found is not None
    assert found.apart > 1.5 * found.usual
    assert found.left < 0.5


def test_a_clip_too_short_for_a_fade_has_none(travel: list[Picture]) -> None:
    views = near(travel[:8])
    assert most_mixed(views) is None
