"""The slate: a leading picture that says what the clip is, for the one who opens it in a year."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BeforeValidator, Field

from answerprint.deliverables.pictures.burn import Picture, stamp
from answerprint.deliverables.pictures.lettering import (
    ELLIPSIS,
    SMALLEST,
    coverage,
    em_for,
    legible,
    line_height,
    padding,
    shortened,
    text_code,
    width_of,
)
from answerprint.deliverables.timeline import Length, parse_length
from answerprint.measured.movie import ColorTags
from answerprint.order import PixelSize, Rate, Size
from answerprint.record import Record
from answerprint.timing import FrameRange, frames_in
from answerprint.version import __version__

MARGIN: Final = 0.05
"""Share of width and height kept free at each edge: the safe title area of SMPTE ST 2046-1."""

_TEXT: Final = 1 / 24
"""Em of the rows as a share of the shorter side, where they all fit."""
_DIMMED: Final = 0.6
"""Signal of labels relative to what they label."""


def _read_length(value: Any) -> Any:
    return parse_length(value) if isinstance(value, str) else value


class Slate(Record):
    """What a slate says, and how long it is shown; what is None is left out."""

    clip: str
    """Name of the clip, or of the shot."""
    frames: FrameRange
    """Frames of the clip that follow, the slate not counted."""
    rate: Rate
    """Frames a second."""
    size: PixelSize
    """Width and height of the pictures."""
    facts: tuple[tuple[str, str], ...] = ()
    """More rows, label and value, shown first: the order's model and prompt, the shot, the take."""
    timecode: str | None = None
    """Address of the first frame after the slate."""
    view: str | None = None
    """View that the pictures are shown through."""
    preset: str | None = None
    date: dt.date | None = None
    maker: str = f"answerprint {__version__}"
    """What made it, with its version."""
    length: Annotated[Length, BeforeValidator(_read_length)] = Field(
        default=Length(seconds=Fraction(1))
    )
    """How long it is shown: one second can be read, one frame is what editors cut off by habit."""

    @property
    def count(self) -> int:
        """Frames it is shown for, at least one."""
        if self.length.frames is not None:
            return self.length.frames
        assert self.length.seconds is not None
        return max(1, frames_in(self.length.seconds, self.rate))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield label and value of each row under the title, from the top."""
        yield from self.facts
        yield "Frames", f"{self.frames} ({len(self.frames)})"
        yield "Seconds", _decimal(len(self.frames) / self.rate)
        yield "Rate", f"{_decimal(self.rate)} fps"
        yield "Size", f"{self.size[0]}x{self.size[1]}"
        optional = {
            "Timecode": self.timecode, "View": self.view, "Preset": self.preset, "Date": self.date
        }  # fmt: skip
        yield from ((label, str(value)) for label, value in optional.items() if value)
        yield "Made by", self.maker


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a slate: its label, empty where a value runs on, and its words."""

    label: str
    words: str


def slate_picture(slate: Slate, size: Size, tags: ColorTags) -> Picture:
    """Return the slate as full-range R'G'B' of `size`, (3, h, w) uint16: text on black.

    `tags` are of the view that the clip is shown through: they set how bright
    text is (`lettering.text_code`). Text is smaller where there is much of it;
    what does not fit at `lettering.SMALLEST` ends in an ellipsis. Raises
    ToolError where OpenCV draws no text.
    """
    picture: Picture = np.zeros((3, size[1], size[0]), np.uint16)
    left, top = round(size[0] * MARGIN), round(size[1] * MARGIN)
    inner = size[0] - 2 * left, size[1] - 2 * top
    em = _fitting_em(slate, inner, em_for(size, _TEXT))
    code, step, title = text_code(tags), line_height(em), em * 3 // 2
    name = shortened(slate.clip, title, inner[0] - 2 * padding(title))
    flush = max(0, left + padding(em) - padding(title))
    stamp(picture, coverage(name, title), (flush, top), code)
    below, value = top + line_height(title), left + _value_column(slate, inner[0], em)
    for row, line in enumerate(_cut_lines(slate, inner, em)):
        y = below + row * step
        label = shortened(line.label, em, value - left - padding(em))
        stamp(picture, coverage(label, em), (left, y), round(code * _DIMMED))
        stamp(picture, coverage(line.words, em), (value, y), code)
    return picture


def _fitting_em(slate: Slate, inner: Size, em: int) -> int:
    """Return the largest em, from `em` down, at which every line has room."""
    while em > SMALLEST and len(_lines(slate, inner[0], em)) > _room(inner[1], em):
        em -= max(1, em // 16)
    return max(em, SMALLEST)


def _room(height: int, em: int) -> int:
    """Return how many lines fit under the title."""
    return max(0, (height - line_height(em * 3 // 2)) // line_height(em))


def _cut_lines(slate: Slate, inner: Size, em: int) -> list[Line]:
    lines, room = _lines(slate, inner[0], em), _room(inner[1], em)
    if len(lines) <= room:
        return lines
    return [*lines[: room - 1], Line("", ELLIPSIS)] if room else []


def _value_column(slate: Slate, width: int, em: int) -> int:
    """Return how far right of the labels values begin: past the longest, and a third of the width at most."""
    longest = max(width_of(label, em) for label, _ in slate.rows())
    return min(longest + em, width // 3)


def _lines(slate: Slate, width: int, em: int) -> list[Line]:
    room = width - _value_column(slate, width, em) - 2 * padding(em)
    return [
        Line("" if n else label, words)
        for label, value in slate.rows()
        for n, words in enumerate(_wrapped(value, em, room))
    ]


def _wrapped(text: str, em: int, width: int) -> Iterator[str]:
    """Yield lines of whole words that run at most `width`; a word that alone is wider loses its middle."""
    line = ""
    for word in legible(text).split(" "):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, em) > width:
            yield shortened(line, em, width)
            longer = word
        line = longer
    yield shortened(line, em, width)


def _decimal(number: Fraction) -> str:
    """Write a number with up to three decimals: 24, 23.976, 5.005."""
    return f"{float(number):.3f}".rstrip("0").rstrip(".")
