"""The code points of ITU-T H.273, under ffmpeg's names: how streams, boxes and elements spell color tags."""

from typing import Final

from answerprint.measured.movie import ColorTags

_PRIMARIES: Final = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
                     10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}  # fmt: skip
_TRANSFERS: Final = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
                     10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10",
                     15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67"}  # fmt: skip
_MATRICES: Final = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
                    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 14: "ictcp"}  # fmt: skip
_UNSAID: Final = 2
"""What H.273 calls unspecified, in all three tables."""


def color_tags(
    primaries: int = _UNSAID,
    transfer: int = _UNSAID,
    matrix: int = _UNSAID,
    *,
    full: bool | None = None,
) -> ColorTags:
    """Return the tags that three code points spell; those without a name are None, as is a range that is not told.

    >>> color_tags(9, 16, 9, full=False).transfer
    'smpte2084'
    """
    return ColorTags(
        primaries=_PRIMARIES.get(primaries),
        transfer=_TRANSFERS.get(transfer),
        matrix=_MATRICES.get(matrix),
        range=None if full is None else "pc" if full else "tv",
    )


def tags_of(context: object) -> ColorTags:
    """Return the tags of a PyAV codec context."""
    named = ("color_primaries", "color_trc", "colorspace", "color_range")
    primaries, transfer, matrix, reach = (int(getattr(context, name)) for name in named)
    return color_tags(primaries, transfer, matrix, full={1: False, 2: True}.get(reach))
