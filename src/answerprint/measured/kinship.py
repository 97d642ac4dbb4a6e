"""How a clip goes together with the footage that it was made from."""

from typing import Literal

from pydantic import Field

from answerprint.measured.motion import Motion
from answerprint.measured.pairing import Box, Pairing
from answerprint.order import Rate
from answerprint.record import Record

Role = Literal["reframed", "edited", "continued", "led-up-to"]
"""What became of the footage: given another shape, changed, or gone on from at its end or up to its beginning."""
Side = Literal["left", "right", "top", "bottom"]


class Place(Record):
    """Where one frame shows its frame of the source."""

    frame: int
    """Number of the frame."""
    box: Box
    """Where the whole source lies; it may exceed the frame."""
    structure: float
    """Correlation of local contrast with the source there: 1 is the same picture, 0 another."""


class Border(Record):
    """The line along which the source ends and what was made around it begins.

    Differences of neighbouring columns or rows of the thumbnail, Oklab x 100, over
    all frames looked at: on the border, and the most of those near it.
    """

    side: Side
    """Which side of the source it is."""
    step: float
    """Step of the mean, which texture does not add to: a change of light or color."""
    step_beside: float
    """The same beside the border."""
    edge: float
    """Mean difference, which light and texture that break off add to."""
    edge_beside: float
    """The same beside the border."""


class Flicker(Record):
    """How the light of the area around the source wavers, beside that of the source itself, in stops."""

    new: float
    """What nine in ten frames of the new area differ less by from the mean of the frames before and after."""
    old: float
    """The same inside the source."""
    frame: int
    """Number of the frame that the new area wavers most in."""


class Reframed(Record):
    """The source inside the picture that was made around it."""

    ordered: Box
    """Where the whole source was to lie, in shares of the new picture."""
    structure: float
    """Correlation of local contrast with the source there."""
    places: tuple[Place, ...] = ()
    """Where it does lie, in frames spread over the clip; empty where it is found nowhere."""
    pairing: Pairing | None = None
    """Source (as the sequence, counted from 0) and clip (as the movie) brought together where it lies."""
    borders: tuple[Border, ...] = ()
    """Its sides that lie inside the picture."""
    flicker: Flicker | None = None
    """None where hardly anything is new, or frames are few."""


class Edited(Record):
    """The source beside the picture that it was changed to."""

    motion: Motion | None = None
    """How the source moves; None with fewer than two frames."""
    structure: float | None = None
    """Correlation of local contrast of frames that stand at the same time: 1 unchanged, 0 another picture."""
    color: float | None = None
    """Mean difference of their color and lightness, Oklab x 100."""


class Joined(Record):
    """The join of a clip and the footage that it goes on from, as the seam of a circle.

    The circle begins right behind the join: frames from there on, then those that
    lead up to it. The step in its middle, where it was closed, tells nothing and
    stands as its neighbour does.
    """

    motion: Motion
    """The circle's; its seam is the join."""
    numbers: tuple[int | None, ...]
    """Number of the clip's frame by frame of the circle; None for frames of the footage."""
    contained: bool = False
    """The clip holds the footage itself, and the join lies inside the clip."""


class Kin(Record):
    """One clip that another was made from."""

    role: Role
    """What became of it."""
    reference: str
    """Its reference, as ordered."""
    skipped: str | None = None
    """Why it was not compared; the fields below are empty then."""
    frames: int = Field(default=0, ge=0)
    """Frames it has."""
    rate: Rate | None = None
    """Frames a second, where it says."""
    alike: bool = True
    """Both are renderings of one kind, so that light and color can be compared."""
    reframed: Reframed | None = None
    """The comparison, where it was reframed."""
    edited: Edited | None = None
    """The comparison, where it was edited."""
    joined: Joined | None = None
    """The comparison, where it was gone on from; None where either is too short."""
