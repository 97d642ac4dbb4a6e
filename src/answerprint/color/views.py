"""Output transforms by name: which display, which view, and what their pictures are tagged as."""

from typing import Final

from answerprint.errors import UsageError
from answerprint.measured.movie import ColorTags
from answerprint.record import Record, closest


class View(Record):
    """An output transform: how configs of each ACES version spell it, and the tags of what it makes."""

    spellings: tuple[tuple[str, str], ...]
    """Displays and views, the newest ACES first; the first that a config has is meant."""
    tags: ColorTags
    """Tags of its full-range R'G'B'."""
    peak: int = 100
    """Light of its brightest white in cd/m2."""
    gamut: str = "Rec.709"
    """Primaries that its colors keep to: the mastering display's."""


def _tags(primaries: str, transfer: str) -> ColorTags:
    return ColorTags(primaries=primaries, transfer=transfer, matrix="gbr", range="pc")


_SDR = (
    "ACES 2.0 - SDR 100 nits (Rec.709)",
    "ACES 1.0 - SDR Video",
)
_PQ, _HLG = "Rec.2100-PQ - Display", "Rec.2100-HLG - Display"


def _sdr(display: str, transfer: str) -> View:
    return View(spellings=tuple((display, view) for view in _SDR), tags=_tags("bt709", transfer))


def _pq(peak: int, gamut: str) -> View:
    ours = f"HDR {peak} nits ({'P3 D65' if gamut == 'P3-D65' else 'Rec.2020'})"
    older = f"ACES 1.1 - HDR Video ({peak} nits & Rec.2020 lim)"
    spellings = [(_PQ, f"ACES 2.0 - {ours}")]
    if gamut == "Rec.2020":
        spellings.append((_PQ, older))
    return View(
        spellings=tuple(spellings), tags=_tags("bt2020", "smpte2084"), peak=peak, gamut=gamut
    )


def _untoned(display: str, tags: ColorTags, peak: int, gamut: str) -> View:
    return View(spellings=((display, "Un-tone-mapped"),), tags=tags, peak=peak, gamut=gamut)


VIEWS: Final[dict[str, View]] = {
    "sdr-rec709": _sdr("Rec.1886 Rec.709 - Display", "bt709"),
    "sdr-srgb": _sdr("sRGB - Display", "iec61966-2-1"),
    "sdr-p3-d65": View(
        spellings=(
            ("P3-D65 - Display", "ACES 2.0 - SDR 100 nits (P3 D65)"),
            ("Gamma 2.6 P3-D65 - Display", "ACES 2.0 - SDR 100 nits (P3 D65)"),
            ("P3-D65 - Display", "ACES 1.0 - SDR Cinema"),
        ),
        tags=_tags("smpte432", "unspecified"),
        gamut="P3-D65",
    ),
    "sdr-display-p3": View(
        spellings=(
            ("Display P3 - Display", "ACES 2.0 - SDR 100 nits (P3 D65)"),
            ("Display P3 - Display", "ACES 1.0 - SDR Video"),
        ),
        tags=_tags("smpte432", "iec61966-2-1"),
        gamut="P3-D65",
    ),
    "hdr-pq-500": _pq(500, "Rec.2020"),
    "hdr-pq-1000": _pq(1000, "Rec.2020"),
    "hdr-pq-2000": _pq(2000, "Rec.2020"),
    "hdr-pq-4000": _pq(4000, "Rec.2020"),
    "hdr-pq-500-p3": _pq(500, "P3-D65"),
    "hdr-pq-1000-p3": _pq(1000, "P3-D65"),
    "hdr-pq-2000-p3": _pq(2000, "P3-D65"),
    "hdr-pq-4000-p3": _pq(4000, "P3-D65"),
    "hdr-hlg-1000": View(
        spellings=(
            (_HLG, "ACES 2.0 - HDR 1000 nits (P3 D65)"),
            (_HLG, "ACES 1.1 - HDR Video (1000 nits & Rec.2020 lim)"),
        ),
        tags=_tags("bt2020", "arib-std-b67"),
        peak=1000,
        gamut="P3-D65",
    ),
    "untoned-rec709": _untoned(
        "Rec.1886 Rec.709 - Display", _tags("bt709", "bt709"), 100, "Rec.709"
    ),
    "untoned-pq": _untoned(_PQ, _tags("bt2020", "smpte2084"), 4000, "Rec.2020"),
    "untoned-hlg": _untoned(_HLG, _tags("bt2020", "arib-std-b67"), 1000, "Rec.2020"),
}
"""Views by our names: Rec.2020 is what a PQ view's colors keep to unless it says P3."""


def view_named(name: str) -> View:
    """Return the view of that name, or the one spelled `Display/View` as a config has it. Raises UsageError.

    What a spelled one is tagged as is read off its display's name; where that
    tells nothing, its pictures are taken for Rec.709 SDR.
    """
    if name in VIEWS:
        return VIEWS[name]
    display, slash, view = name.partition("/")
    if not slash:
        raise UsageError(
            f"no view is called {name!r}, {closest(name, VIEWS)}",
            hint="or spell it as the config does: DISPLAY/VIEW",
        )
    alike = next((v for v in VIEWS.values() if v.spellings[0][0] == display.strip()), None)
    known = alike or VIEWS["sdr-rec709"]
    return known.model_copy(update={"spellings": ((display.strip(), view.strip()),)})
