"""What stands still in a scene, painted once: sky, scenery at its distances, and the waves' spectrum.

Lengths are fractions of the picture's height, x from its middle and y upward, so that a seed is the
same shot at every size. Colors are linear Rec. 709. Numbers in the painters that no comment explains
were matched by eye.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Plane = NDArray[np.floating[Any]]
Matrix = NDArray[np.float64]
RGB = tuple[float, float, float]
XY = tuple[float, float]

TEXELS = 1024
"""Side of the noise tile that textures every surface."""
WAVES = 512
"""Side of the wave tile."""
REACH = 0.06
"""Highest a looping camera rises, and how far layers are painted below their foot for it."""
SHORE = 0.35
"""Share of the camera's motion the far shore has."""
FLOORS = 25
"""Rows of windows in the height of the town's layer."""
CONVOYS = 8
"""Times the cars repeat along the road, so that a loop need only bring each to the next one's place."""
SMALLEST = 288
"""Shorter side in pixels below which a scene is painted larger and averaged, against aliasing."""


class Look(NamedTuple):
    """One light: radiance of the sky, and what land, haze and water send back of it."""

    zenith: RGB
    horizon: RGB
    orb: RGB
    haze: RGB
    land: RGB
    water: RGB
    power: float
    """Peak radiance of the sun or moon."""


LOOKS = (
    Look((.060, .12, .28), (.80, .30, .10), (1, .58, .26), (.42, .22, .14), (.10, .08, .04), (.008, .022, .032), 160),
    Look((.050, .07, .20), (.60, .22, .20), (1, .50, .32), (.27, .15, .18), (.07, .06, .06), (.008, .014, .030), 120),
    Look((.006, .012, .036), (.030, .048, .09), (.78, .88, 1), (.022, .038, .07), (.022, .028, .03), (.002, .005, .01), 60),
    Look((.12, .24, .46), (.85, .62, .36), (1, .82, .56), (.52, .42, .33), (.13, .13, .06), (.010, .040, .045), 180),
    Look((.025, .06, .075), (.36, .40, .26), (1, .90, .60), (.16, .21, .17), (.06, .08, .04), (.005, .024, .022), 120),
    Look((.012, .03, .105), (.22, .13, .14), (1, .52, .36), (.07, .07, .12), (.04, .045, .05), (.003, .008, .018), 70),
)  # fmt: skip
"""Amber dusk, rose dusk, moonlight, golden morning, storm light and the blue hour, matched by eye."""
TUNGSTEN: RGB = (1.0, 0.56, 0.22)
LED: RGB = (0.86, 0.93, 1.0)
LAMPLIT: RGB = (0.34, 0.22, 0.06)
"""Leaves under tungsten light."""


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


class Easel(NamedTuple):
    """What the painters of one stage share; a layer is `wide` pixels before it repeats."""

    rng: np.random.Generator
    look: Look
    tile: Image
    height: int
    wide: int
    horizon: int
    sun: XY


def set_stage(seed: int, size: tuple[int, int], cycle: int | None) -> Stage:
    """Return the stage of a seed at a size in pixels; `cycle` is the frames of a loop, None for none."""
    rng = np.random.default_rng(seed)
    look = _tinted(LOOKS[seed % len(LOOKS)], rng)
    scale = -(-SMALLEST // min(size))
    width, height = (side * scale for side in size)
    horizon = round(height * rng.uniform(0.42, 0.60))
    sun = (rng.choice([-1, 1]) * rng.uniform(0.05, 0.34) * width / height, rng.uniform(0.12, 0.26))
    tile = _noise(rng, (TEXELS, TEXELS), 2.6)
    easel = Easel(rng, look, tile, height, max(3 * height, 3 * width // 2), horizon, sun)
    return Stage(
        cycle=cycle,
        look=look,
        width=width,
        height=height,
        horizon=horizon,
        heading=int(rng.choice([-1, 1])),
        tile=tile,
        sky=_paint_sky(easel, width),
        far=(
            _paint_ridge(easel, rng.uniform(0.06, 0.15), haze=0.72, nearness=0.10),
            _paint_ridge(easel, rng.uniform(0.03, 0.08), haze=0.42, nearness=0.22),
            _paint_town(easel),
        ),
        cars=_paint_cars(easel),
        sea=_raise_sea(rng, cycle),
        near=_paint_near(easel),
    )


def _tinted(look: Look, rng: np.random.Generator) -> Look:
    """Return `look` with another sky than the next scene of the same light has."""
    r, g, b = rng.uniform(0.84, 1.19, 3)
    zenith, horizon, haze = (
        (color[0] * r, color[1] * g, color[2] * b)
        for color in (look.zenith, look.horizon, look.haze)
    )
    return look._replace(zenith=zenith, horizon=horizon, haze=haze)


def _noise(rng: np.random.Generator, shape: tuple[int, int], slope: float) -> Image:
    """Return noise of unit deviation that tiles; its power falls with frequency to the `slope`."""
    frequency = np.hypot(np.fft.rfftfreq(shape[1]), np.fft.fftfreq(shape[0])[:, None])
    frequency[0, 0] = np.inf
    waves = np.fft.rfft2(rng.standard_normal(shape)) * frequency ** (-slope / 2)
    noise = np.fft.irfft2(waves, s=shape)
    return np.asarray(noise / noise.std(), np.float32)


def sample(tile: Image, u: Plane, v: Plane, *, outside: int = cv2.BORDER_WRAP) -> Image:
    """Return `tile`, endlessly repeated, at columns `u` and rows `v` within ±32000, which broadcast."""
    across, down = (as_image(axis) for axis in np.broadcast_arrays(u, v))
    return as_image(cv2.remap(tile, across, down, cv2.INTER_LINEAR, borderMode=outside))


def as_image(pixels: Any) -> Image:
    """Return `pixels` as float32, which is also what OpenCV returns without saying so."""
    return np.asarray(pixels, np.float32)


def shrunk(image: Image, width: int, height: int) -> Image:
    """Return `image` averaged down to `width` x `height`."""
    return as_image(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def ramp(low: float, high: float, x: Plane) -> Plane:
    """Return 0 up to `low`, 1 from `high`, and a smooth step between."""
    t: Plane = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def colored(*parts: tuple[Plane, RGB]) -> Image:
    """Return the sum of colors, each times its plane, (rows, columns, 3); planes broadcast."""
    planes = np.broadcast_arrays(*(plane for plane, _ in parts))
    shares = cv2.merge([as_image(plane) for plane in planes])
    return as_image(cv2.transform(shares, np.array([color for _, color in parts]).T))


def _paint_sky(easel: Easel, width: int) -> Sky:
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
    return sample(_noise(easel.rng, (1, TEXELS), slope), along, 0 * along)


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


def _paint_ridge(easel: Easel, rise: float, *, haze: float, nearness: float) -> Layer:
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


def _paint_town(easel: Easel) -> Layer:
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


def _paint_cars(easel: Easel) -> Layer:
    top, y = _altitudes(easel, easel.horizon, 0.02)
    x = (easel.rng.random(3) + np.arange(CONVOYS)[:, None]).ravel() * easel.wide / CONVOYS
    road = np.full(len(x), easel.horizon - top - 0.007 * easel.height)
    light = _glow(easel, len(y), x, road, np.tile(np.multiply(LED, 16), (len(x), 1)), 0.0012)
    return _layer(easel, light, 0 * light[..., 0], top, SHORE)


def _paint_near(easel: Easel) -> Layer:
    look, rng, h = easel.look, easel.rng, easel.height
    top, y = _altitudes(easel, h, 0.66)
    ground = 0.028 * _line(easel, 2.8) + 0.004 * _line(easel, 0.9)
    ground = np.clip(ground + rng.uniform(0.05, 0.11), 0.02, 0.16)
    field = (ground - y) / 0.02
    for root in rng.uniform(0, easel.wide, rng.integers(2, 6)):
        tree = _tree(rng, _beside(easel, root), y - ground[0, int(root)] + 0.02)
        field = np.maximum(field, tree)
    leaf = 0.5 * _texture(easel, y, 3) + 0.55 * _texture(easel, y, 9)
    alpha = ramp(0.0, 0.35, field + leaf * np.clip(1.6 - field, 0, 1.3))
    shade = np.clip(0.7 + 0.4 * leaf + 0.6 * _relief(easel, y, 6), 0.08, 2)
    count = int(rng.integers(4, 9))
    lamps = (np.arange(count) + rng.uniform(0.25, 0.75, count)) * easel.wide / count
    heads = ground[0, lamps.astype(int)] + 0.12
    pool = np.zeros_like(alpha)
    for lamp, head in zip(lamps, heads, strict=True):
        x = _beside(easel, lamp)
        pool += (1 + (x**2 + (y - head) ** 2) / 0.06**2) ** -1.5
        alpha = np.maximum(alpha, _edge(easel, 0.0026 - np.abs(x)) * (y < head))
    rgb = colored((0.45 * shade * alpha, look.land), (shade * pool * alpha, LAMPLIT))
    power = np.tile(np.multiply(TUNGSTEN, 70), (count, 1))
    rgb += _glow(easel, len(y), lamps, h - top - heads * h, power, 0.0055)
    return _layer(easel, rgb, alpha, top, 1.0)


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
