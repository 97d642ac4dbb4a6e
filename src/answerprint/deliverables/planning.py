"""Everything about one deliverable, settled before a picture is read."""

from fractions import Fraction
from pathlib import Path
from typing import Final

from answerprint.color.grading import Grading
from answerprint.deliverables.appearance import AsIs, Form, Raw
from answerprint.deliverables.encode import Encoding, form_of
from answerprint.deliverables.laidsound import LaidSound
from answerprint.deliverables.pictures import Pictures
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.quality import require_steerable
from answerprint.deliverables.seal import partial_path
from answerprint.deliverables.slate import Slate
from answerprint.deliverables.timeline import Length, conform, timeline
from answerprint.deliverables.treatment import Treatment, check_timecode
from answerprint.errors import ToolError, UsageError
from answerprint.timing import FrameRange

GIF_RATE: Final = 50
"""Frames a second of a GIF: it counts in hundredths of a second, and players take one of them for ten."""


def plan(
    pictures: Pictures,
    preset: Preset,
    final: Path,
    treated: Treatment,
    clip: str,
    sounds: LaidSound,
) -> Encoding:
    """Settle everything about one deliverable of `clip`. Raises UsageError, ToolError or what laying sound raises."""
    check_timecode(treated.timecode, pictures.rate)
    _require_light(pictures, treated)
    require_steerable(preset, treated.quality)
    cut = timeline(treated.cut, pictures.first, pictures.count, pictures.rate)
    rated = conform(treated.conform, pictures.rate, len(cut.frames))
    _require_time(preset, rated.rate)
    form = form_of(pictures, preset, treated.geometry, treated.graded(preset))
    pitch = treated.conform.pitch if treated.conform else None
    sound = sounds.under(len(cut.frames), rated.rate, pitch) if preset.sound else None
    slate = _slate(pictures, preset, form, treated, clip, cut.frames)
    notes = (
        *pictures.notes,
        *_shown_notes(pictures, form),
        *_placed(form),
        *cut.notes,
        *rated.notes,
    )
    return Encoding(
        preset, partial_path(final), form, cut.frames, rated.rate, sound, treated.timecode,
        treated.cut.frames.first if treated.cut.frames else pictures.first, clip, slate, notes,
    )  # fmt: skip


def _require_time(preset: Preset, rate: Fraction) -> None:
    """Raise ToolError where frames go by faster than a format can say."""
    if preset.suffix == ".gif" and rate > GIF_RATE:
        raise ToolError(
            f"a GIF shows {GIF_RATE} frames a second at most, and these are {float(rate):g}",
            where=preset.name,
            hint="webp-loop and avif-loop show more",
        )


def _require_light(pictures: Pictures, treated: Treatment) -> None:
    """Raise UsageError where scene light is to be treated and there is none."""
    if pictures.tags is None:
        return
    asked = [name for name, value in Grading() if getattr(treated.grading, name) != value]
    asked += ["input_color"] if treated.input_color else []
    if asked:
        raise UsageError(
            "treats scene light, and the source is a movie",
            where="--" + asked[0].replace("_", "-"),
            hint="give the clip's EXR frames, or leave it out",
        )


def _slate(
    pictures: Pictures,
    preset: Preset,
    form: Form,
    treated: Treatment,
    clip: str,
    frames: tuple[int, ...],
) -> Slate | None:
    if not preset.slate or not isinstance(form, Raw):
        return None
    first = pictures.first + frames[0]
    return Slate(
        clip=clip,
        frames=FrameRange(first, first + len(frames) - 1),
        rate=pictures.rate,
        size=form.appearance.placement.canvas,
        timecode=treated.timecode,
        view=form.appearance.grading.view if pictures.tags is None else None,
        preset=preset.name,
        length=Length(frames=preset.slate),
    )


def _placed(form: Form) -> tuple[str, ...]:
    if isinstance(form, AsIs):
        return ()
    placement = form.appearance.placement if isinstance(form, Raw) else form.placement
    return tuple(placement.notes)


def _shown_notes(pictures: Pictures, form: Form) -> tuple[str, ...]:
    if not isinstance(form, Raw):
        return ()
    if pictures.tags is None:
        return (f"light was shown through {form.appearance.grading.view}",)
    if pictures.tags.hdr and not form.appearance.tags.hdr:
        return (f"HDR ({pictures.tags.transfer}) was shown as SDR by ITU-R BT.2446 method A",)
    if form.appearance.tags.hdr and not pictures.tags.hdr:
        return ("SDR was shown in HDR with its white at 203 cd/m2, by ITU-R BT.2408",)
    return ()
