"""Defects of a loop's seam."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from tests.mutations.clip import Bed, Code, Kind
from tests.mutations.moments import exposed, grained, tinted
from tests.mutations.plant import Dice, Plant, Planted

LOOP: Final[tuple[Kind, ...]] = ("loop",)
_ORDER: Final = {"loop": True}


def _rolled(bed: Bed, dice: Dice) -> list[Code]:
    """The loop, begun at any frame."""
    start = int(dice.integers(len(bed.clip)))
    return [*bed.clip.codes[start:], *bed.clip.codes[:start]]


def _loop(
    change: Callable[[Bed, list[Code], Dice, Any], Sequence[Code]],
) -> Callable[[Bed, Dice, Any], Planted]:
    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        path: Path = bed.write(change(bed, _rolled(bed, dice), dice, strength))
        return Planted(path, order=_ORDER)

    return sow


def _repeats(
    bed: Bed, codes: list[Code], dice: Dice, strength: tuple[int, float]
) -> Sequence[Code]:
    count, grain = strength
    return [*codes, *(grained(code, dice, grain) for code in codes[:count])]


def _lacks(bed: Bed, codes: list[Code], dice: Dice, count: int) -> Sequence[Code]:
    return codes[:-count]


def _part_lags(
    bed: Bed, codes: list[Code], dice: Dice, strength: tuple[float, float]
) -> Sequence[Code]:
    """One region runs slower than the rest, so that it is not back where it began."""
    share, behind = strength
    width, height = bed.clip.size
    side = share**0.5
    change = np.abs(codes[round((len(codes) - 1) * (1 - behind))] - codes[0]).sum(axis=2)
    places = [
        [int(dice.uniform(0.05, 0.95 - side) * edge) for edge in (width, height)] for _ in range(8)
    ]
    # Where nothing moves nothing lags.
    left, top = max(places, key=lambda at: change[
        at[1] : at[1] + round(side * height), at[0] : at[0] + round(side * width)
    ].mean())  # fmt: skip
    mask = np.zeros((height, width), np.float32)
    mask[top : top + round(side * height), left : left + round(side * width)] = 1
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 100), np.float32)[..., None]
    made = []
    for number, code in enumerate(codes):
        slow = number * (1 - behind)
        early, part = int(slow), np.float32(slow % 1)
        late = codes[min(early + 1, len(codes) - 1)]
        region = codes[early] * (1 - part) + late * part
        made.append(np.asarray(code * (1 - mask) + region * mask, np.float32))
    return made


def _fades(bed: Bed, codes: list[Code], dice: Dice, frames: int) -> Sequence[Code]:
    """Two thirds of the loop, closed by a cross-fade to what leads up to its first frame."""
    kept = codes[: len(codes) * 2 // 3]
    for by in range(frames):
        mix = np.float32((by + 1) / (frames + 1))
        lead = codes[len(codes) - frames + by]
        place = len(kept) - frames + by
        kept[place] = kept[place] * (1 - mix) + lead * mix
    return kept


def _hurries(bed: Bed, codes: list[Code], dice: Dice, pace: float) -> Sequence[Code]:
    """The loop runs faster and faster, up to so many times, frames blended where they fall between two."""
    made: list[Code] = []
    at = 0.0
    while at < len(codes):
        early, part = int(at), np.float32(at % 1)
        made.append(codes[early] * (1 - part) + codes[(early + 1) % len(codes)] * part)
        at += 1 + (pace - 1) * at / len(codes)
    return made


def _drifts(
    change: Callable[[Any, Code, float], Code],
) -> Callable[[Bed, list[Code], Dice, float], Sequence[Code]]:
    def drift(bed: Bed, codes: list[Code], dice: Dice, by: float) -> Sequence[Code]:
        end, count = by * dice.choice([-1, 1]), len(codes)
        return [
            change(bed.clip, code, float(end * n / (count - 1))) for n, code in enumerate(codes)
        ]

    return drift


def _stands(bed: Bed, codes: list[Code], dice: Dice, grain: float) -> Sequence[Code]:
    return [grained(codes[0], dice, grain) for _ in codes]


PLANTS: Final = (
    Plant("seam.duplicate-end", LOOP, ((1, 0.01), (1, 0.002), (2, 0.0)), _loop(_repeats)),
    Plant("seam.jump", LOOP, (1, 3, 10), _loop(_lacks)),
    Plant("seam.local", LOOP, ((0.02, 0.1), (0.05, 0.3), (0.08, 0.45)), _loop(_part_lags)),
    Plant("seam.ghost", LOOP, (3, 6, 8), _loop(_fades)),
    Plant("seam.speed-change", LOOP, (1.5, 2.6, 4.0), _loop(_hurries)),
    Plant("seam.exposure-step", LOOP, (0.03, 0.15, 0.5), _loop(_drifts(exposed))),
    Plant("seam.color-step", LOOP, (0.01, 0.12, 0.3), _loop(_drifts(tinted))),
    Plant("seam.frozen", LOOP, (0.01, 0.0005, 0.0), _loop(_stands)),
)
