"""What the header of an OpenEXR file says."""

from typing import Literal

from answerprint.order import Rate, Size
from answerprint.record import Record

Window = tuple[int, int, int, int]
"""An inclusive pixel box: x minimum, y minimum, x maximum, y maximum."""

PixelType = Literal["half", "float", "uint"]


class ExrChannel(Record):
    """One channel of a part."""

    name: str
    """Full name with its layer, for example `R` or `diffuse.R`."""
    type: PixelType | None = None
    """What a sample is stored as; None where only the header was read, which does not tell in every binding."""
    sampling: tuple[int, int] = (1, 1)
    """Pixels a sample covers across and down."""


class ExrPart(Record):
    """One part of an OpenEXR file; most files have just one."""

    name: str | None = None
    """Name of the part, which only multi-part files need."""
    storage: Literal["scanline", "tiled", "deep-scanline", "deep-tiled"]
    """How the pixels are laid out; deep parts hold no flat picture."""
    compression: str
    """Name in lower case, for example `dwab`."""
    dwa_level: float | None = None
    """DWA compression level, where the writer stored it."""
    data_window: Window
    """Where there are pixels."""
    display_window: Window
    """The frame they are seen in."""
    pixel_aspect: float = 1.0
    """Width of a pixel over its height."""
    channels: tuple[ExrChannel, ...]
    """Channels in the file's own order, which is alphabetical."""
    chromaticities: tuple[float, ...] | None = None
    """Red, green, blue and white as CIE x, y pairs, eight numbers, rounded to five places."""
    color_interop_id: str | None = None
    """Name of the color space by the ASWF Color Interop Forum, for example `lin_ap0_scene`."""
    aces_container: bool = False
    """The file claims to be an ST 2065-4 ACES container."""
    white_luminance: float | None = None
    """The `whiteLuminance` attribute: cd/m2 of RGB (1, 1, 1)."""
    color_contradictions: tuple[str, ...] = ()
    """What OpenEXR's `checkColorMetadata` says of color attributes that contradict each other."""
    rate: Rate | None = None
    """The `framesPerSecond` attribute."""
    timecode: str | None = None
    """The `timeCode` attribute as HH:MM:SS:FF."""

    @property
    def size(self) -> Size:
        """Width and height of the display window: the picture a viewer sees."""
        x0, y0, x1, y1 = self.display_window
        return x1 - x0 + 1, y1 - y0 + 1

    @property
    def pixels(self) -> int:
        """How many pixels the data window holds."""
        x0, y0, x1, y1 = self.data_window
        return (x1 - x0 + 1) * (y1 - y0 + 1)

    @property
    def deep(self) -> bool:
        """Whether the part holds deep samples and no flat picture."""
        return self.storage.startswith("deep")

    @property
    def picture(self) -> tuple[str, ...]:
        """Channels that make the picture: R, G, B, of a layer where no plain ones are, or luminance alone.

        Empty where the part holds none of these, for example only depth or deep samples.
        """
        if self.deep:
            return ()
        full = [c.name for c in self.channels if c.sampling == (1, 1)]
        for red in sorted((n for n in full if n == "R" or n.endswith(".R")), key=len):
            layer = red[:-1]
            if {layer + "G", layer + "B"} <= set(full):
                return red, layer + "G", layer + "B"
        lone = [n for n in full if n == "Y"]
        return tuple(lone)

    @property
    def alpha(self) -> str | None:
        """The channel that holds the picture's alpha, None where its layer has none."""
        names = [c.name for c in self.channels if c.sampling == (1, 1)]
        wanted = self.picture[0][:-1] + "A" if self.picture else ""
        return wanted if wanted in names else None


class ExrHeader(Record):
    """The headers of all parts of one file."""

    parts: tuple[ExrPart, ...]
    """At least one, in the file's order."""
    disagreement: str | None = None
    """How the header and the chunks behind it contradict each other, though OpenEXR decodes the file."""
    not_st2065_4: tuple[str, ...] | None = None
    """Every reason why the file is no ST 2065-4 container; None where that was not looked at."""

    @property
    def main(self) -> ExrPart:
        """The first part that holds a picture, or the first part where none does."""
        return next((part for part in self.parts if part.picture), self.parts[0])

    @property
    def samples(self) -> int:
        """How many channel samples the file declares, subsampling ignored: a bound on its memory."""
        return sum(part.pixels * len(part.channels) for part in self.parts)
