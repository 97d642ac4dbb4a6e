"""Measurements less all that a check does not say it reads: a look at the rest raises AttributeError, and its test fails."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from answerprint.checks.check import Check, Subject
from answerprint.measured.clips import Measurements, MovieMeasures, SequenceMeasures
from answerprint.measured.figures import EVERYTHING, KINDS, Figure
from answerprint.measured.frames import FrameLevels
from answerprint.record import Record

Some = TypeVar("Some", bound=Record)
Clip = TypeVar("Clip", SequenceMeasures, MovieMeasures)

_OF_FRAMES: Final[Mapping[Figure, tuple[str, ...]]] = {
    Figure.FRAMES: ("error", "header"),
    Figure.LEVELS: ("digest", "channels"),
    Figure.LUMA: ("luma", "luma_peak"),
    Figure.OUTLIERS: ("outliers",),
    Figure.LOOK: ("look",),
}
_OF_CLIPS: Final[Mapping[Figure, tuple[str, ...]]] = {
    Figure.FRAMES: ("headers", "sizes", "faults"),
    Figure.MOTION: ("motion",),
    Figure.FLASHES: ("flashes",),
    Figure.LIGHT: ("light",),
    Figure.CONTAINER: ("container",),
    Figure.SOUND: ("heard",),
}
_OF_DELIVERIES: Final[Mapping[Figure, tuple[str, ...]]] = {
    Figure.PAIRING: ("pairing",),
    Figure.PINS: ("pins",),
    Figure.KIN: ("kin",),
}


def blinded(subject: Subject, check: Check) -> Subject:
    """Return `subject` with nothing measured but what `check` declares."""
    measured = subject.measurements
    known = {kind: check.reads if kind in check.kinds else frozenset() for kind in KINDS}
    update = {
        "sequence": _clip(measured.sequence, known["sequence"]) if measured.sequence else None,
        "movie": _clip(measured.movie, known["movie"]) if measured.movie else None,
    }
    cut = _without(measured.model_copy(update=update), _OF_DELIVERIES, check.reads)
    return replace(subject, measurements=cut)


def _clip(clip: Clip, known: Collection[Figure]) -> Clip:
    frames = tuple(_frame(frame, known) for frame in clip.frames)
    return _without(clip.model_copy(update={"frames": frames}), _OF_CLIPS, known)


def _frame(frame: FrameLevels, known: Collection[Figure]) -> FrameLevels:
    cut = _without(frame, _OF_FRAMES, known)
    if Figure.SAMPLES in known or frame.samples is None:
        return cut
    if Figure.LEVELS not in known:
        return _less(cut, ["samples"])
    others = set(type(frame.samples).model_fields) - {"patches"}
    return cut.model_copy(update={"samples": _less(frame.samples, others)})


def _without(
    record: Some, fields: Mapping[Figure, tuple[str, ...]], known: Collection[Figure]
) -> Some:
    unknown = EVERYTHING.difference(known)
    return _less(record, [name for figure in unknown for name in fields.get(figure, ())])


def _less(record: Some, names: Iterable[str]) -> Some:
    cut = record.model_copy()
    for name in names:
        cut.__dict__.pop(name, None)
    return cut


def unmeasured_of(measured: Measurements) -> set[Figure]:
    """Return all that was not measured, of whichever clip."""
    return {*measured.unmeasured.sequence, *measured.unmeasured.movie}
