"""The delivered frame against the picture it was pinned to: structure, brightness and color told apart.

Memory: thumbnails in half float, 125 kB each, of REACH frames on either side of
every pin and of the clip's last frames.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.direction import ReferenceKind, kind_of_reference, place_keyframes
from answerprint.errors import SourceError
from answerprint.measure.kin.pinmatch import HDR, Strip, match, readings
from answerprint.measured.pins import Pin, PinName
from answerprint.media.still import Still, read_still
from answerprint.order import Order

Picture = NDArray[np.float32]

UNUSUAL: Final = 1.25
"""Times by which another reading of the picture's values has to fit better than the practice."""
REACH: Final = 6
"""Frames on either side of a pin that its picture is looked for in: a quarter of a second."""
_KINDS: Final = {
    ReferenceKind.LINK: "a link",
    ReferenceKind.DATA: "a data URL",
    ReferenceKind.GENERATION: "an earlier generation",
    ReferenceKind.ASSET: "an asset at the service",
}


@dataclass(frozen=True, slots=True)
class Pinned:
    """One pin of an order: which it is, its picture, and its frame by index from 0."""

    name: PinName
    picture: str
    index: int


def pins_of(order: Order, count: int) -> tuple[Pinned, ...]:
    """Return the pins of `order` in a clip of `count` frames."""
    last = max(0, count - 1)
    anchors: tuple[tuple[PinName, str | None, int], ...] = (
        ("first", order.anchors.first, 0),
        ("last", order.anchors.last, last),
    )
    ends = tuple(Pinned(name, picture, at) for name, picture, at in anchors if picture)
    if not order.keyframes:
        return ends
    places = place_keyframes(order.keyframes, last)
    # A grid of 0 to 120 in a clip of 120 frames: the last place means its last frame.
    return ends + tuple(
        Pinned("keyframe", keyframe.picture, min(max(0, at), last))
        for keyframe, at in zip(order.keyframes, places, strict=True)
    )


class PinWatch:
    """Keeps the thumbnails of frames near the pins of an order while a clip is read."""

    def __init__(self, order: Order, count: int | None) -> None:
        self._wanted = {
            near
            for pin in pins_of(order, count or 1)
            for near in range(pin.index - REACH, pin.index + REACH + 1)
        }
        self._any = bool(order.anchors.first or order.anchors.last or order.keyframes)
        self._kept: dict[int, NDArray[np.float16]] = {}
        self._tail: deque[tuple[int, NDArray[np.float16]]] = deque(maxlen=REACH + 1)
        self.numbers: list[int] = []
        """Numbers of the frames so far."""

    def add(self, number: int, picture: Picture | None) -> None:
        """Take the next frame: linear Rec.709 light, 1.0 = diffuse white, or None."""
        index = len(self.numbers)
        self.numbers.append(number)
        if picture is None or not self._any:
            return
        half = np.minimum(picture, np.float32(65504)).astype(np.float16)
        self._tail.append((index, half))
        if index in self._wanted:
            self._kept[index] = half

    @property
    def kept(self) -> dict[int, Picture]:
        """The thumbnails by index: float32 linear light."""
        both = self._kept | dict(self._tail)
        return {index: half.astype(np.float32) for index, half in sorted(both.items())}


def compare_pins(order: Order, watch: PinWatch, transfer: str | None) -> tuple[Pin, ...]:
    """Compare the pictures of `order` with the frames that were kept.

    `transfer` is the movie's tag, "linear" for an EXR sequence.
    """
    kept, opened = watch.kept, dict[str, Still | str]()
    return tuple(
        _compared(pin, _still(pin.picture, opened), kept, watch.numbers, transfer)
        for pin in pins_of(order, len(watch.numbers))
        if watch.numbers
    )


def _still(reference: str, opened: dict[str, Still | str]) -> Still | str:
    """Return the picture of a reference, or why there is none to compare with."""
    kind = kind_of_reference(reference)
    if kind is not ReferenceKind.FILE:
        return f"{_KINDS[kind]} is not a picture that lies here"
    if reference not in opened:
        try:
            opened[reference] = read_still(Path(reference))
        except SourceError as problem:
            opened[reference] = f"the picture {problem.message}"
    return opened[reference]


def _compared(
    pin: Pinned,
    still: Still | str,
    kept: Mapping[int, Picture],
    numbers: list[int],
    transfer: str | None,
) -> Pin:
    plain = Pin(name=pin.name, picture=pin.picture, frame=numbers[pin.index])
    if isinstance(still, str):
        return plain.model_copy(update={"skipped": still})
    near = range(pin.index - REACH, pin.index + REACH + 1)
    strip = Strip({index - pin.index: kept[index] for index in near if index in kept})
    if 0 not in strip.frames:
        return plain.model_copy(update={"skipped": "the frame it is pinned to could not be read"})
    found = [match(reading, strip) for reading in readings(still, transfer)]
    # The first reading is the practice; another has to fit clearly better, which clipped light alone does not.
    best = min(found, key=lambda each: each.residual * (1.0 if each is found[0] else UNUSUAL))
    return plain.model_copy(update=best.figures(comparable=_comparable(still, transfer)))


def _comparable(still: Still, transfer: str | None) -> bool:
    """Tell whether picture and clip are renderings of one kind: only then exposure and color mean something."""
    if transfer == "linear":
        return still.kind == "scene"
    return still.kind == "display" and transfer not in HDR
