"""What one frame's pixels amount to."""

from typing import Final

from answerprint.measured.look import FrameLook
from answerprint.measured.samples import SampleFigures
from answerprint.record import Record

NEGATIVE_STEPS: Final = (0.0, -1e-4, -1e-3, -1e-2, -1e-1)
"""Values under which negative samples are counted, so that a limit can be chosen after the pass."""


class ChannelLevels(Record):
    """Levels of one channel over its whole data window.

    EXR channels are scene-linear values, movie channels are code values of the
    stream's own bit depth. Not-a-number and infinities take no part in minimum,
    maximum and mean, which are None where nothing finite is left.
    """

    minimum: float | None
    """Smallest finite value."""
    maximum: float | None
    """Largest finite value."""
    mean: float | None
    """Mean of the finite values."""
    nan: int = 0
    """Samples that are not a number."""
    infinite: int = 0
    """Samples that are plus or minus infinity."""
    negative: tuple[int, ...] = (0,) * len(NEGATIVE_STEPS)
    """Samples under each value of NEGATIVE_STEPS."""
    overflow: int = 0
    """Half-float samples at the largest finite value, 65504, or at its negative."""
    plateau: int = 0
    """Half-float samples that share one value from 1024 up, the value that most of these have."""
    denormal: int = 0
    """Half-float samples nearer to 0 than 2**-14, the smallest normal value, and not 0."""


class Outliers(Record):
    """What of a frame lies outside what the frames before and after hold around it."""

    count: int = 0
    """Cells of 4x4 pixels whose average does."""
    rough: int = 0
    """Tiles of 16x16 pixels whose texture does."""
    patch: int = 0
    """Most cells in a square of 24 pixels that differ from both frames by far more than these differ; of 36."""
    patch_at: tuple[int, int] = (0, 0)
    """Top left pixel of that square; x and y in the data window."""
    at: tuple[int, int] = (0, 0)
    """Top left pixel of the worst cell, or of the roughest tile where there is none; x and y in the data window."""


class FrameLevels(Record):
    """One frame of a clip: where it is, whether it could be read, and its levels."""

    number: int
    """Frame number; movies count from 0."""
    name: str = ""
    """File or archive member; empty in a movie."""
    time: float | None = None
    """Presentation time in seconds, for movies."""
    bytes: int | None = None
    """Size of its file; None in a movie, and in reports older than this."""
    error: str | None = None
    """Why the frame could not be read; the fields below are empty then."""
    header: int | None = None
    """Index of its header among the sequence's distinct headers."""
    digest: str | None = None
    """xxh3-64 of the picture's samples: equal digests are equal pictures."""
    pixels: int = 0
    """Samples of one full-resolution channel."""
    channels: dict[str, ChannelLevels] = {}
    """Levels by channel name."""
    luma: float | None = None
    """Mean relative luminance, linear light, 1 = diffuse white."""
    luma_peak: float | None = None
    """Brightest cell of the thumbnail, in the same units: a black frame has nothing above black anywhere."""
    samples: SampleFigures | None = None
    """What its samples show beyond their levels; EXR frames with a picture only."""
    look: FrameLook | None = None
    """How it looks and what light it holds; None in reports older than this."""
    outliers: Outliers | None = None
    """What stands out from the frames beside it; None at the ends, and where a neighbour is missing or of another size."""
