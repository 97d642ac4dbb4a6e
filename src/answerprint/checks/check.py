"""What a check is: an id named after the defect, what it needs, and one small pure function."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from answerprint.checks.limits import Limits
from answerprint.measured.clips import Measurements, MovieMeasures, SequenceMeasures
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.figures import KINDS, Figure, Kind, with_all_it_takes
from answerprint.measured.motion import Motion
from answerprint.order import Order
from answerprint.report import Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: what was ordered, what was measured, and by which limits."""

    order: Order
    measurements: Measurements
    limits: Limits = Limits()
    deliverables: tuple[Deliverable, ...] = ()

    @property
    def sequence(self) -> SequenceMeasures:
        """The EXR sequence; only asked for by checks that need one."""
        assert self.measurements.sequence is not None
        return self.measurements.sequence

    @property
    def movie(self) -> MovieMeasures:
        """The movie; only asked for by checks that need one."""
        assert self.measurements.movie is not None
        return self.measurements.movie

    @property
    def clips(self) -> tuple[SequenceMeasures | MovieMeasures, ...]:
        """Sequence and movie, as far as there are."""
        both = (self.measurements.sequence, self.measurements.movie)
        return tuple(clip for clip in both if clip is not None)

    @property
    def motion(self) -> tuple[Motion, SequenceMeasures | MovieMeasures] | None:
        """Motion of the master and the clip it was measured on: the sequence where there is one."""
        return next(((clip.motion, clip) for clip in self.clips if clip.motion), None)


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a check is not met."""

    message: str
    measured: float | str | None = None
    limit: float | str | None = None
    unit: str | None = None
    frames: tuple[int, ...] = ()
    channel: str | None = None
    asset: str | None = None
    severity: Severity | None = None
    """How much it weighs where that depends on what was found; the limits' word goes before it."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something without which a check cannot be judged, and what to say then."""

    present: Callable[[Subject], bool]
    absent: str
    reads: tuple[Figure, ...] = ()
    """The figures it is told by."""
    of: Kind | None = None
    """The clip it is about, sequence or movie; None for either."""


Judge = Callable[[Subject], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its judge's docstring is its documentation, and the report's text."""

    id: str
    severity: Severity
    needs: tuple[Need, ...]
    judge: Judge
    ebu: str | None = None
    limit: str | None = None
    """Where its number stands in Limits, family and field: "picture.repeat_share"; several with spaces between."""
    source: str | None = None
    """Who says so: a standard with its clause ("EBU R103"), a library, or "measured" for our own figures."""
    own_reads: tuple[Figure, ...] = ()
    """The figures its judge reads beside those of its needs."""

    @property
    def family(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def doc(self) -> str:
        """What it finds and why, as the judge's docstring says."""
        return inspect.getdoc(self.judge) or ""

    @property
    def title(self) -> str:
        """The first line of its documentation."""
        return self.doc.partition("\n")[0]

    @property
    def reads(self) -> frozenset[Figure]:
        """The figures it judges by, and those they take: what has to be measured for it."""
        needed = (figure for need in self.needs for figure in need.reads)
        return with_all_it_takes((*self.own_reads, *needed))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Which clips of a delivery it reads them of."""
        named = {need.of for need in self.needs} - {None}
        return tuple(kind for kind in KINDS if kind in named or not named)

    def lacks(self, subject: Subject) -> str | None:
        """Return why the check cannot be judged on `subject`; None where it can."""
        missing = self._unmeasured(subject)
        if not missing:
            return _absent(self.needs, subject)
        names = ", ".join(figure for figure in Figure if figure in missing)
        return (
            _absent([need for need in self.needs if not need.reads], subject)
            or f"not measured: {names}; check the clip again with {self.id} among what is judged"
        )

    def _unmeasured(self, subject: Subject) -> frozenset[Figure]:
        left_out = subject.measurements.unmeasured
        return self.reads.intersection(f for kind in self.kinds for f in left_out.of(kind))


def _absent(needs: Iterable[Need], subject: Subject) -> str | None:
    return next((need.absent for need in needs if not need.present(subject)), None)


def check(
    id: str,  # noqa: A002 - it is the check's id, and the name its documentation uses
    *needs: Need,
    severity: Severity = Severity.ERROR,
    ebu: str | None = None,
    limit: str | None = None,
    source: str | None = None,
    reads: tuple[Figure, ...] = (),
) -> Callable[[Judge], Check]:
    """Make a Check of a judge function; `limit` and `source` are what its row in the README and `explain` show.

    `reads` are the figures it looks at beside those of its needs: what is not named
    is not there where only this check is asked for.
    """
    return lambda judge: Check(id, severity, needs, judge, ebu, limit, source, reads)


SEQUENCE = Need(
    lambda s: s.measurements.sequence is not None, "no EXR sequence in the delivery", of="sequence"
)
MOVIE = Need(lambda s: s.measurements.movie is not None, "no movie in the delivery", of="movie")
CLIP = Need(lambda s: bool(s.clips), "neither a movie nor an EXR sequence in the delivery")
MOTION = Need(
    lambda s: s.motion is not None, "fewer than two readable frames", reads=(Figure.MOTION,)
)
COUNT_ORDERED = Need(lambda s: s.order.frame_count is not None, "no length was ordered or assumed")
SIZE_ORDERED = Need(lambda s: bool(s.order.sizes), "no size was ordered")
ASPECT_ORDERED = Need(lambda s: s.order.aspect is not None, "no aspect was ordered")
RATE_ORDERED = Need(
    lambda s: s.order.fps is not None and "fps" not in s.order.assumed, "no rate was ordered"
)
LOOP_ORDERED = Need(lambda s: bool(s.order.loop), "the clip was not ordered as a loop")
HDR_ORDERED = Need(
    lambda s: bool(s.order.hdr) and "hdr" not in s.order.assumed, "HDR was not ordered"
)
EXR_ORDERED = Need(
    lambda s: bool(s.order.exr) and "exr" not in s.order.assumed, "EXR was not ordered"
)
DELIVERABLES = Need(lambda s: bool(s.deliverables), "no deliverable was made")
