"""The movie and the EXR sequence of one delivery are the same pictures in the same order."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.motion.gait import ninth_decile
from answerprint.measured.clips import SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.pairing import Box, Pair, Pairing, Unpaired
from answerprint.report import Severity
from answerprint.timing import spell_frames

MOST_NAMED: Final = 20
"""Frames that are named one by one before their number has to do."""


def _pairing(subject: Subject) -> Pairing:
    found = subject.measurements.pairing
    assert found is not None
    return found


PAIRED = Need(
    lambda s: s.measurements.pairing is not None,
    "no movie and EXR sequence that were both read in one pass",
    reads=(Figure.PAIRING,),
)
ALIKE = Need(
    lambda s: s.measurements.pairing is None or not _unlike(s),
    "movie and EXR sequence are different pictures, see pair.differs",
    reads=(Figure.PAIRING,),
)


def _unlike(subject: Subject) -> bool:
    return _pairing(subject).likeness < subject.limits.pair.likeness


@check("pair.count", PAIRED, ALIKE, source="measured")
def count(subject: Subject) -> Iterator[Breach]:
    """Every frame of the EXR sequence is in the movie, and every frame of the movie in the sequence.

    Both are renderings of the same frames. Which one is missing is found by
    bringing both together in time through the view that relates them; where
    nothing moves around it, the frames it may be are named instead.
    """
    found = _pairing(subject)
    if found.retimed is not None or found.slip:
        return
    if found.only_sequence:
        yield Breach(
            f"the movie lacks {_spelled(found.only_sequence)} of the EXR sequence",
            measured=found.movie,
            limit=len(subject.sequence.frames),
            unit="frames",
            frames=_numbers(found.only_sequence),
            asset=subject.movie.place,
        )
    if found.only_movie:
        yield Breach(
            f"the EXR sequence lacks what {_spelled(found.only_movie)} of the movie shows",
            measured=len(subject.sequence.frames),
            limit=found.movie,
            unit="frames",
            frames=_numbers(found.only_movie),
            asset=subject.sequence.place,
        )


@check("pair.slip", PAIRED, ALIKE, source="measured")
def slip(subject: Subject) -> Iterator[Breach]:
    """The movie starts with the same frame as the EXR sequence.

    A slip is invisible while one watches either, and puts what is cut, tracked
    or painted on the one beside the other. Sound laid to the movie is off by
    as much against the frames.
    """
    found = _pairing(subject)
    if found.slip:
        first = next(pair for pair in found.pairs if pair.movie - _index(subject, pair.sequence))
        late = "late" if found.slip > 0 else "early"
        yield Breach(
            f"the movie comes {_frames(abs(found.slip))} {late} against the EXR sequence all the way:"
            f" its frame {first.movie} is frame {first.sequence} of the sequence",
            measured=found.slip,
            limit=0,
            unit="frames",
            frames=tuple(each.number for each in (*found.only_sequence,)),
            asset=subject.movie.place,
        )


@check("pair.swapped", PAIRED, ALIKE, source="measured")
def swapped(subject: Subject) -> Iterator[Breach]:
    """The frames of movie and EXR sequence stand in the same order.

    Two frames in each other's place come from files that were numbered or
    sorted wrongly. Which of both sides is right, picture.order-swapped may tell.
    """
    for one, other in _pairing(subject).swapped:
        yield Breach(
            f"frames {one} and {other} of the movie stand in each other's place in the EXR sequence",
            measured=f"{one}, {other}",
            frames=(one, other),
            asset=subject.movie.place,
        )


@check("pair.reversed", PAIRED, ALIKE, source="measured")
def reversed_(subject: Subject) -> Iterator[Breach]:
    """The movie runs in the same direction as the EXR sequence."""
    found = _pairing(subject)
    if found.reversed:
        yield Breach(
            "the movie runs backward through the EXR sequence",
            frames=(found.pairs[0].movie, found.pairs[-1].movie) if found.pairs else (),
            asset=subject.movie.place,
        )


@check("pair.retimed", PAIRED, ALIKE, limit="pair.held", source="measured", reads=(Figure.MOTION,))
def retimed(subject: Subject) -> Iterator[Breach]:
    """One frame of the movie stands for one frame of the EXR sequence.

    A side that was brought to another rate holds or leaves out frames at even
    distances; a frame shown twice in place of the next is the same fault once, where
    both are not as good as one: encoders leave motion that nobody sees out of some frames.
    """
    found = _pairing(subject)
    if found.retimed is not None:
        yield Breach(
            f"the movie has {found.retimed:.4g} frames for every one of the EXR sequence:"
            " one side was brought to another rate",
            measured=found.retimed,
            limit=1,
            frames=(),
            asset=subject.movie.place,
        )
        return
    held = [
        pair
        for pair in found.pairs
        if pair.shows is not None
        and _apart(subject.sequence, pair.shows, pair.sequence) >= subject.limits.pair.held
    ]
    if held:
        first = held[0]
        yield Breach(
            f"{_listed([pair.movie for pair in held])} of the movie shows another frame than its own:"
            f" frame {first.movie} shows frame {first.shows} of the EXR sequence in place of {first.sequence}",
            measured=len(held),
            limit=0,
            unit="frames",
            frames=tuple(pair.movie for pair in held),
            asset=subject.movie.place,
        )


@check(
    "pair.differs",
    PAIRED,
    limit="pair.spot pair.spot_ratio pair.spot_sure pair.likeness",
    source="measured",
)
def differs(subject: Subject) -> Iterator[Breach]:
    """What the movie shows is what the EXR frame holds, everywhere in the picture.

    Movie and sequence are related by one view: a monotone curve for lightness and,
    by lightness, one matrix for color, fitted to the whole clip, so that it does
    not matter which view it was. What one frame differs beyond the frames around
    it is damage to one of both, or a change made to one side alone.
    """
    limits, found = subject.limits.pair, _pairing(subject)
    if _unlike(subject):
        yield Breach(
            "the movie and the EXR sequence show different pictures",
            measured=found.likeness,
            limit=limits.likeness,
            frames=(),
            asset=subject.movie.place,
        )
        return
    usual = ninth_decile([pair.spot for pair in found.pairs])
    limit = max(limits.spot, limits.spot_ratio * usual)
    for each in found.pairs:
        if each.spot > limit and each.shows is None:
            yield Breach(
                f"frame {each.movie} of the movie and frame {each.sequence} of the EXR sequence"
                f" show something else{_where(each)}",
                measured=each.spot,
                limit=round(limit, 3),
                unit="Oklab x 100",
                frames=(each.movie,),
                asset=subject.movie.place,
                severity=None if each.spot > limits.spot_sure * limit else Severity.WARNING,
            )


PAIR_CHECKS: Final = (count, slip, swapped, reversed_, retimed, differs)
"""All checks of this family, in the order a report lists them."""


def _apart(clip: SequenceMeasures, one: int, other: int) -> float:
    """Return how much two frames differ, Oklab x 100; without limit where that was not measured."""
    places = {frame.number: at for at, frame in enumerate(pictured(clip))}
    early, late = sorted((places.get(one, -1), places.get(other, -1)))
    if clip.motion is None or early < 0 or early == late:
        return math.inf
    tone = clip.motion.steps[late].tone
    return tone[late - early - 1] if late - early <= len(tone) else math.inf


def _index(subject: Subject, number: int) -> int:
    """Return where a frame stands among the files of the sequence, from 0."""
    numbers = [frame.number for frame in subject.sequence.frames]
    return numbers.index(number)


def _numbers(unpaired: Sequence[Unpaired]) -> tuple[int, ...]:
    return tuple(each.number for each in unpaired)


def _spelled(unpaired: Sequence[Unpaired]) -> str:
    if len(unpaired) == 1 and unpaired[0].first != unpaired[0].last:
        return f"one of the frames {unpaired[0].first} to {unpaired[0].last}"
    return _listed(_numbers(unpaired))


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > MOST_NAMED:
        return f"{len(numbers)} frames"
    return f"frame{'s' if len(numbers) > 1 else ''} {spell_frames(numbers)}"


def _frames(number: int) -> str:
    return f"{number} frame{'s' if number > 1 else ''}"


def _where(pair: Pair) -> str:
    box: Box | None = pair.box
    if box is None:
        return ""
    left, top, width, height = box
    return f" at {left:.0%} to {left + width:.0%} across and {top:.0%} to {top + height:.0%} down"
