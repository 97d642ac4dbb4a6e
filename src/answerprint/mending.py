"""Mending a loop: the library behind `seam --mend`.

A cure is looked for on small views, carried out on the real frames, and the
result is decoded and judged as any clip is before it gets its name.
"""

from pathlib import Path
from typing import Final

from answerprint.checks.limits import Limits
from answerprint.checks.seam.verdict import judge_seam
from answerprint.deliverables.mending.cure import Cure
from answerprint.deliverables.mending.frames import write_mended
from answerprint.deliverables.mending.movie import MendedPictures, kindred_preset
from answerprint.deliverables.mending.remedy import Remedy, find_remedy, motion_of
from answerprint.deliverables.pictures.master import master_pictures
from answerprint.deliverables.pictures.movie import MoviePictures
from answerprint.deliverables.preset import Preset, load_preset
from answerprint.deliverables.seal import partial_path, refuse_existing, seal, work_folder
from answerprint.deliverables.treatment import Treatment
from answerprint.errors import MendError, SourceError, UsageError
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.ingest.replacing import require_replaceable
from answerprint.master import Making, discard, make
from answerprint.measure.movies import measure_movie
from answerprint.measure.perceptual import View
from answerprint.measure.sweep import measure_sequence
from answerprint.measure.views import movie_views, sequence_views
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.figures import Figure, with_all_it_takes
from answerprint.measured.motion import Motion
from answerprint.media.movie.player import describe
from answerprint.media.sequence import Folder, Sequence, gather, group_names
from answerprint.media.sound.options import plan_sound
from answerprint.progress import Progress, silent
from answerprint.verdict import Mended, SeamVerdict

LONGEST: Final = 600
"""Frames of the longest clip that is mended: 25 s at 24, and 200 MB of views."""
_MOTION: Final = with_all_it_takes([Figure.MOTION])


def mend(
    source: str | Path,
    out: str | Path,
    *,
    preset: str | None = None,
    limits: Limits | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Mended:
    """Write the clip of `source` to `out` so that its last frame leads into its first, and prove that it does.

    Frames are dropped at the ends where that closes the loop, else up to six are
    made across the seam from the motion between its ends. EXR frames become a
    new folder, those that stay byte for byte; a movie is encoded by the preset
    of its own codec, or by `preset`. What was written is decoded and judged
    before it gets its name. Raises MendError where the seam needs no mending,
    where nothing mends it, and where the result proved no better; what `deliver`
    raises for sources and presets; StorageError where `out` exists and `overwrite`
    is not set, or is a folder of anything but frames. Memory: a third of a
    megabyte a frame, at most LONGEST of them.
    """
    out, known = Path(out), limits or Limits()
    refuse_existing(out, overwrite=overwrite)
    with open_one(str(source)).opened(known.archive) as delivery:
        if delivery.sequence is not None and out.exists():
            require_replaceable(out, overwrite=overwrite)
        chosen = None if delivery.sequence else _preset(delivery, preset, out)
        views = _views(delivery, progress)
        found = judge_seam(motion_of(views), known.seam)
        remedy = _remedy(views, found, known, str(source))
        if delivery.sequence is not None:
            after = _write_frames(delivery.sequence, remedy.cure, out, found, known, progress)
        else:
            assert chosen is not None
            after = _write_movie(delivery, remedy.cure, out, chosen, found, known, progress)
    return Mended(
        file=str(out),
        frames=remedy.cure.count,
        how=remedy.cure.told(len(views)),
        before=found,
        after=after,
    )


def _preset(delivery: Delivery, name: str | None, out: Path) -> Preset:
    assert delivery.movie is not None
    if name is None:
        return kindred_preset(describe(delivery.movie), out.suffix.lower())
    chosen = load_preset(name)
    if chosen.video is None or chosen.slate:
        raise UsageError(f"{name} makes no loop of a movie", where="preset")
    return chosen


def _views(delivery: Delivery, progress: Progress) -> list[View]:
    if delivery.sequence is not None:
        shown = sequence_views(delivery.sequence, progress=progress)
    else:
        assert delivery.movie is not None
        shown = movie_views(delivery.movie, progress=progress)
    views = []
    for view in shown:
        views.append(view)
        if len(views) > LONGEST:
            raise SourceError(
                f"is longer than {LONGEST} frames", where=delivery.source, hint="cut it first"
            )
    if len(views) < 2:
        raise SourceError(
            "has fewer than two readable frames, so it has no seam", where=delivery.source
        )
    return views


def _remedy(views: list[View], found: SeamVerdict, limits: Limits, source: str) -> Remedy:
    if found.verdict == "seamless":
        raise MendError("is seamless as it is; nothing was written", where=source)
    remedy = find_remedy(views, found, lambda motion: judge_seam(motion, limits.seam))
    if remedy is None:
        raise MendError(
            f"nothing that drops or makes a few frames mends it ({found.verdict}: {found.reason})",
            where=source,
            hint="generate it again, or ask for a loop",
        )
    return remedy


def _write_frames(
    sequence: Sequence,
    cure: Cure,
    out: Path,
    found: SeamVerdict,
    limits: Limits,
    progress: Progress,
) -> SeamVerdict:
    partial = partial_path(out)
    try:
        write_mended(sequence, cure, partial)
        names = [file.name for file in partial.iterdir()]
        written = gather(Folder(partial), group_names(names)[0])
        measured = measure_sequence(written, wanted=_MOTION, progress=progress)
        after = _proven(measured.motion, found, limits, out)
        seal(partial, out)
    finally:
        discard(partial)
    return after


def _write_movie(
    delivery: Delivery,
    cure: Cure,
    out: Path,
    preset: Preset,
    found: SeamVerdict,
    limits: Limits,
    progress: Progress,
) -> SeamVerdict:
    proofs: list[SeamVerdict] = []

    def keep(final: Path, partial: Path, made: Deliverable) -> None:  # noqa: ARG001
        motion = measure_movie(partial, wanted=_MOTION, progress=progress).motion
        proofs.append(_proven(motion, found, limits, final))

    pictures = master_pictures(delivery, Treatment(), None)
    assert isinstance(pictures, MoviePictures)
    assert delivery.movie is not None
    heard = preset.sound is not None and bool(describe(delivery.movie).sound)
    treated = Treatment(sound=plan_sound(delivery.movie)) if heard else Treatment()
    making = Making(treated, delivery.name, keep, progress=progress)
    with work_folder(out.parent) as work:
        _, failures = make(MendedPictures.of(pictures, cure), {out: preset}, work, making)
    if failures:
        raise failures[out]
    return proofs[0]


def _proven(motion: Motion | None, found: SeamVerdict, limits: Limits, out: Path) -> SeamVerdict:
    """Return the verdict on what was written. Raises MendError unless it is seamless and scores better."""
    after = judge_seam(motion, limits.seam) if motion is not None else found
    if after.verdict != "seamless" or after.score <= found.score:
        raise MendError(
            f"the mended loop proved no better ({after.verdict}, score {after.score:.2f} after {found.score:.2f}); nothing was written",
            where=str(out),
        )
    return after
