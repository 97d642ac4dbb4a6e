"""Limits of the loop seam."""

from pydantic import Field

from answerprint.record import Record


class SeamLimits(Record):
    """Limits of the loop seam.

    Set on 1,400 true loops, grainy, held, turned and requantized, on 680 clips of
    real footage that go elsewhere, and on 1,060 clips of fifty scenes and sources, 740
    of them broken in fourteen ways, of which 46 pass: three in ten of the fades, where
    a picture has little detail, frames missing among lights that blink or under strong
    coding, and one played there and back at crf 26. What they came to on media they had
    never seen, coded in H.264 and H.265 at crf 16 to 24 or as EXR: of 60 loops of
    twelve rendered scenes four were refused, three of these for light that a codec
    lags behind, which has since to tell more; of 36 clips that end elsewhere three
    passed, static shots of which two change by less than a codec's first frame does; of 24
    with frames repeated or missing none passed, and ten of ten traps were told. Of 145 more,
    of 29 other scenes and sources, 67 of them true loops, one was told wrong: real footage
    that is played there and back and shows no frame twice passes. Of 298 more that were
    judged once, when all of this stood, of 31 other scenes and of real footage, four of
    137 true loops were refused and three of 161 others pass.
    """

    jump: float = Field(default=1.5, gt=0)
    """How far the seam may stand out among the steps of the clip: one missing frame of 120 stands at 4."""
    cut: float = Field(default=3.0, gt=0)
    """The same for the three steps on either side of the seam, where a cut may hide."""
    gap: float = Field(default=2.0, gt=1)
    """How many times the most inside the course of the pictures may break by: one in a thousand of 12,900 places of true loops comes to it."""
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
