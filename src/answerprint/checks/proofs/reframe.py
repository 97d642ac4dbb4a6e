"""A reframed clip keeps its source: in its place, at its time, unchanged, and without a visible border."""

from collections.abc import Iterator
from statistics import median
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.motion.gait import ninth_decile
from answerprint.checks.proofs.kin import compared, kin_of, numbers_of
from answerprint.measured.figures import Figure
from answerprint.measured.kinship import Kin, Place, Reframed
from answerprint.measured.pairing import Box, Pair, Pairing
from answerprint.report import Severity
from answerprint.timing import spell_frames

MOST_NAMED: Final = 20
"""Frames that are named one by one before their number has to do."""


REFRAMED = Need(lambda s: s.order.reframe is not None, "no reframe was ordered")
COMPARED = compared("the source", "reframed")
LONG_ENOUGH = Need(
    lambda s: any(kin.reframed is not None for kin in kin_of(s, "reframed")),
    "source or clip has fewer than two readable frames",
    reads=(Figure.KIN,),
)
NEEDS = (REFRAMED, COMPARED, LONG_ENOUGH)


def reframed_of(subject: Subject) -> Iterator[tuple[Kin, Reframed]]:
    """Yield what was reframed, with its comparison."""
    for kin in kin_of(subject, "reframed"):
        if kin.reframed is not None:
            yield kin, kin.reframed


def _unlike(found: Reframed, subject: Subject) -> bool:
    pairing = found.pairing
    return pairing is None or pairing.likeness < subject.limits.reframe.likeness


PLACED = Need(
    lambda s: any(not _unlike(found, s) for _, found in reframed_of(s)),
    "the source is not found in the clip, see reframe.differs",
    reads=(Figure.KIN,),
)


@check(
    "reframe.misplaced", *NEEDS, PLACED, limit="reframe.offset reframe.wander", source="the order; measured",
)  # fmt: skip
def misplaced(subject: Subject) -> Iterator[Breach]:
    """A reframe's source lies where the order put it, as large as ordered, and stays there.

    Without a position that is the middle, as large as fits. The source is placed by
    local contrast in frames spread over the clip, to a small part of a pixel of a
    thumbnail; what is titled, cut or tracked by the source's place is off by as much.
    """
    limits = subject.limits.reframe
    for kin, found in reframed_of(subject):
        if not found.places:
            continue
        usual, off = _middle(found.places), _beside(found)
        if off > limits.offset:
            yield Breach(
                f"the source lies at {_spelled(usual)} where {_spelled(found.ordered)} was ordered"
                " (left, top, width, height in shares of the picture)",
                measured=round(off, 4),
                limit=limits.offset,
                unit="of the picture",
                frames=tuple(place.frame for place in found.places),
                asset=kin.reference,
            )
        moved = [place for place in found.places if _apart(place.box, usual) > limits.wander]
        if moved:
            yield Breach(
                f"the source does not stay in its place: it moves by up to"
                f" {max(_apart(place.box, usual) for place in moved):.1%} of the picture",
                measured=round(max(_apart(place.box, usual) for place in moved), 4),
                limit=limits.wander,
                unit="of the picture",
                frames=tuple(place.frame for place in moved),
                asset=kin.reference,
                severity=Severity.WARNING,
            )


@check("reframe.slip", *NEEDS, PLACED, limit="reframe.likeness reframe.offset", source="measured")
def slip(subject: Subject) -> Iterator[Breach]:
    """Every frame of a reframe shows the frame of its source that stands at the same time.

    Source and clip are brought together in time where the source lies: a slip, an
    exchange, and frames left out or held are told apart. A source that is misplaced is
    not judged in time, because in a pan what lies beside looks late.
    """
    for kin, found in reframed_of(subject):
        pairing = found.pairing
        beside = _beside(found) > subject.limits.reframe.offset
        if pairing is None or _unlike(found, subject) or beside:
            continue
        for said, measured, frames in _out_of_time(pairing):
            yield Breach(
                said,
                measured=measured,
                limit=1 if pairing.retimed is not None else 0,
                unit="frames",
                frames=numbers_of(subject, frames),
                asset=kin.reference,
            )


@check(
    "reframe.differs", *NEEDS, limit="reframe.likeness reframe.residual reframe.spot", source="measured",
)  # fmt: skip
def differs(subject: Subject) -> Iterator[Breach]:
    """Where a reframe shows its source, it shows it unchanged, but for coding and one view for all frames.

    An error where the source is not there at all; a warning where frames or places
    differ from it, which a service that makes the whole picture anew may do.
    """
    limits = subject.limits.reframe
    for kin, found in reframed_of(subject):
        pairing = found.pairing
        if pairing is None or _unlike(found, subject):
            yield Breach(
                "the source is not found in the clip: where it was to lie another picture is shown",
                measured=pairing.likeness if pairing else 0,
                limit=limits.likeness,
                asset=kin.reference,
            )
            continue
        usual = median(pair.residual for pair in pairing.pairs) if pairing.pairs else 0.0
        if usual > limits.residual:
            yield Breach(
                "what is shown of the source differs from it in every frame",
                measured=round(usual, 2),
                limit=limits.residual,
                unit="Oklab x 100",
                asset=kin.reference,
                severity=Severity.WARNING,
            )
        usual_spot = ninth_decile([pair.spot for pair in pairing.pairs])
        for pair in pairing.pairs:
            if pair.spot > max(limits.spot, 3 * usual_spot) and pair.shows is None:
                numbers = numbers_of(subject, (pair.movie,))
                yield Breach(
                    f"frame {spell_frames(numbers)} differs from its source{_where(pair)} of what is kept of it",
                    measured=pair.spot,
                    limit=limits.spot,
                    unit="Oklab x 100",
                    frames=numbers,
                    asset=kin.reference,
                    severity=Severity.WARNING,
                )


def _out_of_time(pairing: Pairing) -> Iterator[tuple[str, float, tuple[int, ...]]]:
    """Yield what is wrong in time, by how many frames, and which frames of the clip it concerns."""
    if pairing.reversed:
        yield "the clip runs backward through its source", pairing.movie, (0, pairing.movie - 1)
    elif pairing.retimed is not None:
        ratio = pairing.retimed
        yield f"the clip has {ratio:.4g} frames for every one of its source", ratio, ()
    elif pairing.slip:
        late = f"{_frames(abs(pairing.slip))} {'late' if pairing.slip > 0 else 'early'}"
        shown = next((p.movie for p in pairing.pairs if p.movie != p.sequence), 0)
        yield f"the clip shows its source {late} all the way", pairing.slip, (shown,)
    else:
        yield from _single_faults(pairing)


def _single_faults(pairing: Pairing) -> Iterator[tuple[str, float, tuple[int, ...]]]:
    for pair in pairing.swapped:
        yield f"frames {pair[0]} and {pair[1]} stand in each other's place", 2, pair
    lost = tuple(each.number for each in pairing.only_sequence)
    if lost:
        behind = max((p.movie for p in pairing.pairs if p.sequence < lost[0]), default=0)
        yield f"the clip lacks {_listed(lost)} of its source", len(lost), (behind,)
    new = tuple(each.number for each in pairing.only_movie)
    if new:
        yield f"the source lacks what {_listed(new)} of the clip shows", len(new), new
    held = tuple(pair.movie for pair in pairing.pairs if pair.shows is not None)
    if held:
        yield f"{_listed(held)} of the clip shows another frame of its source", len(held), held


def _frames(number: int) -> str:
    return f"{number} frame{'' if number == 1 else 's'}"


def _middle(places: tuple[Place, ...]) -> Box:
    left, top, width, height = (median(side) for side in zip(*(p.box for p in places), strict=True))
    return left, top, width, height


def _beside(found: Reframed) -> float:
    """Return how far the source's edges lie from where they were to, in shares of the picture; 0 where it is not placed."""
    return _apart(_middle(found.places), found.ordered) if found.places else 0.0


def _edges(box: Box) -> Box:
    left, top, width, height = box
    return left, top, left + width, top + height


def _apart(one: Box, other: Box) -> float:
    return max(abs(a - b) for a, b in zip(_edges(one), _edges(other), strict=True))


def _spelled(box: Box) -> str:
    return ", ".join(f"{share:.3f}" for share in box)


def _listed(numbers: tuple[int, ...]) -> str:
    if len(numbers) > MOST_NAMED:
        return f"{len(numbers)} frames"
    return f"frame{'s' if len(numbers) > 1 else ''} {spell_frames(numbers)}"


def _where(pair: Pair) -> str:
    if pair.box is None:
        return ""
    left, top, width, height = pair.box
    return f" at {left:.0%} to {left + width:.0%} across and {top:.0%} to {top + height:.0%} down"
