"""Limits of how pictures look and of the light they hold."""

from typing import Final

from pydantic import Field

from answerprint.record import Record

BAR_TOLERANCE: Final = 2
"""Lines by which coding moves the end of a bar from frame to frame."""


class LookLimits(Record):
    """Limits of look and light; most decide between a suspicion and nothing, so their checks warn."""

    banding_share: float = Field(default=0.05, gt=0, le=1)
    """Share of the picture in staircases of flat plateaus.

    Measured on 85 clips of footage and animation: at most 0.03, but for GIFs
    of few colors and charts. Gradients quantised in steps of 3, 5 and 10 codes
    and coded at crf 18 have 0.05 to 0.26.
    """
    banding_lasting: float = Field(default=0.01, gt=0, le=1)
    """The same of coarse steps, of three codes and more, that half of the frames have.

    Measured on 60 movies of footage and renderings: at most 0.002, GIFs of few colors up to 0.09.
    Clips with texture whose gradients were quantised in steps of 6 and 12 codes have 0.012 to 0.2.
    """
    banding_step: float = Field(default=0.5, gt=0)
    """Smallest step that counts, in 8-bit codes; of 8-bit movies and EXR none under 1.5 is measured."""
    block_ratio: float = Field(default=2.2, gt=1)
    """How many times what other lines have the edges of blocks stand out, on both axes.

    Measured: footage in H.264, VP8 and GIF stays under 1.8; JPEG at quality 15 has 3 to 11.
    """
    block_next: float = Field(default=1.7, gt=1)
    """The same beside the strongest other phase: a checkerboard has two that are alike."""
    block_edge: float = Field(default=0.3, gt=0)
    """Least excess at the edges of blocks in 8-bit codes, averaged over the frame: fainter ones are not seen."""
    blur_ratio: float = Field(default=0.6, gt=0, lt=1)
    """Fine detail of a frame, by its contrast, beside the sharpest of three frames before and of three after."""
    blur_kept: float = Field(default=0.75, gt=0, lt=1)
    """The same where fine detail in all, whatever the contrast, falls below blur_ratio: an encoder that borrows from the frames beside a blurred one leaves so much."""
    blur_usual: float = Field(default=0.8, gt=0, le=1)
    """Both of these as a share of what nine in ten frames of a clip of 24 and more have.

    A codec keeps grain in some frames and drops it in those between: where every other
    frame has half of its neighbours' detail, so much less is no blur.
    """
    bar_width: int = Field(default=5, ge=1)
    """Black lines from which they are a bar; fewer are a line at the edge."""
    line_step: float = Field(default=6.0, gt=0)
    """Difference of a line at the border to the line beside it, in 8-bit codes."""
    line_ratio: float = Field(default=4.0, gt=1)
    """The same as a multiple of the largest such difference further in; footage has up to 2.6."""
    line_share: float = Field(default=0.6, gt=0, le=1)
    """How much of the line's length has to differ."""
    illegal_share: float = Field(default=0.01, ge=0, le=1)
    """Share of the picture outside -5 % to 105 %: EBU R103 allows 1 %."""
    excursion_share: float = Field(default=0.02, ge=0, le=1)
    """Share of the picture whose luma is legal and whose color is none."""
    clipped_share: float = Field(default=0.02, ge=0, le=1)
    """Share of the picture at its brightest level, beyond what the levels beside it hold."""
    crushed_share: float = Field(default=0.1, ge=0, le=1)
    """The same at its darkest."""
    plateau_soft: float = Field(default=0.53, ge=0, le=1)
    """Share of its outline that is a gradient; flat artwork has 0.3 to 0.5, a burnt-out sky behind fur 0.55."""
    crushed_soft: float = Field(default=0.65, ge=0, le=1)
    """The same of a plateau of black, wider looked at; artwork on black has up to 0.6."""
    clipped_alone: float = Field(default=0.06, ge=0, le=1)
    """Share from which a movie's brightest level counts though it is not white."""
    plateau_beside: float = Field(default=0.1, ge=0)
    """Share of a plateau of black that the levels just above it hold where shadows were cut off; a night sky has 0.06."""
    crushed_alone: float = Field(default=0.6, ge=0, le=1)
    """Share from which what is darkest counts without such levels and without being black: night fills nearly half of a picture."""
    beyond_ap1_share: float = Field(default=0.02, ge=0, le=1)
    """Share of an EXR frame with colors outside AP1, which grading works in."""
    impossible_share: float = Field(default=0.005, ge=0, le=1)
    """Share of an EXR frame with colors outside the spectral locus: no light has them."""
    beyond_p3_share: float = Field(default=0.001, ge=0, le=1)
    """Share of an HDR movie's light outside P3-D65 from which it is told."""
    white_low: float = Field(default=101.5, ge=0)
    """Diffuse white in cd/m2 from which it is not too dark: a stop under the 203 of ITU-R BT.2408."""
    white_high: float = Field(default=406.0, gt=0)
    """Diffuse white up to which it is not too bright: a stop over it."""
    sdr_peak: float = Field(default=0.85, gt=0, le=1)
    """PQ signal a hundredth of the picture exceeds in half of the frames of an SDR picture tagged PQ: 2,400 cd/m2."""
    pq_peak: float = Field(default=0.7, gt=0, le=1)
    """Signal that hardly any pixel of a PQ picture tagged SDR exceeds: 620 cd/m2 in PQ."""
    pq_saturation: float = Field(default=0.12, ge=0, le=1)
    """Mean spread of R', G' and B' up to which such a picture looks grey."""
    stated_low: float = Field(default=0.9, gt=0, le=1)
    """Stated light as a share of the measured, from which it is not too low."""
    stated_high: float = Field(default=1.5, ge=1)
    """Stated light as a multiple of the measured, up to which it is not too high."""
