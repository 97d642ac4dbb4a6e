"""Animations as a second reader sees them: frames, times and what their formats are by definition."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from answerprint.errors import SourceError
from answerprint.media.movie.animation import open_animation
from tests.made import codes, movie

KINDS: dict[str, dict[str, Any]] = {
    "gif": {"vcodec": "gif", "pix_fmt": "rgb8"},
    "webp": {"vcodec": "libwebp_anim", "loop": 0},
    "avif": {"vcodec": "libaom-av1", "cpu-used": 8, "crf": 10},
}


def animated(path: Path, pictures: list[NDArray[np.uint8]], rate: Fraction | int = 24) -> Path:
    options: dict[str, Any] = {"crf": None, "preset": None}
    return movie(path, pictures, rate=rate, **options | KINDS[path.suffix[1:]])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(30)])
def test_a_rate_is_what_rounded_times_come_from(kind: str, rate: Fraction, tmp_path: Path) -> None:
    animation = open_animation(animated(tmp_path / f"a.{kind}", codes(5), rate), rate)
    assert [frame.shape for frame in animation.read()] == [(90, 160, 3)] * 5
    assert animation.timed().rate == rate


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_picture_is_one_frame_that_stands_for_ever(kind: str, tmp_path: Path) -> None:
    animation = open_animation(animated(tmp_path / f"a.{kind}", codes(1)), Fraction(24))
    assert len(list(animation.read())) == animation.frames == 1
    assert animation.timed().rate == 24
    assert animation.loops == (None if kind == "avif" else 0)


def test_another_rate_is_noticed(tmp_path: Path) -> None:
    animation = open_animation(animated(tmp_path / "a.webp", codes(12), 24), Fraction(25))
    assert len(list(animation.read())) == 12
    assert animation.timed().rate == pytest.approx(24, abs=0.1)


def test_frames_that_webp_joined_are_counted_as_often_as_they_are_shown(tmp_path: Path) -> None:
    one, other = codes(2)
    animation = open_animation(
        animated(tmp_path / "a.webp", [one, one, one, other, one]), Fraction(24)
    )
    means = [frame.mean() for frame in animation.read()]
    assert (animation.frames, animation.pictures) == (5, 3)
    assert means[0] == means[1] == means[2] != means[3]


def test_what_the_formats_are_by_definition(tmp_path: Path) -> None:
    lossy = open_animation(animated(tmp_path / "a.webp", codes(2)), Fraction(24)).facts
    assert (lossy.pixel_format, lossy.color.matrix) == ("yuv420p", "smpte170m")
    first, second = (Image.fromarray(code) for code in codes(2))
    first.save(tmp_path / "b.webp", save_all=True, append_images=[second], lossless=True)
    exact = open_animation(tmp_path / "b.webp", Fraction(24)).facts
    assert (exact.pixel_format, exact.color.matrix) == ("rgb24", "gbr")


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_said(kind: str, tmp_path: Path) -> None:
    whole = animated(tmp_path / f"a.{kind}", codes(4))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(SourceError):
        list(open_animation(whole, Fraction(24)).read())


def test_what_is_no_animation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"no picture")
    with pytest.raises(SourceError, match="is no animation"):
        open_animation(path, Fraction(24))
