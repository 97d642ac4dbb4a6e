"""Still pictures as they are stored: orientation, profiles, depth, scene light."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from answerprint.errors import SourceError
from answerprint.media.still import LONGEST, read_still
from tests.made import exr


def ramp(width: int = 64, height: int = 32) -> Image.Image:
    codes = np.zeros((height, width, 3), np.uint8)
    codes[..., 0] = np.linspace(0, 255, width)
    codes[..., 1] = np.linspace(0, 255, height)[:, None]
    return Image.fromarray(codes)


@pytest.mark.parametrize(("suffix", "off"), [(".png", 0.001), (".jpg", 0.06), (".webp", 0.06)])
def test_codes_come_back(tmp_path: Path, suffix: str, off: float) -> None:
    path = tmp_path / f"a{suffix}"
    ramp().save(path, quality=95)
    still = read_still(path)
    assert still.kind == "display"
    assert np.abs(still.pixels - np.asarray(ramp()) / 255).mean() < off


def test_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    ramp().save(tmp_path / "turned.jpg", exif=exif)
    assert read_still(tmp_path / "turned.jpg").pixels.shape == (64, 32, 3)


def test_an_embedded_profile_is_brought_to_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ramp().save(tmp_path / "tagged.png", icc_profile=lab)
    assert np.allclose(
        read_still(tmp_path / "tagged.png").pixels, np.asarray(ramp()) / 255, atol=0.01
    )
    ramp().save(tmp_path / "broken.png", icc_profile=b"no profile")
    assert np.allclose(
        read_still(tmp_path / "broken.png").pixels, np.asarray(ramp()) / 255, atol=0.01
    )


def test_sixteen_bit_gray_keeps_its_scale(tmp_path: Path) -> None:
    gray = np.full((8, 8), 32768, np.uint16)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert np.allclose(read_still(tmp_path / "gray.png").pixels, 0.5, atol=0.001)


def test_exr_is_scene_light(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(exr(np.full((16, 16, 3), 0.18, np.float32), compression="zip"))
    still = read_still(path)
    assert still.kind == "scene"
    assert np.allclose(still.pixels, 0.18, atol=0.002)


def test_large_pictures_are_brought_down(tmp_path: Path) -> None:
    ramp(2000, 1000).save(tmp_path / "large.png")
    assert read_still(tmp_path / "large.png").pixels.shape == (LONGEST // 2, LONGEST, 3)


@pytest.mark.parametrize("name", ["absent.png", "text.png", "text.exr"])
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str) -> None:
    if "text" in name:
        (tmp_path / name).write_text("hello")
    with pytest.raises(SourceError, match="picture|EXR|read"):
        read_still(tmp_path / name)
