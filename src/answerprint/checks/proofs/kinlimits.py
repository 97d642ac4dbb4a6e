"""How far a clip may be from the footage that it was made from, and a finished file from its master."""

from pydantic import Field

from answerprint.record import Record


class ReframeLimits(Record):
    """Limits of how a source may differ from itself inside the picture that was made around it."""

    offset: float = Field(default=0.008, gt=0)
    """Shares of the picture that the source may lie beside where it was to, or be larger or smaller by.

    Services round to blocks of 8 pixels, 0.0074 of 1080. Measured on footage that lies
    where it was to: 0.001 at most.
    """
    wander: float = Field(default=0.004, gt=0)
    """Shares of the picture that it may move by from frame to frame: four pixels at 1080p."""
    likeness: float = Field(default=0.8, ge=0, le=1)
    """Correlation under which what lies there is another picture, as in `pair.likeness`."""
    residual: float = Field(default=3.0, gt=0)
    """Oklab x 100 that half the frames may differ from the source by; coding leaves 1 and less."""
    spot: float = Field(default=3.0, gt=0)
    """Oklab x 100 that a frame's worst place may differ beyond what is usual there in the frames around it."""
    step: float = Field(default=1.0, gt=0)
    """Step of lightness and color along the border, Oklab x 100: on a plain field just visible."""
    edge: float = Field(default=1.5, gt=0)
    """Mean change over the border, Oklab x 100, beyond that beside it."""
    ratio: float = Field(default=2.0, ge=1)
    """How many times the most beside the border either of these has to be."""
    flicker: float = Field(default=0.03, gt=0)
    """Stops that nine in ten frames of the new area may waver by."""
    flicker_ratio: float = Field(default=2.0, ge=1)
    """How many times that of the source's own area it has to be; eleven clean clips come to 1.5."""


class EditLimits(Record):
    """Limits of how an edit may differ from its source in time."""

    motion: float = Field(default=0.3, ge=-1, le=1)
    """Correlation of motion over time under which the edit does not follow its source."""
    varied: float = Field(default=0.15, gt=0)
    """How much, as a logarithm, a source's speed has to vary for its course to be told from another."""
    lead: float = Field(default=0.3, gt=0, lt=1)
    """Share of what motion lacks of full correlation that has to be gone some frames later for the edit to be late."""
    adhere: float = Field(default=0.5, ge=-1, le=1)
    """Least correlation of local contrast with the source where adhere was ordered."""
    flex: float = Field(default=0.2, ge=-1, le=1)
    """The same where flex was."""
    reimagine: float = Field(default=0.95, ge=-1, le=1)
    """Most of it where reimagine was: more, and the source was hardly touched."""


class ExtensionLimits(Record):
    """Limits of the join of a clip and the footage that it goes on from; what a seam may do, `seam` says."""

    detail: float = Field(default=0.5, gt=0)
    """Difference of local contrast over the join from which, with `excess`, it leads to another picture.

    Frames without relation differ by about 1; a join with four frames missing from fast motion has 0.57.
    """
    difference: float = Field(default=10.0, gt=0)
    """Oklab x 100 left over the join once exposure and color are matched, from which with `excess` it is another, too."""
    excess: float = Field(default=4.0, gt=0)
    """Oklab x 100 that the join changes beyond all that happens near it; that same join has 1.3."""
    overlap: float = Field(default=0.75, gt=0, lt=1)
    """Share of what frames one nearer and one further apart differ by, under which frames are there twice."""


class DeliverableLimits(Record):
    """Quality that a finished file has to hold at its worst frame, as luma noise against its master.

    Under its preset's own floor a file is refused; these warn before. Measured at the
    worst frame of the shared clips: 46 dB in h264-web, 57 dB in prores-422; of one that
    is small and full of grain, which the encoders drop: 36 dB in h264-web and in vp9-web.
    """

    delivery: float = Field(default=34.0, ge=0, le=100)
    """dB of codecs for viewing (H.264, HEVC, AV1, VP9): 34 dB are 5 codes of 8 bits, root mean square."""
    mezzanine: float = Field(default=42.0, ge=0, le=100)
    """dB of codecs that are worked on and coded again (ProRes, DNxHR and all others): 2 codes of 8 bits."""
    headroom: float = Field(default=6.0, ge=0, le=100)
    """dB over its preset's floor that are asked for at most: proxies and palettes are made small on purpose."""
