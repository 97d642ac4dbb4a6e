"""How a clip moves, step by step, with the seam as one step among the others."""

from pydantic import Field

from answerprint.record import Record

LAGS = 8
"""Earlier frames each frame is compared with: four pictures of animation on twos, nearly three on threes."""

COLUMNS = (48, 24, 12, 6)
"""Widths in pixels of the pictures whose course is told: the quicker a picture moves, the coarser it has to be seen."""

Box = tuple[float, float, float, float]
"""Left, top, width and height in shares of the picture's width and height."""


class Blip(Record):
    """How one frame's light differs, the same way, from the frame before it and from the frame after it.

    By tile, the smaller of the two changes of exposure where they are of one
    sign: what light that goes on rising or falling leaves at 0.
    """

    stops: float
    """Median over the tiles that are neither black nor clipped: what the whole picture does."""
    peak: float
    """Mean of the eighth of the tiles that do it most, all brighter or all darker."""
    share: float
    """Share of the picture in which the light does at least half of that."""
    box: Box
    """Where those tiles lie."""


class Island(Record):
    """Where one frame stands out most, the same way, from the frame before it and the frame after it."""

    depth: float
    """How much brighter, or below 0 darker, beyond twice what those two differ there: Oklab lightness x 100, averaged over a square of a thirtieth of the picture's side."""
    box: Box
    """Where it does at least half of that."""


class Course(Record):
    """Where the pictures are heading around a step, seen at one width of COLUMNS.

    By least squares through the frames on either side, L, a and b together: a
    cubic through four and four of them that may break at the step.
    """

    pace: float
    """How much the pictures change a step, apart from the break: root mean square of the pixels, Oklab x 100."""
    advance: float
    """How many steps that is the step goes on along the course: 0 the same once more, 1 an ordinary step, 2 one missing."""
    bend: float
    """How far the course of three frames before is from that of three after: 0 the same, 1 unrelated, 2 straight back."""


class Heading(Record):
    """How far a step goes on the way that a clip is on for a second, by least squares through 24 frames."""

    pace: float
    """How far a step gets on it, times how long it is: mean product of the pixels, Oklab x 100 squared."""
    advance: float
    """How many steps the step goes on, as in Course."""


class Mirror(Record):
    """How far the frames after the seam are those before it in reverse."""

    apart: float
    """Difference of a frame from its mirror image in that from the frames four beside it: 0 for the same, 1 for no mirror."""
    pace: float
    """Pace of the four steps next to the turn in that of the four behind them: what swings comes to 0.4, what is reversed to 1."""
    twice: bool
    """Whether the frame at the turn is there twice, as the last and as the first."""
    pairs: int = 12
    """Pairs of frames that say so: the fewer, the likelier they are alike by chance."""


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
    busy: float | None = None
    """Difference from the frame before in the tiles that change most in the nearest steps: motion, where it is local, drowns less."""
    sharpness: float | None = None
    """Detail of the frame that it leads into, for its lightness."""
    stops: float = 0.0
    """Change of exposure, in stops: the median over tiles, so that motion does not count."""
    tint: float = 0.0
    """Change of color that the change of exposure does not explain: the median over tiles, Oklab a and b x 100."""
    cast: tuple[float, float] = (0.0, 0.0)
    """Shift of Oklab a and b x 100 that the change of exposure does not explain: the median over tiles that are not black."""
    uneven: float = 0.0
    """How differently tiles change their exposure, in stops: half their interquartile range."""
    blip: Blip | None = None
    """How the frame's light stands out from the frames on both sides; None where it hardly does."""
    island: Island | None = None
    """Where the frame stands out from the frames on both sides; None where it hardly does, and in reports older than this."""
    flow: tuple[float, float] = (0.0, 0.0)
    """Mean motion to the right and down, in picture widths."""
    speed: float = 0.0
    """Mean length of the motion vectors, in picture widths."""
    turn: float = 0.0
    """How far motion turned since it was last seen: 0 straight on, 1 sideways or unrelated, 2 back."""
    courses: tuple[Course, ...] = ()
    """The course around the step, by COLUMNS; none in reports older than this."""
    heading: Heading | None = None
    """The same over a second; None in clips of less than 36 frames, and in reports older than this."""


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


class Spot(Record):
    """The region of the picture in which the seam exceeds its surroundings."""

    box: tuple[float, float, float, float]
    """Left, top, width and height, in widths and heights of the picture."""
    inside: float
    """Mean excess inside, as in Step."""
    outside: float
    """Excess of the worst fiftieth of the tiles outside, those next to it left out."""
    elsewhere: float = 0.0
    """The most that nine in ten steps near the seam exceed theirs by inside the box."""


class Mixture(Record):
    """A frame near the seam as a mixture of an earlier and a later one."""

    frame: int
    """The frame."""
    reach: int
    """Steps to either side that the mixed frames lie away."""
    share: float
    """Share of the later one."""
    left: float
    """What the mixture leaves of the difference from the nearer of them: 0 for a perfect fade."""
    dip: float
    """Share of their sharpness that the frame and those beside it lack."""
    usual_dip: float = 0.0
    """The most that frames between two so far apart lack elsewhere in the clip."""
    apart: float
    """Difference of the two when motion carries each halfway to the other, Oklab x 100."""
    usual: float
    """The same of frames as far apart elsewhere in the clip; 0 where the clip is too short to tell."""


class Gap(Record):
    """What the course of the pictures breaks by at the seam, in the most that it does at any step inside.

    As a color, by the least squares of Course, in tiles of a sixteenth of the picture's width.
    """

    whole: float
    """Of the root mean square over the picture."""
    mean: float
    """Of the picture's mean color."""
    worst: float
    """Of the worst fiftieth of the tiles, each in the most that it or one beside it breaks by."""

    @property
    def most(self) -> float:
        """The most of these."""
        return max(self.whole, self.mean, self.worst)


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
    wander: float | None = None
    """How many times the most that it differs from the frame before a tile differs from the first frame, at most.

    Noise comes to 2.3 in clips of twelve frames and more; None in reports older than this.
    """
    without_last: tuple[Joint, ...] = ()
    """The seam with 0, 1, 2 ... frames taken off the end."""
    without_first: tuple[Joint, ...] = ()
    """The seam with 0, 1, 2 ... frames taken off the beginning."""
    spot: Spot | None = None
    """Where the seam stands out most; None where it stands out nowhere."""
    mixture: Mixture | None = None
    """The frame near the seam that is most of a mixture; only in reports that do not tell them by reach."""
    mixtures: tuple[Mixture, ...] = ()
    """The same for each reach at which there is one."""
    mirror: Mirror | None = None
    """The seam as a mirror; None for a clip of less than 18 frames, and in reports older than this."""
    gap: Gap | None = None
    """How the course breaks at the seam; None for a clip of less than 36 frames, and in reports older than this."""

    @property
    def seam(self) -> Step:
        """The step from the last frame to the first."""
        return self.steps[0]
