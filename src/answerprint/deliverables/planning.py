"""Everything about one deliverable, settled before a picture is read."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from answerprint.color.grading import Grading
from answerprint.deliverables.encode import Encoding, form_of
from answerprint.deliverables.laidsound import LaidSound
from answerprint.deliverables.pictures.appearance import AsIs, Form, Raw, shown_size
from answerprint.deliverables.pictures.slate import Slate
from answerprint.deliverables.pictures.source import Pictures
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.quality import require_steerable
from answerprint.deliverables.seal import partial_path
from answerprint.deliverables.timeline import Length, conform, timeline
from answerprint.deliverables.treatment import Treatment, check_timecode
from answerprint.errors import ToolError, UsageError
from answerprint.order import Size
from answerprint.timing import FrameRange

GIF_RATE: Final = 50
"""Frames a second of a GIF: it counts in hundredths of a second, and players take one of them for ten."""

SMALLEST: Final[Mapping[str, Size]] = {
    "libsvtav1": (16, 16),  # measured: 8x8 overruns its memory
    "libx265": (16, 16),  # its smallest coding tree unit
    "dnxhd": (256, 120),  # its own word
}
"""Smallest width and height that encoders take."""


def plan(
    pictures: Pictures,
    preset: Preset,
    final: Path,
    treated: Treatment,
    clip: str,
    sounds: LaidSound,
) -> Encoding:
    """Settle everything about one deliverable of `clip`. Raises UsageError, ToolError or what laying sound raises."""
    _require_light(pictures, treated)
    require_steerable(preset, treated.quality)
    cut = timeline(treated.cut, pictures.first, pictures.count, pictures.rate)
    rated = conform(treated.conform, pictures.rate, len(cut.frames))
    _require_time(preset, rated.rate)
    check_timecode(treated.timecode, rated.rate)
    form = form_of(pictures, preset, treated.geometry, treated.graded(preset))
    _require_size(preset, shown_size(form, pictures.size))
    pitch = treated.conform.pitch if treated.conform else None
    sound = sounds.under(len(cut.frames), rated.rate, pitch) if preset.sound else None
    slate = slate_of(pictures, preset, form, treated, clip, cut.frames, rated.rate)
    notes = (
        *pictures.notes,
        *_shown_notes(pictures, form),
        *_placed(form),
        *cut.notes,
        *rated.notes,
        *_unheard(preset, treated),
    )
    return Encoding(
        preset, partial_path(final), form, cut.frames, rated.rate, sound, treated.timecode,
        _first_number(pictures, treated), clip, slate, notes,
    )  # fmt: skip


def shown_facts(
    pictures: Pictures, preset: Preset, treated: Treatment, *, numbered: bool
) -> dict[str, Any]:
    """Return what a deliverable's pictures say in its name: width, height and rate, and with `numbered` first and last frame.

    Raises UsageError and ToolError as `plan` does.
    """
    form = form_of(pictures, preset, treated.geometry, treated.graded(preset))
    width, height = shown_size(form, pictures.size)
    rate = conform(treated.conform, pictures.rate, pictures.count).rate
    facts: dict[str, Any] = {"width": width, "height": height, "fps": rate}
    if numbered:
        cut = timeline(treated.cut, pictures.first, pictures.count, pictures.rate)
        first = _first_number(pictures, treated)
        facts |= {"first": first, "last": first + len(cut.frames) - 1}
    return facts


def _first_number(pictures: Pictures, treated: Treatment) -> int:
    return treated.cut.frames.first if treated.cut.frames else pictures.first


def _require_size(preset: Preset, size: Size) -> None:
    """Raise ToolError where pictures are smaller than an encoder takes."""
    least = SMALLEST.get(preset.video.encoder, (1, 1)) if preset.video else (1, 1)
    if size[0] < least[0] or size[1] < least[1]:
        raise ToolError(
            f"takes {least[0]}x{least[1]} pixels at least, and these are {size[0]}x{size[1]}",
            where=preset.name,
            hint="make them larger with --size-to",
        )


def _unheard(preset: Preset, treated: Treatment) -> tuple[str, ...]:
    if treated.sound is None or preset.sound is not None:
        return ()
    return (f"no sound was laid: {preset.name} holds none",)


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


def slate_of(
    pictures: Pictures,
    preset: Preset,
    form: Form,
    treated: Treatment,
    clip: str,
    frames: tuple[int, ...],
    rate: Fraction,
) -> Slate | None:
    """Return the slate before one deliverable of `clip`; None for a preset without."""
    if not preset.slate or not isinstance(form, Raw):
        return None
    first = pictures.first + frames[0]
    return Slate(
        clip=clip,
        frames=FrameRange(first, first + len(frames) - 1),
        rate=rate,
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
