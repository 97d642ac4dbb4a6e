"""Defects of EXR samples: what no picture holds, broken tiles and chunks, channels and alpha."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tests.mutations.clip import Bed, Code, exr_file
from tests.mutations.plant import Dice, Plant, Planted, box_in, frame_in

CHUNKS: Final = {"zip": 16, "piz": 32, "dwaa": 32, "dwab": 256}
"""Lines that are compressed as one chunk."""
Change = Callable[[Bed, Code, Dice, Any], Code]


def _one(change: Change, compression: str = "zip") -> Callable[[Bed, Dice, Any], Planted]:
    """Plant by changing one frame's light, in files that keep every value."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        frame, files = frame_in(bed, dice), bed.exrs(compression)
        light = bed.clip.light(bed.clip.codes[frame]).copy()
        files[frame] = exr_file(change(bed, light, dice, strength), compression)
        return Planted(bed.exr(files), (frame,))

    return sow


def _spots(value: float) -> Change:
    """Single samples of one channel, anywhere in the frame."""

    def change(bed: Bed, light: Code, dice: Dice, count: int) -> Code:
        at = dice.choice(light[..., 0].size, count, replace=False)
        rows, columns = np.unravel_index(at, light.shape[:2])
        light[rows, columns, int(dice.integers(3))] = value
        return light

    return change


def _area(value: float) -> Change:
    def change(bed: Bed, light: Code, dice: Dice, share: float) -> Code:
        light[box_in(bed, dice, share)] = value
        return light

    return change


def _denormal(bed: Bed, light: Code, dice: Dice, share: float) -> Code:
    box = box_in(bed, dice, share)
    light[box] = np.clip(light[box], 0.01, 1) * np.float32(4e-5)
    return light


def _negative(bed: Bed, light: Code, dice: Dice, strength: tuple[float, float]) -> Code:
    value, share = strength
    light[box_in(bed, dice, share)] = value
    return light


def _lit_square(light: Code, dice: Dice, side: int) -> tuple[slice, slice]:
    """A square on a grid of 4 pixels, of a dozen random ones that where the darkest parts are brightest."""
    height, width = light.shape[:2]
    corners = [(int(dice.integers(0, (height - side) // 4)) * 4, int(dice.integers(0, (width - side) // 4)) * 4)
               for _ in range(12)]  # fmt: skip
    squares = [(slice(y, y + side), slice(x, x + side)) for y, x in corners]
    return max(squares, key=lambda square: float(np.quantile(light[square], 0.1)))


def _damaged(bed: Bed, light: Code, dice: Dice, side: int) -> Code:
    """Blocks of garbage of 8 pixels in a square of that side."""
    square = _lit_square(light, dice, side)
    noise = dice.uniform(-2, 2, (-(-side // 8), -(-side // 8), 1))
    light[square] *= 2.0 ** np.kron(noise, np.ones((8, 8, 1)))[:side, :side]
    return light


def _black_tile(bed: Bed, light: Code, dice: Dice, side: int) -> Code:
    """A square of zeros, where it is not dark."""
    light[_lit_square(light, dice, side)] = 0
    return light


def _band(bed: Bed, dice: Dice, stops: float) -> Planted:
    fitting = [name for name, lines in CHUNKS.items() if 2 * lines < bed.clip.size[1]]
    if bed.clip.size[1] > CHUNKS["dwab"]:
        fitting = ["dwab", "piz"]
    compression = fitting[int(dice.integers(len(fitting)))]
    lines = CHUNKS[compression]
    chunk = int(dice.integers(0, -(-bed.clip.size[1] // lines)))

    def change(bed: Bed, light: Code, dice: Dice, stops: float) -> Code:
        light[chunk * lines : (chunk + 1) * lines] *= np.float32(
            2 ** (stops * dice.choice([-1, 1]))
        )
        return light

    return _one(change, compression)(bed, dice, stops)


def _firefly(bed: Bed, light: Code, dice: Dice, strength: tuple[int, float]) -> Code:
    """Pixels that many stops over the brightest around them."""
    count, stops = strength
    height, width = light.shape[:2]
    for _ in range(count):
        y, x = int(dice.integers(4, height - 4)), int(dice.integers(4, width - 4))
        around = light[y - 4 : y + 5, x - 4 : x + 5].max()
        light[y, x] = min(float(max(around, 0.01)) * 2**stops, 60_000)
    return light


def _stuck(bed: Bed, light: Code, dice: Dice, how: str) -> Code:
    place = int(dice.integers(3))
    other = (place + int(dice.integers(1, 3))) % 3
    if how == "one value":
        light[..., place] = 0.18
    elif how == "another's":
        light[..., place] = light[..., other]
    else:
        light[..., place] = light[..., place].mean() + 0.3 * (
            light[..., place] - light[..., place].mean()
        )
    return light  # fmt: skip


def _swapped(bed: Bed, dice: Dice, count: int) -> Planted:
    frame, files = frame_in(bed, dice, after=10 + count), bed.exrs("zip")
    order = [[2, 1, 0], [1, 2, 0], [2, 0, 1]][int(dice.integers(3))]
    for number in range(frame, frame + count):
        light = bed.clip.light(bed.clip.codes[number])
        files[number] = exr_file(light[..., order], "zip")
    return Planted(bed.exr(files), tuple(range(frame, frame + count)))


def _matte(bed: Bed) -> Code:
    """Alpha with a soft round hole."""
    width, height = bed.clip.size
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(columns - 0.3 * width, rows - 0.5 * height) / height
    return np.asarray(np.clip((far - 0.25) * 20, 0, 1), np.float32)


def _keyed(
    bed: Bed, dice: Dice, change: Callable[[int, Code, Code], tuple[Code, Code]]
) -> list[bytes]:
    """RGBA files, premultiplied, then changed."""
    files = []
    for number, code in enumerate(bed.clip.codes):
        alpha = _matte(bed)
        light, alpha = change(number, bed.clip.light(code) * alpha[..., None], alpha)
        files.append(exr_file(light, "zip", planes={"A": alpha.astype(np.float16)}))
    return files


def _speckle(bed: Bed, dice: Dice, strength: tuple[int, float]) -> Planted:
    frame, (count, by) = frame_in(bed, dice), strength

    def change(number: int, light: Code, alpha: Code) -> tuple[Code, Code]:
        if number == frame:
            solid = np.flatnonzero(alpha[4:-4, 4:-4] == 1)
            rows, columns = np.unravel_index(dice.choice(solid, count, replace=False),
                                             (alpha.shape[0] - 8, alpha.shape[1] - 8))  # fmt: skip
            alpha = alpha.copy()
            alpha[rows + 4, columns + 4] = 1 - by
        return light, alpha

    return Planted(bed.exr(_keyed(bed, dice, change)), (frame,))


def _unmultiplied(bed: Bed, dice: Dice, share: float) -> Planted:
    def change(number: int, light: Code, alpha: Code) -> tuple[Code, Code]:
        clear = (alpha == 0) & (dice.random(alpha.shape) < share)
        light[clear] = np.maximum(bed.clip.light(bed.clip.codes[number])[clear], 0.01)
        return light, alpha

    files = _keyed(bed, dice, change)
    return Planted(bed.exr(files), tuple(range(len(files))))


PLANTS: Final = (
    Plant("pixels.nan", ("exr",), (1, 20, 400), _one(_spots(np.nan))),
    Plant("pixels.infinite", ("exr",), (1, 20, 400), _one(_spots(np.inf))),
    Plant("pixels.overflow", ("exr",), (5e-5, 1e-3, 2e-2), _one(_area(65504))),
    Plant("pixels.denormal", ("exr",), (0.5, 0.95, 1.0), _one(_denormal)),
    Plant(
        "pixels.negative", ("exr",), ((-5e-4, 0.01), (-5e-3, 0.01), (-0.1, 0.1)), _one(_negative)
    ),
    Plant("pixels.damage", ("exr",), (4, 24, 48), _one(_damaged)),
    Plant("pixels.black-tile", ("exr",), (4, 16, 40), _one(_black_tile)),
    Plant("pixels.band", ("exr",), (0.08, 0.4, 1.0), _band),
    Plant("pixels.firefly", ("exr",), ((1, 1.5), (2, 4.5), (5, 7.0)), _one(_firefly)),
    Plant("channels.stuck", ("exr",), ("flatter", "another's", "one value"), _one(_stuck)),
    Plant("channels.swapped", ("exr",), (1, 2, 3), _swapped),
    Plant("alpha.speckle", ("exr",), ((1, 0.02), (2, 0.3), (10, 1.0)), _speckle),
    Plant("alpha.premultiplied", ("exr",), (0.05, 0.5, 1.0), _unmultiplied),
)
