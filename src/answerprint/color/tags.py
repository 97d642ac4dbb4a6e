"""Color tags of movies: what they mean, and what an untagged movie is taken for."""

from typing import Final

from answerprint.color.primaries import P3_D65, REC709, REC2020, Chromaticities
from answerprint.measured.movie import ColorTags
from answerprint.order import Size

BT709: Final = ColorTags(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
"""Narrow-range BT.709: what every SDR deliverable is tagged."""

_SD_HEIGHT: Final = 576
"""Lines up to which untagged pictures are BT.601: the practice of players, from the SD formats of BT.601."""
_WIDE: Final = {"bt2020": REC2020, "smpte431": P3_D65, "smpte432": P3_D65}


def resolved(tags: ColorTags, size: Size, pixel_format: str | None) -> ColorTags:
    """Fill the gaps of a movie's tags with what a player assumes from its size and pixel format.

    Primaries are those that `chromaticities` takes them for, so that nothing
    converts from ones that nothing else tells apart.
    """
    sd = size[1] <= _SD_HEIGHT and size[0] <= 1024
    rgb = (pixel_format or "").startswith(("gbr", "rgb", "bgr", "pal8", "argb", "abgr", "0"))
    full = rgb or (pixel_format or "").startswith(("yuvj", "gray"))
    matrix = "gbr" if rgb else tags.matrix if tags.matrix != "gbr" else None
    return ColorTags(
        primaries=tags.primaries if tags.primaries in _WIDE else "bt709",
        transfer=tags.transfer or "bt709",
        matrix=matrix or ("smpte170m" if sd else "bt709"),
        range=tags.range or ("pc" if full else "tv"),
    )


def chromaticities(tags: ColorTags) -> Chromaticities:
    """Return the primaries a tag names; the SD sets differ little from BT.709 and are taken for it."""
    return _WIDE.get(tags.primaries or "", REC709)
