"""The whole line, in order: unpack, measure, lay the sound, encode, prove, report."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from answerprint.checks.judging import require_known
from answerprint.checks.limits import Limits
from answerprint.deliverables.naming import file_names, parse_template
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.quality import require_steerable
from answerprint.deliverables.seal import refuse_existing, write_sealed
from answerprint.desk import Desk
from answerprint.errors import UsageError, WorkError
from answerprint.ingest.collect import collect, same_frames
from answerprint.ingest.delivery import Delivery, open_source
from answerprint.ingest.unpack import unpack
from answerprint.judge import failed, judge_measurements
from answerprint.ledger import Ledger, Stamp, key_of
from answerprint.master import read_treatment
from answerprint.media import ffmpeg
from answerprint.media.sequence import Folder, FrameFile, Sequence, group_names
from answerprint.onepass import Finishing, Work, clean, fields_of, make_and_measure
from answerprint.order import Order
from answerprint.pickup import DELIVERED, arrive
from answerprint.progress import Progress, silent
from answerprint.providers.store import JobStore, split_name
from answerprint.record import Record
from answerprint.render.junit import to_junit
from answerprint.render.text import to_text
from answerprint.report import Failure, Report
from answerprint.timing import FIRST_FRAME, FrameRange
from answerprint.version import __version__

OUT: Final = "finished"
"""Folder that finished clips go to when none is named."""

PADDING: Final = 4
"""Digits of the frame numbers we write; numbers above 9999 grow by themselves."""


class SourceRecord(Record):
    """Where a finished clip came from, written beside it instead of a copy."""

    source: str
    """Path as it was given."""
    folder: str
    """Absolute folder it lies in."""
    files: dict[str, int]
    """Its files with their sizes in bytes."""


def finish(
    *sources: str | Path,
    out: str | Path = OUT,
    order: Order | None = None,
    deliver: tuple[str, ...] | list[str] = (),
    audio: str | Path | list[str] | tuple[str, ...] | None = None,
    first_frame: int = FIRST_FRAME,
    limits: Limits | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    encoders: int | None = None,
    jobs: str | Path | None = None,
    allow_private: bool = False,
    progress: Progress = silent,
    **options: Any,
) -> tuple[Report, ...]:
    """Take every clip of `sources` down the whole line and return its report.

    A source `provider:id` is a job at a service: it is waited for, fetched to
    `delivered` beside `out`, and judged by its own order. `jobs` is the folder
    it is written down in. Further keywords are those of `TreatmentOptions` and
    `SoundOptions`. `encoders` is how many run side by side: fewer take less memory
    and another reading of the frames for each further batch.

    `out`/<clip>/ then holds `source/`, `exr/`, `deliver/` and `qc/`. What an
    earlier run has proven is kept and not done again. A clip that cannot be
    finished gets a report with `failure` set and stops no other. Raises
    UsageError, before anything is written, for options that make no sense.
    """
    finishing = Finishing(
        order or Order(),
        limits or Limits(),
        tuple(load_preset(name) for name in deliver),
        read_treatment(audio, options),
        first_frame,
        overwrite,
        threads,
        progress,
        Desk(JobStore(jobs), progress=progress, allow_private=allow_private),
        encoders,
    )
    _require(finishing)
    return tuple(
        report for source in sources for report in _finish_source(str(source), Path(out), finishing)
    )


def _require(options: Finishing) -> None:
    require_known(options.limits)
    for preset in options.presets:
        require_steerable(preset, options.treatment.quality)
    file_names(parse_template(options.treatment.name), fields_of(options, "clip"))
    if options.encoders is not None and options.encoders < 1:
        raise UsageError(
            f"{options.encoders} encoders make nothing; 1 or more can run side by side"
        )
    if options.first_frame < 0:
        raise UsageError(f"the first frame is {options.first_frame}; numbers start at 0")


def _finish_source(source: str, out: Path, options: Finishing) -> Iterator[Report]:
    try:
        source, options = _arrived(source, out, options)
        deliveries = open_source(source)
    except WorkError as problem:
        yield failed(source, options.order, problem)
        return
    for delivery in deliveries:
        yield _finish_clip(delivery, out / delivery.name, options)


def _arrived(source: str, out: Path, options: Finishing) -> tuple[str, Finishing]:
    """Bring the job that `source` names to disk; any other source is there already."""
    if options.desk is None or split_name(source)[0] is None:
        return source, options
    folder, ordered = arrive(source, out.parent / DELIVERED, options.desk)
    asked = options.order.model_dump(exclude_unset=True, exclude={"assumed"})
    return str(folder), replace(options, order=ordered.updated(asked))


def _finish_clip(delivery: Delivery, clip: Path, options: Finishing) -> Report:
    existed = [folder for folder in (clip, clip.parent) if folder.exists()]
    try:
        with delivery.opened(options.limits.archive) as opened, Ledger.opened(clip) as ledger:
            report = _stations(opened, clip, options, ledger)
            _write_report(report, clip / "qc")
            return report
    except WorkError as problem:
        _unwrite(clip, existed)
        return failed(delivery.source, options.order, problem, delivery.name)


def _stations(delivery: Delivery, clip: Path, options: Finishing, ledger: Ledger) -> Report:
    for folder in ("source", "qc"):
        clean(clip / folder)
    key = source_key(delivery)
    unpacked = _frames(delivery, clip, key, options, ledger)
    _write_source(delivery, clip)
    work = Work(unpacked, clip, key, options, ledger)
    made, failures, measurements = make_and_measure(work)
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


def source_key(delivery: Delivery) -> str:
    """Return a key of everything a delivery holds, by path, size and time of change."""
    paths = [delivery.movie] if delivery.movie else []
    if delivery.packed:
        paths.append(delivery.packed.path)
    elif delivery.sequence:
        place = delivery.sequence.store.place
        paths += [place / frame.name for frame in delivery.sequence.frames]
    return key_of(__version__, *((path.resolve(), Stamp.of(path)) for path in paths))


def frame_names(sequence: Sequence, clip: str, first_frame: int) -> dict[str, str]:
    """Return the new name of every file of `sequence`: `<clip>.<frame>.exr`, gaps kept, numbered from `first_frame`."""
    shift = first_frame - sequence.range.first
    return {
        frame.name: f"{clip}.{frame.number + shift:0{PADDING}}.exr" for frame in sequence.frames
    }


def _frames(
    delivery: Delivery, clip: Path, key: str, options: Finishing, ledger: Ledger
) -> Delivery:
    """Bring the frames to `exr/` under their new names, unless that is proven; return the delivery that uses them."""
    if delivery.sequence is None:
        return delivery
    folder, sequence = clip / "exr", delivery.sequence
    names = frame_names(sequence, delivery.name, options.first_frame)
    key = key_of(key, *names.values())
    if not ledger.frames(folder, key):
        # A run killed between naming the folder and noting it left good frames: they are compared, not redone.
        if not (folder.is_dir() and same_frames(sequence, folder, names)):
            _bring(delivery, folder, names, options)
        ledger.keep_frames(folder, key)
    return replace(delivery, sequence=_renumbered(sequence, folder, names, options.first_frame))


def _bring(delivery: Delivery, folder: Path, names: Mapping[str, str], options: Finishing) -> None:
    """Write the frames to `folder`; what stood there is only replaced where that was asked for, and last."""
    assert delivery.sequence is not None
    refuse_existing(folder, overwrite=options.overwrite)
    fresh = folder.with_name(f".{folder.name}.fresh") if folder.exists() else folder
    if delivery.packed is not None:
        unpack(delivery.packed, fresh, names=names, progress=options.progress)
    else:
        collect(delivery.sequence, fresh, names, progress=options.progress)
    if fresh != folder:
        shutil.rmtree(folder)
        fresh.rename(folder)


def _renumbered(
    sequence: Sequence, folder: Path, names: Mapping[str, str], first_frame: int
) -> Sequence:
    """Return `sequence` as it lies in `folder` now: what was wrong with its numbering stays known."""
    shift = first_frame - sequence.range.first
    frames = tuple(FrameFile(f.number + shift, names[f.name], f.width) for f in sequence.frames)
    return replace(
        sequence,
        store=Folder(folder),
        frames=frames,
        doubles=tuple(replace(d, number=d.number + shift) for d in sequence.doubles),
        expected=FrameRange(sequence.range.first + shift, sequence.range.last + shift),
        label=group_names(names.values())[0].label,
    )


def _write_source(delivery: Delivery, clip: Path) -> None:
    record = SourceRecord(
        source=delivery.source,
        folder=str(delivery.root.resolve()),
        files={file.name: file.size for file in delivery.files},
    )
    write_sealed(clip / "source" / "source.json", record.model_dump_json(indent=2) + "\n")


def _write_report(report: Report, folder: Path) -> None:
    write_sealed(folder / "report.json", report.model_dump_json(indent=1) + "\n")
    write_sealed(folder / "report.txt", to_text(report))
    write_sealed(folder / "junit.xml", to_junit((report,)))


def _unwrite(clip: Path, existed: list[Path]) -> None:
    """Remove the folders this run made for a clip that came to nothing; never one that holds anything else."""
    with suppress(OSError):
        (clip / ".answerprint" / "lock").unlink()
        (clip / ".answerprint").rmdir()
    for folder in (clip, clip.parent):
        if folder not in existed:
            with suppress(OSError):
                folder.rmdir()
