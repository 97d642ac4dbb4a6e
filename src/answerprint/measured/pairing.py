"""How the movie of a delivery and its EXR sequence go together, frame by frame."""

from answerprint.record import Record

Box = tuple[float, float, float, float]
"""Left, top, width and height in shares of the picture's width and height."""


class Pair(Record):
    """One frame of the movie and the frame of the sequence that it shows."""

    movie: int
    """Frame of the movie, from 0."""
    sequence: int
    """Number of the frame of the sequence that stands at its place."""
    shows: int | None = None
    """Number of another frame near it that the movie clearly shows instead; None where there is none."""
    residual: float
    """Mean difference that is left between both through the fitted view, Oklab x 100."""
    spot: float = 0.0
    """The same at its worst place, beyond what is usual there in the clip."""
    box: Box | None = None
    """That place; None where the difference is no more than usual."""


class Unpaired(Record):
    """One frame that one side has and the other lacks."""

    number: int
    """Its number on the side that has it."""
    first: int
    """It is this frame or a later one: nothing moves that would tell which."""
    last: int
    """It is this frame or an earlier one."""


class ToneCurve(Record):
    """The one monotone curve that turns the lightness of EXR light into that of the movie."""

    light: tuple[float, ...]
    """Oklab lightness x 100 of EXR light."""
    shown: tuple[float, ...]
    """Oklab lightness x 100 of the movie there."""


class Pairing(Record):
    """Movie and sequence brought together in time, through the one view that relates them.

    Where nothing moves nothing can be told, and the frames count as standing
    where they should: only what is clearly better than that is taken for found.
    """

    sequence: int
    """Frames of the sequence that could be read."""
    movie: int
    """Frames of the movie."""
    reversed: bool = False
    """The movie runs backward through the sequence."""
    slip: int = 0
    """Frames by which the movie comes late all the way through; negative where it is early."""
    retimed: float | None = None
    """Frames of the movie for one of the sequence, where one side was brought to another rate."""
    swapped: tuple[tuple[int, int], ...] = ()
    """Frames of the movie that stand in each other's place."""
    only_movie: tuple[Unpaired, ...] = ()
    """Frames of the movie whose picture the sequence lacks."""
    only_sequence: tuple[Unpaired, ...] = ()
    """Frames of the sequence that the movie does not show."""
    likeness: float = 1.0
    """Correlation of movie and sequence through the fitted view: 1 is the same pictures, 0 has nothing in common."""
    motion: float = 0.0
    """How much worse a neighbouring frame fits than the right one, 0 where nothing moves."""
    curve: ToneCurve | None = None
    """The fitted curve."""
    pairs: tuple[Pair, ...] = ()
    """Every frame of the movie that was paired, in its order."""
