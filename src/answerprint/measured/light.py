"""The light a deliverable really shows, and what its HDR static metadata says of it."""

from typing import Final, Self

from pydantic import Field

from answerprint.record import Record

Chromaticity = tuple[float, float]
"""CIE 1931 x and y."""
Area = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""


XY_STEP: Final = 4e-5
"""Difference of x or y that coding alone makes: steps are 2e-5 in H.265 and ISO/IEC 14496-12, 1.5e-5 in AV1."""
PEAK_STEP: Final = 1 / 256
"""The same of the peak in cd/m2: AV1 has 8 fractional bits."""
BLACK_STEP: Final = 1e-4
"""The same of black in cd/m2: AV1 has 14 fractional bits, the others steps of 0.0001."""


class MasteringDisplay(Record):
    """The display a picture was graded on (SMPTE ST 2086)."""

    red: Chromaticity
    """Red primary."""
    green: Chromaticity
    """Green primary."""
    blue: Chromaticity
    """Blue primary."""
    white: Chromaticity
    """White point."""
    maximum: float
    """Peak luminance in cd/m2."""
    minimum: float
    """Black luminance in cd/m2."""

    def agrees(self, other: Self) -> bool:
        """Tell whether two statements mean the same display, given how coarsely boxes, SEI messages and OBUs code it."""
        mine, theirs = (d.red + d.green + d.blue + d.white for d in (self, other))
        return (
            all(abs(a - b) <= XY_STEP for a, b in zip(mine, theirs, strict=True))
            and abs(self.maximum - other.maximum) <= PEAK_STEP
            and abs(self.minimum - other.minimum) <= BLACK_STEP
        )


class ContentLight(Record):
    """What a file states of its light (CTA-861.3), in whole cd/m2; 0 means unknown."""

    max_cll: int = Field(ge=0, le=65535)
    """MaxCLL: the brightest pixel's max(R, G, B) of the whole clip."""
    max_fall: int = Field(ge=0, le=65535)
    """MaxFALL: the highest mean of max(R, G, B) over a frame."""


class StaticMetadata(Record):
    """HDR static metadata as one place of a file holds it: its container, or its bitstream."""

    mastering: MasteringDisplay | None = None
    """Mastering display; None where it is not stated."""
    light: ContentLight | None = None
    """Light levels; None where they are not stated."""
    places: int = 0
    """How many times they are stated: once in a container, with every keyframe in a bitstream."""
    agreeing: bool = True
    """Whether all of these say the same; if not, the first is given here."""

    def agrees(self, other: Self) -> bool:
        """Tell whether container and bitstream say the same, each with itself too."""
        mine, theirs = self.mastering, other.mastering
        displays = mine.agrees(theirs) if mine and theirs else mine is theirs
        return self.agreeing and other.agreeing and displays and self.light == other.light


class LightLevel(Record):
    """Light of a whole clip in cd/m2, measured on its decoded pixels.

    The light of a pixel is max(R, G, B), linear. Means leave black bars out.
    """

    max_cll: int
    """MaxCLL rounded to the nearest cd/m2 and at least 1, because 0 means unknown."""
    max_fall: int
    """MaxFALL, rounded in the same way."""
    peak: float
    """MaxCLL before it was rounded."""
    peak_frame: int
    """First frame that sets it, counted from 0."""
    peak_at: tuple[int, int]
    """Its first pixel in reading order, x and y."""
    average: float
    """MaxFALL before it was rounded."""
    average_frame: int
    """First frame that sets it."""
    robust_peak: float
    """Highest of `percentiles`: a peak that a few ringing pixels do not set."""
    active: Area
    """The picture without its black bars."""
    peaks: tuple[float, ...] = ()
    """Brightest pixel of every frame."""
    means: tuple[float, ...] = ()
    """Mean over the active picture of every frame."""
    percentiles: tuple[float, ...] = ()
    """99.99th percentile of every frame, bars included."""

    @property
    def content(self) -> ContentLight:
        """What a file has to state."""
        return ContentLight(max_cll=self.max_cll, max_fall=self.max_fall)

    @classmethod
    def of(
        cls,
        *,
        peaks: tuple[float, ...],
        means: tuple[float, ...],
        percentiles: tuple[float, ...],
        places: tuple[tuple[int, int], ...],
        active: Area,
    ) -> Self:
        """Settle the clip's figures from those of its frames; `places` are their brightest pixels."""
        brightest, fullest = peaks.index(max(peaks)), means.index(max(means))
        return cls(
            max_cll=_whole(peaks[brightest]),
            max_fall=_whole(means[fullest]),
            peak=peaks[brightest],
            peak_frame=brightest,
            peak_at=places[brightest],
            average=means[fullest],
            average_frame=fullest,
            robust_peak=max(percentiles),
            active=active,
            peaks=peaks,
            means=means,
            percentiles=percentiles,
        )


def _whole(light: float) -> int:
    return max(1, int(light + 0.5))
