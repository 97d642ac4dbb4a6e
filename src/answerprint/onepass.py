"""One clip measured and made in one pass: every frame is read once, for the checks and for all deliverables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from answerprint.checks.limits import Limits
from answerprint.deliverables.pictures.master import master_pictures
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.seal import refuse_existing, work_folder
from answerprint.deliverables.timeline import Cut
from answerprint.deliverables.treatment import Treatment
from answerprint.desk import Desk
from answerprint.errors import AnswerprintError, WorkError
from answerprint.finals import final_paths
from answerprint.ingest.delivery import Delivery
from answerprint.ledger import Ledger, Stamp, key_of
from answerprint.master import Keep, Making, discard, make
from answerprint.measure.kept import Kept
from answerprint.measure.sweep import Collector
from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.measuring import measure
from answerprint.media import ffmpeg
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.timing import FIRST_FRAME


@dataclass(frozen=True, slots=True)
class Finishing:
    """How clips are to be finished; the options of `finish`."""

    order: Order = Order()
    limits: Limits = Limits()
    presets: tuple[Preset, ...] = ()
    treatment: Treatment = Treatment()
    first_frame: int = FIRST_FRAME
    overwrite: bool = False
    threads: int | None = None
    progress: Progress = field(default=silent)
    desk: Desk | None = None
    encoders: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One clip on its way: what it is made of, where it goes, and what is known of it."""

    delivery: Delivery
    clip: Path
    key: str
    options: Finishing
    ledger: Ledger

    @property
    def folder(self) -> Path:
        """Where deliverables go."""
        return self.clip / "deliver"

    @property
    def measuring_key(self) -> str:
        """Return a key of everything the measurements depend on: the clip, and what the order compares it with."""
        order = self.options.order
        asked = (order.anchors, *order.keyframes, order.edit, order.reframe)
        pictures = (order.anchors.first, order.anchors.last, order.source)
        files = [ref for ref in (*pictures, *(key.picture for key in order.keyframes)) if ref]
        if not files:
            return self.key
        stamps = [(ref, Stamp.of(Path(ref))) for ref in files]
        return key_of(self.key, *(part and part.model_dump_json() for part in asked), *stamps)

    def finals(self) -> tuple[Path, ...]:
        """Return where the deliverables go, by preset. Raises as `final_paths`."""
        options = self.options
        return final_paths(
            self.folder,
            self.delivery,
            options.presets,
            options.treatment,
            fps=options.order.fps,
            count=_movie_frames(self.ledger.measurements(self.measuring_key)),
        )

    def key_of(self, preset: Preset) -> str:
        """Return a key of everything a deliverable depends on."""
        treated = self.options.treatment
        sounds = (
            [(s.path.resolve(), Stamp.of(s.path)) for s in treated.sound.stems]
            if treated.sound
            else []
        )
        files = [(f.resolve(), Stamp.of(f)) for f in treated.grading.files]
        return key_of(
            self.key,
            preset.model_dump_json(),
            treated.model_dump_json(exclude={"name", "new_version", "proof"}),
            *sounds,
            *files,
            self.options.order.fps,
            ffmpeg.version(),
        )


def make_and_measure(
    work: Work,
) -> tuple[tuple[Deliverable, ...], list[AnswerprintError], Measurements]:
    """Make what is not proven yet, measuring in the same pass what is not known yet."""
    failures: list[AnswerprintError] = []
    try:
        finals = work.finals()
    except WorkError as problem:
        # What cannot be shown cannot be named, and is judged all the same.
        return (), [problem], _measured(work, None)
    keys = dict(zip(finals, map(work.key_of, work.options.presets), strict=True))
    done, wanted = _proven_before(work, keys)

    def keep(final: Path, partial: Path, made: Deliverable) -> None:
        work.ledger.keep_deliverable(final, partial, keys[final], made)

    collector = _collector(work, wanted)
    measurements = _measured(work, None) if collector is None else None
    if wanted:
        try:
            made, failed_ones = _make(work, wanted, keep, collector, _movie_frames(measurements))
            done |= made
            failures += failed_ones.values()
        except WorkError as problem:
            failures.append(problem)
    measurements = measurements or _measured(work, collector)
    return tuple(done[final] for final in keys if final in done), failures, measurements


def _proven_before(
    work: Work, keys: Mapping[Path, str]
) -> tuple[dict[Path, Deliverable], dict[Path, Preset]]:
    """Return what is there and proven, and the presets of the rest. Raises StorageError where another file is in the way."""
    done: dict[Path, Deliverable] = {}
    wanted: dict[Path, Preset] = {}
    for (final, key), preset in zip(keys.items(), work.options.presets, strict=True):
        proven = work.ledger.deliverable(final, key)
        if proven is not None and (
            proven.sampled is None or work.options.treatment.proof == "sample"
        ):
            done[final] = proven
            continue
        # One of ours of which only a sample was proven is replaced by one that is proven whole.
        refuse_existing(final, overwrite=work.options.overwrite or proven is not None)
        wanted[final] = preset
    return done, wanted


def _collector(work: Work, wanted: Mapping[Path, Preset]) -> Collector | None:
    """Return what collects measurements while deliverables are made; None where they are taken by themselves.

    That is where they are known, where nothing is made, and where not every
    frame goes into what is made.
    """
    known = work.ledger.measurements(work.measuring_key) is not None
    if known or not wanted or work.delivery.sequence is None or work.options.treatment.cut != Cut():
        return None
    return Collector(Kept(work.options.order, len(work.delivery.sequence)))


def _measured(work: Work, collector: Collector | None) -> Measurements:
    """Return the measurements: those that are known, else what the collector has and what is still to be read."""
    known = work.ledger.measurements(work.measuring_key)
    if known is not None:
        return known
    sequence, delivery = None, work.delivery
    if collector is not None and delivery.sequence is not None:
        whole = len(collector.frames) == len(delivery.sequence)
        sequence = collector.result(delivery.sequence) if whole else None
    measurements = measure(
        delivery,
        sequence=sequence,
        kept=_kept(collector) if sequence is not None else None,
        order=work.options.order,
        threads=work.options.threads,
        progress=work.options.progress,
    )
    work.ledger.keep_measurements(work.measuring_key, measurements)
    return measurements


def _kept(collector: Collector | None) -> Kept | None:
    return collector.kept if collector and isinstance(collector.kept, Kept) else None


def _movie_frames(measurements: Measurements | None) -> int | None:
    return len(measurements.movie.frames) if measurements and measurements.movie else None


def _make(
    work: Work,
    wanted: dict[Path, Preset],
    keep: Keep,
    collector: Collector | None,
    count: int | None,
) -> tuple[dict[Path, Deliverable], dict[Path, AnswerprintError]]:
    for folder in {final.parent for final in wanted}:
        folder.mkdir(parents=True, exist_ok=True)
        clean(folder)
    options = work.options
    making = Making(
        options.treatment,
        work.delivery.name,
        keep,
        collector.add if collector is not None else None,
        options.progress,
        options.encoders,
    )
    with work_folder(work.clip / ".answerprint") as temporary:
        pictures = master_pictures(work.delivery, options.treatment, options.order.fps, count)
        return make(pictures, wanted, temporary, making)


def clean(folder: Path) -> None:
    """Remove what a run that was killed was writing; the ledger's lock is ours, so nobody else is."""
    for stale in folder.glob(".*.partial*"):
        discard(stale)
