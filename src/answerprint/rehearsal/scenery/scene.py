"""A small renderer of scene-linear shots, from which the demo and the rehearsals make deliveries.

A camera travels along a bay: a low sun or moon behind drifting clouds, two ridges in haze, a town
with cars on its shore road, a sea that mirrors all of it, trees and lamps close by. What stands
still is painted once into a `Stage`; a frame is warps, one Fourier transform for the waves, a
composite, bloom and grain. Colors are linear Rec. 709 until the last line of `render`.
"""

import math
import threading
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from answerprint.color.primaries import AP0, REC709, rgb_to_rgb
from answerprint.rehearsal.scenery.paint import CONVOYS, REACH, SHORE, TEXELS, Layer
from answerprint.rehearsal.scenery.planes import (
    XY,
    Image,
    Matrix,
    Plane,
    as_image,
    colored,
    ramp,
    sample,
    shrunk,
)
from answerprint.rehearsal.scenery.stage import WAVES, Stage, set_stage

TO_AP0: Matrix = rgb_to_rgb(REC709, AP0)
"""Linear Rec. 709 to ACES2065-1. Every entry is positive, so what is not negative stays so."""
PACE = 0.0045
"""What the nearest layer moves in a frame: 2.4 pixels at 540 lines, a calm dolly."""
CRANE = 0.7
"""Height of the loop's ellipse to its width, because rising changes more of the picture than going along.

Smallest and largest step of six loops of 48 and of 120 frames, to their median: 0.84 and 1.21 at
0.7, 0.76 and 1.18 at 1, 0.66 and 1.27 at 0.35.
"""
SEAWARD = 1.2
"""What the sea gains on the shore's share of the camera's motion, per height below the waterline."""
LENS = 1.3
"""Focal length in picture heights: 42 degrees high, a moderately wide lens."""
GRAIN_SHOT, GRAIN_FLOOR = 0.0003, 0.001
"""Variance of the grain per unit of light, and its deviation in black: 4 % of an 18 % grey."""

_staging = threading.Lock()
_stage = lru_cache(maxsize=2)(set_stage)


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot: every frame follows from these values alone.

    Raises ValueError for a side outside 16 to 4096 pixels or more than four times the other, for
    fewer than two frames, and for a negative seed or grain.
    """

    seed: int
    """Chooses the light (one of six by remainder), the layout, the weather and the direction."""
    size: tuple[int, int]
    """Width and height in pixels."""
    frames: int
    """Length of the loop; a scene that is none looks the same whatever its length."""
    loop: bool = False
    """Frame `frames` equals frame 0, grain apart: the last frame is one ordinary step before it."""
    exposure: float = 0.0
    """Stops by which the picture is made brighter."""
    grain: float = 1.0
    """Strength of the grain; 0 leaves none."""

    def __post_init__(self) -> None:
        if not all(16 <= side <= 4096 for side in self.size):
            raise ValueError(f"a scene's sides are 16 to 4096 pixels, not {self.size}")
        if max(self.size) > 4 * min(self.size):
            raise ValueError(f"a scene is at most four times as long as wide, not {self.size}")
        if self.frames < 2:
            raise ValueError(f"a scene has at least two frames, not {self.frames}")
        if self.seed < 0 or self.grain < 0:
            raise ValueError("a scene's seed and grain are 0 or more")


def render(scene: Scene, index: int) -> Image:
    """Return frame `index` as (height, width, 3) scene-linear ACES2065-1, finite and not negative.

    Grey stands near 0.18, white near 1, lamps and the sun between 8 and 200. Any frame renders
    without the others and from any thread. The stages of the two scenes used last are kept: at
    1920x1080 each holds 113 MB, and painting one takes 370 MB for a moment (both measured). Raises
    ValueError for an index below 0.
    """
    if index < 0:
        raise ValueError(f"frames count from 0, not {index}")
    cycle = scene.frames if scene.loop else None
    # The cache alone would let threads that start together each paint the same stage.
    with _staging:
        stage = _stage(scene.seed, scene.size, cycle)
    picture = _compose(stage, index % cycle if cycle else index)
    if stage.height > scene.size[1]:
        picture = shrunk(picture, *scene.size)
    picture *= 2.0**scene.exposure
    return as_image(cv2.transform(grained(picture, scene, index), TO_AP0))


def _compose(stage: Stage, moment: int) -> Image:
    at = _travel(stage.cycle, moment, PACE * stage.heading, REACH / CRANE)
    picture = np.empty((stage.height, stage.width, 3), np.float32)
    above = picture[: len(stage.sky.orb)]
    above[:] = _clouded(stage, moment)
    for layer in stage.far:
        _lay(above, layer, at)
    _lay(above, stage.cars, (at[0] + _driven(stage, moment) / SHORE, at[1]))
    _flood(stage, picture, moment, at)
    _lay(picture, stage.near, at)
    return _bloomed(picture)


def _travel(cycle: int | None, moment: int, pace: float, widest: float) -> XY:
    """Return how far something has gone: straight on, or round an ellipse in a loop."""
    if not cycle:
        return pace * moment, 0.0
    radius = min(abs(pace) * cycle / math.tau, widest)
    angle = math.copysign(math.tau * moment / cycle, pace)
    return radius * math.sin(angle), CRANE * radius * math.cos(angle)


def _driven(stage: Stage, moment: int) -> float:
    """Return how far the cars have gone; over a loop each takes the place of one before it."""
    pace = 0.003
    if stage.cycle:
        spacing = stage.cars.rgba.shape[1] / stage.height / CONVOYS
        pace = max(1, round(pace * stage.cycle / spacing)) * spacing / stage.cycle
    return pace * moment * stage.heading


def _clouded(stage: Stage, moment: int) -> Image:
    look, sky, strength = stage.look, stage.sky, float(np.mean(stage.look.horizon))
    thick = _thickness(stage, moment, 0)
    lee = _thickness(stage, moment, -16)
    alpha = 0.9 * ramp(-0.3, 1.3, thick - sky.cover) + 0.1 * ramp(-3, 1.5, thick)
    alpha *= sky.veil
    clear = 1 - alpha
    lit = np.clip(0.4 + 0.9 * (thick - lee), 0, 1.3) * (0.3 + 3.2 * sky.shine * (1.2 - alpha))
    light = strength * (1.3 * lit * alpha + 2.6 * sky.shine * clear)
    light += sky.orb * np.maximum(clear, 0.15) ** 2
    return colored(
        (clear * (1 - sky.clear), look.horizon),
        (clear * sky.clear + 0.5 * alpha, look.zenith),
        (0.25 * alpha, look.haze),
        (light, look.orb),
    )


def _thickness(stage: Stage, moment: int, toward: float) -> Image:
    """Return how thick the clouds are, seen `toward` texels farther away."""
    sky = stage.sky
    x, y = (axis % TEXELS for axis in _travel(stage.cycle, moment, 0.9, 40))
    big = sample(stage.tile, sky.across + x, sky.away + (y + toward))
    x, y = (axis % TEXELS for axis in _travel(stage.cycle, moment, -0.7, 40))
    big += 0.4 * sample(stage.tile, 3 * sky.across + x, 3 * sky.away + (y + toward))
    return big


def _lay(picture: Image, layer: Layer, at: XY) -> None:
    """Put `layer` over `picture` as the camera at `at` sees it."""
    width, rows = picture.shape[1], min(len(layer.rgba), len(picture) - layer.top)
    x, y = (axis * layer.travel for axis in at)
    first = math.floor(x)
    cut = np.take(layer.rgba, np.arange(first, first + width + 1), axis=1, mode="wrap")
    shift = np.array([[1, 0, x - first], [0, 1, -y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    cut = as_image(cv2.warpAffine(cut, shift, (width, rows), flags=flags, borderMode=border))
    under = picture[layer.top : layer.top + rows]
    under *= 1 - cut[..., 3:]
    under += cut[..., :3]


def _flood(stage: Stage, picture: Image, moment: int, at: XY) -> None:
    """Fill `picture` below the waterline with a sea that mirrors what is painted above it."""
    first, shore = stage.horizon - int(REACH * SHORE * stage.height) - 1, len(stage.sky.orb)
    rows = np.arange(first, stage.height, dtype=np.float32)[:, None]
    below = ((rows - stage.horizon) / stage.height - SHORE * at[1]) / (1 + SEAWARD * at[1])
    sea = _mirrored(stage, picture[:shore], moment, at, np.maximum(below, 0))
    cover = np.clip(below[: shore - first, :, None] * stage.height + 0.5, 0, 1)
    picture[first:shore] *= 1 - cover
    picture[first:shore] += sea[: shore - first] * cover
    picture[shore:] = sea[shore - first :]


def _mirrored(stage: Stage, above: Image, moment: int, at: XY, below: Plane) -> Image:
    """Return the sea's rows, which lie `below` the waterline, (rows, width, 3).

    Each facet of water sends the ray from the camera on to `above`; how much of it, Schlick 1994.
    """
    h, half = stage.height, stage.width / 2
    x = as_image((np.arange(stage.width)[None] - half) / h)
    across, away = _slopes(stage, moment, x + (SHORE + SEAWARD * below) * at[0], below)
    x, down = x / LENS, below / LENS
    facing = down + x * across + away
    facing = 0.5 * (facing + np.sqrt(facing**2 + 0.03**2))
    stretch = LENS * h / (1 - 2 * facing * away)
    column = half + (x - 2 * facing * across) * stretch
    waterline = stage.horizon + SHORE * at[1] * h
    row = waterline - np.maximum((2 * facing - down) * stretch, 0.002 * h)
    soft = shrunk(above, stage.width // 2, len(above) // 2)
    soft = as_image(cv2.GaussianBlur(soft, (0, 0), sigmaX=0.002 * h, sigmaY=0.006 * h))
    sea = sample(soft, column / 2 - 0.25, row / 2 - 0.25, outside=cv2.BORDER_REFLECT_101)
    haze = 0.3 * np.exp(-below * 30)
    sea *= ((0.03 + 0.97 * (1 - np.minimum(facing, 1)) ** 5) * (1 - haze))[..., None]
    sea += colored((1 - haze, stage.look.water), (haze, stage.look.haze))
    return sea


def _slopes(stage: Stage, moment: int, x: Plane, below: Plane) -> tuple[Image, Image]:
    """Return the water's slopes across and away at `x` of the rows `below` the waterline."""
    sea = stage.sea
    angle = np.float32(np.mod(sea.turns * moment, 1.0) * math.tau)
    phase = np.cos(angle) + 1j * np.sin(angle)
    waves = sea.forth * phase + sea.back * np.conj(phase)
    tile = as_image(cv2.dft(waves.view(np.float32).reshape(WAVES, WAVES, 2), flags=cv2.DFT_INVERSE))
    close = ramp(0.02, 0.4, below)
    u, v = x * (112 / (below + 0.25)), -350 * np.log(below + 0.5)
    slopes = sample(tile, u, v) + (0.8 * close)[..., None] * sample(tile, v * 2.3 + 100, u * 2.3)
    slopes *= (sea.rough * (0.5 + 0.9 * close))[..., None]
    return slopes[..., 0], slopes[..., 1]


def _bloomed(picture: Image) -> Image:
    """Return `picture` with what is brighter than 1.5 scattered over a near and a wide circle."""
    h, w = picture.shape[:2]
    small = np.maximum(shrunk(picture, w // 4, h // 4) - 1.5, 0)
    wide = as_image(cv2.GaussianBlur(shrunk(small, w // 16, h // 16), (0, 0), 0.006 * h)) * 0.05
    glow = as_image(cv2.GaussianBlur(small, (0, 0), 0.004 * h)) * 0.06
    glow += as_image(cv2.resize(wide, (w // 4, h // 4)))
    picture += as_image(cv2.resize(glow, (w, h)))
    return picture


def grained(picture: Image, scene: Scene, index: int) -> Image:
    """Return `picture`, linear and not negative, with the film-like noise of a frame: a shot part under the light and a floor in the dark."""
    rng = np.random.Generator(np.random.PCG64([scene.seed, index]))
    kernel = cv2.getGaussianKernel(3, 0.6)
    noise = rng.random(picture.shape, np.float32)
    noise -= 0.5
    noise = as_image(cv2.sepFilter2D(noise, -1, kernel, kernel))
    noise *= float(math.sqrt(12) / np.sum(kernel**2)) * scene.grain
    noise *= np.sqrt(picture * GRAIN_SHOT + GRAIN_FLOOR**2)
    noise += picture
    return np.maximum(noise, 0)
