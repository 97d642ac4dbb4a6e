"""The line along which a source ends and what was made around it begins, and how the light wavers on either side."""

from collections.abc import Iterable, Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.light import luminance
from answerprint.measure.kin.footage import Footage
from answerprint.measure.kin.placement import Placement
from answerprint.measure.perceptual import DARK, oklab
from answerprint.measured.kinship import Border, Flicker, Side
from answerprint.measured.pairing import Box

Picture = NDArray[np.float32]
Profile = NDArray[np.float32]

SIDES: Final[tuple[Side, ...]] = ("left", "right", "top", "bottom")
INSIDE: Final = 4.0
"""Thumbnail pixels from the edge of the picture that a side has to lie inside to have two sides itself."""
ON: Final = 1
"""Thumbnail pixels around the border that are on it: it may fall inside a pixel."""
BESIDE: Final = 10
"""Thumbnail pixels on either side that are beside it."""
NEW: Final = 0.05
"""Share of the picture that has to be new for its light to be judged."""
FEWEST: Final = 12
"""Frames without which a flicker tells nothing."""


def borders_of(box: Box, frames: Iterable[Picture]) -> tuple[Border, ...]:
    """Return what the sides of `box`, which are inside the picture, show in `frames` (linear light)."""
    labs = [oklab(frame) for frame in frames]
    height, width = labs[0].shape[:2]
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    rows = _within(top, bottom, height)
    columns = _within(left, right, width)
    places = {
        "left": (left * width, width), "right": (right * width, width),
        "top": (top * height, height), "bottom": (bottom * height, height),
    }  # fmt: skip
    found = []
    for side in SIDES:
        at, length = places[side]
        if not INSIDE <= at <= length - INSIDE:
            continue
        upright = side in ("left", "right")
        lines = [lab[rows] if upright else lab[:, columns].swapaxes(0, 1) for lab in labs]
        found.append(_border(side, at, lines))
    return tuple(found)


def _within(first: float, last: float, length: int) -> slice:
    return slice(max(0, round(first * length)), min(length, round(last * length)))


def _border(side: Side, at: float, pictures: list[Picture]) -> Border:
    """Measure a border at column `at` of pictures that are turned to have it upright."""
    changes = [np.diff(picture, axis=1) for picture in pictures]
    # By frame, because what moves across a border only now and then is no border.
    steps = np.median([np.abs(change.mean(axis=0)).sum(axis=1) for change in changes], axis=0)
    edges = np.median([np.abs(change).sum(axis=2).mean(axis=0) for change in changes], axis=0)
    step, step_beside = _stands(steps, at)
    edge, edge_beside = _stands(edges, at)
    return Border(side=side, step=step, step_beside=step_beside, edge=edge, edge_beside=edge_beside)


def _stands(profile: Profile, at: float) -> tuple[float, float]:
    """Return the most of a profile on the border, and the most beside it."""
    # Between columns n and n + 1 is place n of the profile, and the border before column `at`.
    places = np.arange(profile.size) + 1
    away = np.abs(places - at)
    on, beside = profile[away <= ON], profile[(away > ON + 1) & (away <= BESIDE)]
    return round(float(on.max(initial=0)), 3), round(float(beside.max(initial=0)), 3)


def flicker_of(box: Box, clip: Footage, numbers: list[int]) -> Flicker | None:
    """Return how the light of what is new wavers, beside that of what is inside `box`; None where it cannot be told."""
    if len(clip.thumbs) < FEWEST:
        return None
    first = clip.picture(min(clip.thumbs))
    left, top, width, height = Placement("found", box).rect((first.shape[1], first.shape[0]))
    old = np.zeros(first.shape[:2], bool)
    old[top : top + height, left : left + width] = True
    # The border itself is neither.
    new = cv2.erode((~old).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if new.mean() < NEW or not old.any():
        return None
    light = np.array(list(_lights(clip, new, old)))
    wavers = np.abs(light[1:-1] - (light[:-2] + light[2:]) / 2)
    worst = int(wavers[:, 0].argmax()) + 1
    both = np.quantile(wavers, 0.9, axis=0)
    return Flicker(
        new=round(float(both[0]), 4), old=round(float(both[1]), 4),
        frame=numbers[sorted(clip.thumbs)[worst]],
    )  # fmt: skip


def _lights(clip: Footage, new: NDArray[np.bool_], old: NDArray[np.bool_]) -> Iterator[list[float]]:
    """Yield the light of both areas by frame, in stops."""
    for index in sorted(clip.thumbs):
        light = np.log2(np.maximum(luminance(clip.picture(index)), 0) + np.float32(DARK))
        yield [float(light[new].mean()), float(light[old].mean())]
