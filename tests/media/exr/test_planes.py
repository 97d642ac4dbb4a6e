"""Half-float planes: rounded once, right, and finite."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.primaries import AP0, AP1, rgb_to_rgb
from answerprint.errors import FrameError
from answerprint.media.exr.door import read_frame
from answerprint.media.exr.planes import (
    _LIGHT,
    MAX_HALF,
    _move,
    half_plane,
    in_primaries,
    picture_planes,
)
from tests.made import exr, picture

EVERY = np.arange(1 << 16, dtype=np.uint16).view(np.float16).reshape(256, 256)


def _same(value: NDArray[np.float16]) -> dict[str, NDArray[np.float16]]:
    return {"R": value, "G": value, "B": value}


def test_colors_are_those_of_the_matrix() -> None:
    light = picture(0)
    planes = {name: half_plane(light[..., i]) for i, name in enumerate("RGB")}
    exact = np.stack([planes[n] for n in "RGB"], -1).astype(np.float64) @ rgb_to_rgb(AP0, AP1).T
    moved = in_primaries(planes, AP0, AP1)
    for i, name in enumerate("RGB"):
        step = np.spacing(np.abs(exact[..., i]).astype(np.float16)).astype(np.float64)
        error = np.abs(moved[name].astype(np.float64) - exact[..., i])
        assert moved[name].dtype == np.float16
        assert float((error / step).max()) < 0.51


def test_white_and_every_gray_stay() -> None:
    finite = np.where(np.isfinite(EVERY), EVERY, 0).astype(np.float16)
    moved = in_primaries(_same(finite), AP0, AP1)
    for plane in moved.values():
        assert np.allclose(plane.astype(np.float64), finite, rtol=1e-3, atol=6e-8)


@pytest.mark.parametrize("scale", [1.0, 0.3, 1 / 1024, 3e-7, 1.7, 900.0])
def test_rounding_is_numpys_for_every_half(scale: float) -> None:
    bits = EVERY.view(np.uint16).ravel()
    moved = np.empty((3, bits.size), np.uint16)
    _move(bits, bits, bits, _LIGHT, np.eye(3, dtype=np.float32) * np.float32(scale), moved)
    scaled = np.clip(_LIGHT * np.float32(scale), -MAX_HALF, MAX_HALF).astype(np.float16)
    assert np.array_equal(moved[1].view(np.float16), scaled)


def test_the_result_is_finite_whatever_comes() -> None:
    with np.errstate(all="ignore"):
        odd = _same(EVERY) | {"G": EVERY[::-1], "B": EVERY.T}
        moved = in_primaries({n: np.ascontiguousarray(p) for n, p in odd.items()}, AP0, AP1)
    assert all(np.isfinite(plane).all() for plane in moved.values())
    infinite = in_primaries(_same(np.full((1, 1), np.inf, np.float16)), AP0, AP1)
    assert float(infinite["R"][0, 0]) == MAX_HALF
    lost = in_primaries(_same(np.full((1, 1), np.nan, np.float16)), AP0, AP1)
    assert float(lost["R"][0, 0]) == 0


def test_planes_in_their_color_already_are_untouched() -> None:
    planes = _same(EVERY)
    assert in_primaries(planes, AP0, AP0)["R"] is EVERY


def test_other_channels_and_cut_planes_are_kept() -> None:
    wide = np.ones((4, 8), np.float16)
    moved = in_primaries(_same(wide[:, ::2]) | {"A": wide[:, ::2]}, AP0, AP1)
    assert moved["R"].shape == (4, 4)
    assert np.array_equal(moved["A"], wide[:, ::2])


@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_become_planes(channels: int) -> None:
    light = np.array([[[1e9, -np.inf, np.nan, 0.5][:channels]]], np.float32)
    planes = [half_plane(light[..., i]) for i in range(channels)]
    assert [float(p[0, 0]) for p in planes] == [MAX_HALF, -MAX_HALF, 0, 0.5][:channels]


def test_planes_of_32_bits_become_finite_halves() -> None:
    wide = np.array([[1e9, np.nan, 0.5]], np.float32)
    moved = in_primaries(dict.fromkeys("RGBA", wide), AP0, AP0)
    assert {p.dtype for p in moved.values()} == {np.dtype(np.float16)}
    assert moved["A"].tolist() == [[MAX_HALF, 0, 0.5]]


def test_a_frames_picture_becomes_red_green_and_blue() -> None:
    one, two = np.ones((4, 4), np.float16), np.full((4, 4), 2, np.float16)
    layered = dict.fromkeys(("diffuse.R", "diffuse.G", "diffuse.B"), one) | {"diffuse.A": two}
    planes = picture_planes(read_frame(exr(layered | {"Z": two}, compression="zip")))
    assert {n: float(p[0, 0]) for n, p in planes.items()} == {"R": 1, "G": 1, "B": 1, "A": 2}
    assert [*picture_planes(read_frame(exr({"Y": two}, compression="zip")))] == ["R", "G", "B"]
    with pytest.raises(FrameError, match="no picture"):
        picture_planes(read_frame(exr({"Z": two}, compression="zip")))
