"""Colors that no display, no grade or no light has, and those beyond what most displays have."""

from collections.abc import Iterator

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.look.light import signals_of
from answerprint.checks.look.limits import LookLimits
from answerprint.checks.look.texture import LOOK, Clip, looks
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.figures import Figure
from answerprint.measured.look import Gamut
from answerprint.report import Severity

GAMUT = Need(
    lambda s: s.measurements.movie is not None and any(look.gamut for _, look in looks(s.movie)),
    "no HDR movie in BT.2020",
    reads=(Figure.LOOK,),
    of="movie",
)


@check(
    "gamut.excursion",
    LOOK,
    severity=Severity.WARNING,
    limit="look.excursion_share look.beyond_ap1_share look.impossible_share",
    source="EBU R103 v3; Academy S-2014-004 (AP1); CIE 1931",
)
def excursion(subject: Subject) -> Iterator[Breach]:
    """Colors exist: Y'CbCr that turns into R'G'B' a display has, and EXR colors a grade can work with.

    In a movie, luma is legal and R', G' or B' is beyond -5 % to 105 %: the
    display clips one channel and the hue turns. In EXR frames, colors lie outside
    AP1, where grading happens and negatives appear, or even outside the spectral locus.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        if isinstance(clip, MovieMeasures):
            yield from _off_gamut(clip, limits)
        else:
            yield from _beyond_ap1(clip, limits)


@check(
    "gamut.wider-than-p3",
    MOVIE,
    GAMUT,
    severity=Severity.INFO,
    limit="look.beyond_p3_share",
    source="SMPTE EG 432-1",
)
def wider_than_p3(subject: Subject) -> Iterator[Breach]:
    """How much light of an HDR movie lies outside P3-D65, the gamut most displays and masters have.

    A fact: such colors are clipped or turned by nearly every display, and a
    mastering display stated as P3 contradicts them.
    """
    limit = subject.limits.look.beyond_p3_share
    hit = {n: g for n, g in _gamuts(subject.movie, "P3-D65").items() if g.light > limit}
    if hit:
        worst = max(hit, key=lambda n: hit[n].light)
        x, y = hit[worst].at
        yield Breach(
            f"{hit[worst].light:.1%} of the light of frame {worst} lies outside P3-D65, furthest at x {x}, y {y}",
            measured=hit[worst].light,
            limit=limit,
            unit="of the light",
            frames=tuple(hit),
            asset=subject.movie.place,
        )


def _gamuts(clip: Clip, beyond: str) -> dict[int, Gamut]:
    return {n: look.gamut for n, look in looks(clip) if look.gamut and look.gamut.beyond == beyond}


def _off_gamut(movie: MovieMeasures, limits: LookLimits) -> Iterator[Breach]:
    hit = {n: s for n, s in signals_of(movie).items() if s.off_gamut > limits.excursion_share}
    if hit:
        worst = max(hit, key=lambda n: hit[n].off_gamut)
        x, y = hit[worst].at
        yield Breach(
            f"{hit[worst].off_gamut:.1%} of frame {worst} has legal luma in colors no display has, worst at x {x}, y {y}",
            measured=hit[worst].off_gamut,
            limit=limits.excursion_share,
            unit="of the picture",
            frames=tuple(hit),
            asset=movie.place,
        )


def _beyond_ap1(sequence: SequenceMeasures, limits: LookLimits) -> Iterator[Breach]:
    found = _gamuts(sequence, "AP1")
    impossible = {n: g for n, g in found.items() if g.impossible > limits.impossible_share}
    wide = {n: g for n, g in found.items() if g.area > limits.beyond_ap1_share}
    hit = impossible or wide
    if hit:
        shares = {n: g.impossible if impossible else g.area for n, g in hit.items()}
        worst = max(shares, key=lambda n: shares[n])
        x, y = hit[worst].at
        where = "that no light has" if impossible else "outside AP1, which a grade turns negative"
        yield Breach(
            f"{shares[worst]:.1%} of frame {worst} has colors {where}, furthest at x {x}, y {y}",
            measured=shares[worst],
            limit=limits.impossible_share if impossible else limits.beyond_ap1_share,
            unit="of the picture",
            frames=tuple(hit),
            asset=sequence.place,
        )
