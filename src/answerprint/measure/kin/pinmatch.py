"""A still picture laid onto the frames around its pin, and how each of them differs from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.transfer import srgb, to_light
from answerprint.measure.kin.placement import (
    Placement,
    Rect,
    cut,
    look_for,
    refined,
    rules,
    structure,
)
from answerprint.measure.perceptual import CLIPPED, Grade, View, grade, graded_difference
from answerprint.media.still import Still

Picture = NDArray[np.float32]

HDR: Final = ("smpte2084", "arib-std-b67")
"""Transfers whose light a still in sRGB does not tell."""
ENOUGH: Final = 0.9
"""Structure from which a rule of fitting is taken to be the right one, and the picture not looked for elsewhere."""
BETTER: Final = 0.05
"""Structure that looking for the picture has to gain over the best rule."""
LIKELY: Final = 0.35
"""Match under which a picture that was looked for lies nowhere: chance matches stay below."""
SPARSE: Final = 3
"""Of this many frames one is searched for a place; it holds for the others."""
SMALLEST: Final = 16
"""Pixels of a side under which too little of a frame is covered to tell anything."""
STEADY: Final = 0.1
"""Share of its mean growth that the difference has to grow by at every step away from the frame that fits."""
BEYOND: Final = 2
"""Frames beyond the pin that this is asked of."""
WIDER: Final = 3.0
"""Times that growth that the frames looked at have to differ at most: in noise they differ by chance alone."""
GONE: Final = 0.3
"""Share of the pinned frame's difference that is left of it in the frame that fits only where the former shows something else.

Measured of 70 right frames in groups of 8 with keyframes of twice the quality: coding leaves 0.48 and more of
the 56 where anything differs.
"""
DONE: Final = 0.6
"""Difference from which frames have too little in common to differ more."""

LIT: Final = 0.02
"""Light of a tile from which its color is seen."""

_FLOOR: Final = np.float32(2.0**-14)


@dataclass(frozen=True, slots=True)
class Reading:
    """A still in values that are averaged as its frames were, and how they become linear Rec.709 light."""

    values: Picture
    light: Callable[[Picture], Picture]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.values.shape[1], self.values.shape[0]


@dataclass(frozen=True)
class Strip:
    """The frames around a pin as linear light, by how many frames each comes late."""

    frames: Mapping[int, Picture]
    _views: dict[tuple[int, Rect], View] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames."""
        height, width = self.frames[0].shape[:2]
        return width, height

    def view(self, late: int, rect: Rect) -> View:
        """Return one frame's part in `rect`, ready to be compared."""
        key = (late, rect)
        if key not in self._views:
            self._views[key] = View.of(cut(self.frames[late], rect))
        return self._views[key]


@dataclass(frozen=True, slots=True)
class Match:
    """A picture laid onto the frames around its pin."""

    placement: Placement
    structures: Mapping[int, float]
    offset: int
    by: Grade
    residual: float

    def figures(self, *, comparable: bool) -> dict[str, object]:
        """Return the fields of the record."""
        best, pinned = self.structures[self.offset], self.structures[0]
        left, top, width, height = (round(share, 4) for share in self.placement.box)
        told: dict[str, object] = {
            "fitting": self.placement.fitting,
            "box": (left, top, width, height),
            "structure": round(best, 4),
            "pinned": round(pinned, 4),
            "offset": self.offset,
            "lead": round((best - pinned) / (1 - pinned), 3) if pinned < 1 else 0.0,
        }
        rest: dict[str, object] = {
            "stops": round(self.by.stops, 3),
            "tint": (round(self.by.tint[0], 2), round(self.by.tint[1], 2)),
            "residual": round(self.residual, 2),
        }
        return told | rest if comparable else told


def readings(still: Still, transfer: str | None) -> Iterator[Reading]:
    """Yield a still as a service may have meant it.

    A picture's code values usually go into an SDR movie as they are, although a
    monitor shows them a little darker there; some services keep the light instead.
    """
    if still.kind == "scene":
        yield Reading(np.log2(np.maximum(still.pixels, _FLOOR)), np.exp2)
        return
    if transfer not in (*HDR, "linear", "iec61966-2-1"):
        yield Reading(still.pixels, lambda code: to_light(code, transfer))
    yield Reading(still.pixels, srgb)


def match(reading: Reading, strip: Strip) -> Match:
    """Lay a picture onto the frames of `strip`, find the one that shows it, and grade that against it."""
    placement = _placed(reading, strip)
    rect = placement.rect(strip.size)
    picture = _laid(placement, reading, strip, rect)
    structures = {n: structure(strip.view(n, rect), picture) for n in strip.frames}
    offset = landed({n: 1 - each for n, each in structures.items()})
    view = strip.view(offset, rect)
    stops = grade(picture, view).stops
    by = Grade(stops, tinted(picture, view, stops))
    return Match(placement, structures, offset, by, graded_difference(picture, view, by))


def tinted(picture: View, frame: View, stops: float) -> tuple[float, float]:
    """Return the median shift of Oklab a and b x 100 over what is neither dark nor clipped: black has no color to shift."""
    lit = (np.minimum(picture.light, frame.light) > LIT) & (
        np.maximum(picture.light, frame.light) < CLIPPED
    )
    if not lit.any():
        return 0.0, 0.0
    gain = np.float32(2.0 ** (stops / 3))
    shift = (frame.tone[..., 1:] - gain * picture.tone[..., 1:])[lit]
    a, b = np.median(shift, axis=0)
    return float(a), float(b)


def landed(differences: Mapping[int, float]) -> int:
    """Return by how many frames the picture comes late: 0 unless the difference grows steadily from elsewhere through the pin.

    Coding makes single frames sharper than those beside them; only motion makes
    frames differ more the further away they are. In quick motion they have nothing
    in common after a frame or two, and the difference cannot grow on. Beyond the frame that
    fits motion may pause, which says nothing against it.
    """
    best = min(differences, key=lambda n: (differences[n], abs(n)))
    if best == 0:
        return 0
    if differences[best] <= GONE * differences[0]:
        return best
    way = 1 if best > 0 else -1
    growth = (differences[0] - differences[best]) / abs(best)
    steps = [
        differences[b] - differences[a]
        for a, b in pairwise(range(best, -way * (BEYOND + 1), -way))
        if a in differences and b in differences and differences[a] < DONE
    ]
    spread = max(differences.values()) - differences[best]
    steady = bool(steps) and min(steps) >= STEADY * growth
    return best if steady and spread >= WIDER * growth else 0


def _laid(placement: Placement, reading: Reading, strip: Strip, rect: Rect) -> View:
    return View.of(reading.light(cut(placement.onto(reading.values, strip.size), rect)))


def _placed(reading: Reading, strip: Strip) -> Placement:
    """Return where the picture lies: by the rule that fits any of the frames best, else where it is found."""
    best, rule = max(
        (
            (_fits(rule, reading, strip, strip.frames), rule)
            for rule in rules(reading.size, strip.size)
        ),
        key=lambda each: each[0],
    )
    if best >= ENOUGH:
        return rule
    light = reading.light(reading.values)
    found = [
        each for n in strip.frames if n % SPARSE == 0 and (each := look_for(light, strip.frames[n]))
    ]
    score, place = max(found, key=lambda each: each[0], default=(0.0, rule))
    if score < LIKELY:
        return rule
    # Settled on the frame it is pinned to: a pan would else be taken for another place.
    exact = refined(place, light, View.of(strip.frames[0]))
    return exact if _fits(exact, reading, strip, (0,)) > best + BETTER else rule


def _fits(placement: Placement, reading: Reading, strip: Strip, frames: Iterable[int]) -> float:
    rect = placement.rect(strip.size)
    if min(rect[2:]) < SMALLEST:
        return 0.0
    laid = _laid(placement, reading, strip, rect)
    return max(structure(strip.view(n, rect), laid) for n in frames)
