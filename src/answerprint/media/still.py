"""Opening the still pictures that frames are pinned to: PNG, JPEG, WebP and their like by Pillow, EXR by `media.exr`.

Quirks contained here:

- Pillow shows a picture as it is stored: the EXIF orientation is applied here.
- It hands out code values of whatever profile is embedded: they are brought to
  sRGB here. A profile that does not fit the picture's own kind is left alone,
  as viewers do.
- It brings 16-bit color to 8 bits, which is enough for what is compared, and 16-bit
  grey to nothing useful: that is scaled here.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from answerprint.color.light import transformed
from answerprint.color.primaries import REC709, rgb_to_rgb
from answerprint.errors import FrameError, SourceError
from answerprint.media.exr.door import read_frame
from answerprint.paths import MISSING, unreadable

Picture = NDArray[np.float32]

LONGEST: Final = 768
"""Longer side a still is brought to: what is compared is a quarter of that."""
MOST_PIXELS: Final = 200_000_000
"""Pixels from which a file is refused as a decompression bomb: twice the largest camera's."""

_TO_SRGB: Final = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class Still:
    """A still picture: (h, w, 3), longer side LONGEST at most, upright.

    `display` holds sRGB code values in 0..1, `scene` linear Rec.709 light.
    """

    pixels: Picture
    kind: Literal["display", "scene"]


def read_still(path: Path) -> Still:
    """Open the picture at `path`. Raises SourceError where it cannot be read.

    Memory: the decoded picture, at most MOST_PIXELS.
    """
    reason = unreadable(path)
    if reason is not None:
        raise SourceError("no such picture" if reason == MISSING else reason, where=str(path))
    try:
        if path.suffix.lower() == ".exr":
            return Still(_small(_scene_light(path)), "scene")
        return Still(_small(_srgb_codes(path)), "display")
    except FrameError as problem:
        raise SourceError(problem.message, where=str(path)) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise SourceError(f"is no picture that can be read ({problem})", where=str(path)) from None


def _srgb_codes(path: Path) -> Picture:
    with Image.open(path) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError(f"{opened.width}x{opened.height} pixels")
        # JPEG decodes at a fraction of its size at a fraction of the time.
        opened.draft(None, (2 * LONGEST, 2 * LONGEST))
        upright = ImageOps.exif_transpose(opened)
        if upright.mode.startswith("I"):
            gray = np.asarray(upright, np.float32) / np.float32(65535)
            return np.asarray(cv2.merge([gray] * 3))
        codes = np.asarray(_managed(upright).convert("RGB"), np.float32)
    return codes / np.float32(255)


def _managed(picture: Image.Image) -> Image.Image:
    """Bring a picture to sRGB by the profile it carries."""
    embedded = picture.info.get("icc_profile")
    if not embedded:
        return picture
    try:
        converted = ImageCms.profileToProfile(
            picture if picture.mode in ("RGB", "CMYK", "L") else picture.convert("RGB"),
            ImageCms.ImageCmsProfile(io.BytesIO(embedded)),
            _TO_SRGB,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture


def _scene_light(path: Path) -> Picture:
    frame = read_frame(path.read_bytes())
    if not frame.picture:
        raise SourceError("is an EXR file without a color picture", where=str(path))
    planes = [np.asarray(plane, np.float32) for plane in frame.picture]
    light: Picture = np.nan_to_num(cv2.merge(planes if len(planes) == 3 else planes[:1] * 3))
    try:
        matrix = rgb_to_rgb(frame.header.main.chromaticities or REC709, REC709)
    except ValueError:
        return light
    return transformed(light, matrix)


def _small(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
