"""How a deliverable is framed, as it is asked for: what is cropped, to what it is scaled, and what is padded."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from answerprint.errors import UsageError
from answerprint.order import Pixels
from answerprint.record import Record, parse_record
from answerprint.timing import parse_number

CROPS: Final = "1920x800+0+140, 1920x800 from the middle, 2.39:1, or top=140,bottom=140"
SCALES: Final = "1280x720, 1280x, x720, 50%, 0.5, or fit:, enlarge:, fill: or stretch:1280x720"
PADS: Final = "1920x1080 or 16:9"

_SIZE = r"(?P<width>\d{1,5})[x×X](?P<height>\d{1,5})"
_CROP = re.compile(_SIZE + r"(?:\+(?P<x>\d{1,5})\+(?P<y>\d{1,5}))?")
_EDGES = re.compile(r"(left|right|top|bottom)=(\d{1,5})")
_SCALE = re.compile(
    r"(?:(?P<how>[a-z]+):)?(?:(?P<width>\d{1,5})?[x×X](?P<height>\d{1,5})?|(?P<factor>[\d./]+)(?P<percent>%)?)"
)


def _read_aspect(value: Any) -> Fraction:
    """Read 16:9, 2.39:1, 2.39 or 239/100."""
    if isinstance(value, Fraction):
        return value
    across, colon, up = str(value).strip().partition(":")
    try:
        aspect = parse_number(across) / parse_number(up if colon else "1")
    except (ValueError, ZeroDivisionError):
        raise ValueError("an aspect reads 16:9, 2.39:1 or 2.39") from None
    if not Fraction(1, 10) <= aspect <= 10:
        raise ValueError("an aspect lies between 1:10 and 10:1")
    return aspect


Aspect = Annotated[
    Fraction,
    BeforeValidator(_read_aspect),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[\d.]+([:/][\d.]+)?$"}),
]


class CropBox(Record):
    """A part of a given size, from the middle unless its place is given."""

    width: Pixels
    height: Pixels
    x: int | None = Field(default=None, ge=0)
    """Columns left of it."""
    y: int | None = Field(default=None, ge=0)
    """Lines above it."""


class CropEdges(Record):
    """What is taken off each edge, in pixels."""

    left: int = Field(default=0, ge=0)
    right: int = Field(default=0, ge=0)
    top: int = Field(default=0, ge=0)
    bottom: int = Field(default=0, ge=0)


class CropAspect(Record):
    """The largest part of an aspect, from the middle."""

    aspect: Aspect


class Scaling(StrEnum):
    """How a picture comes to a size whose aspect may not be its own."""

    EXACT = "exact"
    """To that very size, refused where that would distort it."""
    FIT = "fit"
    """Whole and inside of it; never enlarged."""
    ENLARGE = "enlarge"
    """Whole and inside of it, enlarged where it is smaller."""
    FILL = "fill"
    """Over all of it, what reaches beyond being cropped."""
    STRETCH = "stretch"
    """To that very size, distorted where it has to be."""


class Scale(Record):
    """What size the picture is brought to: a factor, a width, a height, or both by `how`."""

    width: Pixels | None = None
    height: Pixels | None = None
    factor: Annotated[Fraction, BeforeValidator(parse_number), Field(gt=0, le=16)] | None = None
    """Of both sides."""
    how: Scaling = Scaling.EXACT

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        sides = (self.width is not None) + (self.height is not None)
        if (self.factor is not None) == bool(sides):
            raise ValueError("a scale is a factor, or a width or height or both")
        if self.how is not Scaling.EXACT and sides < 2:
            raise ValueError(f"{self.how} needs a width and a height")
        return self


class Pad(Record):
    """The canvas: a size, or the smallest of an aspect."""

    width: Pixels | None = None
    height: Pixels | None = None
    aspect: Aspect | None = None

    @model_validator(mode="after")
    def _one_canvas(self) -> Self:
        if [self.width is None, self.height is None] != [self.aspect is not None] * 2:
            raise ValueError("a canvas is a width and a height, or an aspect")
        return self


def _read_crop(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    word = value.strip()
    if match := _CROP.fullmatch(word):
        return {key: int(n) for key, n in match.groupdict().items() if n is not None}
    edges = [_EDGES.fullmatch(part.strip()) for part in word.split(",")]
    if all(edges):
        named = {match[1]: int(match[2]) for match in edges if match}
        if len(named) == len(edges):
            return named
    return {"aspect": _spelled(_read_aspect, word, f"a crop reads {CROPS}")}


def _read_scale(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _SCALE.fullmatch(value.strip())
    if not match or (match["how"] or "exact") not in list(Scaling):
        raise ValueError(f"a scale reads {SCALES}")
    asked = {key: match[key] for key in ("width", "height", "factor") if match[key]}
    if not asked or (match["how"] and len(asked) < 2):
        raise ValueError(f"a scale reads {SCALES}")
    if match["factor"]:
        factor = _spelled(parse_number, match["factor"], f"a scale reads {SCALES}")
        return {"factor": factor / 100 if match["percent"] else factor}
    return asked | {"how": match["how"] or "exact"}


def _read_pad(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if match := re.fullmatch(_SIZE, value.strip()):
        return match.groupdict()
    return {"aspect": _spelled(_read_aspect, value, f"a canvas reads {PADS}")}


def _spelled(read: Callable[[str], Fraction], word: str, said: str) -> Fraction:
    try:
        return read(word)
    except ValueError:
        raise ValueError(said) from None


class Geometry(Record):
    """What is asked of a picture's frame; strings are read as the command line spells them."""

    crop: Annotated[CropBox | CropEdges | CropAspect | None, BeforeValidator(_read_crop)] = None
    scale: Annotated[Scale | None, BeforeValidator(_read_scale)] = None
    pad: Annotated[Pad | None, BeforeValidator(_read_pad)] = None
    square: bool = False
    """Bring pixels that are not square to square ones by their width; any scale but a factor does too."""


def parse_geometry(
    *,
    crop: str | None = None,
    scale: str | None = None,
    pad: str | None = None,
    size: str | None = None,
    aspect: str | None = None,
    fill: bool = False,
    square: bool = False,
) -> Geometry:
    """Read the options of the command line. Raises UsageError.

    `size` is the deliverable's frame, whatever the picture's: all of the picture
    is brought into it, with bars, or over it, with nothing of it black, where
    `fill` is set. `aspect` likewise pads to an aspect, or crops to it.
    """
    for option, others in (("size", (scale, pad, aspect)), ("aspect", (crop if fill else pad,))):
        if {"size": size, "aspect": aspect}[option] and any(others):
            raise UsageError(f"--{option}-to asks for the same frame another way than what stands beside it",
                             hint="use --crop, --scale and --pad, which work in this order")  # fmt: skip
    if fill and not (size or aspect):
        raise UsageError(
            "crops to a size or an aspect", where="--cover", hint="add --size-to or --aspect-to"
        )
    if size:
        if not re.fullmatch(_SIZE, size.strip()):
            raise UsageError(f"{size!r} is no size", where="--size-to", hint="write 1920x1080")
        size = size.strip()
        scale, pad = f"{'fill' if fill else 'enlarge'}:{size}", size
    if aspect:
        crop, pad = (aspect, pad) if fill else (crop, aspect)
    return _parsed({"crop": crop, "scale": scale, "pad": pad, "square": square})


def _parsed(values: Mapping[str, Any]) -> Geometry:
    return parse_record(Geometry, values, where="geometry", error=UsageError)
