"""How pictures look and what light they hold: the figures behind banding, blocks, blur, bars, range and gamut."""

from typing import Final, Literal

from answerprint.measured.light import LightLevel, StaticMetadata
from answerprint.record import Record

BAND_STEPS: Final = (0.5, 1.5, 3.0, 6.0, 12.0, 24.0)
"""Bounds of the sizes of step that banding is counted by, in 8-bit codes."""
NITS: Final = (0.0, 0.01, 0.1, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 203.0, 400.0, 600.0, 1000.0, 2000.0, 4000.0, 10000.0)  # fmt: skip
"""Bounds of the light histogram in cd/m2; the last bin holds its upper bound."""
STRAIGHT: Final = 0.5
"""How much of the line beside a bar has to be lit."""
SIDES: Final = ("left", "top", "right", "bottom")
"""Sides of a picture, in the order of every record here."""

Side = Literal["left", "top", "right", "bottom"]
Place = tuple[int, int]
"""x and y of a pixel."""


class Detail(Record):
    """How sharp a picture is, in 8-bit codes; one code of an EXR is a 39th of a stop."""

    fine: float
    """Mean bend beyond one code, which is rounding: how far a pixel lies from the line between its neighbours, times two."""
    coarse: float
    """Mean difference of pixels eight apart: how much there is to see at all."""


class BlockEdges(Record):
    """Steps on a grid of blocks, on one axis, in 8-bit codes by which they stand out from the steps beside them."""

    size: Literal[8, 16]
    """Width of the blocks."""
    phase: int
    """Column or row, counted from the picture's own edge, at which a block begins."""
    edge: float
    """Mean excess at the edges of blocks."""
    inside: float
    """Mean excess of all the other lines."""
    next: float
    """Mean excess of the other phase that has most."""


class Banding(Record):
    """Staircases of flat plateaus, by size of step."""

    shares: tuple[float, ...]
    """Share of the picture that lies in them, by the bounds of BAND_STEPS."""
    at: Place
    """Where the longest begins."""


class Bars(Record):
    """Black lines at the four sides."""

    widths: tuple[int, int, int, int]
    """How many at the left, top, right and bottom."""
    lit: tuple[float, float, float, float]
    """How much of the line where they end is lit: a bar ends in a straight edge, a night sky does not."""

    @property
    def proven(self) -> tuple[int, int, int, int]:
        """The widths of those that end in a straight edge; 0 elsewhere."""
        left, top, right, bottom = (
            width if lit >= STRAIGHT else 0
            for width, lit in zip(self.widths, self.lit, strict=True)
        )
        return left, top, right, bottom


class EdgeLine(Record):
    """One to four lines at a border that are unlike the picture beside them."""

    side: Side
    """Where."""
    width: int
    """Lines."""
    step: float
    """Mean difference to the line beside them, in 8-bit codes."""
    inside: float
    """The largest such difference of the lines further in."""
    share: float
    """How much of their length differs visibly."""
    channel: str
    """Plane it shows in."""


class Plateau(Record):
    """Flat area at one end of the tones."""

    level: float
    """Its signal: 0 is black and 1 white; of EXR frames its scene-linear value."""
    share: float
    """Share of the picture."""
    beside: float
    """The same of the levels next to it: in a picture that is not clipped they hold as much."""
    soft: float
    """Share of its outline that runs into it in a gradient, as burnt-out light does and flat artwork does not."""
    at: Place
    """A pixel of it."""


class Signal(Record):
    """How much of a frame lies beyond what a signal may hold; shares of the picture."""

    below: float = 0.0
    """R', G', B' or Y' under -5 % (EBU R103)."""
    above: float = 0.0
    """R', G', B' or Y' over 105 %."""
    illegal: float = 0.0
    """Either of these."""
    off_gamut: float = 0.0
    """Y' within and R', G' or B' without these: a color no display has."""
    at: Place = (0, 0)
    """The worst pixel."""
    worst: float = 0.0
    """How far it lies beyond 0 to 1."""


class Tones(Record):
    """Tones of one frame, by its brightest channel."""

    percentiles: tuple[float, float, float]
    """1st, 50th and 99th percentile of max(R', G', B')."""
    mean: float
    """Mean of max(R', G', B')."""
    saturation: float
    """Mean of max - min of R', G', B'."""
    nits: tuple[float, ...] = ()
    """Light histogram: share of the picture between the bounds of NITS; empty where the picture is not PQ or HLG."""
    white: float | None = None
    """Light in cd/m2 that a twentieth of what is nearly neutral and over 10 cd/m2 exceeds: a guess at diffuse white."""


class Gamut(Record):
    """Colors beyond a smaller gamut; shares of the picture and of its light."""

    beyond: Literal["P3-D65", "AP1"]
    """The smaller gamut."""
    area: float
    """Share of the picture."""
    light: float
    """Share of the light."""
    impossible: float = 0.0
    """Share of the picture with colors outside the spectral locus, which no light has; of EXR frames."""
    at: Place = (0, 0)
    """The color furthest beyond."""


class FrameLook(Record):
    """Look and light of one frame."""

    detail: Detail | None = None
    """Sharpness; None where the picture is too small."""
    blocks: tuple[BlockEdges, BlockEdges] | None = None
    """Vertical edges of blocks, and horizontal ones."""
    banding: Banding | None = None
    """Quantised gradients."""
    bars: Bars | None = None
    """Black at the sides; None where the frame is black all over."""
    lines: tuple[EdgeLine, ...] = ()
    """Stray lines at the borders, at most one a side."""
    clipped: Plateau | None = None
    """Flat area at the bright end."""
    crushed: Plateau | None = None
    """Flat area at the dark end."""
    signal: Signal | None = None
    """Illegal levels; of movies."""
    tones: Tones | None = None
    """Tones; of movies."""
    gamut: Gamut | None = None
    """Colors outside a smaller gamut: of PQ and HLG in BT.2020 and of EXR frames."""


class MovieLight(Record):
    """Light of a whole movie, and what the file says of it."""

    level: LightLevel | None = None
    """MaxCLL and MaxFALL as they are; of PQ and HLG."""
    grid: int = 1
    """Pixels across and down of which one was measured."""
    container: StaticMetadata | None = None
    """HDR static metadata of the container."""
    bitstream: StaticMetadata | None = None
    """The same of the bitstream."""
    carries_both: bool = False
    """Whether codec and container have a place for it each."""
