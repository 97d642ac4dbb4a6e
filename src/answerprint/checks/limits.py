"""The numbers that decide, the severities and the waivers: policy, as data."""

from pathlib import Path
from typing import Self

from pydantic import Field

from answerprint.checks.join import SeamLimits
from answerprint.errors import LimitsError
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits
from answerprint.record import Record, parse_record, read_toml
from answerprint.report import Severity


class PixelLimits(Record):
    """Limits of single frames."""

    negative_floor: float = Field(default=-1e-3, le=0)
    """Scene-linear value under which a negative is not explained by DWA compression.

    Pictures clipped at 0 come back from DWAB level 45 down to about -4e-5 over
    thousands of pixels (measured with OpenEXR 3.5.3); this leaves a factor of 25.
    One of NEGATIVE_STEPS: 0, -1e-4, -1e-3, -1e-2, -1e-1.
    """
    negative_share: float = Field(default=1e-4, ge=0, le=1)
    """Share of a channel's pixels that may lie under that floor: 0.01 %, about 200 of a 1080p frame."""
    outliers: int = Field(default=8, ge=0)
    """Cells that may stand out from the frames before and after, twice what one damaged 8x8 block covers.

    Measured: clips in half float of slow motion have at most 1.
    """
    rough: int = Field(default=6, ge=0)
    """Tiles that may have half as much texture again as all around them before and after: garbage of the right average.

    Measured: a clip of slow motion has 5 at most. Of 240 flipped bits in one of
    its DWAB frames 72 left it unreadable and 33 over one of these limits; 132
    changed one or two 8x8 blocks, by less than texture varies there, and 3 left
    garbage in 17 to 150 blocks unseen.
    """
    outliers_ratio: float = Field(default=3.0, ge=1)
    """How many times what nine in ten of the other frames have damage has: fast motion and glitter leave some in most.

    Measured on 75 clips of footage and animation that hold no damage, in 8 bits:
    15 have a frame beyond, 11 by cells and 4 by texture alone; where the median takes the place of
    the upper decile it is 16, by cells only.
    """


class PictureLimits(Record):
    """Limits of pictures through time, at the scale of a 5 s clip: one frame is a lot."""

    black_peak: float = Field(default=0.002, ge=0)
    """Brightest spot of a black frame, relative to diffuse white: 0.2 cd/m2 of a 100 cd/m2 display."""
    fade_ratio: float = Field(default=4.0, gt=1)
    """Black is part of a fade when the frames beside it are at most this much darker than the clip: two stops."""
    repeat_share: float = Field(default=0.3, gt=0, lt=1)
    """A step this small beside the six around it repeats the frame before it.

    Measured on a repeated frame in H.264: 0.04 at crf 14, 0.24 at crf 20; steady
    motion stays above 0.8.
    """
    frozen_step: float = Field(default=0.05, ge=0)
    """Difference of neighbouring frames, Oklab x 100, under which nothing moves: a twentieth of what is just visible."""


class Limits(Record):
    """Everything a studio may set: numbers by family, severity by check, waivers by check."""

    pixels: PixelLimits = PixelLimits()
    """Limits of single frames."""
    picture: PictureLimits = PictureLimits()
    """Limits of pictures through time."""
    seam: SeamLimits = SeamLimits()
    """Limits of the loop seam."""
    archive: ArchiveLimits = DEFAULT_LIMITS
    """What a zip may hold before it is refused."""
    severity: dict[str, Severity] = {}
    """Severity by check id, where it is to differ from the check's own."""
    waive: dict[str, str] = {}
    """Reason by check id; a waived check is judged and reported, and its findings weigh nothing."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read limits from a TOML file. Raises LimitsError."""
        return parse_record(
            cls, read_toml(Path(path), LimitsError), where=str(path), error=LimitsError
        )
