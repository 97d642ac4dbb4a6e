"""Light that leaves its course for one frame: by how much, in how much of the picture, and where."""

from typing import Final

import numpy as np

from answerprint.measure.perceptual import CLIPPED, DARK, Plane, View
from answerprint.measured.motion import Blip, Box

LEAST: Final = 0.03
"""Stops under which a blip is not kept: the grain of a clean clip leaves as much in an eighth of its tiles."""
MOST_OF: Final = 8
"""The peak is the mean of one tile in this many, at least one: a lamp and what it lights in a wide shot."""


def exposure_change(a: View, b: View) -> Plane:
    """Return how many stops brighter each tile of `b` is than in `a`, (rows, columns); NaN where neither tells.

    Tiles that are clipped or black in both tell nothing, as in `grade`.
    """
    floor = np.float32(0.4 * DARK)
    stops: Plane = np.log2((np.maximum(b.light, 0) + floor) / (np.maximum(a.light, 0) + floor))
    stops[(np.minimum(a.light, b.light) >= CLIPPED) | (np.maximum(a.light, b.light) <= DARK)] = (
        np.nan
    )
    return stops


def unevenness(change: Plane) -> float:
    """Return half the interquartile range of a change of exposure: 0 where all tiles change alike."""
    ordered = np.sort(change[~np.isnan(change)])
    last = ordered.size - 1
    if last < 1:
        return 0.0
    return float(ordered[round(0.75 * last)] - ordered[round(0.25 * last)]) / 2


def cast_between(a: View, b: View, stops: float) -> tuple[float, float]:
    """Return the Oklab a and b x 100 that `b` is shifted by, beyond what `stops` of exposure explain.

    The median over the tiles that are light enough in either to have a color.
    """
    told = np.maximum(a.light, b.light) > DARK
    if not told.any():
        return 0.0, 0.0
    shift = b.tone[told][:, 1:] - a.tone[told][:, 1:] * np.float32(2.0 ** (stops / 3))
    green_red, blue_yellow = np.median(shift, axis=0)
    return float(green_red), float(blue_yellow)


def blip_of(into: Plane, out: Plane) -> Blip | None:
    """Return how a frame stands out, from the changes of exposure into it and out of it; None where it hardly does."""
    told = ~np.isnan(into + out)
    if not told.any():
        return None
    apart = np.where(into * out < 0, np.minimum(abs(into), abs(out)), 0) * np.sign(into)
    apart[~told] = 0
    ordered = np.sort(apart, axis=None)
    most = max(1, ordered.size // MOST_OF)
    brighter, darker = float(ordered[-most:].mean()), float(ordered[:most].mean())
    peak = brighter if brighter >= -darker else darker
    if abs(peak) < LEAST:
        return None
    part = apart * np.sign(peak) >= abs(peak) / 2
    return Blip(
        stops=_short(float(np.median(apart[told]))),
        peak=_short(peak),
        share=_short(float(part.mean())),
        box=_box(part),
    )


def _box(part: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Box:
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    high, wide = part.shape
    return (
        _short(columns[0] / wide),
        _short(rows[0] / high),
        _short((columns[-1] + 1 - columns[0]) / wide),
        _short((rows[-1] + 1 - rows[0]) / high),
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")
