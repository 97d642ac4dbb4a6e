"""Light of pictures: legal range, what is cut off, and how much light an HDR picture has."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import MOVIE, Breach, Need, Subject, check
from answerprint.checks.look.limits import LookLimits
from answerprint.checks.look.texture import LOOK, kind, looks
from answerprint.color.transfer import REFERENCE_WHITE
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.figures import Figure
from answerprint.measured.light import LightLevel
from answerprint.measured.look import Plateau, Signal
from answerprint.report import Severity

Clip = SequenceMeasures | MovieMeasures

_NEARLY_WHITE: Final = 0.95
"""Level from which a movie's brightest is white, where editors and encoders cut off, and an EXR's a highlight."""

_HIGHLIGHT: Final = {"smpte2084": 0.55, "arib-std-b67": 0.7}
"""The same in PQ and HLG, which leave room over diffuse white: 0.58 and 0.75, so that what is flat there has lost its highlights."""

_CROWDED: Final = 3.0
"""Times what the levels beside it hold that a plateau under white is: a bright sky spreads over as few codes of PQ as a plateau's."""

_DIM: Final = 0.35
"""Level under which nothing that is flat is a highlight, three stops graded down: a title lies on a dark ground."""

_BLACK: Final = 0.0024
"""Level up to which a movie's darkest level is black itself, half an 8-bit code; the blacks of pictures lie a code over it."""

_RUNS_IN: Final = 0.005
"""Share of a plateau that the levels beside it hold at least where tones run into it: next to a plain ground lies nothing."""
_NEARLY_BLACK: Final = 0.08
"""Level up to which a movie's darkest level is black, and an EXR's a shadow: two stops under middle grey."""

SIGNAL = Need(
    lambda s: s.measurements.movie is not None and any(x.signal for _, x in looks(s.movie)),
    "no movie whose R'G'B' is known",
    reads=(Figure.LOOK,),
    of="movie",
)
HDR_LIGHT = Need(
    lambda s: s.measurements.movie is not None and level_of(s.movie) is not None,
    "no movie in PQ or HLG",
    reads=(Figure.LIGHT,),
    of="movie",
)
WHITE = Need(
    lambda s: s.measurements.movie is not None and any(_whites(s.movie)),
    "no movie in PQ or HLG with anything neutral in it",
    reads=(Figure.LOOK,),
    of="movie",
)


def level_of(movie: MovieMeasures) -> LightLevel | None:
    """Return the measured light of an HDR movie."""
    return movie.light.level if movie.light else None


@check(
    "range.illegal",
    MOVIE,
    SIGNAL,
    severity=Severity.WARNING,
    ebu="0051B",
    limit="look.illegal_share",
    source="EBU R103 v3",
)
def illegal(subject: Subject) -> Iterator[Breach]:
    """R', G', B' and luma lie between -5 % and 105 %, but for 1 % of the picture.

    In narrow range that is 5 to 246 of 8 bits and 20 to 984 of 10. Broadcasters
    refuse more, and displays clip it. Measured on averages of 4x4 pixels (at
    1080p), so that ringing does not count. Limit the signal where it is graded.
    """
    limit = subject.limits.look.illegal_share
    hit = {n: s.illegal for n, s in signals_of(subject.movie).items() if s.illegal > limit}
    if hit:
        worst = max(hit, key=lambda n: hit[n])
        signal = signals_of(subject.movie)[worst]
        side = "over 105 %" if signal.above >= signal.below else "under -5 %"
        if min(signal.above, signal.below) > limit:
            side = "under -5 % or over 105 %"
        x, y = signal.at
        yield Breach(
            f"{hit[worst]:.1%} of frame {worst} is {side}, furthest at x {x}, y {y}",
            measured=hit[worst],
            limit=limit,
            unit="of the picture",
            frames=tuple(hit),
            asset=subject.movie.place,
        )


@check(
    "light.clipped",
    LOOK,
    severity=Severity.WARNING,
    limit="look.clipped_share look.plateau_soft look.clipped_alone",
    source="measured",
)
def clipped(subject: Subject) -> Iterator[Breach]:
    """Highlights are not cut off.

    Cut-off light is a flat area at the brightest level, larger than what the
    levels beside it hold and reached in a gradient; paper and flat artwork have
    hard outlines. Under white (of PQ and HLG: diffuse white), where paint is flat, too, it has to be larger,
    and tones have to run into it: a plain sky has none beside it.
    What is cut off is lost: ask for the HDR or EXR of the job.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        yield from _plateaus(clip, limits, bright=True)


@check(
    "light.crushed",
    LOOK,
    severity=Severity.WARNING,
    limit="look.crushed_share look.crushed_soft look.plateau_beside look.crushed_alone",
    source="measured",
)
def crushed(subject: Subject) -> Iterator[Breach]:
    """Shadows are not cut off.

    Cut-off shadows are a flat area of nothing but black that tones run into, or one
    above black with tones crowded next to it; what else is dark, as a night sky a code or two over
    black, counts only as most of the picture, and where tones run into it: a plain ground is
    no shadow. A void that was meant to be black is right.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        yield from _plateaus(clip, limits, bright=False)


@check("light.levels", HDR_LIGHT, severity=Severity.INFO, source="CTA-861.3 Annex A")
def levels(subject: Subject) -> Iterator[Breach]:
    """What light the HDR movie has: MaxCLL and MaxFALL, measured, with the frame and pixel that set them.

    A fact and no defect. MaxFALL is the highest mean of a single frame, bars left out.
    """
    level = level_of(subject.movie)
    assert level is not None
    x, y = level.peak_at
    yield Breach(
        f"MaxCLL is {level.max_cll} cd/m2 (frame {level.peak_frame}, x {x}, y {y}; all but ringing {level.robust_peak:.0f}), "
        f"MaxFALL is {level.max_fall} cd/m2 (frame {level.average_frame})",
        measured=level.max_cll,
        unit="cd/m2",
        frames=tuple(sorted({level.peak_frame, level.average_frame})),
        asset=subject.movie.place,
    )


@check(
    "light.white-level",
    WHITE,
    severity=Severity.INFO,
    limit="look.white_low look.white_high",
    source="ITU-R BT.2408: 203 cd/m2",
)
def white_level(subject: Subject) -> Iterator[Breach]:
    """Diffuse white of an HDR movie is within a stop of 203 cd/m2, as far as one can guess it.

    The guess is the light that a twentieth of what is nearly neutral and over
    10 cd/m2 exceeds, in the brightest tenth of the frames: a scene without anything white misleads it.
    """
    limits = subject.limits.look
    whites = sorted(_whites(subject.movie))
    guess = whites[9 * (len(whites) - 1) // 10]
    if not limits.white_low <= guess <= limits.white_high:
        side = "darker" if guess < limits.white_low else "brighter"
        yield Breach(
            f"diffuse white seems to lie at {guess:.0f} cd/m2, {side} than the {REFERENCE_WHITE:.0f} of HDR reference white",
            measured=guess,
            limit=limits.white_low if side == "darker" else limits.white_high,
            unit="cd/m2",
            asset=subject.movie.place,
        )


def _whites(movie: MovieMeasures) -> list[float]:
    return [x.tones.white for _, x in looks(movie) if x.tones and x.tones.white is not None]


def signals_of(movie: MovieMeasures) -> dict[int, Signal]:
    """Return how much of every frame is beyond the legal range, by frame."""
    return {n: look.signal for n, look in looks(movie) if look.signal}


def _plateaus(clip: Clip, limits: LookLimits, *, bright: bool) -> Iterator[Breach]:
    """Tell the frames whose tones are cut off at one end."""
    hit = {}
    soft = limits.plateau_soft if bright else limits.crushed_soft
    for number, look in looks(clip):
        own, other = (look.clipped, look.crushed) if bright else (look.crushed, look.clipped)
        # A picture that is flat all over has one plateau at both ends.
        if own is None or (other and own.level == other.level):
            continue
        least = (_least_bright if bright else _least_dark)(own, limits, clip)
        crowd = own.beside * (_CROWDED if bright and own.level < _NEARLY_WHITE else 1)
        if own.soft >= soft and own.share - crowd > least:
            hit[number] = own
    if hit:
        worst = max(hit, key=lambda n: hit[n].share)
        found, (x, y) = hit[worst], hit[worst].at
        what = "highlights" if bright else "shadows"
        level = "black" if not bright and _is_black(found, clip) else f"{found.level:.4g}"
        yield Breach(
            f"{what} of the {kind(clip)} are cut off at {level}, worst in frame {worst}, for example at x {x}, y {y}",
            measured=found.share,
            limit=limits.clipped_share if bright else limits.crushed_share,
            unit="of the picture",
            frames=tuple(hit),
            asset=clip.place,
        )


def _least_bright(found: Plateau, limits: LookLimits, clip: Clip) -> float:
    if found.level >= _highlight(clip):
        return limits.clipped_share
    # Scene-linear light under diffuse white is no highlight; a movie may have been graded down.
    graded = isinstance(clip, MovieMeasures) and found.level > _DIM
    return limits.clipped_alone if graded and _tones_run_in(found) else 1.0


def _highlight(clip: Clip) -> float:
    transfer = clip.facts.color.transfer if isinstance(clip, MovieMeasures) else None
    return _HIGHLIGHT.get(transfer or "", _NEARLY_WHITE)


def _least_dark(found: Plateau, limits: LookLimits, clip: Clip) -> float:
    if found.level > _NEARLY_BLACK:
        return 1.0
    if _is_black(found, clip):
        return limits.crushed_share
    # Scene-linear light is cut off at nothing but black; a movie may have been graded up.
    if not isinstance(clip, MovieMeasures) or not _tones_run_in(found):
        return 1.0
    crowded = found.beside >= limits.plateau_beside * found.share
    return limits.crushed_share if crowded else limits.crushed_alone


def _tones_run_in(found: Plateau) -> bool:
    """Tell whether a plateau ends a range of tones: a title's ground and a plain sky stand alone."""
    return found.beside >= _RUNS_IN * found.share


def _is_black(found: Plateau, clip: Clip) -> bool:
    """Tell whether a plateau is black itself; that of an EXR is where there is no light at all."""
    return found.level <= (_BLACK if isinstance(clip, MovieMeasures) else 0)
