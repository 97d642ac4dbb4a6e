"""Limits of what EXR headers say, of how channels relate, and of alpha."""

from pydantic import Field

from answerprint.record import Record


class ExrLimits(Record):
    """Limits of EXR headers."""

    dwa_level: float = Field(default=45.0, ge=0)
    """Highest DWA compression level: OpenEXR's own default, and what the model's maker states for its frames."""
    interop_id: bool = False
    """Whether chromaticities alone do not do: OpenImageIO and what is built on it go by `colorInteropID` only."""


class ChannelLimits(Record):
    """Limits of how the channels of a picture relate, in stops unless they say otherwise.

    Measured on 72 clean clips, footage and animation: beyond them come only drawn
    animations that change their colors on purpose, which `odd_share` excuses.
    """

    flat: float = Field(default=0.02, ge=0)
    """Spread under which a channel is constant, or difference under which two are one."""
    alive: float = Field(default=0.1, gt=0)
    """Spread, difference or motion of other channels from which these live."""
    held: float = Field(default=0.05, ge=0, lt=1)
    """Share of the other channels' motion under which a channel is held."""
    swap_ratio: float = Field(default=0.5, gt=0, lt=1)
    """Channels are swapped where they are nearer to other channels of the frame before by this ratio."""
    swap_step: float = Field(default=3.0, ge=1)
    """How many ordinary steps the frame before may be away in that order: further is a cut."""
    odd_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of a clip's frames at which channels may jump and it is a defect; beyond it is a clip that plays with colors."""


class AlphaLimits(Record):
    """Limits of alpha channels."""

    speckles: int = Field(default=0, ge=0)
    """Isolated spots a frame may have in flat alpha."""
    beyond: float = Field(default=0.001, ge=0)
    """How far alpha may lie outside 0 to 1: a rounding step of a half float next to 1."""
    clear_share: float = Field(default=0.001, ge=0, le=1)
    """Share of a picture that has to be clear (alpha 0) before light in it is looked at."""
    lit_share: float = Field(default=0.1, ge=0, le=1)
    """Share of the clear pixels that may hold light: glows and flames are drawn that way on purpose."""
