"""Code values to R'G'B', against the equations of the standards."""

import numpy as np
import pytest

from answerprint.color.codes import Codes, codes_to_rgb, to_rgb_matrix
from answerprint.measured.movie import ColorTags


def tags(matrix: str, range_: str = "tv") -> ColorTags:
    return ColorTags(primaries="bt709", transfer="bt709", matrix=matrix, range=range_)


def planes(y: int, u: int, v: int, dtype: type = np.uint8) -> dict[str, Codes]:
    return {
        name: np.full((4, 4), value, dtype) for name, value in zip("YUV", (y, u, v), strict=True)
    }


@pytest.mark.parametrize(
    ("codes", "bits", "matrix", "range_", "rgb"),
    [
        ((235, 128, 128), 8, "bt709", "tv", (1, 1, 1)),
        ((16, 128, 128), 8, "bt709", "tv", (0, 0, 0)),
        ((255, 128, 128), 8, "bt709", "pc", (1, 1, 1)),
        ((63, 102, 240), 8, "bt709", "tv", (1, 0, 0)),
        ((81, 90, 240), 8, "smpte170m", "tv", (1, 0, 0)),
        ((145, 54, 34), 8, "bt470bg", "tv", (0, 1, 0)),
        ((940, 512, 512), 10, "bt2020nc", "tv", (1, 1, 1)),
        ((294, 387, 960), 10, "bt2020nc", "tv", (1, 0, 0)),
    ],
)
def test_the_corners_of_the_cube(
    codes: tuple[int, int, int], bits: int, matrix: str, range_: str, rgb: tuple[float, ...]
) -> None:
    dtype = np.uint8 if bits == 8 else np.uint16
    shown = codes_to_rgb(planes(*codes, dtype), bits, tags(matrix, range_))
    assert shown.shape == (4, 4, 3)
    assert np.allclose(shown, rgb, atol=0.012)


def test_a_wrong_matrix_is_a_visible_mistake() -> None:
    right, wrong = (
        codes_to_rgb(planes(100, 60, 200), 8, tags(name)) for name in ("bt709", "smpte170m")
    )
    assert np.abs(right - wrong).max() * 255 > 10


def test_rgb_and_grey_pass_through() -> None:
    rgb: dict[str, Codes] = {
        n: np.full((2, 2), v, np.uint8) for n, v in zip("GBR", (51, 102, 255), strict=True)
    }
    assert np.allclose(codes_to_rgb(rgb, 8, tags("gbr", "pc")), (1, 0.2, 0.4))
    grey: dict[str, Codes] = {"Y": np.full((2, 2), 255, np.uint8)}
    assert np.allclose(codes_to_rgb(grey, 8, tags("bt709", "pc")), 1)


def test_subsampled_chroma_comes_to_luma_s_size() -> None:
    sub: dict[str, Codes] = {
        "Y": np.full((6, 8), 63, np.uint8), "U": np.full((3, 4), 102, np.uint8), "V": np.full((3, 4), 240, np.uint8),
    }  # fmt: skip
    assert np.allclose(codes_to_rgb(sub, 8, tags("bt709")), (1, 0, 0), atol=0.012)
    assert codes_to_rgb(sub, 8, tags("bt709"), (4, 3)).shape == (3, 4, 3)


def test_every_matrix_keeps_grey_grey() -> None:
    for name in ("bt709", "smpte170m", "bt2020nc", "fcc", "smpte240m", None):
        assert np.allclose(to_rgb_matrix(name) @ np.array([0.5, 0, 0]), 0.5)
