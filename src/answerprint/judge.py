"""Measuring a delivery and judging it: the library behind `check` and `seam`."""

import platform
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Final

from answerprint.baseline import Baseline
from answerprint.checks.check import Subject
from answerprint.checks.files.shape import stated_rate
from answerprint.checks.judging import judge, require_known, wanted_by
from answerprint.checks.limits import Limits
from answerprint.checks.seam.loop import verdict_of
from answerprint.errors import AnswerprintError, SourceError, WorkError, storage_error
from answerprint.ingest.delivery import open_one, open_source
from answerprint.measured.clips import Measurements, MovieMeasures
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.figures import Figure, Wanted
from answerprint.measuring import measure
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.report import Failure, Report, Told, Versions
from answerprint.report import verdict_of as verdict_of_findings
from answerprint.timing import frames_in
from answerprint.verdict import SeamVerdict
from answerprint.version import __version__

SERVICE_RATE: Final = Fraction(24)
"""Frames a second of every service that serves Ray 3.2."""
SERVICE_LENGTHS: Final = (5, 10)
"""Seconds a generation lasts."""
NEAR_LENGTH: Final = 3
"""Frames by which a clip at SERVICE_RATE may miss a service length and still be taken for one that was damaged."""

_LIBRARIES = ("OpenEXR", "numpy", "av", "opencolorio", "pydantic")


def check(
    *sources: str | Path,
    order: Order | None = None,
    limits: Limits | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    baseline: Sequence[Report] = (),
    threads: int | None = None,
    progress: Progress = silent,
    told: Told | None = None,
) -> tuple[Report, ...]:
    """Measure and judge every clip of `sources`; one report each.

    `only` and `skip` name families and ids of checks, in place of those of
    `limits`; what no other check reads is not measured either, and a clip of which
    nothing but sound or container is to be judged is not decoded. What the reports
    in `baseline` found already is marked as known and weighs nothing, unless it is
    worse now. A clip that cannot be judged at all gets a report with `failure` set
    and does not stop the others; `told` has every report as soon as it is made.
    Raises UsageError for a source that makes no sense. Memory: a few frames a
    thread, whatever the clips' length, and the reports.
    """
    chosen = (limits or Limits()).selecting(only, skip)
    require_known(chosen)
    held = Baseline(tuple(baseline), alone=len(sources) == 1)
    reports = []
    for source in sources:
        for report in _reports(str(source), order or Order(), chosen, held, threads, progress):
            reports.append(report)
            if told is not None:
                told(report)
    return tuple(reports)


def seam(
    source: str | Path, *, limits: Limits | None = None, progress: Progress = silent
) -> SeamVerdict:
    """Judge how the last frame of a clip runs into its first, whether or not it was ordered as a loop.

    Raises SourceError where the clip cannot be read or has fewer than two frames.
    """
    limits = limits or Limits()
    with open_one(str(source)).opened(limits.archive) as delivery:
        # The master has the seam: a movie beside readable frames need not be decoded.
        of_sequence = (Figure.MOTION,) if delivery.sequence else ()
        of_movie = () if delivery.sequence else (Figure.MOTION,)
        wanted = Wanted.of(of_sequence, of_movie)
        subject = Subject(Order(), measure(delivery, wanted=wanted, progress=progress), limits)
        if subject.motion is None and delivery.sequence and delivery.movie:
            wanted = Wanted.of((), (Figure.MOTION,))
            subject = Subject(Order(), measure(delivery, wanted=wanted, progress=progress), limits)
    if subject.motion is None:
        raise SourceError(
            "has fewer than two readable frames, so it has no seam", where=str(source)
        )
    return verdict_of(subject)


def judge_measurements(
    measurements: Measurements,
    *,
    clip: str,
    source: str,
    order: Order,
    limits: Limits,
    deliverables: tuple[Deliverable, ...] = (),
    ffmpeg: str | None = None,
) -> Report:
    """Judge what was measured against what was ordered, decoding nothing."""
    complete = assume(order, measurements)
    outcomes, findings = judge(
        Subject(complete, measurements, limits, deliverables), clip=clip, today=date.today()
    )
    return Report(
        clip=clip,
        source=source,
        verdict=verdict_of_findings(findings),
        order=complete,
        outcomes=outcomes,
        findings=findings,
        measurements=measurements,
        deliverables=deliverables,
        policy=limits.policy(),
        versions=versions(ffmpeg),
    )


def assume(order: Order, measurements: Measurements) -> Order:
    """Fill in what was not ordered from what was delivered, marked as assumed.

    The rate is what the movie or the headers say, else the services' own. The
    length is a service length where a clip at the services' rate comes within a
    few frames of one, because that is a damaged 5 s clip rather than an order
    for 4.96 s; any other length is taken as meant. Nothing is assumed that
    would contradict what was ordered.
    """
    clips = [clip for clip in (measurements.movie, measurements.sequence) if clip is not None]
    stated = [rate for clip in clips if (rate := stated_rate(clip)) is not None]
    rate = order.fps or next(iter(stated), SERVICE_RATE)
    count = max((len(clip.frames) for clip in clips), default=0)
    values: dict[str, object] = {}
    if order.frames is None or order.seconds is None:
        values["fps"] = rate
    if count and order.frames is None:
        values["seconds"] = _assumed_length(count, rate)
    if order.hdr is not False:
        values["exr"] = measurements.sequence is not None
    values["hdr"] = bool(order.exr or measurements.sequence) or any(
        isinstance(clip, MovieMeasures) and clip.facts.color.hdr for clip in clips
    )
    return order.assume(values)


def failed(source: str, order: Order, problem: AnswerprintError, clip: str | None = None) -> Report:
    """Return the report of a clip whose work could not be done."""
    return Report(
        clip=clip or Path(source).stem or source,
        source=source,
        verdict="fail",
        order=order,
        failure=Failure(kind=type(problem).__name__, message=str(problem)),
        versions=versions(None),
    )


def versions(ffmpeg: str | None) -> Versions:
    """Return the versions of what made a report."""
    return Versions(
        answerprint=__version__,
        python=platform.python_version(),
        libraries={name: version(name) for name in _LIBRARIES},
        ffmpeg=ffmpeg,
    )


def _reports(
    source: str,
    order: Order,
    limits: Limits,
    baseline: Baseline,
    threads: int | None,
    progress: Progress,
) -> Iterator[Report]:
    try:
        deliveries = open_source(source)
    except WorkError as problem:
        yield failed(source, order, problem)
        return
    held = baseline.among(len(deliveries))
    wanted = wanted_by(limits)
    for delivery in deliveries:
        try:
            with delivery.opened(limits.archive) as opened:
                measurements = measure(
                    opened, order=order, wanted=wanted, threads=threads, progress=progress
                )
        except (WorkError, OSError) as problem:
            refused = storage_error(problem) if isinstance(problem, OSError) else problem
            yield failed(delivery.source, order, refused, delivery.name)
            continue
        report = judge_measurements(
            measurements, clip=delivery.name, source=delivery.source, order=order, limits=limits
        )
        yield held.marked(report)


def _assumed_length(count: int, rate: Fraction) -> Fraction:
    for seconds in SERVICE_LENGTHS:
        if rate == SERVICE_RATE and abs(count - frames_in(Fraction(seconds), rate)) <= NEAR_LENGTH:
            return Fraction(seconds)
    return Fraction(count) / rate
