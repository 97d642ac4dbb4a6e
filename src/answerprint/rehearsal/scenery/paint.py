"""Paints the sky and the scenery of a stage, layer by layer.

Lengths are fractions of the picture's height, x from its middle and y upward, so that a seed is the
same shot at every size. Numbers in the painters that no comment explains were matched by eye.
"""

from typing import NamedTuple

import cv2
import numpy as np

from answerprint.rehearsal.scenery.looks import LAMPLIT, LED, TUNGSTEN, Look
from answerprint.rehearsal.scenery.planes import (
    XY,
    Image,
    Plane,
    as_image,
    colored,
    noise,
    ramp,
    sample,
    shrunk,
)

TEXELS = 1024
"""Side of the noise tile that textures every surface."""
REACH = 0.06
"""Highest a looping camera rises, and how far layers are painted below their foot for it."""
SHORE = 0.35
"""Share of the camera's motion the far shore has."""
FLOORS = 25
"""Rows of windows in the height of the town's layer."""
CONVOYS = 8
"""Times the cars repeat along the road, so that a loop need only bring each to the next one's place."""


class Layer(NamedTuple):
    """Scenery at one distance: premultiplied RGBA that repeats sideways."""

    rgba: Image
    top: int
    """Picture row of its first row."""
    travel: float
    """Pixels it moves when the camera travels by a picture height: few far off, many close by."""


class Sky(NamedTuple):
    """What lies behind the clouds, and where on the noise tile the clouds are."""

    clear: Image
    """Share of the zenith's color, the rest being the horizon's."""
    shine: Image
    """Light of the orb that the air scatters, 1 in front of it."""
    orb: Image
    """Radiance of the orb and its aureole."""
    across: Image
    away: Image
    """Texels at which the larger clouds are sampled."""
    veil: Image
    """1 where clouds are seen, falling to 0 in the haze of the horizon."""
    cover: float


class Easel(NamedTuple):
    """What the painters of one stage share; a layer is `wide` pixels before it repeats."""

    rng: np.random.Generator
    look: Look
    tile: Image
    height: int
    wide: int
    horizon: int
    sun: XY


def paint_sky(easel: Easel, width: int) -> Sky:
    """Return the sky behind everything, `width` pixels wide."""
    look, h, strength = easel.look, easel.height, np.mean(easel.look.horizon)
    x = (np.arange(width)[None] - width / 2) / h
    y = (easel.horizon - np.arange(easel.horizon + int(REACH * h))[:, None]) / h
    distance = np.hypot(x - easel.sun[0], y - easel.sun[1])
    high = np.clip(y / 0.5, 0, 1) ** 0.6
    shine = 0.6 * np.exp(-distance * 7) + 0.4 * np.exp(-distance * 2.2)
    orb = look.power * ramp(0.027, 0.022, distance)
    depth = 1 / (np.maximum(y, 0) + 0.22)
    return Sky(
        clear=as_image(high),
        shine=as_image(shine),
        orb=as_image(orb + 6 * strength * np.exp(-distance / 0.04)),
        across=as_image(x * depth * 182),
        away=as_image(0 * x + depth * 161),
        veil=as_image(ramp(4.4, 2.4, depth)),
        cover=easel.rng.uniform(-0.4, 0.6),
    )


def _altitudes(easel: Easel, foot: int, rise: float) -> tuple[int, Plane]:
    """Return a layer's top row and how high its rows are above picture row `foot`, (rows, 1)."""
    top = foot - round(rise * easel.height)
    rows = round((rise + REACH) * easel.height)
    return top, (foot - top - np.arange(rows)[:, None]) / easel.height


def _line(easel: Easel, slope: float) -> Image:
    """Return periodic noise of unit deviation along a layer, (1, wide)."""
    along = np.arange(easel.wide)[None] * (TEXELS / easel.wide)
    return sample(noise(easel.rng, (1, TEXELS), slope), along, 0 * along)


def _texture(easel: Easel, y: Plane, times: int, shift: XY = (0, 0)) -> Image:
    """Return the noise tile over a layer, `times` along it, moved by texels."""
    texels = times * TEXELS / easel.wide
    along = np.arange(easel.wide)[None] * texels
    return sample(easel.tile, along + shift[0], -y * easel.height * texels + shift[1])


def _relief(easel: Easel, y: Plane, times: int) -> Image:
    """Return the noise tile as a surface lit from the sun's side, around 0."""
    toward = 5 if easel.sun[0] > 0 else -5
    return _texture(easel, y, times, (toward, -6)) - _texture(easel, y, times)


def _edge(easel: Easel, inside: Plane) -> Plane:
    """Return how much of each pixel is covered by what reaches `inside` beyond its middle."""
    covered: Plane = np.clip(inside * easel.height + 0.5, 0, 1)
    return covered


def _layer(easel: Easel, rgb: Image, alpha: Plane, top: int, nearness: float) -> Layer:
    """Return a layer that moves by the share `nearness` of the camera's travel."""
    return Layer(as_image(np.dstack([rgb, alpha])), top, nearness * easel.height)


def paint_ridge(easel: Easel, rise: float, *, haze: float, nearness: float) -> Layer:
    """Return a ridge whose crest lies about `rise` above the horizon, `haze` of it hidden by the air."""
    look = easel.look
    top, y = _altitudes(easel, easel.horizon, rise * 2.5)
    crest = rise * np.clip(1 + 0.42 * _line(easel, 3.0) + 0.07 * _line(easel, 1.6), 0.15, 2.4)
    shade = np.clip(0.6 + _relief(easel, y, 2) + 0.5 * _relief(easel, y, 6), 0.05, 1.8)
    rim = 0.3 * np.mean(look.horizon) * np.exp(np.minimum((y - crest) * 50, 0))
    mist = haze + 0.35 * np.exp(-np.maximum(y, 0) * 16) - 0.14 * (shade - 0.6)
    alpha = _edge(easel, crest - y)
    hidden = alpha * np.clip(mist, 0, 0.96)
    lit = (alpha - hidden) * shade
    rgb = colored((lit, look.land), (lit * rim, look.orb), (hidden, look.haze))
    return _layer(easel, rgb, alpha, top, nearness)


def _glow(easel: Easel, rows: int, x: Plane, y: Plane, colors: Plane, size: float) -> Image:
    """Return lamps at pixels `x`, `y` as light alone, (rows, wide, 3); `size` is their deviation."""
    light = np.zeros((rows, easel.wide, 3), np.float32)
    np.add.at(light, (np.clip(y, 0, rows - 1).astype(int), x.astype(int)), colors)
    sigma = max(size * easel.height, 0.8)
    margin = int(4 * sigma) + 1
    light = as_image(cv2.copyMakeBorder(light, 0, 0, margin, margin, cv2.BORDER_WRAP))
    spread = as_image(cv2.GaussianBlur(light, (0, 0), sigma))[:, margin:-margin]
    return spread * np.float32(2 * np.pi * sigma**2)


def paint_town(easel: Easel) -> Layer:
    """Return the town on the far shore, its windows and street lamps lit."""
    look, rng, wide = easel.look, easel.rng, easel.wide
    top, y = _altitudes(easel, easel.horizon, 0.13)
    hill = np.maximum(0.02 + 0.012 * _line(easel, 2.6), 0.004)
    houses = round(wide / easel.height / 0.019)
    plot = np.arange(wide) * houses // wide
    roof = (rng.uniform(0.5, 1, houses) ** 4)[plot] * ramp(-0.5, 1.4, _line(easel, 3.0)) * 0.09
    crest = np.maximum(hill, roof)
    alpha = _edge(easel, crest - y)
    wall = np.where(y < roof, rng.uniform(0.4, 1.2, houses)[plot], 0.5)
    wall = wall * np.maximum(1 + 0.3 * _texture(easel, y, 6), 0.2)
    hidden = alpha * (0.2 + 0.25 * np.exp(-np.maximum(y, 0) * 40))
    panes = _windows(easel, len(y)) * (y < roof - 0.003) * (y > 0.008)
    rgb = colored(((alpha - hidden) * wall, look.land), (hidden, look.haze), (panes, TUNGSTEN))
    rgb += _street_lamps(easel, easel.horizon - top, y, crest)
    return _layer(easel, rgb, alpha, top, SHORE)


def _windows(easel: Easel, rows: int) -> Image:
    """Return what the windows of a whole layer of `rows` shine, a third of them lit."""
    shape = FLOORS, round(easel.wide / easel.height / 0.0075)
    lit = (easel.rng.random(shape) < 0.35) * easel.rng.lognormal(0.2, 0.7, shape)
    pane = np.pad(np.ones((2, 2)), 1)
    return shrunk(as_image(np.kron(lit, pane)), easel.wide, rows)


def _street_lamps(easel: Easel, foot: int, y: Plane, crest: Plane) -> Image:
    """Return the town's lamps, most of them low by the water, which is row `foot` of the layer."""
    rng = easel.rng
    count = round(26 * easel.wide / easel.height)
    x = rng.random(count) * easel.wide
    up = 0.003 + 0.9 * rng.random(count) ** 3 * crest[0, x.astype(int)]
    kind = np.where(rng.random((count, 1)) < 0.8, TUNGSTEN, LED)
    power = np.minimum(rng.lognormal(2.1, 0.7, (count, 1)), 60)
    return _glow(easel, len(y), x, foot - up * easel.height, kind * power, 0.0011)


def paint_cars(easel: Easel) -> Layer:
    """Return the headlights on the shore road, as light alone."""
    top, y = _altitudes(easel, easel.horizon, 0.02)
    x = (easel.rng.random(3) + np.arange(CONVOYS)[:, None]).ravel() * easel.wide / CONVOYS
    road = np.full(len(x), easel.horizon - top - 0.007 * easel.height)
    light = _glow(easel, len(y), x, road, np.tile(np.multiply(LED, 16), (len(x), 1)), 0.0012)
    return _layer(easel, light, 0 * light[..., 0], top, SHORE)


def paint_near(easel: Easel) -> Layer:
    """Return what is close by: ground and trees, and the lamps that light them."""
    look, h = easel.look, easel.height
    top, y = _altitudes(easel, h, 0.66)
    ground = _ground(easel)
    alpha, shade = _growth(easel, y, ground)
    lamps = _along(easel, int(easel.rng.integers(4, 9)))
    heads = ground[0, lamps.astype(int)] + 0.12
    pool = np.zeros_like(alpha)
    for lamp, head in zip(lamps, heads, strict=True):
        x = _beside(easel, lamp)
        pool += (1 + (x**2 + (y - head) ** 2) / 0.06**2) ** -1.5
        alpha = np.maximum(alpha, _edge(easel, 0.0026 - np.abs(x)) * (y < head))
    rgb = colored((0.45 * shade * alpha, look.land), (shade * pool * alpha, LAMPLIT))
    power = np.tile(np.multiply(TUNGSTEN, 70), (len(lamps), 1))
    rgb += _glow(easel, len(y), lamps, h - top - heads * h, power, 0.0055)
    return _layer(easel, rgb, alpha, top, 1.0)


def _ground(easel: Easel) -> Plane:
    """Return how high the ground close by is, (1, wide)."""
    ground = 0.028 * _line(easel, 2.8) + 0.004 * _line(easel, 0.9)
    return np.clip(ground + easel.rng.uniform(0.05, 0.11), 0.02, 0.16)


def _growth(easel: Easel, y: Plane, ground: Plane) -> tuple[Plane, Plane]:
    """Return how much of each pixel ground and trees cover, and how light they are there."""
    rng = easel.rng
    field = (ground - y) / 0.02
    for root in rng.uniform(0, easel.wide, rng.integers(2, 6)):
        tree = _tree(rng, _beside(easel, root), y - ground[0, int(root)] + 0.02)
        field = np.maximum(field, tree)
    leaf = 0.5 * _texture(easel, y, 3) + 0.55 * _texture(easel, y, 9)
    cover = ramp(0.0, 0.35, field + leaf * np.clip(1.6 - field, 0, 1.3))
    return cover, np.clip(0.7 + 0.4 * leaf + 0.6 * _relief(easel, y, 6), 0.08, 2)


def _along(easel: Easel, count: int) -> Plane:
    """Return the pixel columns of `count` posts, one somewhere in the middle of each equal part."""
    columns: Plane = np.arange(count) + easel.rng.uniform(0.25, 0.75, count)
    return columns * easel.wide / count


def _beside(easel: Easel, column: float) -> Plane:
    """Return how far each column is right of pixel `column`, the short way round, (1, wide)."""
    half = easel.wide / 2
    across: Plane = np.mod(np.arange(easel.wide)[None] - column + half, easel.wide) - half
    return across / easel.height


def _tree(rng: np.random.Generator, x: Plane, y: Plane) -> Plane:
    """Return a tree rooted at the origin as a field that is positive inside."""
    tall = rng.uniform(0.20, 0.42)
    trunk = tall * 0.015 + 0.02 * np.exp(-y * 30) + 0.004 - np.abs(x - 0.012 * np.sin(y * 14))
    field: Plane = np.where(y < tall * 0.7, trunk * 300, -9)
    for _ in range(9):
        up, reach = rng.uniform(0.5, 0.95), tall * rng.uniform(0.17, 0.28)
        aside = rng.normal(0, 0.55) * reach
        crown = 3.2 - 3.2 * np.hypot((x - aside) / reach, (y - tall * up) / (0.8 * reach))
        field = np.maximum(field, crown)
    return field
