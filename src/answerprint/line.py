"""The whole line, in order: unpack, measure, lay the sound, encode, prove, report."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from answerprint.baseline import Baseline
from answerprint.checks.judging import require_known
from answerprint.checks.limits import Limits
from answerprint.color.transforms import exact
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.quality import require_steerable
from answerprint.deliverables.seal import write_sealed
from answerprint.deliverables.treatment import Treatment
from answerprint.desk import Desk
from answerprint.errors import SourceError, StorageError, UsageError, WorkError, storage_error
from answerprint.finals import require_names
from answerprint.gathering import bring_frames, source_key
from answerprint.ingest.delivery import Delivery, named_apart, open_source
from answerprint.judge import failed, judge_measurements
from answerprint.ledger import FOLDER, Ledger
from answerprint.master import read_treatment
from answerprint.media import ffmpeg
from answerprint.onepass import Finishing, Work, clean, make_and_measure
from answerprint.order import Order
from answerprint.origin import refuse_other_clip, write_origin
from answerprint.paths import unreadable
from answerprint.pickup import DELIVERED, arrive
from answerprint.progress import Progress, silent
from answerprint.providers.store import JobStore, split_name
from answerprint.render.junit import to_junit
from answerprint.render.text import to_text
from answerprint.report import Failure, Report, Told
from answerprint.timing import FIRST_FRAME

OUT: Final = "finished"
"""Folder that finished clips go to when none is named."""

LAST_NUMBER: Final = 99_999_999
"""Highest number a first frame may have: eight digits, more than anything that reads frames takes."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What clips of one run share: what their findings are held against, and their names."""

    baseline: Baseline
    names: dict[str, object] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether it has one clip."""
        return self.baseline.alone


def finish(
    *sources: str | Path,
    out: str | Path = OUT,
    order: Order | None = None,
    deliver: Collection[str] = (),
    audio: str | Path | list[str] | tuple[str, ...] | None = None,
    first_frame: int = FIRST_FRAME,
    limits: Limits | None = None,
    only: Collection[str] = (),
    skip: Collection[str] = (),
    baseline: Sequence[Report] = (),
    overwrite: bool = False,
    threads: int | None = None,
    encoders: int | None = None,
    jobs: str | Path | None = None,
    allow_private: bool = False,
    progress: Progress = silent,
    told: Told | None = None,
    **options: Any,
) -> tuple[Report, ...]:
    """Take every clip of `sources` down the whole line and return its report.

    A source `provider:id` is a job at a service: it is waited for, fetched to
    `delivered` beside `out`, and judged by its own order. `jobs` is the folder
    it is written down in. `only`, `skip`, `baseline` and `told` are those of `check`.
    `deliver` names presets; a plain string is one.
    Further keywords are those of `TreatmentOptions` and `SoundOptions`. `encoders`
    is how many run side by side: fewer take less memory and another reading of the
    frames for each further batch.

    `out`/<clip>/, numbered where two clips have one name, then holds `source/`,
    `exr/`, `deliver/` and `qc/`. What an earlier run has proven is kept and not
    done again. A clip that cannot be finished gets a report with `failure` set
    and stops no other. Raises UsageError, before anything is written, for options
    that make no sense, also where they make none for the only clip; SourceError
    for a sound or LUT that is not there.
    """
    finishing = Finishing(
        order or Order(),
        (limits or Limits()).selecting(only, skip),
        tuple(map(load_preset, (deliver,) if isinstance(deliver, str) else deliver)),
        read_treatment(audio, options),
        first_frame,
        overwrite,
        threads,
        progress,
        Desk(JobStore(jobs), progress=progress, allow_private=allow_private),
        encoders,
    )
    _require(finishing)
    run = _Run(Baseline(tuple(baseline), alone=len(sources) == 1))
    reports = []
    for source in sources:
        for report in _finish_source(str(source), Path(out), finishing, run):
            reports.append(report)
            if told is not None:
                told(report)
    return tuple(reports)


def _require(options: Finishing) -> None:
    require_known(options.limits)
    _require_presets(options)
    for preset in options.presets:
        require_steerable(preset, options.treatment.quality)
        exact(options.treatment.graded(preset))
    _require_sounds(options.treatment)
    require_names(options.presets, options.treatment, "clip")
    if options.encoders is not None and options.encoders < 1:
        raise UsageError(
            f"{options.encoders} encoders make nothing; 1 or more can run side by side"
        )
    if not 0 <= options.first_frame <= LAST_NUMBER:
        raise UsageError(
            f"the first frame is {options.first_frame}; numbers go from 0 to {LAST_NUMBER}"
        )


def _require_presets(options: Finishing) -> None:
    """Raise UsageError for a preset that is named twice, and for what is to be done to deliverables where there are none."""
    names = [preset.name for preset in options.presets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"preset {twice} is named twice", where="deliver")
    asked = [key for key, value in Treatment() if getattr(options.treatment, key) != value]
    if asked and not names:
        raise UsageError(
            f"{asked[0]} says how deliverables are made, and none is named",
            hint="name presets with --deliver",
        )


def _require_sounds(treatment: Treatment) -> None:
    for stem in treatment.sound.stems if treatment.sound else ():
        reason = unreadable(stem.path)
        if reason is not None:
            raise SourceError(reason, where=str(stem.path))


def _finish_source(source: str, out: Path, options: Finishing, run: _Run) -> Iterator[Report]:
    try:
        source, options = _arrived(source, out, options)
        deliveries = open_source(source)
    except (WorkError, UsageError) as problem:
        if isinstance(problem, UsageError) and run.alone:
            raise
        yield failed(source, options.order, problem)
        return
    run = replace(run, baseline=run.baseline.among(len(deliveries)))
    for each in deliveries:
        delivery = named_apart(each, run.names)
        yield _finish_clip(delivery, out / delivery.name, options, run)


def _arrived(source: str, out: Path, options: Finishing) -> tuple[str, Finishing]:
    """Bring the job that `source` names to disk; any other source is there already."""
    if options.desk is None or split_name(source)[0] is None:
        return source, options
    folder, ordered = arrive(source, out.parent / DELIVERED, options.desk)
    asked = options.order.model_dump(exclude_unset=True, exclude={"assumed"})
    return str(folder), replace(options, order=ordered.updated(asked))


def _finish_clip(delivery: Delivery, clip: Path, options: Finishing, run: _Run) -> Report:
    existed: list[Path] = []
    try:
        require_names(options.presets, options.treatment, delivery.name)
        existed += _there(clip)
        with delivery.opened(options.limits.archive) as opened, Ledger.opened(clip) as ledger:
            report = run.baseline.marked(_stations(opened, clip, options, ledger))
            _write_report(report, clip / "qc")
            return report
    except (WorkError, UsageError, OSError) as problem:
        _unwrite(clip, existed)
        if isinstance(problem, UsageError) and run.alone:
            raise
        refused = storage_error(problem) if isinstance(problem, OSError) else problem
        return failed(delivery.source, options.order, refused, delivery.name)


def _stations(delivery: Delivery, clip: Path, options: Finishing, ledger: Ledger) -> Report:
    refuse_other_clip(delivery, clip, overwrite=options.overwrite)
    for folder in ("source", "qc"):
        clean(clip / folder)
    key = source_key(delivery)
    unpacked = bring_frames(delivery, clip, key, options, ledger)
    work = Work(unpacked, clip, key, options, ledger)
    made, failures, measurements = make_and_measure(work)
    write_origin(delivery, clip)
    report = judge_measurements(
        measurements,
        clip=delivery.name,
        source=delivery.source,
        order=options.order,
        limits=options.limits,
        deliverables=made,
        ffmpeg=ffmpeg.version() if options.presets else None,
    )
    if not failures:
        return report
    worst = "; ".join(str(problem) for problem in failures)
    failure = Failure(kind=type(failures[0]).__name__, message=worst)
    return report.model_copy(update={"failure": failure, "verdict": "fail"})


def _write_report(report: Report, folder: Path) -> None:
    write_sealed(folder / "report.json", report.model_dump_json(indent=1) + "\n")
    write_sealed(folder / "report.txt", to_text(report))
    write_sealed(folder / "junit.xml", to_junit((report,)))


def _there(clip: Path) -> list[Path]:
    """Return which of a clip's folder and the one it goes into are there. Raises StorageError."""
    try:
        return [folder for folder in (clip, clip.parent) if folder.exists()]
    except OSError as problem:
        raise StorageError(f"cannot be looked at ({problem.strerror})", where=str(clip)) from None


def _unwrite(clip: Path, existed: list[Path]) -> None:
    """Remove the folders this run made for a clip that came to nothing; never one that holds anything else."""
    for folder in (clip / FOLDER, clip, clip.parent):
        if folder not in existed:
            with suppress(OSError):
                folder.rmdir()
