"""Making deliverables that are proven: the library behind `deliver`."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

from answerprint.checks.catalogue import CHECKS, judge
from answerprint.checks.check import Check, Subject
from answerprint.deliverables.encode import Encoded, Encoding, encode
from answerprint.deliverables.pictures import Pictures, movie_pictures, sequence_pictures
from answerprint.deliverables.preset import Preset, load_preset
from answerprint.deliverables.prove import prove
from answerprint.deliverables.seal import partial_path, refuse_existing, seal, work_folder
from answerprint.errors import AnswerprintError, EncodeError, SourceError
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.measure.compare import Reference
from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.sound import SoundLaid
from answerprint.media.audio import fit_named, fit_sound, loudness_target
from answerprint.media.exr import read_header
from answerprint.media.movie import Reading, probe, read_frames
from answerprint.order import Order
from answerprint.progress import Progress, silent

PROOF: Final[tuple[Check, ...]] = tuple(check for check in CHECKS if check.family == "deliverable")
"""The checks a finished file has to pass before it gets its name."""

Keep = Callable[[Path, Path, Deliverable], None]
"""Told of a proven file before it gets its name: final path, partial path, proof."""

START: Final = "01:00:00:00"
"""Timecode of the first frame: the hour that programme starts at by broadcast habit."""


def _forget(final: Path, partial: Path, made: Deliverable) -> None:
    """Keep no note of a proven file."""


def deliver(
    source: str | Path,
    preset: str,
    out: str | Path,
    *,
    audio: str | Path | None = None,
    fit: str = "trim",
    fade: float = 0.0,
    loudness: str | None = None,
    fps: str | Fraction | None = None,
    timecode: str = START,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Deliverable:
    """Encode a clip to one preset, prove the file, and give it its name.

    The master is the EXR sequence where there is one, else the movie. Raises
    PresetError for an unknown preset, SourceError or ArchiveError for a source
    that cannot be read, EncodeError where the file does not prove good, and
    StorageError where `out` exists and `overwrite` is not set.
    """
    chosen, out = load_preset(preset), Path(out)
    refuse_existing(out, overwrite=overwrite)
    with open_one(str(source)).opened() as delivery, work_folder(out.parent) as work:
        pictures = master_pictures(delivery, chosen.view, Order().updated({"fps": fps}).fps)
        sound, laid = lay_sound(audio, work, pictures, fit=fit, fade=fade, loudness=loudness)
        made, failures = make(
            pictures,
            {out: chosen},
            work,
            sound=sound,
            laid=laid,
            timecode=timecode,
            progress=progress,
        )
    if failures:
        raise failures[out]
    return made[out]


def make(
    pictures: Pictures,
    presets: Mapping[Path, Preset],
    work: Path,
    *,
    sound: Path | None = None,
    laid: SoundLaid | None = None,
    timecode: str = START,
    keep: Keep = _forget,
    progress: Progress = silent,
) -> tuple[dict[Path, Deliverable], dict[Path, AnswerprintError]]:
    """Encode `pictures` to every preset in one pass; prove, judge and name each file.

    `presets` are by final path. Returns what was made and why the rest was not;
    one that fails stops no other. `work` is a folder for temporary files, and
    `keep` is told of every proven file just before it gets its name.
    """
    encodings = [
        Encoding(preset, partial_path(out), sound, timecode) for out, preset in presets.items()
    ]
    finals = dict(zip((e.partial for e in encodings), presets, strict=True))
    made: dict[Path, Deliverable] = {}
    failures: dict[Path, AnswerprintError] = {}
    reference = Reference(work / "reference")
    try:
        for encoded in encode(pictures, encodings, reference, progress=progress):
            final = finals[encoded.encoding.partial]
            try:
                made[final] = _proven(encoded, pictures, reference, final, laid, progress)
                keep(final, encoded.encoding.partial, made[final])
                seal(encoded.encoding.partial, final)
            except AnswerprintError as problem:
                failures[final] = problem
    finally:
        reference.close()
        for partial in finals:
            partial.unlink(missing_ok=True)
    return made, failures


def master_pictures(
    delivery: Delivery, view: str, fps: Fraction | None, count: int | None = None
) -> Pictures:
    """Return the pictures deliverables are made of: the EXR sequence's where there is one, else the movie's.

    The rate is `fps`, else what the clip states, else 24. Raises SourceError
    where the clip cannot be shown.
    """
    if delivery.sequence is not None:
        frames = delivery.sequence
        header = read_header(frames.store.read(frames.frames[0].name))
        rate = fps or header.main.rate or (probe(delivery.movie).rate if delivery.movie else None)
        return sequence_pictures(frames, header, rate or Fraction(24), view)
    assert delivery.movie is not None
    facts = probe(delivery.movie)
    rate = fps or facts.rate
    if rate is None or facts.pixel_format is None:
        raise SourceError(
            "states no frame rate" if rate is None else "holds no picture that decodes",
            where=str(delivery.movie),
        )
    if count is None:
        count = sum(1 for _ in read_frames(delivery.movie, Reading()))
    return movie_pictures(delivery.movie, facts, count, rate, view)


def lay_sound(
    audio: str | Path | None,
    work: Path,
    pictures: Pictures,
    *,
    fit: str,
    fade: float,
    loudness: str | None,
) -> tuple[Path | None, SoundLaid | None]:
    """Fit `audio` to `pictures` once for all deliverables; nothing where there is no audio."""
    if audio is None:
        return None, None
    fitted = work / "sound.wav"
    seconds = Fraction(pictures.count) / pictures.rate
    rule = loudness_target(loudness) if loudness else None
    return fitted, fit_sound(
        Path(audio), fitted, seconds, fit=fit_named(fit), fade=fade, loudness=rule
    )


def _proven(
    encoded: Encoded,
    pictures: Pictures,
    reference: Reference,
    final: Path,
    laid: SoundLaid | None,
    progress: Progress,
) -> Deliverable:
    """Prove one encoded file. Raises what its encoder raised, or EncodeError with all that is wrong."""
    if encoded.failure is not None:
        raise encoded.failure
    made = prove(encoded, pictures, reference, final.name, progress=progress)
    _, findings = judge(Subject(Order(), Measurements(), deliverables=(made,)), PROOF)
    if findings:
        said = "; ".join(finding.message for finding in findings)
        raise EncodeError(f"was made and did not prove good: {said}", where=final.name)
    return made.model_copy(update={"sound": laid}) if made.expected.sound else made
