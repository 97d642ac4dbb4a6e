"""Defects of pictures through time."""

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np

from tests.mutations.clip import Bed, Clip, Code, Kind
from tests.mutations.plant import Dice, Plant, Planted, box_in, frame_in

ALL: Final[tuple[Kind, ...]] = ("sdr", "hdr", "exr", "sound")


def exposed(clip: Clip, code: Code, stops: float) -> Code:
    return clip.graded(clip.light(code) * np.float32(2.0**stops))


def tinted(clip: Clip, code: Code, stops: float) -> Code:
    """Redder and less blue by that, and as bright as before."""
    light = clip.light(code)
    red = light * np.array([2.0**stops, 1, 2.0**-stops], np.float32)
    luminance = np.array([0.2627, 0.678, 0.0593], np.float32)
    return clip.graded(red * np.float32((light @ luminance).mean() / (red @ luminance).mean()))


def zoomed(code: Code, by: float) -> Code:
    """The middle of a frame, enlarged."""
    height, width = code.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0, 1 + by)
    return np.asarray(
        cv2.warpAffine(code, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.float32
    )


def mirrored(code: Code) -> Code:
    return np.ascontiguousarray(code[:, ::-1])


def grained(code: Code, dice: Dice, amount: float) -> Code:
    """Grain that is less in black, as film's and cameras' is."""
    noise = dice.standard_normal(code.shape) * amount
    return np.asarray(code + noise * np.clip(4 * code, 0, 1), np.float32)


def _one(change: Callable[[Bed, Code, Dice, Any], Code]) -> Callable[[Bed, Dice, Any], Planted]:
    """Plant by changing one frame."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        frame, codes = frame_in(bed, dice), list(bed.clip.codes)
        codes[frame] = change(bed, codes[frame], dice, strength)
        return Planted(bed.write(codes), (frame,))

    return sow


def _black(bed: Bed, code: Code, dice: Dice, peak: float) -> Code:
    light = bed.clip.light(code)
    return bed.clip.code(light * np.float32(peak / max(float(light.max()), 1e-6)))


def _flash(bed: Bed, code: Code, dice: Dice, stops: float) -> Code:
    return exposed(bed.clip, code, stops * dice.choice([-1, 1]))


def _foreign(bed: Bed, code: Code, dice: Dice, zoom: float) -> Code:
    return zoomed(code, zoom) if zoom else mirrored(code)


def _lost(bed: Bed, code: Code, dice: Dice, share: float) -> Code:
    """A rectangle of 16 x 16 blocks that was not decoded: black, or grey in what is dark."""
    box = box_in(bed, dice, share, grid=16)
    held = code.copy()
    held[box] = 0.0 if code[box].mean() > 0.25 else 0.5
    return held


def _repeat(bed: Bed, dice: Dice, grain: float) -> Planted:
    frame, codes = frame_in(bed, dice), list(bed.clip.codes)
    codes[frame] = grained(codes[frame - 1], dice, grain)
    return Planted(bed.write(codes), (frame,))


def _freeze(bed: Bed, dice: Dice, grain: float) -> Planted:
    held = bed.clip.codes[frame_in(bed, dice)]
    return Planted(bed.write([grained(held, dice, grain) for _ in bed.clip.codes]),
                   tuple(range(len(bed.clip))))  # fmt: skip


def _swap(bed: Bed, dice: Dice, apart: int) -> Planted:
    frame, codes = frame_in(bed, dice, after=10 + apart), list(bed.clip.codes)
    codes[frame], codes[frame + apart] = codes[frame + apart], codes[frame]
    return Planted(bed.write(codes), (frame, frame + apart))


def _drop(bed: Bed, dice: Dice, count: int) -> Planted:
    frame, codes = frame_in(bed, dice, after=10 + count), list(bed.clip.codes)
    del codes[frame : frame + count]
    return Planted(bed.write(codes), (frame - 1, frame))


def _cut(bed: Bed, dice: Dice, zoom: float) -> Planted:
    frame, codes = frame_in(bed, dice, margin=14), bed.clip.codes
    rest = [_foreign(bed, code, dice, zoom) for code in codes[frame:]]
    return Planted(bed.write([*codes[:frame], *rest]), (frame - 1, frame))


def _flicker(bed: Bed, dice: Dice, stops: float) -> Planted:
    length, codes = int(dice.integers(14, 20)), list(bed.clip.codes)
    first = int(dice.integers(4, len(codes) - length - 4))
    for by in range(length):
        codes[first + by] = exposed(bed.clip, codes[first + by], stops * (-1) ** by / 2)
    return Planted(bed.write(codes), tuple(range(first, first + length)), slack=2)


def _waves(change: Callable[[Clip, Code, float], Code]) -> Callable[[Bed, Dice, float], Planted]:
    def sow(bed: Bed, dice: Dice, stops: float) -> Planted:
        period, phase = float(dice.uniform(12, 16)), float(dice.uniform(0, 6.28))
        wave = [stops / 2 * np.sin(phase + 2 * np.pi * n / period) for n in range(len(bed.clip))]
        codes = [change(bed.clip, c, float(w)) for c, w in zip(bed.clip.codes, wave, strict=True)]
        return Planted(bed.write(codes), tuple(range(len(codes))), slack=len(codes))

    return sow


def _flashing(red: bool) -> Callable[[Bed, Dice, tuple[float, float]], Planted]:
    """Flashes a second and share of the picture, over a second and a half."""

    def sow(bed: Bed, dice: Dice, strength: tuple[float, float]) -> Planted:
        hertz, share = strength
        length, codes = 40, list(bed.clip.codes)
        first = int(dice.integers(2, len(codes) - length - 2))
        dark = np.array([0.05, 0.05, 0.05], np.float32)
        bright = np.array([0.6, 0.005, 0.005] if red else [0.7, 0.7, 0.7], np.float32)
        high = round(bed.clip.size[1] * share)
        top = int(dice.integers(0, bed.clip.size[1] - high + 1))
        for by in range(length):
            lit = (by * hertz / 24) % 1 < 0.5
            frame = codes[first + by].copy()
            frame[top : top + high] = bed.clip.code(bright if lit else dark)
            codes[first + by] = frame
        return Planted(bed.write(codes), tuple(range(first, first + length)), slack=7)

    return sow


PLANTS: Final = (
    Plant("picture.black", ALL, (0.01, 0.0015, 0.0), _one(_black)),
    Plant("picture.repeated", ALL, (0.03, 0.005, 0.0), _repeat),
    Plant("picture.frozen", ALL, (0.01, 0.0005, 0.0), _freeze),
    Plant("picture.odd-frame", ALL, (0.03, 0.15, 0.0), _one(_foreign)),
    Plant("picture.odd-frame", ("sdr", "hdr", "sound"), (0.004, 0.03, 0.1), _one(_lost)),
    Plant("picture.order-swapped", ALL, (1, 2, 3), _swap),
    Plant("picture.dropped", ALL, (1, 2, 3), _drop),
    Plant("picture.cut", ALL, (0.03, 0.5, 0.0), _cut),
    Plant("picture.flash", ALL, (0.05, 0.2, 0.6), _one(_flash)),
    Plant("picture.flicker", ALL, (0.02, 0.1, 0.3), _flicker),
    Plant("picture.exposure-pumps", ALL, (0.1, 0.3, 0.8), _waves(exposed)),
    Plant("picture.color-pumps", ALL, (0.03, 0.35, 0.7), _waves(tinted)),
    Plant("flash.general", ALL, ((3.0, 0.2), (4.8, 0.4), (6.0, 1.0)), _flashing(red=False)),
    Plant("flash.red", ALL, ((3.0, 0.2), (4.8, 0.4), (6.0, 1.0)), _flashing(red=True)),
)
