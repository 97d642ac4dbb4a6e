"""Limits of the loop seam."""

from pydantic import Field

from answerprint.record import Record


class SeamLimits(Record):
    """Limits of the loop seam.

    Set on 1,400 true loops, grainy, held, turned and requantized, and on 680 clips of
    real footage that go elsewhere. What they come to on other media, coded in H.264
    and H.265 at crf 16 to 26: of 70 labelled loops, begun anywhere and coded again,
    and 87 clips of footage that end elsewhere, two loops of 10 and 20 frames are
    refused and one clip of 11 passes; of 120 rendered loops three are refused; of
    290 of them that were broken in fourteen ways 45 pass, most of these long fades
    and lights that blink. A frame that is there twice passes where light breathes by
    less than a codec leaves standing.
    """

    jump: float = Field(default=1.5, gt=0)
    """How far the seam may stand out among the steps of the clip: one missing frame of 120 stands at 4."""
    cut: float = Field(default=3.0, gt=0)
    """The same for the three steps on either side of the seam, where a cut may hide."""
    exposure: float = Field(default=0.04, gt=0)
    """Stops that exposure may step by where it is steady: a pop of a twentieth is seen on a plain field."""
    color: float = Field(default=0.15, gt=0)
    """Oklab a and b x 100, median of the picture, that color may step by where it is steady; true loops stay below."""
    pace: float = Field(default=1.5, gt=1)
    """How many times faster or slower motion may go on behind the seam."""
    spot: float = Field(default=4.0, gt=0)
    """Excess, Oklab x 100, of one region alone that is a jump of it; true loops have as much in one tile only."""
    ghost: float = Field(default=0.85, gt=0, lt=1)
    """What a mixture of two frames leaves of a frame between them at most, for it to be a cross-fade."""
    still: float = Field(default=0.05, ge=0)
    """Oklab x 100 under which nine in ten steps are no motion."""
