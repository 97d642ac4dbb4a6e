"""The light of a movie and its HDR metadata, on files real encoders made."""

from pathlib import Path

import ffmpeg
import numpy as np
import pytest

from answerprint.color.codes import from_rgb_matrix
from answerprint.color.transfer import encode_hlg
from answerprint.measure.light.movie import MovieLightMeter
from answerprint.measure.movies import measure_movie
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media import ffmpeg as program
from answerprint.media.container.mastering import DISPLAYS, PLACEHOLDER, static_options
from tests.made import codes, movie

PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
HLG = PQ.model_copy(update={"transfer": "arib-std-b67"})
SIZE = (160, 96)


def hdr10(path: Path) -> Path:
    """Six PQ frames with a patch of code 720 in all but the first."""
    width, height = SIZE
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format="yuv420p10le", video_size=SIZE, framerate=24,
        **static_options("libx265", "mp4", DISPLAYS["P3-D65", 1000]),
    )  # fmt: skip
    options = {"x265-params": "crf=8:log-level=none", "tag:v": "hvc1"}
    graph = program.tag_color(fed.video, PQ).output(str(path), vcodec="libx265", **options)
    with program.running(program.command(graph), where=path.name) as process:
        for number in range(6):
            luma = np.full((height, width), 300, "<u2")
            luma[32:64, 64:128] = 720 if number else 300
            process.write(luma.tobytes() + np.full(width * height // 2, 512, "<u2").tobytes())
        process.finish()
    return path


def test_light_and_metadata_of_a_movie_are_measured(tmp_path: Path) -> None:
    found = measure_movie(hdr10(tmp_path / "a.mp4")).light
    assert found
    assert found.level
    assert found.level.robust_peak == pytest.approx(971, rel=0.04)
    assert found.level.peak_frame > 0
    assert found.level.peaks[0] < 30
    assert found.carries_both
    assert found.container
    assert found.bitstream
    assert found.container.light == found.bitstream.light == PLACEHOLDER
    assert found.container.agrees(found.bitstream)


def test_sdr_has_neither(tmp_path: Path) -> None:
    found = measure_movie(movie(tmp_path / "a.mp4", codes(3)))
    assert found.light
    assert (found.light.level, found.light.container, found.light.carries_both) == (None, None, False)  # fmt: skip
    assert all(frame.look and frame.look.signal for frame in found.frames)


def facts() -> MovieFacts:
    return MovieFacts(container="mov,mp4", codec="hevc", size=SIZE)


def test_hlg_is_measured_on_a_grid_and_placed_in_the_picture(tmp_path: Path) -> None:
    width, height = SIZE
    light = np.full((height, width, 3), 30.0)
    light[40:60, 100:130] = 600
    signal = encode_hlg(light) @ from_rgb_matrix("bt2020nc").T
    luma = (64 + 876 * signal[..., 0]).round().astype(np.uint16)
    neutral = np.full((height // 2, width // 2), 512, np.uint16)
    meter = MovieLightMeter(facts(), HLG)
    meter.add({"Y": luma, "U": neutral, "V": neutral}, 10)
    found = meter.result(tmp_path / "missing.mp4")
    assert found.level
    assert found.grid == 2
    assert found.level.peak == pytest.approx(600, rel=0.02)
    assert found.level.peak_at == (100, 40)
    assert found.level.active == (0, 0, width, height)
    assert found.container is None


def test_frames_of_another_size_end_the_measuring(tmp_path: Path) -> None:
    meter = MovieLightMeter(facts(), PQ)
    for height in (96, 48, 96):
        plane = np.full((height, 160), 300, np.uint16)
        meter.add({"Y": plane}, 10)
    assert meter.result(tmp_path / "missing.mp4").level is None
