"""An edit keeps its source's timing: the same count, the same cuts, motion that follows."""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.files.shape import stated_rate
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.checks.picture.rhythm import rhythm_of
from answerprint.checks.proofs.kin import compared, kin_of, master_of
from answerprint.measured.clips import pictured
from answerprint.measured.figures import Figure
from answerprint.measured.kinship import Edited, Kin
from answerprint.measured.motion import Motion
from answerprint.report import Severity

MOST_LATE: Final = 12
"""Frames by which motion is looked for earlier and later: half a second."""
LEAPS: Final = 0.2
"""Share of what a cut changes beyond all near it from which the other side leaps there as well; motion has 0.03."""
LEAST_LEAD: Final = 0.03
"""Correlation that has to be gained whatever the share: chance gains as much in noise."""
FEWEST: Final = 24
"""Steps under which motion has no course to be followed."""
_CREEP: Final = 0.0003
"""Picture widths a frame added to speeds before their logarithm: a seventeenth of a thumbnail's pixel."""


EDITED = Need(
    lambda s: s.order.source is not None and s.order.reframe is None, "no edit was ordered"
)
_COMPARED = compared("the source", "edited")
MOVING = Need(
    lambda s: any(_motions(s)),
    "source and edit have not enough frames, or were not measured",
    reads=(Figure.KIN, Figure.MOTION),
)


@check("edit.count", EDITED, _COMPARED, source="the order; the services' documents")
def count(subject: Subject) -> Iterator[Breach]:
    """An edit has as many frames as its source, so that it can take its place in a cut.

    Where both run at other rates it lasts as long, to the frame.
    """
    clip = master_of(subject)
    for kin in kin_of(subject, "edited"):
        rate = stated_rate(clip)
        wanted = kin.frames
        if rate is not None and kin.rate is not None:
            wanted = round(kin.frames * rate / kin.rate)
        if len(clip.frames) != wanted:
            yield Breach(
                f"the edit has {len(clip.frames)} frames and its source stands for {wanted}",
                measured=len(clip.frames),
                limit=wanted,
                unit="frames",
                asset=kin.reference,
            )


@check("edit.cuts", EDITED, _COMPARED, MOVING, severity=Severity.WARNING, limit="rhythm.jump rhythm.cut", source="measured")  # fmt: skip
def cuts(subject: Subject) -> Iterator[Breach]:
    """An edit cuts where its source cuts, on the same frame, and nowhere else."""
    limits, shown = subject.limits.rhythm, pictured(master_of(subject))
    for kin, source, mine in _motions(subject):
        lost = cuts_beyond(source, mine, limits)
        new = cuts_beyond(mine, source, limits)
        for at in sorted(lost):
            near = min(new, key=lambda other: abs(other - at), default=None)
            moved = near is not None and abs(near - at) <= MOST_LATE
            frame = near if near is not None and moved else min(at, len(shown) - 1)
            yield Breach(
                f"the source cuts at frame {at}, the edit {f'at {frame}' if moved else 'does not'}",
                measured=frame if moved else "no cut",
                limit=at,
                unit="frame",
                frames=(shown[frame].number,),
                asset=kin.reference,
            )
        for at in sorted(new):
            if all(abs(at - other) > MOST_LATE for other in lost):
                yield Breach(
                    f"the edit cuts at frame {at} and its source does not",
                    measured=at,
                    limit="no cut",
                    frames=(shown[at].number,),
                    asset=kin.reference,
                )


@check("edit.motion", EDITED, _COMPARED, MOVING, severity=Severity.WARNING, limit="edit.motion edit.varied edit.lead edit.adhere edit.flex edit.reimagine", source="measured")  # fmt: skip
def motion(subject: Subject) -> Iterator[Breach]:
    """An edit moves as its source moves, at the same time, and is as far from it as the strength ordered.

    Compared is the course of motion through time, how fast and which way, which
    another look leaves as it is. Where the source moves evenly all the way there is
    no course to compare. How far the picture itself went is told as information where it
    is not what the strength stands for.
    """
    limits = subject.limits.edit
    for kin, source, mine in _motions(subject):
        if varies(source) >= limits.varied:
            by_lag = {lag: follows(source, mine, lag) for lag in range(-MOST_LATE, MOST_LATE + 1)}
            best = max(by_lag, key=lambda lag: (by_lag[lag], -abs(lag)))
            if by_lag[best] < limits.motion:
                yield Breach(
                    "the edit does not move as its source does",
                    measured=round(by_lag[best], 3),
                    limit=limits.motion,
                    unit="correlation",
                    asset=kin.reference,
                )
            elif best and _leads(by_lag[best], by_lag[0], limits.lead):
                late = "late" if best > 0 else "early"
                yield Breach(
                    f"the edit moves {abs(best)} frame{'s' if abs(best) > 1 else ''} {late} against its source",
                    measured=best,
                    limit=0,
                    unit="frames",
                    asset=kin.reference,
                )
        yield from _drift(subject, kin)


def _leads(best: float, now: float, share: float) -> bool:
    """Tell whether what is not explained at the same time is, by so much, some frames later."""
    return best - now >= max(share * (1 - now), LEAST_LEAD)


def _drift(subject: Subject, kin: Kin) -> Iterator[Breach]:
    strength = subject.order.edit.strength if subject.order.edit else None
    edited = kin.edited
    if strength is None or edited is None or edited.structure is None:
        return
    limits = subject.limits.edit
    least, most = {
        "adhere": (limits.adhere, 1.0), "flex": (limits.flex, 1.0), "reimagine": (-1.0, limits.reimagine),
    }[strength.partition("_")[0]]  # fmt: skip
    if not least <= edited.structure <= most:
        far = "further from" if edited.structure < least else "nearer to"
        yield Breach(
            f"the edit is {far} its source than {strength} stands for",
            measured=edited.structure,
            limit=least if edited.structure < least else most,
            unit="correlation",
            asset=kin.reference,
            severity=Severity.INFO,
        )


def _motions(subject: Subject) -> Iterator[tuple[Kin, Motion, Motion]]:
    if not subject.clips:
        return
    mine = master_of(subject).motion
    for kin in kin_of(subject, "edited"):
        edited: Edited | None = kin.edited
        if mine is not None and edited is not None and edited.motion is not None:
            yield kin, edited.motion, mine


def cuts_of(motion: Motion, limits: RhythmLimits) -> frozenset[int]:
    """Return the frames that a clip cuts at."""
    return frozenset(j.frame for j in rhythm_of(motion, limits).jumps if j.cuts(limits))


def cuts_beyond(one: Motion, other: Motion, limits: RhythmLimits) -> frozenset[int]:
    """Return the frames that `one` cuts at and `other` does not leap at at all: another look makes a cut softer."""
    return frozenset(
        at
        for at in cuts_of(one, limits)
        if at >= other.frames or other.steps[at].excess < LEAPS * one.steps[at].excess
    )


def varies(motion: Motion) -> float:
    """Return how much the speed of a clip varies: half the spread of nine in ten steps, as a logarithm."""
    paces = sorted(_paces(motion))
    if len(paces) < FEWEST:
        return 0.0
    return (paces[int(0.95 * (len(paces) - 1))] - paces[int(0.05 * (len(paces) - 1))]) / 2


def follows(source: Motion, edit: Motion, lag: int) -> float:
    """Return how the motion of `edit`, taken `lag` frames later, correlates with that of `source`; -1 to 1.

    The mean of what pace and direction say: each a course through time with its mean taken off.
    """
    pairs = [(at, at + lag) for at in range(1, source.frames) if 1 <= at + lag < edit.frames]
    if len(pairs) < FEWEST:
        return -1.0
    theirs, ours = _paces(source), _paces(edit)
    pace = _correlation([theirs[a - 1] for a, _ in pairs], [ours[b - 1] for _, b in pairs])
    ways = [
        _correlation(
            [source.steps[a].flow[axis] for a, _ in pairs],
            [edit.steps[b].flow[axis] for _, b in pairs],
        )
        for axis in (0, 1)
    ]
    return fmean((pace, fmean(ways)))


def _paces(motion: Motion) -> list[float]:
    return [math.log(step.speed + _CREEP) for step in motion.steps[1:]]


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    mean_a, mean_b = fmean(a), fmean(b)
    both = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return both / spread if spread else 0.0
