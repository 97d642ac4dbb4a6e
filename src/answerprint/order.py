"""What was asked of the model, in one vocabulary for all services, and the rules that make it valid."""

import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from answerprint.direction import (
    MOST_KEYFRAMES,
    Anchors,
    Edit,
    Keyframe,
    ReferenceKind,
    Reframe,
    Safety,
    kind_of_reference,
)
from answerprint.errors import OrderError
from answerprint.record import Record, parse_record, read_toml
from answerprint.timing import CountPolicy, frames_in, parse_number, parse_rate

Size = tuple[int, int]
Resolution = Literal["360p", "540p", "720p", "1080p"]
Mode = Literal["text", "image", "keyframes", "extend", "interpolate", "edit", "reframe"]

CELLS: dict[str, dict[str, Size]] = {
    "360p": {
        "9:16": (360, 640), "3:4": (360, 480), "1:1": (480, 480),
        "4:3": (480, 360), "16:9": (640, 360), "21:9": (840, 360),
    },
    "540p": {
        "9:16": (540, 960), "3:4": (540, 720), "1:1": (720, 720),
        "4:3": (720, 540), "16:9": (960, 540), "21:9": (1260, 540),
    },
    "720p": {
        "9:16": (720, 1280), "3:4": (720, 960), "1:1": (960, 960),
        "4:3": (960, 720), "16:9": (1280, 720), "21:9": (1680, 720),
    },
    "1080p": {
        "9:16": (1080, 1920), "3:4": (1080, 1440), "1:1": (1440, 1440),
        "4:3": (1440, 1080), "16:9": (1920, 1080), "21:9": (2520, 1080),
    },
}  # fmt: skip
"""Pixel sizes by resolution and aspect, from Runware's model page: the only service that publishes them.

A square is 4/3 of the named height, and 21:9 is really 7:3.
"""


_SPELLED: Final = 10
"""Characters of the longest number of seconds a person writes; a float that is none has 16 digits and more."""


def _read_seconds(value: Any) -> Fraction:
    if isinstance(value, float) and len(repr(value)) > _SPELLED:
        # A ratio such as 8/24 that went through a saved report's JSON; no rate's frames have finer ones.
        return Fraction(value).limit_denominator(1_000_000)
    return parse_number(str(value).strip().removesuffix("s").strip())


def _read_size(value: Any) -> Any:
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+)\s*[x×X*]\s*(\d+)\s*", value)
        if not match:
            raise ValueError("a size reads WIDTHxHEIGHT, for example 1280x720")
        return int(match[1]), int(match[2])
    return value


def _read_aspect(value: Any) -> Any:
    match = re.fullmatch(r"\s*(\d+)\s*[:/x]\s*(\d+)\s*", str(value))
    if not match or int(match[1]) == 0 or int(match[2]) == 0:
        raise ValueError("an aspect reads WIDTH:HEIGHT, for example 16:9")
    return f"{int(match[1])}:{int(match[2])}"


Seconds = Annotated[
    Fraction,
    BeforeValidator(_read_seconds),
    Field(gt=0, le=3600),
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Rate = Annotated[
    Fraction,
    BeforeValidator(parse_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(/\d+)?$"}),
]
Pixels = Annotated[int, Field(ge=1, le=65535)]
PixelSize = Annotated[tuple[Pixels, Pixels], BeforeValidator(_read_size)]
Aspect = Annotated[str, BeforeValidator(_read_aspect)]


class Order(Record):
    """What was asked of the model; a key left out was not asked for.

    Contradictions inside one order are refused here. What a particular service
    accepts is not this record's business.
    """

    prompt: str | None = Field(default=None, min_length=1, max_length=6000)
    """The text the clip was made from."""
    seconds: Seconds | None = None
    """Length; "5s" is read as 5."""
    fps: Rate | None = None
    """Frames a second, as a whole number, a ratio or an NTSC decimal."""
    frames: int | None = Field(default=None, ge=1, le=1_000_000)
    """Exact number of frames, where it was asked for instead of seconds."""
    count: CountPolicy = CountPolicy.FENCEPOST
    """Whether one frame more than seconds x fps is accepted (fencepost) or not (exact)."""
    size: PixelSize | None = None
    """Width and height in pixels, written 1280x720."""
    resolution: Resolution | None = None
    """The service's name for a height."""
    aspect: Aspect | None = None
    """Picture aspect, written 16:9."""
    hdr: bool | None = None
    """High dynamic range was asked for."""
    exr: bool | None = None
    """OpenEXR frames were asked for; they come only with hdr."""
    loop: bool | None = None
    """The last frame was to run into the first."""
    anchors: Anchors = Anchors()
    """What the ends are pinned to."""
    keyframes: tuple[Keyframe, ...] = Field(default=(), max_length=MOST_KEYFRAMES)
    """Pictures that single frames are pinned to."""
    source: str | None = Field(default=None, min_length=1)
    """Reference of the footage to edit or reframe."""
    edit: Edit | None = None
    """How the source is to be changed."""
    reframe: Reframe | None = None
    """That the source is to be given the order's aspect or size."""
    provider: str | None = None
    """The service to ask, by name."""
    results: int = Field(default=1, ge=1, le=20)
    """How many clips to make of the one order."""
    format: Literal["mp4", "webm", "mov"] | None = None
    """Container the service is to deliver."""
    quality: int | None = Field(default=None, ge=20, le=99)
    """Compression quality the service is to deliver."""
    safety: Safety | None = None
    """How the service looks at what it makes."""
    ttl: int | None = Field(default=None, ge=60)
    """Seconds the service is to keep the result."""
    upload: str | None = Field(default=None, pattern=r"^https?://")
    """Link the service is to put the result to, by HTTP PUT."""
    assumed: tuple[str, ...] = ()
    """Keys that were not ordered but inferred from what was delivered."""

    @classmethod
    def parse(cls, values: dict[str, Any], *, where: str = "order") -> Self:
        """Make an Order of plain values, as a TOML table holds them. Raises OrderError."""
        if "assumed" in values:
            raise OrderError("unknown key 'assumed': it is the report that says so", where=where)
        return parse_record(cls, values, where=where, error=OrderError)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an order from a TOML file. Raises OrderError."""
        return cls.parse(read_toml(Path(path), OrderError), where=str(path))

    def updated(self, values: dict[str, Any], *, where: str = "options") -> Self:
        """Return this order with the keys of `values` that are not None put in. Raises OrderError."""
        asked = {key: value for key, value in values.items() if value is not None}
        kept = self.model_dump(exclude_unset=True, exclude={"assumed"})
        return self.parse(kept | asked, where=where)

    def assume(self, values: dict[str, Any]) -> Self:
        """Return this order with its empty keys filled from `values`, each marked as assumed."""
        new = {k: v for k, v in values.items() if getattr(self, k) is None and v is not None}
        return self.model_copy(update=new | {"assumed": (*self.assumed, *sorted(new))})

    @property
    def mode(self) -> Mode:
        """What kind of work was ordered."""
        if self.reframe is not None:
            return "reframe"
        if self.edit is not None or self.source is not None:
            return "edit"
        pinned = [ref for ref in (self.anchors.first, self.anchors.last) if ref]
        if any(kind_of_reference(ref) is ReferenceKind.GENERATION for ref in pinned):
            return "extend" if len(pinned) == 1 else "interpolate"
        if self.keyframes:
            return "keyframes"
        return "image" if pinned else "text"

    @property
    def frame_count(self) -> int | None:
        """How many frames were ordered; None where neither frames nor seconds and fps were."""
        if self.frames is not None:
            return self.frames
        if self.seconds is None or self.fps is None:
            return None
        return frames_in(self.seconds, self.fps)

    def accepts(self, count: int) -> bool:
        """Tell whether `count` frames fill the order; a number of frames that was given is meant exactly."""
        policy = CountPolicy.EXACT if self.frames is not None else self.count
        return self.frame_count is None or policy.accepts(count, self.frame_count)

    @property
    def named_shape(self) -> tuple[str | None, str | None]:
        """The names of the order's resolution and aspect: its own, or those of its size where it is a published one."""
        for resolution, aspect in product(CELLS, CELLS["720p"]):
            if self.size == CELLS[resolution][aspect]:
                return self.resolution or resolution, self.aspect or aspect
        return self.resolution, self.aspect

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Every pixel size that fills the order; empty where none was asked for."""
        if self.size:
            return (self.size,)
        if not self.resolution:
            return ()
        cells = CELLS[self.resolution]
        return (cells[self.aspect],) if self.aspect in cells else tuple(cells.values())

    @model_validator(mode="after")
    def _contradictions(self) -> Self:
        if self.exr and self.hdr is False:
            raise ValueError(
                "exr = true contradicts hdr = false: EXR frames come only with hdr = true"
            )
        if (self.edit or self.reframe) and not self.source:
            raise ValueError("edit and reframe change a source: say source = a path, link or id")
        if self.edit and self.reframe:
            raise ValueError("edit contradicts reframe: order one after the other")
        if self.size and self.resolution and self.size not in CELLS[self.resolution].values():
            fits = ", ".join(f"{w}x{h}" for w, h in CELLS[self.resolution].values())
            raise ValueError(
                f"size {_spell(self.size)} contradicts resolution {self.resolution}: it is {fits}"
            )
        if self.size and self.aspect and not same_shape(self.size, self.aspect):
            raise ValueError(f"size {_spell(self.size)} contradicts aspect {self.aspect}")
        self._length_contradictions()
        return self

    def _length_contradictions(self) -> None:
        if self.frames is None or self.seconds is None or self.fps is None:
            return
        wanted = frames_in(self.seconds, self.fps)
        if not CountPolicy.FENCEPOST.accepts(self.frames, wanted):
            raise ValueError(
                f"frames = {self.frames} contradicts {float(self.seconds):g} s at {self.fps}: {wanted} frames"
            )


def _spell(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def same_shape(size: Size, aspect: str) -> bool:
    """Tell whether `size` shows `aspect`, within rounding to even pixels; 21:9 is also what the services call 7:3."""
    wide, high = (int(part) for part in aspect.split(":"))
    shapes = [Fraction(wide, high)] + ([Fraction(7, 3)] if (wide, high) == (21, 9) else [])
    return any(abs(size[0] - size[1] * shape) <= 2 * max(Fraction(1), shape) for shape in shapes)
