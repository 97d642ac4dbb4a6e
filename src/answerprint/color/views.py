"""Output transforms by name: which display, which view, and what their pictures are tagged as."""

from typing import Final

from answerprint.measured.movie import ColorTags
from answerprint.record import Record


class View(Record):
    """An output transform by OpenColorIO's names, and the tags of what it makes."""

    display: str
    """Display of the config."""
    view: str
    """View of that display."""
    tags: ColorTags
    """Tags of its full-range R'G'B'."""


def _tags(primaries: str, transfer: str) -> ColorTags:
    return ColorTags(primaries=primaries, transfer=transfer, matrix="gbr", range="pc")


VIEWS: Final[dict[str, View]] = {
    "sdr-rec709": View(
        display="Rec.1886 Rec.709 - Display",
        view="ACES 2.0 - SDR 100 nits (Rec.709)",
        tags=_tags("bt709", "bt709"),
    ),
    "hdr-pq-1000": View(
        display="Rec.2100-PQ - Display",
        view="ACES 2.0 - HDR 1000 nits (Rec.2020)",
        tags=_tags("bt2020", "smpte2084"),
    ),
    "hdr-hlg-1000": View(
        display="Rec.2100-HLG - Display",
        view="ACES 2.0 - HDR 1000 nits (P3 D65)",
        tags=_tags("bt2020", "arib-std-b67"),
    ),
}
"""Views by our names."""


def view_of(tags: ColorTags) -> str:
    """Return the name of the view whose display a movie with `tags` was made for."""
    return {"smpte2084": "hdr-pq-1000", "arib-std-b67": "hdr-hlg-1000"}.get(
        tags.transfer or "", "sdr-rec709"
    )
