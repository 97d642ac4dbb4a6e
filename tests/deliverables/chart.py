"""A color chart of ten patches as EXR frames, and its colors as they have to come back from a file."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.color.grading import Grading
from answerprint.color.primaries import AP0, REC709, Chromaticities, rgb_to_rgb
from answerprint.color.transforms import exact
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from tests.made import exr

Patches = NDArray[np.float64]
"""Ten colors, (10, 3)."""

SIZE = (320, 144)
"""Five patches across and two down, of 64x72 pixels; DNxHR takes no picture below 256x120."""

LIGHT = np.array(
    [(0.18, 0.18, 0.18), (0.9, 0.9, 0.9), (0.02, 0.02, 0.02), (4.0, 4.0, 4.0), (0.45, 0.27, 0.19),
     (0.5, 0.04, 0.04), (0.06, 0.4, 0.08), (0.04, 0.06, 0.5), (0.6, 0.5, 0.05), (0.1, 0.3, 0.35)]
)  # fmt: skip
"""Scene light in linear Rec.709: greys, a highlight, skin, primaries and mixtures."""

_WEIGHTS = {"bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593), "smpte170m": (0.299, 0.114)}
"""Weights of red and blue in luma, by ITU-T H.273."""


def chart_frames(count: int, factor: int = 1) -> list[bytes]:
    """The chart as EXR files of ACES2065-1, `factor` times its size; a dot at its edge tells them apart."""
    patches = scene().reshape(2, 5, 3).astype(np.float32)
    light = patches.repeat(SIZE[1] * factor // 2, axis=0).repeat(SIZE[0] * factor // 5, axis=1)
    made = []
    for number in range(count):
        dotted = light.copy()
        dotted[: 8 * factor, 16 * number : 16 * number + 8 * factor] = 0.0
        made.append(exr(dotted, compression="zip"))
    return made


@cache
def scene(primaries: Chromaticities = AP0) -> Patches:
    """The light of the patches as half floats hold it, in linear RGB of other primaries."""
    halves = (LIGHT @ rgb_to_rgb(REC709, AP0).T).astype(np.float16).astype(np.float64)
    return np.asarray(halves @ rgb_to_rgb(AP0, primaries).T)


@cache
def shown(view: str) -> Patches:
    """The patches through a view, as full-range R'G'B' of 10 bits."""
    colors = exact(Grading(view=view))(np.ascontiguousarray(scene(), np.float32))
    return np.clip(colors, 0, 1).astype(np.float64) * 1023


def middles(picture: NDArray[Any]) -> Patches:
    """The mean of the middle ninth of each patch, of a picture (h, w, 3) of any size."""
    height, width = picture.shape[0] / 2, picture.shape[1] / 5
    found = []
    for row in range(2):
        for column in range(5):
            down = slice(int((row + 1 / 3) * height), int((row + 2 / 3) * height))
            across = slice(int((column + 1 / 3) * width), int((column + 2 / 3) * width))
            found.append(picture[down, across].astype(np.float64).mean(axis=(0, 1)))
    return np.array(found)


def decoded(path: Path, matrix: str | None = None) -> Patches:
    """The patches of a movie's last frame as full-range R'G'B' of 10 bits, by its own tags or another matrix."""
    *_, last = read_frames(path, Reading())
    planes, bits = component_planes(last.picture)
    names = "YUV" if "Y" in planes else "RGB"
    height, width = planes[names[0]].shape
    across, down = width // planes[names[1]].shape[1], height // planes[names[1]].shape[0]
    whole = [planes[names[0]]] + [
        planes[name].repeat(down, axis=0).repeat(across, axis=1)[:height, :width]
        for name in names[1:]
    ]
    patches = middles(np.dstack(whole))
    if names == "RGB":
        return patches / ((1 << bits) - 1) * 1023
    return from_narrow(patches, bits, matrix or probe(path).color.matrix or "")


def from_narrow(patches: Patches, bits: int, matrix: str) -> Patches:
    """Narrow-range Y'CbCr codes as full-range R'G'B' of 10 bits, by the equations of H.273."""
    red, blue = _WEIGHTS[matrix]
    step = 1 << (bits - 8)
    y = (patches[:, 0] - 16 * step) / (219 * step)
    cb, cr = ((patches[:, n] - 128 * step) / (224 * step) for n in (1, 2))
    r, b = y + 2 * (1 - red) * cr, y + 2 * (1 - blue) * cb
    g = (y - red * r - blue * b) / (1 - red - blue)
    return np.clip(np.stack([r, g, b], axis=1), 0, 1) * 1023
