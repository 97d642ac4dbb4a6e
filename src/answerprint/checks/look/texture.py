"""How pictures look: banding, blocks and blur."""

import math
from collections.abc import Collection, Iterator, Sequence
from statistics import median
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.look.limits import LookLimits
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.look import BAND_STEPS, Banding, BlockEdges, Detail, FrameLook
from answerprint.report import Severity
from answerprint.timing import spell_frames

Clip = SequenceMeasures | MovieMeasures

REACH: Final = 3
"""Frames before and after that sharpness is compared with."""


_MANY: Final = 22
"""Frames inside a clip from which what most of them have says what is usual."""
_FAINT: Final = 0.05
"""8-bit codes of excess that are added to what an edge is compared with: nearly nothing is no measure."""
_FIRM: Final = 1.5
"""Steps in 8-bit codes from which bands of a single frame count: of 10 bits, waves in the sun have finer ones for some frames."""
_COARSE: Final = 3.0
"""Steps from which few of them count where they last."""
_SMEARS: Final = 0.005
"""Picture widths a frame that motion smears what it shows by, at half of that while the shutter is open: five pixels of 1080p."""
_RUSHES: Final = 1.5
"""Times the motion of the whole picture in the steps near it that a step has where motion alone makes its frames softer: shaken cameras come to 1.6 and more there."""
_NO_DETAIL: Final = 0.01
"""Sharpness under which there is no detail that could be lost."""

LOOK = Need(
    lambda s: any(looks(clip) for clip in s.clips),
    "the look of no frame was measured",
    reads=(Figure.LOOK,),
)


def looks(clip: Clip) -> list[tuple[int, FrameLook]]:
    """Return frame numbers and look of the frames that have one."""
    return [(f.number, f.look) for f in clip.frames if f.look is not None]


@check(
    "picture.banding",
    LOOK,
    severity=Severity.WARNING,
    limit="look.banding_share look.banding_lasting look.banding_step",
    source="measured",
)
def banding(subject: Subject) -> Iterator[Breach]:
    """Smooth gradients have no visible steps.

    Found are staircases: three or more flat plateaus in a row, each higher than
    the last by a step of more than one code of 8 bits (more than half of one
    where the stream has 10), as skies and soft shadows show them after an 8-bit
    detour or a starved encode. Between textures less of the picture is smooth: steps of
    three codes and more count there that most frames have, which motion makes by chance in single ones;
    and so do steps of less than one and a half only where most frames have them.
    Dither or grain before the last quantisation avoids it.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        hit = _banded_frames(clip, limits)
        if not hit:
            continue
        worst = max(hit, key=lambda n: hit[n])
        found = dict(looks(clip))[worst].banding
        x, y = found.at if found else (0, 0)
        yield Breach(
            f"gradients of the {kind(clip)} break into bands, worst in frame {worst} from x {x}, y {y}",
            measured=round(hit[worst], 3),
            limit=limits.banding_share,
            unit="of the picture",
            frames=tuple(hit),
            asset=clip.place,
        )


@check(
    "picture.blocky",
    LOOK,
    severity=Severity.WARNING,
    limit="look.block_ratio look.block_next look.block_edge",
    source="measured",
)
def blocky(subject: Subject) -> Iterator[Breach]:
    """No grid of blocks shows in the picture.

    Steps on every 8th or 16th column and row stand out from the steps on all
    others: a codec that ran out of bits, now or in the source. Noise and
    texture have the same steps at every phase. Ask for the source, or encode at a higher rate.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        seen = {n: look.blocks for n, look in looks(clip) if look.blocks}
        hit = {n: both for n, both in seen.items() if _is_blocky(both, limits)}
        if hit:
            worst = max(hit, key=lambda n: min(b.edge for b in hit[n]))
            across, down = hit[worst]
            yield Breach(
                f"blocks of {across.size}x{down.size} show, worst in frame {worst}, on a grid from x {across.phase}, y {down.phase}",
                measured=round(min(_stands_out(b) for b in hit[worst]), 2),
                limit=limits.block_ratio,
                unit="times the other lines",
                frames=tuple(hit),
                asset=clip.place,
            )


@check(
    "picture.blurred",
    LOOK,
    severity=Severity.WARNING,
    limit="look.blur_ratio look.blur_kept look.blur_usual",
    source="measured",
    reads=(Figure.MOTION,),
)
def blurred(subject: Subject) -> Iterator[Breach]:
    """No frame is much softer than the frames beside it.

    Fine detail is judged by the frame's own contrast, against the sharpest of
    three frames before and of three after: motion blur comes and goes over more
    frames than that, or with a jerk of the camera, which excuses the frames at it; and a clip that is soft
    all along is a matter of taste and not told.
    As blur takes contrast, too, less of a loss by contrast counts where as much detail is lost in all.
    Where frames are soft by turns, as codecs with few bits for grain make them, only what is softer still is told.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        seen = [(n, look.detail) for n, look in looks(clip)]
        own = dict(_softness([(n, _sharpness(detail)) for n, detail in seen]))
        lost = dict(_softness([(n, detail.fine if detail else None) for n, detail in seen]))
        most, most_lost = (limits.blur_usual * _usual(shares.values()) for shares in (own, lost))
        smeared = _smeared(clip)
        soft = {
            n: share
            for n, share in own.items()
            if n not in smeared
            and (
                share < min(limits.blur_ratio, most)
                or (
                    share < min(limits.blur_kept, most)
                    and lost[n] < min(limits.blur_ratio, most_lost)
                )
            )
        }
        if soft:
            worst = min(soft, key=lambda n: soft[n])
            yield Breach(
                f"frame {spell_frames(soft)} of the {kind(clip)} is softer than the frames before and after",
                measured=round(soft[worst], 3),
                limit=limits.blur_ratio,
                unit="of their detail",
                frames=tuple(soft),
                asset=clip.place,
            )


def kind(clip: Clip) -> str:
    """Return what a clip is called in a sentence."""
    return "movie" if isinstance(clip, MovieMeasures) else "sequence"


def _banded_frames(clip: Clip, limits: LookLimits) -> dict[int, float]:
    """Return the frames whose gradients break into bands, with the share of the picture that does."""
    seen = {n: look.banding for n, look in looks(clip) if look.banding}
    fine, firm, coarse = (
        {n: _banded(found, max(step, limits.banding_step)) for n, found in seen.items()}
        for step in (BAND_STEPS[0], _FIRM, _COARSE)
    )
    most = limits.banding_share
    lasts = bool(fine) and median(fine.values()) > most
    hit = {n: fine[n] for n in seen if fine[n] > most and (lasts or firm[n] > most)}
    if coarse and median(coarse.values()) > limits.banding_lasting:
        hit |= {n: fine[n] for n in seen if coarse[n] > limits.banding_lasting}
    return dict(sorted(hit.items()))


def _banded(found: Banding, least: float) -> float:
    """Return the share of the picture in staircases with steps of at least so many 8-bit codes."""
    steps = zip(found.shares, BAND_STEPS, strict=False)
    return sum(share for share, step in steps if step >= least)


def _is_blocky(both: tuple[BlockEdges, BlockEdges], limits: LookLimits) -> bool:
    return all(
        _stands_out(b) >= limits.block_ratio
        and b.edge >= limits.block_next * (b.next + _FAINT)
        and b.edge >= limits.block_edge
        for b in both
    )


def _stands_out(edges: BlockEdges) -> float:
    return edges.edge / (edges.inside + _FAINT)


def _sharpness(detail: Detail | None) -> float | None:
    """Return fine detail by contrast; None for a picture that shows nothing."""
    return detail.fine / detail.coarse if detail and detail.coarse >= 0.5 else None


def _usual(shares: Collection[float]) -> float:
    """Return what nine in ten frames' sharpness beside that around them is at least; 1 of few."""
    return sorted(shares)[len(shares) // 10] if len(shares) >= _MANY else 1.0


def _smeared(clip: Clip) -> frozenset[int]:
    """Return the numbers of the frames that motion of the whole picture into or out of them smears: it is far quicker than near them."""
    if clip.motion is None:
        return frozenset()
    speeds = [math.hypot(*step.flow) for step in clip.motion.steps]
    return frozenset(
        frame.number
        for at, frame in enumerate(pictured(clip))
        if max(speeds[at : at + 2], default=0.0) >= max(_SMEARS, _RUSHES * _around(speeds, at))
    )


def _around(speeds: Sequence[float], at: int) -> float:
    """Return the median of the motion before the step into a frame and behind the step out of it; the seam is left out."""
    return median([*speeds[max(1, at - REACH) : at], *speeds[at + 2 : at + 2 + REACH]] or [0.0])


def _softness(seen: list[tuple[int, float | None]]) -> Iterator[tuple[int, float]]:
    """Yield frames inside the clip, and their sharpness as a share of that around them."""
    for at, (number, own) in enumerate(seen):
        before = [s for _, s in seen[max(0, at - REACH) : at] if s is not None]
        after = [s for _, s in seen[at + 1 : at + 1 + REACH] if s is not None]
        if own is not None and before and after:
            around = min(max(before), max(after))
            if around > _NO_DETAIL:
                yield number, own / around
