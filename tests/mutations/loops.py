"""Ten loops that are rendered at any share of their turn, and every way their seam can be wrong.

What is planted is made by rendering the turn at other times: nothing here knows
how a seam is measured. Every defect stands at a strength that a viewer sees; why,
is said at each.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from answerprint.rehearsal.scenery.scene import Scene, render
from tests.mutations.clean import PHOTOGRAPH
from tests.mutations.clip import Code, exr_file, exr_name, gamma_code, gamma_light, write_movie

SIZE: Final = (320, 180)
TURN: Final = math.tau

At = Callable[[float], Code]
Coding = Literal["h264", "hevc", "exr"]
Plant = Callable[["Loop", np.random.Generator], list[Code]]


@dataclass(frozen=True, slots=True)
class Loop:
    """A true loop: the picture at any share of its turn, 0 and 1 being the same."""

    name: str
    at: At
    frames: int
    coding: Coding = "h264"
    grain: float = 0.006
    hold: int = 1
    """Frames that every picture stands."""
    start: float = 0.37
    """Where in the turn a clip begins: nowhere that the picture comes to rest."""

    def shown(self, times: Sequence[float]) -> list[Code]:
        return [self.at(time % 1) for time in times]

    def times(self, start: float = 0.0) -> list[float]:
        """The turn from anywhere on, frame by frame."""
        return [
            start + number // self.hold * self.hold / self.frames for number in range(self.frames)
        ]

    @property
    def step(self) -> float:
        """What a picture goes on, as a share of the turn."""
        return self.hold / self.frames

    def write(self, codes: Sequence[Code], place: Path, dice: np.random.Generator) -> Path:
        """The frames with grain, as a file or a folder of EXR files."""
        height, width = codes[0].shape[:2]
        grainy = [
            np.clip(code + self.grain * dice.standard_normal((height, width, 1)), 0, 1).astype(np.float32)
            for code in codes
        ]  # fmt: skip
        if self.coding != "exr":
            return write_movie(
                place / "loop.mp4", grainy, bits=8 if self.coding == "h264" else 10, crf=18
            )
        folder = place / "loop"
        folder.mkdir()
        for number, code in enumerate(grainy):
            (folder / exr_name(number)).write_bytes(exr_file(gamma_light(code)))
        return folder


@cache
def _photograph(width: int, height: int) -> Code:
    held = cv2.imread(str(PHOTOGRAPH))
    assert held is not None
    small = cv2.resize(held[..., ::-1], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray((small.astype(np.float32) / 255) ** np.float32(0.7), np.float32)


def _swayed(x: Code, y: Code) -> Code:
    """The photograph seen at these places."""
    return np.asarray(
        cv2.remap(_photograph(*SIZE), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )  # fmt: skip


def _grid() -> tuple[Code, Code]:
    width, height = SIZE
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _fetched(picture: Code, x: Code, y: Code) -> Code:
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


@cache
def _texture(width: int, height: int, seed: int) -> Code:
    """Clouds of three colors, as fine as they are coarse, which repeat at every edge."""
    dice = np.random.default_rng(seed)
    across, down = np.fft.rfftfreq(width) * width, np.fft.fftfreq(height) * height
    slope = (1 + across[None] ** 2 + down[:, None] ** 2) ** -0.75
    planes = []
    for _ in range(3):
        waves = np.fft.rfft2(dice.standard_normal((height, width))) * slope
        plane = np.fft.irfft2(waves, (height, width))
        planes.append(np.clip(0.45 + 0.2 * plane / plane.std(), 0.02, 0.98))
    return np.ascontiguousarray(np.stack(planes, axis=-1), np.float32)


@lru_cache(maxsize=256)
def bay(seed: int, time: float) -> Code:
    """The rehearsal's camera on its ellipse along a bay: all that is in the picture moves at its own pace."""
    cycle = 720
    scene = Scene(seed, SIZE, cycle, loop=True, grain=0)
    return gamma_code(np.clip(render(scene, round(time * cycle) % cycle), 0, 1))


def travel(time: float) -> Code:
    """Two layers that pass at one and two widths a turn, the nearer one with gaps."""
    x, y = _grid()
    far = _fetched(_texture(320, 180, 1), (x + 320 * time) % 320, y)
    near = _fetched(_texture(320, 180, 2), (x + 640 * time) % 320, y)
    gap = np.clip(4 * np.sin(TURN * 3 * (x + 640 * time) / 320) + 2, 0, 1)[..., None]
    return np.asarray(far * gap + 0.6 * near * (1 - gap), np.float32)


def ripples(time: float) -> Code:
    """Waves of a few pixels over the photograph: everything moves, and nothing gets anywhere."""
    x, y = _grid()
    aside = 5 * np.sin(TURN * (time + y / 60)) + 3 * np.sin(TURN * (2 * time - y / 97))
    down = 3 * np.cos(TURN * (time + x / 110))
    return _swayed(x + aside, y + down)


def globe(time: float) -> Code:
    """A textured ball that turns before black."""
    _, height = SIZE
    x, y = (axis - edge / 2 for axis, edge in zip(_grid(), SIZE, strict=True))
    x, y = x / (0.44 * height), y / (0.44 * height)
    depth = np.sqrt(np.maximum(1 - x * x - y * y, 0))
    along, up = np.arctan2(x, depth) / TURN, np.arcsin(np.clip(y, -1, 1)) / np.pi + 0.5
    skin = _fetched(_texture(640, 200, 3), (along + time) % 1 * 640 % 640, up * 199)
    light = np.clip(0.2 + 0.8 * (0.6 * depth - 0.5 * x - 0.4 * y), 0.05, 1)[..., None]
    return np.where((x * x + y * y < 1)[..., None], skin * light, np.float32(0.05))


def handheld(time: float) -> Code:
    """A camera that sways as a hand does, in five periods at once."""
    width, height = SIZE
    sway = [(9.0, 1, 0.1), (3.4, 2, 0.55), (1.6, 3, 0.8), (0.9, 4, 0.3), (0.6, 5, 0.7)]
    aside = sum(size * math.sin(TURN * (turns * time + at)) for size, turns, at in sway)
    down = sum(0.6 * size * math.sin(TURN * (turns * time + 1.7 * at)) for size, turns, at in sway)
    view = np.array([[1, 0, aside - 32], [0, 1, down - 18]], np.float32)
    wide = _photograph(width * 6 // 5, height * 6 // 5)
    return np.asarray(
        cv2.warpAffine(wide, view, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    )


def fall(time: float) -> Code:
    """An endless fall into the picture's middle."""
    _, height = SIZE
    x, y = (axis - edge / 2 for axis, edge in zip(_grid(), SIZE, strict=True))
    deep = (0.35 * np.log(np.hypot(x, y) / height + 0.02) - time) % 1
    around = np.arctan2(y, x) / TURN + 0.5
    return _fetched(_texture(1024, 512, 4), around * 1024 % 1024, deep * 512 % 512)


def passers(time: float) -> Code:
    """Balls of many sizes that cross before a photograph, one, two or three times a turn."""
    width, height = SIZE
    dice, picture = np.random.default_rng(11), _photograph(*SIZE).copy()
    for _ in range(9):
        start, level, size = (
            dice.uniform(0, 1),
            dice.uniform(0.1, 0.9),
            dice.uniform(0.05, 0.13) * height,
        )
        turns, color = int(dice.choice([-3, -2, -1, 1, 2, 3])), dice.uniform(0.1, 0.95, 3)
        x = (start + turns * time) % 1 * (width + 2 * size) - size
        y = level * height + 0.06 * height * math.sin(TURN * (2 * time + start))
        cv2.circle(picture, (round(16 * x), round(16 * y)), round(16 * size), color.tolist(), -1, cv2.LINE_AA, 4)  # fmt: skip
    return picture


def candle(time: float) -> Code:
    """A room in light that breathes by half a stop, while what hangs in it sways by two pixels."""
    x, y = _grid()
    sway = np.asarray(2.2 * np.sin(TURN * time + y / 40), np.float32)
    flame = 0.5 + 0.3 * math.sin(TURN * time + 1) + 0.1 * math.sin(TURN * 3 * time)
    near = np.exp(-((x - 200) ** 2 + (y - 90) ** 2) / 9e3)[..., None]
    return np.asarray(_swayed(x + sway, y) * (0.4 + 0.5 * flame * (0.5 + near)), np.float32)


LOOPS: Final = (
    Loop("bay at dusk", partial(bay, 0), 72),
    Loop("bay in a storm", partial(bay, 4), 90, "hevc"),
    Loop("bay in the morning", partial(bay, 3), 72, "exr"),
    Loop("travel", travel, 96),
    Loop("ripples", ripples, 60, grain=0.01),
    Loop("globe", globe, 80, "hevc"),
    Loop("handheld", handheld, 72),
    Loop("fall", fall, 90),
    Loop("candle", candle, 48, "hevc", grain=0.003, start=0.98),
    Loop("passers on twos", passers, 96, hold=2),
)


def _begun(loop: Loop) -> list[float]:
    return loop.times(loop.start)


def first_again(pictures: int) -> Plant:
    """The first pictures come again at the end: motion stands still for a frame, or goes back."""

    def plant(loop: Loop, dice: np.random.Generator) -> list[Code]:
        times = _begun(loop)
        return loop.shown(times + times[: pictures * loop.hold])

    return plant


def last_stands(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """The last picture stands for two."""
    times = _begun(loop)
    return loop.shown(times + times[-loop.hold :])


def lacks(pictures: int) -> Plant:
    """Pictures are missing at the end: motion leaps, in these loops by a pixel in 320 and more."""

    def plant(loop: Loop, dice: np.random.Generator) -> list[Code]:
        return loop.shown(_begun(loop)[: -pictures * loop.hold])

    return plant


def goes_elsewhere(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """Three fifths of the turn: the last picture has nothing to do with the first."""
    return loop.shown(_begun(loop)[: loop.frames * 3 // 5 // loop.hold * loop.hold])


def cut_nearby(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """A twelfth of the turn is missing two pictures away from the seam, which itself is perfect."""
    times, lost = _begun(loop), loop.frames // 12 // loop.hold * loop.hold
    near = 2 * loop.hold
    if dice.random() < 0.5:
        return loop.shown(times[:near] + times[near + lost :])
    return loop.shown(times[: -near - lost] + times[-near:])


def part_lags(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """A twelfth of the picture runs at three quarters of the pace, and jumps a quarter of the turn."""
    width, height = SIZE
    times = _begun(loop)
    codes = loop.shown(times)
    late = loop.shown([times[0] + 0.75 * (time - times[0]) for time in times])
    wide, high = round(0.29 * width), round(0.29 * height)
    apart = np.abs(late[-1] - codes[0]).sum(axis=2)
    corners = [
        (int(dice.uniform(0, width - wide)), int(dice.uniform(0, height - high))) for _ in range(12)
    ]
    # Where nothing moves nothing lags.
    left, top = max(
        corners, key=lambda at: apart[at[1] : at[1] + high, at[0] : at[0] + wide].mean()
    )
    mask = np.zeros((height, width), np.float32)
    mask[top : top + high, left : left + wide] = 1
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 120), np.float32)[..., None]
    return [np.asarray(a * (1 - soft) + b * soft) for a, b in zip(codes, late, strict=True)]


def exposure_drifts(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """A fifth of a stop from the first frame to the last: 15 % of the light, where 2 % are seen side by side."""
    return _graded(loop, (0.2, 0.2, 0.2), dice)


def color_drifts(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """Red rises and blue sinks by an eighth of a stop: about 3 CIELAB units on a gray."""
    return _graded(loop, (0.125, 0.0, -0.125), dice)


def _graded(loop: Loop, stops: tuple[float, float, float], dice: np.random.Generator) -> list[Code]:
    sign, codes = dice.choice([-1, 1]), loop.shown(_begun(loop))
    last = len(codes) - 1
    gains = [
        np.float32(2) ** (np.asarray(stops, np.float32) * sign * n / last)
        for n in range(len(codes))
    ]
    return [
        gamma_code(np.clip(gamma_light(code) * gain, 0, 1))
        for code, gain in zip(codes, gains, strict=True)
    ]


def hurries(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """Motion becomes three times as fast in the course of the turn."""
    end, pictures = 3.0, round(loop.frames / loop.hold / 2)
    shares = [n / pictures for n in range(pictures)]
    times = [loop.start + (2 * share + (end - 1) * share**2) / (1 + end) for share in shares]
    return [code for code in loop.shown(times) for _ in range(loop.hold)]


def fades(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """Three fifths of the turn, whose last eight frames dissolve into what leads up to the first: a third of a second of double picture."""
    times, length = _begun(loop), loop.frames * 3 // 5
    made, lead = loop.shown(times[:length]), loop.shown(times[-8:])
    for n, code in enumerate(lead):
        share = np.float32((n + 1) / 9)
        made[length - 8 + n] = made[length - 8 + n] * (1 - share) + code * share
    return made


def goes_back(loop: Loop, dice: np.random.Generator) -> list[Code]:
    """Two fifths of the turn and back again, both ends shown twice: motion turns on the spot."""
    there = loop.shown(_begun(loop)[: loop.frames * 2 // 5 // loop.hold * loop.hold])
    return [*there, *there[::-1]]


SEAMLESS: Final[dict[str, Plant]] = {
    "as it is": lambda loop, _: loop.shown(loop.times()),
    "begun elsewhere": lambda loop, _: loop.shown(_begun(loop)),
}
"""Ways to show a loop that nothing is wrong with."""


DEFECTS: Final[dict[str, tuple[str, Plant]]] = {
    "first frame again": ("seam.duplicate-end", first_again(1)),
    "first two again": ("seam.duplicate-end", first_again(2)),
    "last frame stands": ("seam.duplicate-end", last_stands),
    "there and back": ("seam.duplicate-end", goes_back),
    "one missing": ("seam.jump", lacks(1)),
    "three missing": ("seam.jump", lacks(3)),
    "elsewhere": ("seam.jump", goes_elsewhere),
    "cut nearby": ("seam.jump", cut_nearby),
    "part lags": ("seam.local", part_lags),
    "exposure drifts": ("seam.exposure-step", exposure_drifts),
    "color drifts": ("seam.color-step", color_drifts),
    "hurries": ("seam.speed-change", hurries),
    "fades": ("seam.ghost", fades),
}
"""What is wrong, the id it is found by, and how it is planted."""
