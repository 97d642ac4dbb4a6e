"""What one EXR frame's samples show of faults that no statistic of a whole channel tells."""

from typing import Final, Literal

from answerprint.measured.exr import Window
from answerprint.record import Record

Fault = Literal["nan", "infinite", "overflow", "negative"]

FIREFLY_STOPS: Final = (2, 3, 4, 6)
"""Stops above everything around it, in place and in time, from which fireflies are counted."""


class Patch(Record):
    """Where the faulty samples of one kind lie in one channel; boxes and places are in the data window, from 0."""

    channel: str
    """Channel they are in."""
    fault: Fault
    """What they are."""
    count: int
    """How many."""
    regions: int
    """Connected regions they form, corners touching."""
    box: Window
    """The box that holds them all."""
    first: tuple[int, int]
    """The first in reading order; x and y."""


class BlackTile(Record):
    """A rectangle in which every picture channel is black, within a picture that is not."""

    box: Window
    """Where it lies, to four pixels."""
    around: float
    """Scene-linear value of the brightest channel around it, the median."""


class BandJump(Record):
    """The run of lines, compressed as one chunk, that stands out most from the frames before and after."""

    lines: tuple[int, int]
    """First and last line, from the top of the data window."""
    stops: float
    """How far its lines lie from both frames beyond what these two differ, the quarter least so left out."""
    beside: float
    """The same of the lines just outside its borders, or of most others: what happens to the whole picture is there as well."""


class Fireflies(Record):
    """Single bright pixels that the picture around them, the frame before and the frame after do not explain."""

    counts: tuple[int, ...]
    """How many stand out by each of FIREFLY_STOPS."""
    at: tuple[int, int]
    """The brightest; x and y."""
    stops: float
    """By how much that one stands out."""


class ChannelFigures(Record):
    """How the three channels of a picture relate, all in stops: to themselves, to each other and to the frame before."""

    spread: tuple[float, float, float]
    """Standard deviation over the picture, in the order of `ExrPart.picture`."""
    apart: tuple[float, float, float]
    """Mean difference of first and second, second and third, first and third channel."""
    crossing: tuple[float, ...] = ()
    """Mean difference of each channel (a row of three) from each of the last readable frame; empty where there is none of the size."""


class AlphaFigures(Record):
    """What the alpha channel beside a picture holds."""

    speckles: int = 0
    """Spots of up to 3x3 pixels a tenth or more away from flat alpha around them."""
    at: tuple[int, int] = (0, 0)
    """The first of them; x and y."""
    clear: int = 0
    """Pixels where alpha is 0."""
    lit: int = 0
    """Those of them where a picture channel holds light."""


class SampleFigures(Record):
    """The samples of one EXR frame, looked at beyond their levels."""

    patches: tuple[Patch, ...] = ()
    """Where samples lie that no picture holds."""
    black: tuple[BlackTile, ...] = ()
    """Rectangles that have come to be black since the frame before, or are so in the first, and those that still are; eight at most."""
    band: BandJump | None = None
    """The chunk that jumps most; None at the ends, and where chunks are single lines, tiles or the whole picture."""
    fireflies: Fireflies | None = None
    """None where there are none, and at the ends."""
    channels: ChannelFigures | None = None
    """None for a picture of one channel."""
    alpha: AlphaFigures | None = None
    """None where there is no alpha channel."""
