"""Comparing decoded pictures with what they were made from."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.kin.compare import IDENTICAL, Reference, compare, psnr, sample, ssim
from answerprint.measured.deliverable import Likeness
from tests.made import codes

Codes = NDArray[np.uint16]


@pytest.fixture(scope="module")
def pictures() -> list[Codes]:
    return [np.ascontiguousarray(c.astype(np.uint16).transpose(2, 0, 1) * 257) for c in codes(8)]


def likeness_of(tmp_path: Path, pictures: list[Codes], decoded: list[Codes]) -> Likeness:
    reference = Reference(tmp_path / "reference")
    for picture in pictures:
        reference.add(sample(picture))
    found = compare(reference, map(sample, decoded))
    reference.close()
    assert not list(tmp_path.iterdir())
    return found


def test_the_same_pictures_are_identical(tmp_path: Path, pictures: list[Codes]) -> None:
    found = likeness_of(tmp_path, pictures, pictures)
    assert found.model_dump() == {
        "frames": 8, "psnr": IDENTICAL, "psnr_mean": IDENTICAL, "psnr_frame": 0, "ssim": 1.0, "ssim_frame": 0,
        "color": 0.0, "slipped": (),
    }  # fmt: skip


def test_the_worst_frame_is_named(tmp_path: Path, pictures: list[Codes]) -> None:
    random = np.random.default_rng(0)
    decoded = [p.copy() for p in pictures]
    noise = random.normal(0, 2000, decoded[5].shape)
    decoded[5] = np.clip(decoded[5] + noise, 0, 65535).astype(np.uint16)
    found = likeness_of(tmp_path, pictures, decoded)
    assert (found.psnr_frame, found.ssim_frame) == (5, 5)
    assert found.psnr < 35 < found.psnr_mean
    assert found.slipped == ()


def test_a_slip_of_one_frame_is_found(tmp_path: Path, pictures: list[Codes]) -> None:
    found = likeness_of(tmp_path, pictures, [pictures[0], *pictures[:-1]])
    assert len(found.slipped) >= 6


def test_wrong_colors_are_found(tmp_path: Path, pictures: list[Codes]) -> None:
    tinted = [
        np.clip(p * np.array([1.1, 1.0, 0.9])[:, None, None], 0, 65535).astype(np.uint16)
        for p in pictures
    ]
    assert likeness_of(tmp_path, pictures, tinted).color > 3


def test_missing_frames_are_left_to_the_count(tmp_path: Path, pictures: list[Codes]) -> None:
    assert likeness_of(tmp_path, pictures, pictures[:5]).frames == 5
    assert likeness_of(tmp_path, pictures[:5], pictures).frames == 5


def test_psnr_is_the_textbook_s() -> None:
    flat = np.full((32, 32), 100, np.float32)
    assert psnr(flat, flat + 1) == pytest.approx(48.13, abs=0.01)


def test_ssim_falls_with_structure_and_not_with_a_small_shift_of_level() -> None:
    random = np.random.default_rng(1)
    texture = random.uniform(0, 255, (1, 64, 64)).astype(np.float32)
    assert ssim(texture, texture) == pytest.approx(1)
    assert ssim(texture, texture + 2) > 0.99
    flat = np.full_like(texture, texture.mean())
    assert ssim(texture, flat) < 0.1
    both = ssim(np.concatenate([texture, texture]), np.concatenate([texture, flat]))
    assert both == pytest.approx((1 + ssim(texture, flat)) / 2, abs=1e-5)
