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
from answerprint.color.input import InputColor
from answerprint.color.tags import resolved
from answerprint.deliverables.appearance import Appearance, AsIs, Raw
from answerprint.deliverables.burn import FrameFacts
from answerprint.deliverables.encode import Encoded, Encoding, Watch, form_of
from answerprint.deliverables.exrpictures import SequencePictures
from answerprint.deliverables.moviepictures import MoviePictures
from answerprint.deliverables.pictures import Pictures
from answerprint.deliverables.preset import Preset, load_preset
from answerprint.deliverables.prove import prove
from answerprint.deliverables.quality import encode_as_asked, require_steerable
from answerprint.deliverables.seal import partial_path, refuse_existing, seal, work_folder
from answerprint.deliverables.slate import Slate
from answerprint.deliverables.timeline import Length, conform, timeline
from answerprint.deliverables.treatment import (
    START,
    Treatment,
    TreatmentOptions,
    check_timecode,
    treatment,
)
from answerprint.errors import AnswerprintError, EncodeError, SourceError
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.sound import SoundLaid
from answerprint.media.audio import as_delivered, lay
from answerprint.media.exr import read_header
from answerprint.media.movie import Reading, probe
from answerprint.media.player import describe, show
from answerprint.media.soundoptions import plan_sound
from answerprint.media.soundplan import Fit, SoundPlan
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.report import Severity
from answerprint.timing import FrameRange, Timecode

__all__ = ["PROOF", "START", "Keep", "Making", "deliver", "make", "master_pictures"]

PROOF: Final[tuple[Check, ...]] = tuple(check for check in CHECKS if check.family == "deliverable")
"""The checks a finished file has to pass before it gets its name."""

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
    overwrite: bool = False,
    progress: Progress = silent,
    **options: Any,
) -> Deliverable:
    """Encode a clip to one preset, prove the file, and give it its name.

    The master is the EXR sequence where there is one, else the movie. Further
    keywords are those of `TreatmentOptions` and `SoundOptions`. Raises
    PresetError for an unknown preset, UsageError for options that make no sense,
    SourceError or ArchiveError for a source that cannot be read, EncodeError
    where the file does not prove good, and StorageError where `out` exists and
    `overwrite` is not set.
    """
    chosen, out = load_preset(preset), Path(out)
    treated = read_treatment(audio, options)
    refuse_existing(out, overwrite=overwrite)
    with open_one(str(source)).opened() as delivery, work_folder(out.parent) as work:
        pictures = master_pictures(delivery, treated, Order().updated({"fps": fps}).fps)
        making = Making(treated, delivery.name, progress=progress)
        made, failures = make(pictures, {out: chosen}, work, making)
    if failures:
        raise failures[out]
    return made[out]


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
    sounds = _Sounds(work, making.treatment.sound)
    groups: defaultdict[tuple[int, ...], list[Encoding]] = defaultdict(list)
    finals: dict[Path, Path] = {}
    made: dict[Path, Deliverable] = {}
    failures: dict[Path, AnswerprintError] = {}
    for final, preset in presets.items():
        try:
            encoding = _planned(pictures, preset, final, making, sounds)
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


def master_pictures(
    delivery: Delivery, treated: Treatment, fps: Fraction | None, count: int | None = None
) -> Pictures:
    """Return the pictures deliverables are made of: the EXR sequence's where there is one, else the movie's.

    The rate is `fps`, else what the clip states, else 24. Raises SourceError
    where the clip cannot be shown.
    """
    if delivery.sequence is not None:
        frames = delivery.sequence
        header = read_header(frames.store.read(frames.frames[0].name))
        rate = fps or header.main.rate or (probe(delivery.movie).rate if delivery.movie else None)
        color = InputColor(treated.input_color)
        return SequencePictures(
            header.main.size,
            rate or Fraction(24),
            len(frames),
            None,
            first=frames.range.first,
            alpha=any(channel.name == "A" for channel in header.main.channels),
            notes=color.notes(header),
            sequence=frames,
            color=color,
        )
    assert delivery.movie is not None
    return _movie_pictures(delivery.movie, fps, count)


def _movie_pictures(path: Path, fps: Fraction | None, count: int | None) -> MoviePictures:
    facts = describe(path)
    rate = fps or facts.rate
    if rate is None or facts.pixel_format is None:
        raise SourceError(
            "states no frame rate" if rate is None else "holds no picture that decodes",
            where=str(path),
        )
    width, height = facts.size
    turned = facts.rotation in (90, 270)
    across, down = (int(n) for n in facts.pixel_aspect.split(":"))
    return MoviePictures(
        (height, width) if turned else (width, height),
        rate,
        sum(1 for _ in show(path, Reading())) if count is None else count,
        resolved(facts.color, facts.size, facts.pixel_format),
        pixel_aspect=Fraction(down, across) if turned else Fraction(across, down),
        alpha="a" in facts.pixel_format.partition("p")[0].removeprefix("pal"),
        path=path,
        facts=facts,
    )


class _Sounds:
    """The sound of a plan, laid once for each length and rate that is asked for."""

    def __init__(self, work: Path, plan: SoundPlan | None) -> None:
        self._work = work
        self._plan = plan
        self._laid: dict[tuple[int, Fraction], tuple[Path, SoundLaid]] = {}

    def under(self, frames: int, rate: Fraction, pitch: str | None) -> Path | None:
        """Return the sound for so many frames; None where none is to be laid."""
        if self._plan is None:
            return None
        if (frames, rate) not in self._laid:
            target = self._work / f"sound-{len(self._laid)}.wav"
            plan = self._plan
            if pitch is not None:
                plan = plan.model_copy(update={"fit": Fit.STRETCH, "keep_pitch": pitch == "keep"})
            self._laid[frames, rate] = target, lay(plan, target, Fraction(frames) / rate, rate)
        return self._laid[frames, rate][0]

    def delivered(self, encoded: Encoded, made: Deliverable) -> Deliverable:
        """Return a deliverable with what was laid under it, and how loud it is once encoded."""
        if self._plan is None or made.expected.sound is None:
            return made
        laid = self._laid[len(encoded.encoding.frames), encoded.encoding.rate][1]
        if self._plan.peak is not None:
            laid = as_delivered(laid, encoded.encoding.partial, self._plan)
        return made.model_copy(update={"sound": laid})


def _planned(
    pictures: Pictures, preset: Preset, final: Path, making: Making, sounds: _Sounds
) -> Encoding:
    """Settle everything about one deliverable. Raises UsageError, ToolError or what laying sound raises."""
    treated = making.treatment
    check_timecode(treated.timecode, pictures.rate)
    require_steerable(preset, treated.quality)
    cut = timeline(treated.cut, pictures.first, pictures.count, pictures.rate)
    rated = conform(treated.conform, pictures.rate, len(cut.frames))
    form = form_of(pictures, preset, treated.geometry, treated.graded(preset))
    pitch = treated.conform.pitch if treated.conform else None
    sound = sounds.under(len(cut.frames), rated.rate, pitch) if preset.sound else None
    placed = () if isinstance(form, AsIs) else _placed(form)
    slate = _slate(pictures, preset, form, making, cut.frames)
    notes = (*pictures.notes, *_shown_notes(pictures, form), *placed, *cut.notes, *rated.notes)
    return Encoding(
        preset, partial_path(final), form, cut.frames, rated.rate, sound, treated.timecode,
        treated.cut.frames.first if treated.cut.frames else pictures.first, making.clip, slate, notes,
    )  # fmt: skip


def _slate(
    pictures: Pictures, preset: Preset, form: Any, making: Making, frames: tuple[int, ...]
) -> Slate | None:
    if not preset.slate or not isinstance(form, Raw):
        return None
    first = pictures.first + frames[0]
    return Slate(
        clip=making.clip,
        frames=FrameRange(first, first + len(frames) - 1),
        rate=pictures.rate,
        size=form.appearance.placement.canvas,
        timecode=making.treatment.timecode,
        view=form.appearance.grading.view if pictures.tags is None else None,
        preset=preset.name,
        length=Length(frames=preset.slate),
    )


def _placed(form: Any) -> tuple[str, ...]:
    placement = form.appearance.placement if isinstance(form, Raw) else form.placement
    return tuple(placement.notes)


def _shown_notes(pictures: Pictures, form: Any) -> tuple[str, ...]:
    if not isinstance(form, Raw):
        return ()
    if pictures.tags is None:
        return (f"light was shown through {form.appearance.grading.view}",)
    if pictures.tags.hdr and not form.appearance.tags.hdr:
        return (f"HDR ({pictures.tags.transfer}) was shown as SDR by ITU-R BT.2446 method A",)
    if form.appearance.tags.hdr and not pictures.tags.hdr:
        return ("SDR was shown in HDR with its white at 203 cd/m2, by ITU-R BT.2408",)
    return ()


def _encoded(
    pictures: Pictures, group: list[Encoding], work: Path, making: Making
) -> Iterator[Encoded]:
    appearances = list(dict.fromkeys(e.form.appearance for e in group if isinstance(e.form, Raw)))
    pictures.prepare(appearances, exactly=making.treatment.exactly, progress=making.progress)
    start = Timecode.parse(making.treatment.timecode, pictures.rate)

    def facts(index: int, appearance: Appearance) -> FrameFacts:
        address = Timecode(start.count + index, start.nominal, start.drop)
        return FrameFacts(
            pictures.first + index, making.clip, address, appearance.preset, appearance.grading.view
        )

    return encode_as_asked(
        pictures, group, work, making.treatment.quality, facts=facts, watch=making.watch,
        progress=making.progress,
    )  # fmt: skip


def _proven(encoded: Encoded, final: Path, sounds: _Sounds, making: Making) -> Deliverable:
    """Prove one result. Raises what its encoder raised, or EncodeError with all that is wrong."""
    if encoded.failure is not None:
        raise encoded.failure
    made = prove(encoded, final.name, progress=making.progress)
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
