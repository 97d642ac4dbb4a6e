"""The flash meter: thumbnails in, in the order they are shown; every turn of light and of saturated red out.

The rules are ITU-R BT.1702-3's as summaries publish them (spectraqc.io, PSE; W3C, WCAG 2): the
Recommendation's own text was not opened. Memory: a few small planes, and a few
numbers for each frame at which something turns.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.light import luminance
from answerprint.color.transfer import REFERENCE_WHITE
from answerprint.measure.perceptual import made_finite
from answerprint.measured.flashes import Flashes, Turn
from answerprint.measured.movie import ColorTags

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

SDR_WHITE: Final = 200.0
"""cd/m2 that SDR white is taken to show as (ITU-R BT.1702-3 assumes a display of 200)."""
CELL: Final = 2
"""Side of a cell in thumbnail pixels, a 96th of the picture's width: small enough for areas that are good to a hundredth."""
STEP: Final = 20.0
"""Change of luminance in cd/m2 that is one of a flash (ITU-R BT.1702-3)."""
BRIGHT: Final = 160.0
"""Darker luminance, cd/m2, from which the change is judged as a contrast instead (ITU-R BT.1702-3)."""
CONTRAST: Final = 1 / 17
"""That contrast: 20 cd/m2 between 160 and 180, so that the two rules meet."""
SATURATED: Final = 0.8
"""R / (R + G + B) of a saturated red (WCAG 2, ITU-R BT.1702-3)."""
RED_STEP: Final = 20 / 320
"""Change of R - G - B, 1.0 = white, that is one of a red flash (WCAG 2)."""
LEAST: Final = 0.01
"""Share of the picture under which a turn is not kept."""


def white_of(tags: ColorTags) -> float:
    """Return the cd/m2 that 1.0 of a movie's linear light shows as."""
    return REFERENCE_WHITE if tags.hdr else SDR_WHITE


class FlashMeter:
    """Follows the light of every cell from turn to turn. `white` is the cd/m2 that 1.0 shows as."""

    def __init__(self, white: float = REFERENCE_WHITE) -> None:
        self._white = white
        self._size: tuple[int, int] | None = None
        self._light, self._red = _Turning(_changes), _Turning(_changes_red)
        self._found: tuple[list[Turn], list[Turn]] = ([], [])
        self._count = 0

    def add(self, picture: NDArray[np.float32]) -> None:
        """Take the next frame: linear BT.709 light, (h, w, 3) float32, 1.0 = diffuse white, any size."""
        height, width = picture.shape[:2]
        self._size = self._size or (max(1, round(width / CELL)), max(1, round(height / CELL)))
        finite = made_finite(picture, 0.0)
        cells = np.maximum(cv2.resize(finite, self._size, interpolation=cv2.INTER_AREA), 0)
        self._note(0, self._light.step(luminance(cells) * np.float32(self._white)))
        purity, saturated = _redness(cells)
        self._note(1, self._red.step(purity, saturated))
        self._count += 1

    def result(self) -> Flashes:
        """Return the turns of the frames so far; more may be added afterwards."""
        light, red = self._found
        return Flashes(white=self._white, light=tuple(light), red=tuple(red))

    def _note(self, kind: int, turned: tuple[float, float]) -> None:
        if max(turned) >= LEAST:
            rise, fall = (round(share, 4) for share in turned)
            self._found[kind].append(Turn(frame=self._count, rise=rise, fall=fall))


class _Turning:
    """The light of each cell since it last turned: its lowest, its highest, and which way it went."""

    def __init__(self, changes: Callable[[Plane, Plane, Mask | None], Mask]) -> None:
        self._changes = changes
        self._state: tuple[Plane, Plane, NDArray[np.int8], Mask | None] | None = None

    def step(self, now: Plane, marked: Mask | None = None) -> tuple[float, float]:
        """Take the next frame's cells; return the shares of them that turn up and down.

        `marked` cells may be the high end of a change; all may where it is None.
        """
        if self._state is None:
            self._state = (now, now, np.zeros(now.shape, np.int8), marked)
            return 0.0, 0.0
        low, high, way, high_marked = self._state
        rises = (way <= 0) & self._changes(low, now, marked)
        falls = (way >= 0) & self._changes(now, high, high_marked) & ~rises
        turned = rises | falls
        if marked is not None and high_marked is not None:
            high_marked = np.where(turned | (now >= high), marked, high_marked)
        self._state = (
            np.where(turned, now, np.minimum(low, now)),
            np.where(turned, now, np.maximum(high, now)),
            np.where(rises, np.int8(1), np.where(falls, np.int8(-1), way)),
            high_marked,
        )
        return float(rises.mean()), float(falls.mean())


def _changes(low: Plane, high: Plane, _: Mask | None) -> Mask:
    rise = high - low
    found: Mask = np.where(low < BRIGHT, rise >= STEP, rise >= CONTRAST * (high + low))
    return found


def _changes_red(low: Plane, high: Plane, saturated: Mask | None) -> Mask:
    assert saturated is not None
    found: Mask = (high - low >= RED_STEP) & saturated
    return found


def _redness(cells: NDArray[np.float32]) -> tuple[Plane, Mask]:
    """Return R - G - B with negatives as 0, and which cells are saturated red."""
    relative = np.minimum(cells, 1)
    red, others = relative[..., 0], relative[..., 1] + relative[..., 2]
    return np.maximum(red - others, 0), red >= SATURATED * (red + others)
