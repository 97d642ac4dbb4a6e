"""How a clip is directed beyond its prompt: pictures pinned to frames, footage to change, and how freely.

Pictures and footage are named by a reference, one string:

    shots/first.png            a file here, uploaded the way the service wants
    https://host/first.png     a link, handed on as it is
    data:image/png;base64,…    the bytes themselves
    generation:ID              an earlier clip of the same service
    asset:ID                   something that lies at the service already
"""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from answerprint.record import Record

MOST_KEYFRAMES: Final = 64
"""Keyframes one order may pin, by Luma's schema."""

Strength = Literal[
    "adhere_1", "adhere_2", "adhere_3",
    "flex_1", "flex_2", "flex_3",
    "reimagine_1", "reimagine_2", "reimagine_3",
]  # fmt: skip


class ReferenceKind(StrEnum):
    """What a reference points at."""

    FILE = "file"
    LINK = "link"
    DATA = "data"
    GENERATION = "generation"
    ASSET = "asset"


def kind_of_reference(reference: str) -> ReferenceKind:
    """Tell what `reference` points at, by its scheme.

    >>> kind_of_reference("generation:42")
    <ReferenceKind.GENERATION: 'generation'>
    """
    scheme = reference.partition(":")[0].lower()
    if scheme in ("http", "https"):
        return ReferenceKind.LINK
    if scheme in ("data", "generation", "asset"):
        return ReferenceKind(scheme)
    return ReferenceKind.FILE


def referred(reference: str) -> str:
    """Return what follows the scheme of a `generation:` or `asset:` reference."""
    return reference.partition(":")[2]


class Anchors(Record):
    """What the ends of the clip are pinned to: a reference each; a generation there means to go on from it."""

    first: str | None = Field(default=None, min_length=1)
    """What the first frame is to show, or the clip to continue."""
    last: str | None = Field(default=None, min_length=1)
    """What the last frame is to show, or the clip to lead up to."""


class Keyframe(Record):
    """A picture that one frame of the clip is pinned to."""

    picture: str = Field(min_length=1)
    """Reference of the picture."""
    at: int | Literal["first", "last"] | None = Field(default=None)
    """Frame it is pinned to, from 0; -1 and "last" are the last one; left out, all are spread evenly."""


class Edit(Record):
    """How an edit of `source` is steered."""

    strength: Strength | None = None
    """How far the result may go from the source."""
    auto: bool | None = None
    """Leave strength and controls to the model."""
    face: bool | None = None
    """Keep faces."""
    pose: Literal["precise", "coarse"] | None = None
    """Keep poses, and how closely."""
    depth: float | None = Field(default=None, ge=0, le=1)
    """Keep the scene's depth; 1 blurs it most."""
    normals: float | None = Field(default=None, ge=0, le=1)
    """Keep surface normals; 1 varies them most."""
    trajectory: float | None = Field(default=None, ge=0, le=1)
    """Keep motion paths; 1 keeps the fewest."""

    @property
    def controls(self) -> bool:
        """Whether any control is set."""
        chosen = (self.face, self.pose, self.depth, self.normals, self.trajectory)
        return any(control is not None and control is not False for control in chosen)


class Position(Record):
    """Where the source lies in the new picture, in shares of it."""

    x: float = Field(ge=-2, le=2)
    """Left edge."""
    y: float = Field(ge=-2, le=2)
    """Top edge."""
    width: float = Field(gt=0, le=2)
    """Width."""
    height: float = Field(gt=0, le=2)
    """Height."""


class Reframe(Record):
    """A new shape for `source`: the order's aspect or size, filled around it."""

    position: Position | None = None
    """Where the source lies; left out, in the middle and as large as fits."""


class Safety(Record):
    """How the service looks at what it makes."""

    check: bool | None = None
    """Whether results are checked."""
    mode: Literal["none", "fast", "full"] | None = None
    """How thoroughly."""


def place_keyframes(keyframes: tuple[Keyframe, ...], last: int) -> tuple[int, ...]:
    """Return the frame each keyframe is pinned to, on the grid 0 to `last`.

    Where none says a frame, one stands first, two stand first and last, more are
    spread evenly. Where some do, the others stand evenly between their neighbours.

    >>> place_keyframes((Keyframe(picture="a"), Keyframe(picture="b"), Keyframe(picture="c")), 120)
    (0, 60, 120)
    """
    named = {"first": 0, "last": last}
    known: dict[int, int] = {}
    for index, keyframe in enumerate(keyframes):
        if keyframe.at is not None:
            at = named[keyframe.at] if isinstance(keyframe.at, str) else keyframe.at
            known[index] = at + last + 1 if at < 0 else at
    count = len(keyframes)
    ends = {0: 0} | ({count - 1: last} if count > 1 else {})
    known = ends | known
    marks = sorted(known)
    return tuple(_between(index, marks, known) for index in range(count))


def _between(index: int, marks: list[int], known: dict[int, int]) -> int:
    if index in known:
        return known[index]
    before = max(mark for mark in marks if mark < index)
    after = min(mark for mark in marks if mark > index)
    share = (index - before) / (after - before)
    return round(known[before] + share * (known[after] - known[before]))
