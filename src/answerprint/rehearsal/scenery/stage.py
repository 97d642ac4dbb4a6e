"""What stands still in a scene, set once: sky, scenery at its distances, and the waves' spectrum."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.rehearsal.scenery.looks import LOOKS, Look, tinted
from answerprint.rehearsal.scenery.paint import (
    TEXELS,
    Easel,
    Layer,
    Sky,
    paint_cars,
    paint_near,
    paint_ridge,
    paint_sky,
    paint_town,
)
from answerprint.rehearsal.scenery.planes import Image, Matrix, noise

WAVES = 512
"""Side of the wave tile."""
SMALLEST = 288
"""Shorter side in pixels below which a scene is painted larger and averaged, against aliasing."""


class Sea(NamedTuple):
    """Waves as a spectrum of slopes (Tessendorf 2001): across in the real part, away in the other."""

    forth: NDArray[np.complex64]
    back: NDArray[np.complex64]
    turns: Matrix
    """Turns of each wave's phase in a frame; whole over a loop."""
    rough: float
    """RMS slope."""


class Stage(NamedTuple):
    """Everything of a scene that no frame changes."""

    cycle: int | None
    """Frames of the loop; None where the camera goes straight on."""
    look: Look
    width: int
    height: int
    horizon: int
    """Picture row of the horizon."""
    heading: int
    """1 where the camera travels to the right, -1 to the left."""
    tile: Image
    sky: Sky
    far: tuple[Layer, ...]
    cars: Layer
    sea: Sea
    near: Layer


def set_stage(seed: int, size: tuple[int, int], cycle: int | None) -> Stage:
    """Return the stage of a seed at a size in pixels; `cycle` is the frames of a loop, None for none."""
    rng = np.random.default_rng(seed)
    look = tinted(LOOKS[seed % len(LOOKS)], rng)
    scale = -(-SMALLEST // min(size))
    width, height = (side * scale for side in size)
    easel = _easel(rng, look, width, height)
    return Stage(
        cycle=cycle,
        look=look,
        width=width,
        height=height,
        horizon=easel.horizon,
        heading=int(rng.choice([-1, 1])),
        tile=easel.tile,
        sky=paint_sky(easel, width),
        far=_paint_far(easel),
        cars=paint_cars(easel),
        sea=_raise_sea(rng, cycle),
        near=paint_near(easel),
    )


def _easel(rng: np.random.Generator, look: Look, width: int, height: int) -> Easel:
    """Return the easel of a stage: where horizon and sun are, and the noise of its surfaces."""
    horizon = round(height * rng.uniform(0.42, 0.60))
    sun = (rng.choice([-1, 1]) * rng.uniform(0.05, 0.34) * width / height, rng.uniform(0.12, 0.26))
    tile = noise(rng, (TEXELS, TEXELS), 2.6)
    return Easel(rng, look, tile, height, max(3 * height, 3 * width // 2), horizon, sun)


def _paint_far(easel: Easel) -> tuple[Layer, ...]:
    """Return the scenery beyond the water, farthest first."""
    rng = easel.rng
    return (
        paint_ridge(easel, rng.uniform(0.06, 0.15), haze=0.72, nearness=0.10),
        paint_ridge(easel, rng.uniform(0.03, 0.08), haze=0.42, nearness=0.22),
        paint_town(easel),
    )


def _raise_sea(rng: np.random.Generator, cycle: int | None) -> Sea:
    across, away = np.meshgrid(*[np.fft.fftfreq(WAVES, 1 / WAVES)] * 2)
    k = np.hypot(across, away)
    turns = 0.006 * np.sqrt(k)
    if cycle:
        turns = np.maximum(1, np.rint(turns * cycle)) / cycle
    k[0, 0] = np.inf
    wind = rng.uniform(-0.6, 0.6)
    along = (across * np.sin(wind) + away * np.cos(wind)) / k
    power = np.exp(-0.5 * (5 / k) ** 2 - (k / 110) ** 2) * k**-1.8 * (0.25 + along**2)
    forth = power * (rng.standard_normal(k.shape) + 1j * rng.standard_normal(k.shape))
    back = np.conj(np.roll(forth[::-1, ::-1], 1, (0, 1)))
    both = np.stack([forth, back]) * (1j * across - away)
    both /= np.sqrt(2 * (np.abs(both) ** 2).sum())
    forth, back = both.astype(np.complex64)
    return Sea(forth, back, turns, rng.uniform(0.05, 0.11))
