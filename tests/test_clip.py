"""Clips for people who import the package."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import answerprint as ap
from answerprint.timing import FrameRange
from tests.made import codes, exr, folder, frames, movie, picture, zipped


def test_a_sequence_is_a_clip(tmp_path: Path) -> None:
    shot = folder(
        tmp_path,
        [exr(picture(n), compression="zip", framesPerSecond=Fraction(24)) for n in range(3)],
    )
    with ap.Clip.open(shot) as clip:
        assert (clip.size, clip.rate, clip.range) == (
            (160, 90),
            Fraction(24),
            FrameRange(1001, 1003),
        )
        shown = dict(clip)
    assert list(shown) == [1001, 1002, 1003]
    assert np.array_equal(shown[1002], picture(1).astype(np.float16).astype(np.float32))


def test_a_zip_is_a_clip(tmp_path: Path) -> None:
    with ap.Clip.open(zipped(tmp_path / "exr.zip", frames(2))) as clip:
        assert [number for number, _ in clip] == [0, 1]


def test_a_movie_is_a_clip(tmp_path: Path) -> None:
    shown = codes(4)
    with ap.Clip.open(movie(tmp_path / "a.mp4", shown, crf=4)) as clip:
        assert (clip.rate, clip.range) == (Fraction(24), FrameRange(0, 3))
        pictures = [light for _, light in clip]
    assert np.abs(pictures[2] - shown[2] / 255).mean() < 0.02


def test_pixels_outside_the_windows_are_black_or_left_out(tmp_path: Path) -> None:
    plane = np.ones((20, 20), np.float16)
    windows = {"dataWindow": ((10, 10), (29, 29)), "displayWindow": ((0, 0), (19, 19))}
    (tmp_path / "a.exr").write_bytes(exr(dict.fromkeys("RGB", plane), compression="zip", **windows))
    with ap.Clip.open(tmp_path / "a.exr") as clip:
        ((_, light),) = clip
    assert light.shape == (20, 20, 3)
    assert light[:10].max() == light[:, :10].max() == 0
    assert light[10:, 10:].min() == 1


def test_several_clips_are_not_one(tmp_path: Path) -> None:
    for name in "ab":
        folder(tmp_path / name, frames(1))
    with pytest.raises(ap.UsageError, match=r"holds 2 clips \(a, b\)"), ap.Clip.open(tmp_path):
        pass
