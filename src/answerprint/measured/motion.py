"""How a clip moves, step by step, with the seam as one step among the others."""

from pydantic import Field

from answerprint.record import Record

LAGS = 8
"""Earlier frames each frame is compared with: four pictures of animation on twos, nearly three on threes."""


class Step(Record):
    """The step into one frame from the frame before it.

    Differences are Oklab distances x 100, summed over L, a and b and averaged
    over the thumbnail: black to white is 100, and 1 is just visible on a plain
    field. `excess` is what is left of a difference, tile by tile, when the most
    that the same place and its neighbours change in the nearest steps is taken
    off: near 0 for ordinary motion at any speed, large where content jumps.
    """

    tone: tuple[float, ...]
    """Difference from the frame before, from the second before, and so on up to LAGS."""
    detail: float = 0.0
    """Difference of local contrast, blind to exposure and color; pictures without relation differ by about 1."""
    excess: float = 0.0
    """Excess of the difference, averaged over the picture."""
    excess_peak: float = 0.0
    """Excess in the worst fiftieth of the tiles, so that a small spot does not drown in the mean."""
    detail_excess: float = 0.0
    """Excess of the difference of local contrast."""
    matched: float = 0.0
    """What is left of the difference from the frame before when exposure and color are matched."""
    stops: float = 0.0
    """Change of exposure, in stops: the median over tiles, so that motion does not count."""
    tint: float = 0.0
    """Change of color that the change of exposure does not explain: the median over tiles, Oklab a and b x 100."""
    flow: tuple[float, float] = (0.0, 0.0)
    """Mean motion to the right and down, in picture widths."""
    speed: float = 0.0
    """Mean length of the motion vectors, in picture widths."""
    turn: float = 0.0
    """How far motion turned since it was last seen: 0 straight on, 1 sideways or unrelated, 2 back."""


class Joint(Record):
    """The seam as it would be with some frames taken off one end."""

    mean: float
    """Difference of the frames that would meet."""
    before: float
    """Difference of the frame before the last that would be left from the first."""
    after: float
    """Difference of the last that would be left from the frame after the first."""
    excess: float = 0.0
    """As in Step, among the steps that would be its neighbours."""
    excess_peak: float = 0.0
    """As in Step, likewise."""


class Motion(Record):
    """Everything that is said about a clip as a movement, closed to a circle.

    Frames are counted from 0 in the order they are shown.
    """

    frames: int = Field(ge=0)
    """Frames that were measured."""
    steps: tuple[Step, ...] = ()
    """The step into each frame, by frame: the first leads from the last frame over the seam.

    Empty for less than two frames.
    """
    travel: float = 0.0
    """The most any tile of any frame differs, as a mean color, from the same tile of the first frame."""
    without_last: tuple[Joint, ...] = ()
    """The seam with 0, 1, 2 ... frames taken off the end."""
    without_first: tuple[Joint, ...] = ()
    """The seam with 0, 1, 2 ... frames taken off the beginning."""

    @property
    def seam(self) -> Step:
        """The step from the last frame to the first."""
        return self.steps[0]
