"""Pictures that an order pins, in the frames they are pinned to: each comes out of the scene and goes back into it.

A dissolve lies on either side of a pin, shorter where another pin is nearer. It
eases in and out, and the picture moves slowly meanwhile: tried were a straight
dissolve, which leaps in pace at its ends, and a still picture, which stands where it
is shown alone.
"""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self

import cv2
import numpy as np
from pydantic import Field

from answerprint.color.transforms import to_scene
from answerprint.order import Size
from answerprint.record import Record
from answerprint.rehearsal.scenery.planes import Image, as_image
from answerprint.rehearsal.scenery.scene import Scene, grained, render

LAST: Final = 1 << 30
"""Index that stands for the last frame of a clip, however long that is."""
DISSOLVE: Final = 36
"""Frames in which a picture comes, and in which it goes: a second and a half."""
PUSH: Final = 0.003
"""What a picture grows in a frame, as a camera that moves in makes it; it has its own size at its frame."""
VIEW: Final = "sdr-rec709"
"""View whose code values a picture's are taken for: what a service's SDR movie shows of it is the picture."""

_opening = threading.Lock()


class PinnedPicture(Record):
    """A picture and the frame that is to show it."""

    frame: int
    """Index from 0; LAST, and any other beyond the clip's end, is its last."""
    content: bytes = Field(repr=False)
    """The encoded file."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a picture is seen before its frame and after."""

    picture: PinnedPicture
    before: int
    after: int

    def away(self, index: int, cycle: int | None) -> int:
        """Return how many frames `index` comes after the picture's own, the short way round in a loop."""
        away = index - self.picture.frame
        return (away + cycle // 2) % cycle - cycle // 2 if cycle else away

    def share(self, away: int) -> float:
        """Return how much of the picture is seen `away` frames after its own, 0 to 1."""
        near = max(0.0, 1 - abs(away) / (self.before if away < 0 else self.after))
        return near * near * (3 - 2 * near)


@dataclass(frozen=True, slots=True)
class PinnedScene:
    """A scene in which pictures are pinned; without any it is the scene."""

    scene: Scene
    reaches: tuple[_Reach, ...]

    @classmethod
    def of(cls, scene: Scene, pins: Iterable[PinnedPicture]) -> Self:
        """Pin pictures into `scene`; of several at one frame it is the last."""
        last = scene.frames - 1
        placed = {(at := min(pin.frame, last)): PinnedPicture(frame=at, content=pin.content) for pin in pins}  # fmt: skip
        frames = sorted(placed)
        between = [min(DISSOLVE, after - before) for before, after in pairwise(frames)]
        reaches = zip(frames, [DISSOLVE, *between], [*between, DISSOLVE], strict=False)
        return cls(scene, tuple(_Reach(placed[at], *reach) for at, *reach in reaches))

    def render(self, index: int) -> Image:
        """Return frame `index` as `scene.render` does. Raises ValueError as it does."""
        cycle = self.scene.frames if self.scene.loop else None
        aways = [(reach, reach.away(index, cycle)) for reach in self.reaches]
        shown = [(reach, away, share) for reach, away in aways if (share := reach.share(away))]
        if not shown:
            return render(self.scene, index)
        light = render(replace(self.scene, grain=0), index)
        light *= max(0.0, 1 - sum(share for *_, share in shown))
        for reach, away, share in shown:
            picture = light_of(reach.picture.content, self.scene.size)
            light += np.float32(share) * _pushed(picture, away)
        return grained(light, self.scene, index)


def light_of(content: bytes, size: Size) -> Image:
    """Return a picture as (height, width, 3) scene-linear AP0 that covers `size`, cut at its longer sides.

    Raises ValueError for what is no picture.
    """
    # The cache alone would let threads that start together each open the same picture.
    with _opening:
        return _light_of(content, size)


def _pushed(picture: Image, away: int) -> Image:
    """Return `picture` as large as it is `away` frames after its own, about its middle."""
    if away == 0:
        return picture
    high, wide = picture.shape[:2]
    zoom = math.exp(-PUSH * away)
    onto = np.array(
        [[zoom, 0, (1 - zoom) * (wide - 1) / 2], [0, zoom, (1 - zoom) * (high - 1) / 2]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    return as_image(cv2.warpAffine(picture, onto, (wide, high), flags=flags, borderMode=border))


@lru_cache(maxsize=4)
def _light_of(content: bytes, size: Size) -> Image:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("a pinned picture cannot be read")
    wide, high = size
    scale = max(wide / picture.shape[1], high / picture.shape[0])
    covering = (
        max(wide, round(picture.shape[1] * scale)),
        max(high, round(picture.shape[0] * scale)),
    )
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    codes = cv2.resize(picture, covering, interpolation=way)
    left, top = (covering[0] - wide) // 2, (covering[1] - high) // 2
    codes = codes[top : top + high, left : left + wide, ::-1]
    # What a view turned round makes of deep shadows may lie under zero, and a scene's light does not.
    return as_image(np.maximum(to_scene(codes.astype(np.uint16) * np.uint16(257), VIEW), 0))
