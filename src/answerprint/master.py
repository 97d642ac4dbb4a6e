"""Making deliverables that are proven: the library behind `deliver`."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from answerprint.checks.catalogue import CHECKS
from answerprint.checks.check import Check, Subject
from answerprint.checks.judging import judge
from answerprint.checks.limits import Limits
from answerprint.deliverables.encode import Encoded, Encoding, Watch
from answerprint.deliverables.laidsound import LaidSound
from answerprint.deliverables.pictures.appearance import Appearance, Raw
from answerprint.deliverables.pictures.burn import FrameFacts
from answerprint.deliverables.pictures.master import master_pictures
from answerprint.deliverables.pictures.source import Pictures
from answerprint.deliverables.planning import plan
from answerprint.deliverables.preset import Preset, load_preset
from answerprint.deliverables.prove import prove
from answerprint.deliverables.quality import encode_as_asked
from answerprint.deliverables.seal import refuse_existing, seal, work_folder
from answerprint.deliverables.treatment import (
    START,
    Treatment,
    TreatmentOptions,
    treatment,
)
from answerprint.errors import AnswerprintError, EncodeError, UsageError
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.ingest.kinds import kind_of_name
from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.media.sound.options import plan_sound
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.report import Severity
from answerprint.timing import Timecode

__all__ = ["PROOF", "START", "Keep", "Making", "deliver", "make"]

PROOF: Final[tuple[Check, ...]] = tuple(check for check in CHECKS if check.family == "deliverable")
"""The checks a finished file has to pass before it gets its name."""

_SPELLINGS: Final = {".m4v": ".mp4", ".jpeg": ".jpg", ".tif": ".tiff"}

Keep = Callable[[Path, Path, Deliverable], None]
"""Told of a proven file before it gets its name: final path, partial path, proof."""


def _forget(final: Path, partial: Path, made: Deliverable) -> None:
    """Keep no note of a proven file."""


@dataclass(frozen=True, slots=True)
class Making:
    """How deliverables of one clip are made, and who is told."""

    treatment: Treatment = Treatment()
    clip: str = "clip"
    keep: Keep = _forget
    watch: Watch | None = None
    progress: Progress = field(default=silent)
    encoders: int | None = None
    """How many run side by side, None for all."""


def deliver(
    source: str | Path,
    preset: str,
    out: str | Path,
    *,
    audio: str | Path | list[str] | tuple[str, ...] | None = None,
    fps: str | Fraction | None = None,
    limits: Limits | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
    **options: Any,
) -> Deliverable:
    """Encode a clip to one preset, prove the file, and give it its name.

    The master is the EXR sequence where there is one, else the movie; of `limits`
    those of a zip count. Further
    keywords are those of `TreatmentOptions` and `SoundOptions`. Raises
    PresetError for an unknown preset, UsageError for options that make no sense,
    SourceError or ArchiveError for a source that cannot be read, EncodeError
    where the file does not prove good, and StorageError where `out` exists and
    `overwrite` is not set.
    """
    chosen, out = load_preset(preset), Path(out)
    treated = read_treatment(audio, options)
    _require_suffix(chosen, out)
    refuse_existing(out, overwrite=overwrite)
    archive = (limits or Limits()).archive
    with open_one(str(source)).opened(archive) as delivery, work_folder(out.parent) as work:
        _refuse_source(delivery, out)
        pictures = master_pictures(delivery, treated, Order().updated({"fps": fps}).fps)
        making = Making(treated, delivery.name, progress=progress)
        made, failures = make(pictures, {out: chosen}, work, making)
    if failures:
        raise failures[out]
    return made[out]


def _require_suffix(preset: Preset, out: Path) -> None:
    """Raise UsageError where a name says that a file is what the preset does not make."""
    said, made = out.suffix.lower(), preset.suffix
    if _SPELLINGS.get(said, said) == made or kind_of_name(out) is None:
        return
    raise UsageError(
        f"{preset.name} makes {f'{made} files' if made else 'a folder of frames'}",
        where=str(out),
        hint=f"call it {out.with_suffix(made).name}",
    )


def _refuse_source(delivery: Delivery, out: Path) -> None:
    """Raise UsageError where the clip itself bears the name: it would be lost."""
    frames = delivery.sequence.store.place if delivery.sequence else None
    sources = {path.resolve() for path in (delivery.movie, delivery.archive, frames) if path}
    if out.resolve() in sources:
        raise UsageError("is the clip itself", where=str(out), hint="name another file")


def read_treatment(audio: Any, options: dict[str, Any]) -> Treatment:
    """Return what options of pictures and sound make, told apart by their names. Raises UsageError."""
    known = TreatmentOptions.__annotations__
    sound = {key: value for key, value in options.items() if key not in known}
    picture = {key: value for key, value in options.items() if key in known}
    return treatment(plan_sound(audio, **sound), **picture)


def make(
    pictures: Pictures, presets: Mapping[Path, Preset], work: Path, making: Making
) -> tuple[dict[Path, Deliverable], dict[Path, AnswerprintError]]:
    """Encode `pictures` to every preset in one pass; prove, judge and name each result.

    `presets` are by final path. Returns what was made and why the rest was not;
    one that fails stops no other. `work` is a folder for temporary files, and
    `making.keep` is told of every proven file just before it gets its name.
    """
    sounds = LaidSound(work, making.treatment.sound)
    groups: defaultdict[tuple[int, ...], list[Encoding]] = defaultdict(list)
    finals: dict[Path, Path] = {}
    made: dict[Path, Deliverable] = {}
    failures: dict[Path, AnswerprintError] = {}
    for final, preset in presets.items():
        try:
            encoding = plan(pictures, preset, final, making.treatment, making.clip, sounds)
        except AnswerprintError as problem:
            failures[final] = problem
            continue
        finals[encoding.partial] = final
        groups[encoding.frames].append(encoding)
    try:
        for group, told in _batches(groups.values(), making):
            for encoded in _encoded(pictures, group, work, told):
                final = finals[encoded.encoding.partial]
                try:
                    made[final] = _proven(encoded, final, sounds, making)
                    making.keep(final, encoded.encoding.partial, made[final])
                    seal(encoded.encoding.partial, final)
                except AnswerprintError as problem:
                    failures[final] = problem
    finally:
        for partial in finals:
            discard(partial)
    return made, {final: failures[final] for final in presets if final in failures}


def _batches(
    groups: Iterable[list[Encoding]], making: Making
) -> Iterator[tuple[list[Encoding], Making]]:
    """Yield encodings that are made in one pass; only the first is watched, since all read the same frames."""
    for group in groups:
        size = making.encoders or len(group)
        for start in range(0, len(group), size):
            yield group[start : start + size], making
            making = replace(making, watch=None)


def _encoded(
    pictures: Pictures, group: list[Encoding], work: Path, making: Making
) -> Iterator[Encoded]:
    appearances = list(dict.fromkeys(e.form.appearance for e in group if isinstance(e.form, Raw)))
    pictures.prepare(appearances, exactly=making.treatment.exactly, progress=making.progress)
    # All of a group show the same frames at the same rate; one that is shown again keeps its first address.
    start = Timecode.parse(making.treatment.timecode, group[0].rate)
    shown = dict[int, int]()
    for place, frame in enumerate(group[0].frames):
        shown.setdefault(frame, place)

    def facts(index: int, appearance: Appearance) -> FrameFacts:
        address = Timecode(start.count + shown[index], start.nominal, start.drop)
        return FrameFacts(
            pictures.first + index, making.clip, address, appearance.preset, appearance.grading.view
        )

    return encode_as_asked(
        pictures, group, work, making.treatment.quality, facts=facts, watch=making.watch,
        progress=making.progress,
    )  # fmt: skip


def _proven(encoded: Encoded, final: Path, sounds: LaidSound, making: Making) -> Deliverable:
    """Prove one result. Raises what its encoder raised, or EncodeError with all that is wrong."""
    if encoded.failure is not None:
        raise encoded.failure
    sampled = making.treatment.proof == "sample"
    made = prove(encoded, final.name, sampled=sampled, progress=making.progress)
    _, findings = judge(Subject(Order(), Measurements(), deliverables=(made,)), PROOF)
    wrong = [finding for finding in findings if finding.severity is Severity.ERROR]
    if wrong:
        said = "; ".join(finding.message for finding in wrong)
        raise EncodeError(f"was made and did not prove good: {said}", where=final.name)
    return sounds.delivered(encoded, made)


def discard(partial: Path) -> None:
    """Remove what was written of a file or folder that did not get its name."""
    if partial.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
    else:
        partial.unlink(missing_ok=True)
