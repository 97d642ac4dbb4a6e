"""Frames against the pictures they were pinned to: real frames, real movies, real picture files."""

from collections.abc import Callable, Mapping
from itertools import islice, product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from answerprint.color.tags import resolved
from answerprint.measure.kin.pinmatch import landed
from answerprint.measure.kin.pins import REACH, PinWatch, compare_pins
from answerprint.measure.movies import Thumbnailer
from answerprint.measured.pins import Pin
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from answerprint.order import Order
from tests.made import movie

Code = NDArray[np.uint8]

COUNT = 16
SHOWN = 8
"""Frame of the movies that every picture is taken from."""


@pytest.fixture(scope="module")
def originals(shared: Path) -> list[Code]:
    """The first frames of a real clip, 640x360."""
    path = shared / "deliveries" / "loop-720p" / "video.mp4"
    shown = islice(read_frames(path, Reading()), COUNT)
    pictures = (f.picture.to_ndarray(format="rgb24", width=640, height=360) for f in shown)
    return [np.asarray(picture, np.uint8) for picture in pictures]


def resized(picture: Code, size: tuple[int, int]) -> Code:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def exposed(picture: Code, stops: float) -> Code:
    light = np.power(picture / 255.0, 2.4) * 2.0**stops
    code: NDArray[np.float64] = np.clip(light, 0, 1) ** (1 / 2.4) * 255 + 0.5
    return code.astype(np.uint8)


def letterboxed(picture: Code) -> Code:
    framed = np.zeros((240, 320, 3), np.uint8)
    framed[30:210] = resized(picture, (320, 180))
    return framed


DELIVERED: dict[str, Callable[[Code], Code]] = {
    "scaled": lambda p: resized(p, (320, 180)),
    "cropped": lambda p: resized(np.ascontiguousarray(p[:, 80:560]), (320, 240)),
    "letterboxed": letterboxed,
    "darker": lambda p: resized(exposed(p, -0.5), (320, 180)),
    "brighter": lambda p: resized(exposed(p, 0.5), (320, 180)),
}
FITTINGS = {"scaled": "whole", "cropped": "cover", "letterboxed": "contain"}


@pytest.fixture(scope="module")
def clips(
    originals: list[Code], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[Any]]:
    """Thumbnails of a real movie for each way of delivering."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        name: thumbs_of(movie(folder / f"{name}.mp4", [change(p) for p in originals], crf=20))
        for name, change in DELIVERED.items()
    }


def thumbs_of(path: Path) -> list[Any]:
    facts = probe(path)
    thumbnail = Thumbnailer(resolved(facts.color, facts.size, facts.pixel_format))
    return [thumbnail(*component_planes(f.picture)) for f in read_frames(path, Reading())]


def saved(picture: Code, path: Path) -> Path:
    Image.fromarray(picture).save(path, quality=90)
    return path


def compared(thumbs: list[Any], picture: Path | str, at: int, transfer: str = "bt709") -> Pin:
    order = Order.parse({"keyframes": [{"picture": str(picture), "at": at}]})
    watch = PinWatch(order, len(thumbs))
    for number, thumb in enumerate(thumbs):
        watch.add(number, thumb)
    (pin,) = compare_pins(order, watch, transfer)
    return pin


CASES = list(product(DELIVERED, ((".png", 0), (".jpg", 0), (".webp", 0), (".png", 1), (".jpg", -1), (".webp", 2), (".png", 3), (".jpg", -3))))  # fmt: skip


def test_there_are_forty_cases() -> None:
    assert len(CASES) == 40


@pytest.mark.parametrize(("delivered", "case"), CASES)
def test_a_pinned_picture_is_found_where_it_landed(
    originals: list[Code],
    clips: Mapping[str, list[Any]],
    tmp_path: Path,
    delivered: str,
    case: tuple[str, int],
) -> None:
    suffix, late = case
    picture = originals[SHOWN] if late == 0 else resized(originals[SHOWN], (512, 288))
    file = saved(picture, tmp_path / f"pinned{suffix}")
    pin = compared(clips[delivered], file, SHOWN - late)
    assert pin.offset == late
    assert pin.frame == SHOWN - late
    assert pin.structure is not None
    assert pin.structure > 0.95
    assert pin.fitting == FITTINGS.get(delivered, "whole")
    stops = {"darker": -0.5, "brighter": 0.5}.get(delivered, 0.0)
    # Half a stop more clips what was bright already, which is left out of the median only in part.
    assert pin.stops == pytest.approx(stops, abs=0.12 if stops > 0 else 0.05)


@pytest.fixture(scope="module")
def panned(originals: list[Code]) -> list[Code]:
    """A quick pan over one photograph: 4 pixels a frame of 320."""
    return [np.ascontiguousarray(originals[0][90:270, 4 * n : 4 * n + 320]) for n in range(COUNT)]


@pytest.fixture(scope="module")
def pan(panned: list[Code], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return thumbs_of(movie(tmp_path_factory.mktemp("pan") / "video.mp4", panned, crf=16))


@pytest.mark.parametrize("late", [-3, -2, -1, 0, 1, 2, 3])
def test_in_quick_motion_a_picture_is_found_where_it_landed(
    panned: list[Code], pan: list[Any], tmp_path: Path, late: int
) -> None:
    pin = compared(pan, saved(panned[SHOWN], tmp_path / "pinned.png"), SHOWN - late)
    assert pin.offset == late
    assert pin.structure is not None
    assert pin.structure > 0.9


def test_another_picture_is_not_taken_for_it(
    originals: list[Code], clips: Mapping[str, list[Any]], tmp_path: Path
) -> None:
    other = saved(np.ascontiguousarray(originals[SHOWN][::-1, ::-1]), tmp_path / "other.png")
    pin = compared(clips["scaled"], other, SHOWN)
    assert pin.structure is not None
    assert pin.structure < 0.3


def test_black_is_black_whatever_its_noise(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    thumbs = [random.uniform(0, 2e-6, (90, 160, 3)).astype(np.float32) for _ in range(COUNT)]
    pin = compared(thumbs, saved(np.zeros((90, 160, 3), np.uint8), tmp_path / "black.png"), 0)
    assert (pin.structure, pin.offset) == (1.0, 0)


def test_a_tint_is_told_from_exposure(
    originals: list[Code], clips: Mapping[str, list[Any]], tmp_path: Path
) -> None:
    cold = (originals[SHOWN] * np.array([0.8, 0.95, 1.0])).astype(np.uint8)
    pin = compared(clips["scaled"], saved(cold, tmp_path / "cold.png"), SHOWN)
    assert pin.tint is not None
    assert pin.tint[0] > 1
    assert pin.structure is not None
    assert pin.structure > 0.95


def test_a_picture_in_scene_light_tells_no_exposure_of_an_sdr_movie(
    originals: list[Code], clips: Mapping[str, list[Any]], tmp_path: Path
) -> None:
    pin = compared(clips["scaled"], saved(originals[SHOWN], tmp_path / "a.png"), SHOWN, "smpte2084")
    assert (pin.stops, pin.tint) == (None, None)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("https://host/first.png", "a link"),
        ("generation:42", "an earlier generation"),
        ("asset:7", "an asset"),
        ("nowhere.png", "no such picture"),
    ],
)
def test_what_cannot_be_opened_is_skipped_with_the_reason(
    clips: Mapping[str, list[Any]], reference: str, reason: str
) -> None:
    pin = compared(clips["scaled"], reference, 0)
    assert pin.skipped is not None
    assert reason in pin.skipped


def test_only_frames_near_a_pin_and_the_last_ones_are_kept() -> None:
    order = Order.parse({"keyframes": [{"picture": "a.png", "at": 20}]})
    watch = PinWatch(order, 100)
    for number in range(60):
        watch.add(number, np.zeros((4, 4, 3), np.float32))
    near = set(range(20 - REACH, 20 + REACH + 1))
    assert set(watch.kept) == near | set(range(60 - REACH - 1, 60))


def test_a_frame_that_is_only_sharper_is_not_where_a_picture_landed() -> None:
    flat = dict.fromkeys(range(-6, 7), 0.03)
    assert landed(flat | {2: 0.02}) == 0
    assert landed({n: 0.02 + 0.004 * abs(n - 2) for n in range(-6, 7)}) == 2


def test_a_frame_that_alone_shows_a_picture_is_where_it_landed() -> None:
    elsewhere = dict.fromkeys(range(-6, 7), 0.8)
    assert landed(elsewhere | {1: 0.4, 2: 0.02, 3: 0.4}) == 2


def test_motion_that_pauses_beyond_where_a_picture_landed_says_nothing_against_it() -> None:
    moving = {n: 0.02 + 0.02 * abs(n + 2) for n in range(-6, 7)}
    assert landed(moving | {-5: 0.041, -4: 0.0401, -3: 0.04}) == -2
    assert landed(moving | {-1: 0.07}) == 0


def test_coding_that_is_better_in_another_frame_is_not_where_a_picture_landed() -> None:
    coarse = {n: 0.04 + 0.001 * abs(n) for n in range(-6, 7)}
    assert landed(coarse | {3: 0.02}) == 0
    assert landed(coarse | {3: 0.01}) == 3
