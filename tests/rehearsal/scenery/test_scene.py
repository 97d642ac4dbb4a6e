"""The scene renderer: same pictures every time, steady motion, closed loops, real highlights."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.rehearsal.scenery import scene as renderer
from answerprint.rehearsal.scenery.scene import TO_AP0, Scene, render

SMALL = (128, 72)

OCIO_REC709_TO_AP0 = np.array(
    [
        [0.439632982, 0.382988698, 0.177378320],
        [0.089776443, 0.813439429, 0.096784130],
        [0.017541170, 0.111546554, 0.870912277],
    ]
)
"""`Linear Rec.709 (sRGB)` to `ACES2065-1` in OpenColorIO 2.6's studio-config-latest."""


def step(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the mean absolute difference in stops."""
    return float(np.abs(np.log2(a + 1e-3) - np.log2(b + 1e-3)).mean())


def steps(frames: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    return np.array([step(a, b) for a, b in pairwise(frames)])


def blocks(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean absolute difference in stops of each cell of an 8x6 grid."""
    apart = np.abs(np.log2(a + 1e-3) - np.log2(b + 1e-3)).mean(axis=2)
    return np.asarray(cv2.resize(apart, (8, 6), interpolation=cv2.INTER_AREA), np.float32)


def test_a_frame_is_the_same_whatever_was_rendered_before() -> None:
    scene = Scene(seed=3, size=SMALL, frames=24)
    alone = render(scene, 9)
    for index in (0, 23, 8):
        render(scene, index)
    assert np.array_equal(render(scene, 9), alone)
    renderer._stage.cache_clear()
    assert np.array_equal(render(scene, 9), alone)
    assert not np.array_equal(render(scene, 10), alone)


def test_threads_render_what_one_thread_renders() -> None:
    scenes = [Scene(seed=seed, size=SMALL, frames=6, loop=True) for seed in (1, 2)]
    jobs = [(scene, index) for index in range(6) for scene in scenes]
    expected = [render(scene, index) for scene, index in jobs]
    renderer._stage.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(render, *zip(*jobs, strict=True)))
    assert all(np.array_equal(a, b) for a, b in zip(threaded, expected, strict=True))


@pytest.mark.parametrize("size", [(64, 36), (36, 64), (16, 16), (333, 142), (40, 160)])
def test_every_size_holds_finite_light(size: tuple[int, int]) -> None:
    picture = render(Scene(seed=4, size=size, frames=2), 1)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    assert picture.min() >= 0


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("index", [0, 1, 1_000_000])
def test_any_index_renders(index: int, *, loop: bool) -> None:
    picture = render(Scene(seed=0, size=SMALL, frames=2, loop=loop), index)
    assert np.isfinite(picture).all()
    assert picture.std() > 0.05


@pytest.mark.parametrize("seed", range(12))
def test_light_runs_from_shade_to_highlights_far_above_white(seed: int) -> None:
    picture = render(Scene(seed=seed, size=SMALL, frames=24), 12)
    assert 8 < picture.max() < 200
    assert 0.01 < np.median(picture) < 1
    assert np.percentile(picture, 1) < 0.1


def test_a_seed_is_the_same_shot_at_every_size() -> None:
    small, large = (render(Scene(5, size, 24, grain=0), 7) for size in (SMALL, (640, 360)))
    other = render(Scene(11, SMALL, 24, grain=0), 7)
    shrunk = np.asarray(cv2.resize(large, SMALL, interpolation=cv2.INTER_AREA), np.float32)
    assert step(small, shrunk) < 0.1
    assert step(small, other) > 0.5


def test_seeds_differ_in_light_and_layout() -> None:
    pictures = [render(Scene(seed, SMALL, 24, grain=0), 0) for seed in range(8)]
    assert min(step(a, b) for a, b in combinations(pictures, 2)) > 0.4
    following = render(Scene(0, SMALL, 24, grain=0), 1)
    assert step(pictures[0], following) < 0.2


def test_seeds_travel_both_ways() -> None:
    headings = {renderer._stage(seed, SMALL, None).heading for seed in range(8)}
    assert headings == {-1, 1}


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("loop", [False, True])
def test_motion_is_steady(seed: int, *, loop: bool) -> None:
    scene = Scene(seed, SMALL, 40, loop=loop, grain=0)
    sizes = steps([render(scene, index) for index in range(40)])
    assert sizes.max() < 1.5 * np.median(sizes)
    assert sizes.min() > 0.67 * np.median(sizes)


@pytest.mark.parametrize("seed", range(6))
def test_every_region_moves_so_that_a_wrong_frame_shows(seed: int) -> None:
    scene = Scene(seed, (320, 180), 48, grain=0)
    first, second, third = (render(scene, index) for index in range(3))
    assert blocks(first, second).min() > 0.001
    assert (blocks(first, third) / blocks(first, second)).min() > 1.2
    assert step(first, third) > 1.4 * step(first, second)


@pytest.mark.parametrize("frames", [2, 3, 24, 120])
def test_a_loop_comes_back_exactly(frames: int) -> None:
    scene = Scene(seed=2, size=SMALL, frames=frames, loop=True, grain=0)
    assert np.array_equal(render(scene, frames), render(scene, 0))
    assert not np.array_equal(render(scene, frames - 1), render(scene, 0))


@pytest.mark.parametrize("seed", [0, 1])
def test_only_a_loop_has_an_ordinary_step_across_its_seam(seed: int) -> None:
    def seam(*, loop: bool) -> float:
        scene = Scene(seed, SMALL, 24, loop=loop, grain=0)
        frames = [render(scene, index) for index in range(24)]
        return step(frames[-1], frames[0]) / float(np.median(steps(frames)))

    assert 0.75 < seam(loop=True) < 1.25
    assert seam(loop=False) > 3


def test_every_period_of_a_loop_is_whole() -> None:
    """The last frame leads into the first as the frame before the loop would, not only near it."""
    scene = Scene(seed=1, size=SMALL, frames=30, loop=True, grain=0)
    stage = renderer._stage(1, SMALL, 30)
    unwrapped = renderer._compose(stage, 30)
    assert np.allclose(unwrapped, renderer._compose(stage, 0), rtol=1e-3, atol=1e-3)
    assert step(render(scene, 29), render(scene, 0)) > 0.02


def test_grain_is_fresh_in_every_frame_and_does_not_move_the_mean() -> None:
    clean, grainy = (Scene(0, (256, 144), 8, loop=True, grain=grain) for grain in (0.0, 1.0))
    still = render(clean, 0)
    grey = (still > 0.15) & (still < 0.21)
    first, again = (render(grainy, index)[grey] - still[grey] for index in (0, 8))
    assert abs(np.corrcoef(first, again)[0, 1]) < 0.05
    assert abs(first.mean()) < 0.05 * first.std()
    assert 0.02 < first.std() / 0.18 < 0.06


def test_exposure_is_counted_in_stops() -> None:
    plain, raised = (render(Scene(0, SMALL, 2, exposure=ev, grain=0), 0) for ev in (0.0, 2.0))
    assert np.allclose(raised, 4 * plain, rtol=1e-5)


def test_the_matrix_is_the_one_opencolorio_uses() -> None:
    assert np.allclose(TO_AP0, OCIO_REC709_TO_AP0, atol=1e-6)
    assert np.allclose(TO_AP0 @ np.ones(3), 1, atol=1e-12)
    assert TO_AP0.min() > 0


def test_a_stage_stays_in_its_memory_bound() -> None:
    def held(part: object) -> int:
        if isinstance(part, np.ndarray):
            return part.nbytes
        return sum(map(held, part)) if isinstance(part, tuple) else 0

    assert 1e6 < held(renderer._stage(0, (1920, 1080), None)) < 200e6
    renderer._stage.cache_clear()


@pytest.mark.parametrize(
    ("size", "frames", "grain", "says"),
    [
        ((8, 64), 24, 1.0, "16 to 4096"),
        ((64, 5000), 24, 1.0, "16 to 4096"),
        ((100, 500), 24, 1.0, "four times"),
        (SMALL, 1, 1.0, "two frames"),
        (SMALL, 24, -1.0, "grain"),
    ],
)
def test_an_impossible_scene_is_refused(
    size: tuple[int, int], frames: int, grain: float, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Scene(seed=0, size=size, frames=frames, grain=grain)


def test_a_frame_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="count from 0"):
        render(Scene(seed=0, size=SMALL, frames=2), -1)
