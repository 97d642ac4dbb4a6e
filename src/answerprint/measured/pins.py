"""How the frames that were pinned to a picture compare with it."""

from typing import Literal

from answerprint.record import Record

PinName = Literal["first", "last", "keyframe"]
Fitting = Literal["whole", "cover", "contain", "found"]
"""How a picture was brought into the frame: stretched, cropped, with bars, or placed where it was found."""


class Pin(Record):
    """One picture of the order and the frame that it was pinned to."""

    name: PinName
    """Which of the order's pins it is."""
    picture: str
    """Its reference, as ordered."""
    frame: int
    """Number of the frame it is pinned to, in the clip's own numbering."""
    skipped: str | None = None
    """Why it was not compared; the fields below are empty then."""
    fitting: Fitting | None = None
    """How it was brought into the frame."""
    box: tuple[float, float, float, float] | None = None
    """Where it lies then: left, top, width and height in shares of the frame, which it may exceed."""
    structure: float | None = None
    """Correlation of its local contrast with that of the frame that shows it best: 1 is the same picture, 0 another."""
    pinned: float | None = None
    """The same of the frame it is pinned to."""
    offset: int = 0
    """Frames by which it landed late; negative where it came early, 0 where no other frame fits clearly better."""
    lead: float = 0.0
    """How much better that frame fits than the one it is pinned to: share of the difference that is gone."""
    stops: float | None = None
    """Exposure of the frame against the picture; None where both are not renderings of one kind."""
    tint: tuple[float, float] | None = None
    """Shift of Oklab a and b x 100 that exposure does not explain; None likewise."""
    residual: float | None = None
    """Mean difference that is left once exposure and color are taken off, Oklab x 100; None likewise."""
