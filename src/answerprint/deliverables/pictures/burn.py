"""Burn-ins: what a review copy says of itself in the picture, frame by frame."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from answerprint.deliverables.pictures.lettering import (
    Coverage,
    coverage,
    em_for,
    line_height,
    padding,
    shortened,
    text_code,
)
from answerprint.errors import UsageError
from answerprint.measured.movie import ColorTags
from answerprint.order import Size
from answerprint.record import Record, closest
from answerprint.timing import Timecode

Picture = NDArray[np.uint16]
"""Full-range R'G'B' of a display, (3, h, w)."""

_SIDES: Final = ("left", "center", "right")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What a burn-in may say of one frame; what is None is not known and cannot be asked for."""

    frame: int
    """Number of the frame; shown with four digits at least, as studios pad."""
    clip: str
    timecode: Timecode | None = None
    """Address of the frame; never drop frame but at 30 and 60 (timing.Timecode)."""
    preset: str | None = None
    view: str | None = None
    date: dt.date | None = None
    note: str | None = None
    """Words of the one who delivers, such as a watermark."""

    def value(self, field: str) -> str | None:
        """Return what is shown for a field of FIELDS, None where it is not known."""
        if field == "frame":
            return f"{self.frame:04}"
        value = getattr(self, field)
        return None if value is None else str(value)


FIELDS: Final = tuple(sorted(FrameFacts.__dataclass_fields__))
"""What the words of a burn-in may name in braces."""


def _check_words(words: str) -> str:
    for name in _FIELD.findall(words):
        if name not in FIELDS:
            raise ValueError(f"no burn-in shows {{{name}}}, {closest(name, FIELDS)}")
    if set("{}") & set(_FIELD.sub("", words)):
        raise ValueError("a brace stands alone; a field reads {frame}")
    return words


Words = Annotated[str, AfterValidator(_check_words)]
"""Words as they are, and fields in braces: `{clip} graded through {view}`."""


class BurnIn(Record):
    """What is burned into every frame, and where; places without words stay as they are."""

    top_left: Words = ""
    top_center: Words = ""
    top_right: Words = ""
    bottom_left: Words = ""
    bottom_center: Words = ""
    bottom_right: Words = ""
    size: float = Field(default=1 / 30, ge=1 / 100, le=1 / 8)
    """Em of the text as a share of the picture's height, of its width where it stands upright."""
    box: float = Field(default=0.7, ge=0, le=1)
    """Opacity of the black box behind the text, as a share of the signal: 0.7 leaves text on SDR white
    a contrast of 6 to 1, where WCAG 2.1 asks for 4.5."""
    margin: float = Field(default=0.05, ge=0, le=0.25)
    """Share of the width and of the height kept free at each edge: 5 % is the safe title area
    of SMPTE ST 2046-1. It gives way before words do."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One text where it lies: its coverage, and the pixels left of and above it."""

    text: str
    ink: Coverage
    x: int
    y: int

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.x + int(self.ink.shape[1])

    def covers(self, other: "Caption") -> bool:
        """Tell whether the two lie over each other."""
        apart = abs(self.y - other.y) >= self.ink.shape[0]
        return not apart and self.right > other.x and other.right > self.x


def burn(
    rgb: Picture, burn_in: BurnIn, facts: FrameFacts, tags: ColorTags, *, in_place: bool = False
) -> Picture:
    """Return the picture with its burn-in; a copy, or `rgb` itself where nothing is burned or `in_place` is set.

    `tags` are of the view that made the picture: they set how bright text is
    (`lettering.text_code`). Nothing outside the boxes changes. Memory: one
    picture for the copy. Raises UsageError for a field that is not known of
    this frame, ToolError where OpenCV draws no text.
    """
    captions = lay_captions(burn_in, facts, (rgb.shape[2], rgb.shape[1]))
    if not captions:
        return rgb
    burned = rgb if in_place else rgb.copy()
    for caption in captions:
        stamp(burned, caption.ink, (caption.x, caption.y), text_code(tags), box=burn_in.box)
    return burned


def lay_captions(burn_in: BurnIn, facts: FrameFacts, size: Size) -> tuple[Caption, ...]:
    """Return the texts of one frame of `size` where they lie. Raises UsageError as `burn` does.

    Texts of one edge share a line, or stand on lines of their own where the
    picture is too narrow. One wider than the picture loses its middle. On a
    picture too low for all of them those that would lie over others are left
    out, the top's before the bottom's, where counters stand by habit.
    """
    kept: list[Caption] = []
    for edge in ("bottom", "top"):
        for caption in _lay_edge(edge, burn_in, facts, size):
            if not any(caption.covers(other) for other in kept):
                kept.append(caption)
    return tuple(kept)


def written(words: str, facts: FrameFacts) -> str:
    """Return the words with their fields filled in. Raises UsageError for one that is not known."""

    def fill(match: re.Match[str]) -> str:
        value = facts.value(match[1])
        if value is None:
            raise UsageError(f"{match[0]} is not known of this deliverable", where="burn-in")
        return value

    return _FIELD.sub(fill, words).strip()


def stamp(
    rgb: Picture, ink: Coverage, place: tuple[int, int], code: int, *, box: float = 0.0
) -> None:
    """Lay text of `code` over a black box of opacity `box` at `place` (x, y) of `rgb`, in place.

    Blends codes, not light, as every burn-in of the field does: a half-covered
    edge then looks half-way. What reaches beyond the picture is cut off.
    """
    x, y = place
    height, width = rgb.shape[1:]
    ink = ink[: max(height - y, 0), : max(width - x, 0)]
    region = rgb[:, y : y + ink.shape[0], x : x + ink.shape[1]]
    letters = ink.astype(np.uint32)
    kept = (255 - letters) * np.uint32(round((1 - box) * 255))
    added = letters * np.uint32(255 * code) + np.uint32(65025 // 2)
    # The sum stays below 2**32: 65535 * 65025 where either share is all of it.
    region[:] = (region * kept + added) // np.uint32(65025)


def _lay_edge(edge: str, burn_in: BurnIn, facts: FrameFacts, size: Size) -> Iterator[Caption]:
    """Yield the captions of one edge, in one line where they do not touch."""
    em = em_for(size, burn_in.size)
    words = {side: written(getattr(burn_in, f"{edge}_{side}"), facts) for side in _SIDES}
    captions = [
        _caption(text, side, em, burn_in.margin, size[0]) for side, text in words.items() if text
    ]
    touch = any(a.covers(b) for a, b in combinations(captions, 2))
    rows, step = len(captions) if touch else 1, line_height(em)
    free = round(size[1] * burn_in.margin)
    wanted = free if edge == "top" else size[1] - free - rows * step
    top = max(0, min(wanted, size[1] - rows * step))
    for row, caption in enumerate(captions):
        y = top + row * step if touch else top
        yield replace(caption, y=max(0, min(y, size[1] - step)))


def _caption(text: str, side: str, em: int, margin: float, width: int) -> Caption:
    """Return one caption on the first line of the picture, its words cut to `width`."""
    shown = shortened(text, em, width - 2 * padding(em))
    ink = coverage(shown, em)
    room, free = max(0, width - ink.shape[1]), round(width * margin)
    x = {"left": min(free, room), "center": room // 2, "right": max(room - free, 0)}[side]
    return Caption(shown, ink, x, 0)
