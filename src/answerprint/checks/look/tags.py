"""Color tags and HDR metadata against what the picture looks like."""

from collections.abc import Iterator
from statistics import median
from typing import Final

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.look.light import level_of
from answerprint.checks.look.limits import LookLimits
from answerprint.checks.look.texture import looks
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.figures import Figure
from answerprint.measured.light import ContentLight, LightLevel, StaticMetadata
from answerprint.measured.look import Tones
from answerprint.measured.movie import ColorTags
from answerprint.report import Severity

DEEP: Final = 10
"""Bits from which a picture tagged SDR may be PQ: 8 of them break it into bands that no one ships."""

_TONES = Need(
    lambda s: s.measurements.movie is not None and bool(_tones(s.movie)),
    "no movie whose R'G'B' is known",
    reads=(Figure.LOOK,),
    of="movie",
)
_STATED = Need(
    lambda s: s.measurements.movie is not None and bool(_statements(s.movie)),
    "the movie states no HDR static metadata",
    reads=(Figure.LIGHT,),
    of="movie",
)
_STATED_AND_MEASURED = Need(
    lambda s: (
        s.measurements.movie is not None
        and bool(_statements(s.movie))
        and level_of(s.movie) is not None
    ),
    "no movie in PQ or HLG that states HDR static metadata",
    reads=(Figure.LIGHT,),
    of="movie",
)


@check(
    "tags.contradict-picture",
    MOVIE,
    _TONES,
    severity=Severity.WARNING,
    limit="look.sdr_peak look.pq_peak look.pq_saturation",
    source="SMPTE ST 2084 and measured",
)
def contradict_picture(subject: Subject) -> Iterator[Breach]:
    """The transfer that is tagged is the one the picture looks made for.

    An SDR picture tagged PQ puts its whites at thousands of cd/m2. A PQ picture
    tagged SDR has hardly a pixel over 0.7 and looks grey: it is suspected in 10
    bits or more, or where the primaries say BT.2020. HLG is made to pass for SDR and
    cannot be told. Set the tags right; nothing needs to be encoded again.
    """
    movie, limits = subject.movie, subject.limits.look
    tags, tones = movie.facts.color, _tones(movie)
    peak = median(t.percentiles[2] for t in tones)
    if tags.transfer == "smpte2084":
        if peak >= limits.sdr_peak:
            yield _breach(movie, "the movie is tagged PQ and looks like SDR", peak, limits.sdr_peak)
    elif tags.transfer != "arib-std-b67" and _looks_like_pq(movie, tones, limits):
        said = f"tagged {tags.transfer}" if tags.transfer else "untagged"
        highest = max(t.percentiles[2] for t in tones)
        yield _breach(
            movie, f"the movie is {said} and looks like untagged PQ", highest, limits.pq_peak
        )


@check(
    "hdr.metadata-contradicts-light",
    _STATED_AND_MEASURED,
    severity=Severity.WARNING,
    limit="look.stated_low look.stated_high",
    source="CTA-861.3; SMPTE ST 2086",
)
def metadata_contradicts_light(subject: Subject) -> Iterator[Breach]:
    """MaxCLL, MaxFALL and the mastering display's peak agree with the light the picture has.

    Displays map tones by them: too low clips highlights, too high darkens the
    picture. A pixel in ten thousand may exceed them, as coding rings. 0 means
    unknown and is no contradiction. `light.levels` tells what to state.
    """
    level = level_of(subject.movie)
    assert level is not None
    limits = subject.limits.look
    for place, stated in _statements(subject.movie):
        if stated.light:
            yield from _light_off(subject.movie, place, stated.light, level, limits)
        display = stated.mastering
        if display and level.robust_peak * limits.stated_low > display.maximum:
            yield Breach(
                f"the {place} states a mastering display of {display.maximum:g} cd/m2 and the picture reaches {level.robust_peak:.0f}",
                measured=display.maximum,
                limit=level.robust_peak,
                unit="cd/m2",
                frames=(level.peak_frame,),
                asset=subject.movie.place,
            )


@check(
    "hdr.metadata-in-one-place",
    _STATED,
    severity=Severity.WARNING,
    source="SMPTE ST 2086; CTA-861.3",
)
def metadata_in_one_place(subject: Subject) -> Iterator[Breach]:
    """HDR static metadata stands in the container and in the bitstream, and both say the same.

    Players read one or the other. Judged where codec and container have a place
    for it: HEVC and AV1 in MP4, MOV, Matroska and WebM.
    """
    light = subject.movie.light
    if light is None or not light.carries_both:
        return
    outside, inside = light.container, light.bitstream
    if outside and inside and outside.agrees(inside):
        return
    if outside and inside:
        said = "container and bitstream state different HDR static metadata"
    else:
        has, lacks = ("container", "bitstream") if outside else ("bitstream", "container")
        said = f"HDR static metadata stands in the {has} and not in the {lacks}"
    yield Breach(said, measured=_spell(outside), limit=_spell(inside), asset=subject.movie.place)


def _tones(movie: MovieMeasures) -> list[Tones]:
    return [look.tones for _, look in looks(movie) if look.tones]


def _statements(movie: MovieMeasures) -> list[tuple[str, StaticMetadata]]:
    """Return what container and bitstream state; the bitstream only where it says something else."""
    if movie.light is None:
        return []
    outside, inside = movie.light.container, movie.light.bitstream
    if outside and inside and outside.agrees(inside):
        inside = None
    both = (("container", outside), ("bitstream", inside))
    return [(place, stated) for place, stated in both if stated]


def _looks_like_pq(movie: MovieMeasures, tones: list[Tones], limits: LookLimits) -> bool:
    wide = _says_2020(movie.facts.color)
    if not wide and (movie.facts.bits or 8) < DEEP:
        return False
    highest = max(t.percentiles[2] for t in tones)
    # A black frame, or a clip of them, tells nothing.
    lit = [t for t in tones if t.percentiles[2] > _LIT]
    if len(lit) * 2 < len(tones) or highest > limits.pq_peak:
        return False
    return wide or median(t.saturation for t in lit) <= limits.pq_saturation


_LIT: Final = 0.25
"""Signal that a hundredth of a frame exceeds where there is anything to see: 5 cd/m2 in PQ."""


def _says_2020(tags: ColorTags) -> bool:
    return tags.primaries == "bt2020" or tags.matrix in ("bt2020nc", "bt2020c")


def _light_off(
    movie: MovieMeasures, place: str, stated: ContentLight, level: LightLevel, limits: LookLimits
) -> Iterator[Breach]:
    figures = (
        ("MaxCLL", stated.max_cll, level.robust_peak, level.peak, level.peak_frame),
        ("MaxFALL", stated.max_fall, level.average, level.average, level.average_frame),
    )
    for name, value, least, most, frame in figures:
        # Rounding to whole cd/m2 is allowed on top, or dark clips could not state anything.
        too_low = value + 1 < least * limits.stated_low
        too_high = value - 1 > most * limits.stated_high
        if value and (too_low or too_high):
            yield Breach(
                f"the {place} states {name} {value} and the picture has {most:.0f} cd/m2 (frame {frame})",
                measured=value,
                limit=round(most, 1),
                unit="cd/m2",
                frames=(frame,),
                asset=movie.place,
            )


def _breach(movie: MovieMeasures, said: str, peak: float, limit: float) -> Breach:
    return Breach(
        f"{said}: a hundredth of the picture exceeds {peak:.2f} of the signal",
        measured=round(peak, 3),
        limit=limit,
        unit="of the signal",
        asset=movie.place,
    )


def _spell(stated: StaticMetadata | None) -> str:
    if stated is None:
        return "nothing"
    light = (
        f"MaxCLL {stated.light.max_cll}, MaxFALL {stated.light.max_fall}"
        if stated.light
        else "no light levels"
    )
    peak = (
        f"display of {stated.mastering.maximum:g} cd/m2"
        if stated.mastering
        else "no mastering display"
    )
    return f"{light}, {peak}"
