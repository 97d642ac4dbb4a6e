"""A clip goes on from the footage it was to extend: the join is judged as a loop's seam is."""

from collections.abc import Iterator
from statistics import fmean
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.motion.gait import Gait, ninth_decile
from answerprint.checks.proofs.kin import compared, kin_of
from answerprint.checks.seam.verdict import PASSING, judge_seam
from answerprint.direction import ReferenceKind, kind_of_reference
from answerprint.measured.figures import Figure
from answerprint.measured.kinship import Joined, Kin
from answerprint.measured.motion import Motion
from answerprint.report import Severity
from answerprint.verdict import SeamVerdict

NEAR: Final = 6
"""Frames from the join in which what is found concerns it; a cut further away is the footage's own."""


def _extends(subject: Subject) -> bool:
    ends = (subject.order.anchors.first, subject.order.anchors.last)
    named = any(
        ref is not None and kind_of_reference(ref) is ReferenceKind.GENERATION for ref in ends
    )
    return named or any(kin.role in ("continued", "led-up-to") for kin in subject.measurements.kin)


EXTENDED = Need(_extends, "the clip was not ordered to go on from another")
JOINED = Need(
    lambda s: any(kin.joined is not None for kin in kin_of(s, "continued", "led-up-to")),
    "the clip that it goes on from, or the clip itself, has too few frames",
    reads=(Figure.KIN,),
)
ALIKE = Need(
    lambda s: any(kin.alike for kin in kin_of(s, "continued", "led-up-to")),
    "clip and footage are not renderings of one kind (one is HDR or scene light, the other is not)",
    reads=(Figure.KIN,),
)
_NEEDS = (EXTENDED, compared("the clip that it goes on from", "continued", "led-up-to"), JOINED)


@check("extension.not-its-clip", *_NEEDS, limit="extension.detail extension.difference extension.excess", source="measured")  # fmt: skip
def not_its_clip(subject: Subject) -> Iterator[Breach]:
    """An extension begins with what its clip ends on: the frames at the join show one scene.

    Found where local contrast and tone differ across the join as between pictures
    without relation, beyond all that happens near it on either side.
    """
    for kin, joined in _joins(subject):
        if _foreign(joined.motion, subject):
            step = joined.motion.seam
            yield Breach(
                f"{_where(kin, joined)} does not follow from {kin.reference}:"
                " both show something else; see that the right clip was named",
                measured=step.detail,
                limit=subject.limits.extension.detail,
                unit="local contrast",
                frames=_frames(joined, (0, joined.motion.frames - 1)),
                asset=kin.reference,
            )


@check(
    "extension.join", *_NEEDS, ALIKE, severity=Severity.WARNING,
    limit="extension.overlap seam.jump seam.exposure seam.color seam.pace", source="measured",
)  # fmt: skip
def join(subject: Subject) -> Iterator[Breach]:
    """An extension joins its clip by an ordinary step: nothing jumps, repeats, pops or changes pace there.

    Old and new frames are laid in a circle that is closed elsewhere, and the join is
    judged as the seam of a loop is; forward where the clip goes on from another,
    at its other end where it leads up to one. Frames that are there twice are cut off one of both.
    """
    for kin, joined in _joins(subject):
        if _foreign(joined.motion, subject) or not kin.alike:
            continue
        found = judge_seam(joined.motion, subject.limits.seam)
        twice = overlap(joined.motion, subject.limits.extension.overlap)
        if not twice and found.verdict == "duplicate-end" and _at_the_join(found, joined):
            twice = len(found.frames)
        if twice and not joined.contained:
            yield _repeats(kin, joined, twice)
        elif found.verdict not in ("seamless", "frozen") and _at_the_join(found, joined):
            yield Breach(
                f"{_where(kin, joined)} does not join {kin.reference} smoothly: {_said(found)}",
                measured=found.score,
                limit=PASSING,
                unit="score",
                frames=_frames(joined, found.frames),
                asset=kin.reference,
            )


def overlap(motion: Motion, share: float) -> int:
    """Return how many frames behind the seam, two or more, are those before it once more; 0 where none are."""
    gait = Gait.of(motion)
    inside = gait.holds[1:]
    if not inside or sum(hold > 1 for hold in inside) > len(inside) / 10:
        return 0
    lags = range(1, min(len(motion.seam.tone), motion.frames // 2) + 1)
    apart = [fmean(motion.steps[at].tone[lag - 1] for at in range(lag)) for lag in lags]
    # In motion that goes on, frames further apart differ more.
    dips = (
        lag + 1
        for lag in range(1, len(apart) - 1)
        if apart[lag] < share * min(apart[lag - 1], apart[lag + 1])
    )
    return next(dips, 0)


def _joins(subject: Subject) -> Iterator[tuple[Kin, Joined]]:
    for kin in kin_of(subject, "continued", "led-up-to"):
        if kin.joined is not None:
            yield kin, kin.joined


def _foreign(motion: Motion, subject: Subject) -> bool:
    limits, step = subject.limits.extension, motion.seam
    detail = ninth_decile([each.detail for each in motion.steps[1:]])
    tone = ninth_decile([each.matched for each in motion.steps[1:]])
    other = step.detail > max(limits.detail, 1.5 * detail)
    # Titles and black have little detail to differ in.
    plain = step.matched > max(limits.difference, 4 * tone)
    return (other or plain) and step.excess > limits.excess


def _at_the_join(found: SeamVerdict, joined: Joined) -> bool:
    count = joined.motion.frames
    return all(min(frame, count - frame) <= NEAR for frame in found.frames)


def _repeats(kin: Kin, joined: Joined, count: int) -> Breach:
    frames = "frame" if count == 1 else f"{count} frames"
    end, side = ("first", "last") if kin.role == "continued" else ("last", "first")
    places = range(count) if kin.role == "continued" else range(-count, 0)
    at = tuple(place % joined.motion.frames for place in places)
    return Breach(
        f"the {end} {frames} of the clip {'is' if count == 1 else 'are'} the {side} of {kin.reference}"
        f" once more: leave {'it' if count == 1 else 'them'} out where both are joined",
        measured=count,
        limit=0,
        unit="frames",
        frames=_frames(joined, at),
        asset=kin.reference,
    )


def _where(kin: Kin, joined: Joined) -> str:
    if joined.contained:
        return "what is new in the clip"
    return "the beginning of the clip" if kin.role == "continued" else "the end of the clip"


def _said(found: SeamVerdict) -> str:
    if found.verdict == "jump" and found.figures.spans is None:
        return "the picture jumps"
    return found.reason.replace("the last frame to the first", "one to the other").replace(
        "the last frame does not lead into the first: they", "the frames on either side"
    ).replace("the seam", "the join")  # fmt: skip


def _frames(joined: Joined, places: tuple[int, ...]) -> tuple[int, ...]:
    numbers = (joined.numbers[place] for place in places if place < len(joined.numbers))
    return tuple(sorted({number for number in numbers if number is not None}))
