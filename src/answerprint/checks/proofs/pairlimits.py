"""How far a movie may be from its EXR sequence, and a frame from the picture it is pinned to."""

from pydantic import Field

from answerprint.record import Record


class PairLimits(Record):
    """Limits of what may be different between the movie and the EXR sequence of one delivery."""

    likeness: float = Field(default=0.88, ge=0, le=1)
    """Correlation through the fitted view under which both are different pictures altogether.

    Measured under views for PQ, HLG, SDR and plain gamma on five renderings of 160 to 1280 pixels:
    0.974 and more. Of four pairs of different footage the most alike reached 0.75.
    """
    spot: float = Field(default=3.0, gt=0)
    """Oklab x 100 that a frame's worst place may differ beyond what is usual there in the frames around it."""
    spot_ratio: float = Field(default=3.0, ge=1)
    """How many times what nine in ten of the other frames have that is, where views and motion leave more."""

    spot_sure: float = Field(default=2.0, ge=1)
    """How many times these limits is surely another picture; less is a warning, as glitter on water, coded small, comes to 1.4."""

    held: float = Field(default=0.1, ge=0)
    """Difference of the frame that is shown from the one in whose place it is, Oklab x 100, from which that is a fault.

    A tenth of what is just visible: an encoder leaves slow motion out of some frames, under 0.06 in rendered clips.
    """


class PinLimits(Record):
    """Limits of how far a frame may be from the picture it is pinned to."""

    structure: float = Field(default=0.4, ge=-1, le=1)
    """Correlation of local contrast under which a frame shows another picture.

    Measured: right frames, coded at crf 20, have 0.97 and more in SDR; the same scene 3 frames
    later in fast motion 0.3 to 0.45, other footage 0.1 at most.
    """
    exposure: float = Field(default=0.15, gt=0)
    """Stops a frame may be brighter or darker: a difference from which two stills side by side are told apart.

    Measured of SDR frames that were not changed: 0.05 at most.
    """
    color: float = Field(default=1.0, gt=0)
    """Oklab a and b x 100 a frame's color may be shifted: just visible on a plain field.

    Measured of SDR frames that were not changed: 0.36 at most, in a dark clip.
    """
    lead: float = Field(default=0.15, gt=0, lt=1)
    """Share of the difference that has to be gone in another frame for the picture to have landed there."""
