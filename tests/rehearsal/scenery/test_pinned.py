"""Pictures that an order pins, in the frames of a stand-in's clip."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.transforms import to_display
from answerprint.rehearsal.scenery.pinned import (
    DISSOLVE,
    LAST,
    VIEW,
    PinnedPicture,
    PinnedScene,
    light_of,
)
from answerprint.rehearsal.scenery.scene import Scene, render

SIZE = (64, 36)
SCENE = Scene(3, SIZE, 120)


def drawn(size: tuple[int, int] = SIZE, *, turned: bool = False) -> NDArray[np.uint8]:
    """A picture of colored stripes, B'G'R'."""
    across = np.linspace(30, 220, size[0])[None] * np.ones((size[1], 1))
    stripes = np.stack([across, across[:, ::-1], 120 + 60 * np.sin(across / 9)], axis=-1)
    return (stripes[:, ::-1] if turned else stripes).astype(np.uint8)


def pinned(frame: int, picture: NDArray[np.uint8]) -> PinnedPicture:
    return PinnedPicture(frame=frame, content=cv2.imencode(".png", picture)[1].tobytes())


def shown(scene: PinnedScene, index: int) -> NDArray[np.float64]:
    """What the SDR movie shows of a frame, B'G'R' in 0..255."""
    return to_display(scene.render(index), VIEW)[..., ::-1] / 257


@pytest.mark.parametrize(
    ("frame", "index"), [(0, 0), (60, 60), (119, 119), (120, 119), (LAST, 119)]
)
def test_a_frame_shows_the_picture_it_is_pinned_to(frame: int, index: int) -> None:
    scene = PinnedScene.of(SCENE, [pinned(frame, drawn())])
    assert np.abs(shown(scene, index) - drawn()).mean() < 4
    assert np.abs(shown(scene, abs(index - 6)) - drawn()).mean() > 6


def test_beyond_its_dissolve_a_clip_is_its_scene() -> None:
    scene = PinnedScene.of(SCENE, [pinned(60, drawn())])
    for index in (60 - DISSOLVE, 60 + DISSOLVE):
        assert np.array_equal(scene.render(index), render(SCENE, index))
    assert not np.array_equal(scene.render(61 - DISSOLVE), render(SCENE, 61 - DISSOLVE))
    assert np.array_equal(PinnedScene.of(SCENE, []).render(0), render(SCENE, 0))


def test_pins_near_each_other_share_the_frames_between() -> None:
    scene = PinnedScene.of(SCENE, [pinned(30, drawn()), pinned(40, drawn(turned=True))])
    assert np.abs(shown(scene, 30) - drawn()).mean() < 4
    assert np.abs(shown(scene, 40) - drawn(turned=True)).mean() < 4
    for index in range(120):
        assert sum(r.share(r.away(index, None)) for r in scene.reaches) <= 1 + 1e-9


def test_a_loop_comes_back_to_its_picture() -> None:
    scene = PinnedScene.of(Scene(3, SIZE, 120, loop=True), [pinned(0, drawn())])
    (reach,) = scene.reaches
    assert reach.share(reach.away(119, 120)) == reach.share(reach.away(1, 120)) > 0.99
    assert reach.share(reach.away(60, 120)) == 0


def test_a_picture_covers_the_frame_and_is_cut_in_its_middle() -> None:
    tall = np.repeat(drawn((64, 1)), 120, axis=0)
    content = pinned(0, tall).content
    assert np.allclose(light_of(content, SIZE), light_of(pinned(0, drawn()).content, SIZE), atol=2e-2)  # fmt: skip
    assert light_of(content, (128, 72)).shape == (72, 128, 3)
    assert light_of(content, SIZE).min() >= 0


def test_of_two_pictures_at_one_frame_it_is_the_last() -> None:
    scene = PinnedScene.of(SCENE, [pinned(119, drawn()), pinned(120, drawn(turned=True))])
    assert len(scene.reaches) == 1
    assert np.abs(shown(scene, 119) - drawn(turned=True)).mean() < 4


def test_what_is_no_picture_is_refused() -> None:
    scene = PinnedScene.of(SCENE, [PinnedPicture(frame=0, content=b"no picture")])
    with pytest.raises(ValueError, match="cannot be read"):
        scene.render(0)
