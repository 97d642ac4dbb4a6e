"""What a planted defect is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from tests.mutations.clip import Bed, Kind

Strength = Literal["faint", "medium", "strong"]
STRENGTHS: Final[tuple[Strength, ...]] = ("faint", "medium", "strong")
Dice = np.random.Generator


@dataclass(frozen=True, slots=True)
class Planted:
    """What was written, where the defect is in it, and by which order and limits it is one."""

    path: Path
    frames: tuple[int, ...] = ()
    """Frames a finding has to name, counted from 0; empty where the defect has no place in time."""
    slack: int = 0
    """Frames by which a finding may be off."""
    among: bool = False
    """Whether a finding may name other frames besides."""
    order: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)


Sow = Callable[[Bed, Dice, Any], Planted]


@dataclass(frozen=True, slots=True)
class Plant:
    """One defect: the id it is found by, the kinds of clip it is planted in, and how.

    `strengths` are what `sow` is given for faint, medium and strong. A fact is
    reported of clean clips as well, at another place or with another figure.
    """

    id: str
    kinds: tuple[Kind, ...]
    strengths: tuple[Any, Any, Any]
    sow: Sow
    fact: bool = False


def frame_in(bed: Bed, dice: Dice, margin: int = 10, after: int | None = None) -> int:
    """A frame that is not close to either end."""
    return int(dice.integers(margin, len(bed.clip) - (after or margin)))


def box_in(bed: Bed, dice: Dice, share: float, grid: int = 1) -> tuple[slice, slice]:
    """Rows and columns of a rectangle of that share of the picture, somewhere in it."""
    width, height = bed.clip.size
    wide = max(grid, round(width * share**0.5 / grid) * grid)
    high = max(grid, round(height * share**0.5 / grid) * grid)
    left = int(dice.integers(0, max(1, (width - wide) // grid))) * grid
    top = int(dice.integers(0, max(1, (height - high) // grid))) * grid
    return slice(top, top + high), slice(left, left + wide)
