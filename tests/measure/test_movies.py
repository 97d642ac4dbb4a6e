"""The pass over a movie."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from answerprint.measure.movies import measure_movie
from answerprint.media.movie.planes import component_planes, planar_format
from tests.made import codes, movie


def test_every_frame_is_measured_with_its_time(tmp_path: Path) -> None:
    found = measure_movie(movie(tmp_path / "a.mp4", codes(10), rate=Fraction(24000, 1001)))
    assert len(found.frames) == found.packets == found.facts.declared == 10
    times = [frame.time for frame in found.frames]
    assert times == pytest.approx([n * 1001 / 24000 for n in range(10)])
    assert found.sizes == {"160x90": 0}
    assert found.motion is not None


def test_levels_are_code_values_of_the_stream_s_depth(tmp_path: Path) -> None:
    white = [np.full((90, 160, 3), 255, np.uint8)] * 2
    eight = measure_movie(movie(tmp_path / "8.mp4", white))
    ten = measure_movie(movie(tmp_path / "10.mp4", white, pix_fmt="yuv420p10le"))
    assert eight.frames[0].channels["Y"].mean == pytest.approx(235, abs=1)
    assert ten.frames[0].channels["Y"].mean == pytest.approx(940, abs=2)
    for found in (eight, ten):
        assert found.frames[0].luma == pytest.approx(1, abs=0.03)


def test_black_is_black_whatever_the_range(tmp_path: Path) -> None:
    black = [np.zeros((90, 160, 3), np.uint8)] * 2
    found = measure_movie(movie(tmp_path / "a.mp4", black))
    assert found.frames[0].luma_peak == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.gif", {"vcodec": "gif", "pix_fmt": "rgb8", "crf": None, "preset": None}),
        ("a.mov", {"vcodec": "prores_ks", "pix_fmt": "yuv422p10le", "crf": None, "preset": None}),
        ("a.mkv", {"vcodec": "ffv1", "pix_fmt": "gbrp10le", "crf": None, "preset": None}),
        ("a.mkv", {"vcodec": "ffv1", "pix_fmt": "gray", "crf": None, "preset": None}),
        ("a.webm", {"vcodec": "libvpx-vp9", "deadline": "realtime", "preset": None}),
    ],
)
def test_pixel_formats(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    found = measure_movie(movie(tmp_path / name, codes(6), **options))
    assert len(found.frames) == 6
    reference = measure_movie(movie(tmp_path / "reference.mp4", codes(6)))
    assert found.frames[3].luma == pytest.approx(reference.frames[3].luma, rel=0.08)


@pytest.mark.parametrize(
    ("name", "planar"),
    [
        ("yuv420p", "yuv420p"),
        ("yuvj422p", "yuv422p"),
        ("yuv420p10le", "yuv420p10le"),
        ("nv12", "yuv444p"),
        ("p010le", "yuv444p16le"),
        ("bgra", "gbrp"),
        ("rgb48be", "gbrp16le"),
        ("pal8", "gbrp"),
        ("gray", "gray"),
        ("gbrp12le", "gbrp12le"),
    ],
)
def test_which_planar_format_holds_all_of_another(name: str, planar: str) -> None:
    assert planar_format(name) == planar


def test_a_held_frame_may_be_asked_for_by_any_number_of_threads() -> None:
    code = np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(code, "rgb24")
    with ThreadPoolExecutor(8) as pool:
        for planes, bits in pool.map(component_planes, [frame] * 4000):
            assert bits == 8
            for at, name in enumerate("RGB"):
                np.testing.assert_array_equal(planes[name], code[..., at])


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (3, 5)])
def test_the_smallest_pictures_are_measured(tmp_path: Path, size: tuple[int, int]) -> None:
    lossless: dict[str, Any] = {"vcodec": "png", "pix_fmt": "rgb24", "crf": None, "preset": None}
    pictures = [np.full((*size, 3), 128, np.uint8)] * 3
    found = measure_movie(movie(tmp_path / "dot.mkv", pictures, **lossless))
    assert [frame.luma for frame in found.frames] == [pytest.approx(0.19, abs=0.03)] * 3
