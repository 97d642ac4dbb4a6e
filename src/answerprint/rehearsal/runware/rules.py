"""What can be wrong with a `videoInference`: parameters that cannot be read, and rules between them.

The rules are those of the model's page.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from answerprint.rehearsal.runware.task import SIZES, FrameImage, VideoTask

RATE: Final = 24
"""Frames a second of the positions `frame` counts."""
HDR_RESOLUTIONS: Final = ("720p", "1080p")
CODES: Final = {"extra_forbidden": "unknownParameter", "missing": "missingParameter"}
"""Codes of what pydantic finds; anything else is an invalidParameter."""


class Fault(NamedTuple):
    """One thing that is wrong with a task."""

    code: str
    message: str
    parameter: str | list[str]


def parsed(task: dict[str, Any]) -> VideoTask | list[Fault]:
    """Return a task, or everything that is wrong with it."""
    try:
        video = VideoTask.model_validate(task)
    except ValidationError as problem:
        return _unreadable(problem)
    return list(contradictions(video)) or video


def frames_of(task: VideoTask, seconds: float) -> list[int]:
    """Return the frame each picture is pinned to; where none is said, they stand evenly from the first to the last."""
    last = round(seconds * RATE)
    named = {"first": 0, "last": last, -1: last}
    images = task.inputs.images
    step = last / max(1, len(images) - 1)
    return [
        round(index * step) if frame is None else int(named.get(frame, frame))
        for index, (_, frame) in enumerate(images)
    ]


def contradictions(task: VideoTask) -> Iterator[Fault]:
    """Yield every rule between parameters that a task breaks."""
    yield from _size(task)
    yield from _length(task)
    yield from _light(task)
    yield from _change(task)
    yield from _frames(task)


def _size(task: VideoTask) -> Iterator[Fault]:
    if (task.width is None) != (task.height is None):
        yield _clash("must be used together", "width", "height")
    elif task.size and task.resolution:
        yield _clash("cannot be used together", "resolution", "width", "height")
    elif task.size and task.size not in SIZES:
        shown = "x".join(map(str, task.size))
        yield Fault("unsupportedDimensions", f"{shown} is not supported", ["width", "height"])
    given = task.inputs.frame_images or task.inputs.video
    if not given and task.resolution:
        yield _clash(
            "requires inputs.frameImages or inputs.video", "resolution", "inputs.frameImages"
        )
    elif not given and not task.size:
        yield Fault("missingParameter", "width and height are required", ["width", "height"])


def _length(task: VideoTask) -> Iterator[Fault]:
    if task.duration not in (None, 5, 10):
        yield Fault("invalidDuration", "duration must be 5 or 10", "duration")
    if task.duration is not None and task.inputs.video:
        yield _clash("cannot be used together", "duration", "inputs.video")
    if task.duration == 10:
        if task.settings.hdr:
            yield _clash("is limited to 5 with settings.hdr", "duration", "settings.hdr")
        if task.settings.loop:
            yield _clash("is limited to 5 with settings.loop", "duration", "settings.loop")


def _light(task: VideoTask) -> Iterator[Fault]:
    settings = task.settings
    if settings.exr_export and not settings.hdr:
        yield _clash("requires settings.hdr to be true", "settings.exrExport", "settings.hdr")
    if settings.loop and settings.hdr:
        yield _clash("cannot be used together", "settings.loop", "settings.hdr")
    if settings.loop and task.inputs.video:
        yield _clash("cannot be used together", "settings.loop", "inputs.video")
    if settings.hdr and task.tier not in HDR_RESOLUTIONS:
        what = ["width", "height"] if task.size else ["resolution"]
        yield _clash("is limited to 720p and 1080p", "settings.hdr", *what)
    if settings.hdr and task.inputs.video and task.size:
        yield _clash("cannot be used when reframing", "settings.hdr", "inputs.video", "width")


def _change(task: VideoTask) -> Iterator[Fault]:
    edit, video = task.settings.edit, task.inputs.video
    if edit and not video:
        yield _clash("requires inputs.video", "settings.edit", "inputs.video")
    if edit and (task.width or task.height):
        yield _clash("cannot be used together", "settings.edit", "width", "height")
    if edit and edit.auto_controls is not None and (edit.strength or edit.controls):
        names = [n for n in ("strength", "controls") if getattr(edit, n)]
        yield _clash(
            "cannot be used together",
            "settings.edit.autoControls",
            *(f"settings.edit.{name}" for name in names),
        )
    if task.settings.source_position and not (video and task.size):
        yield _clash(
            "requires inputs.video, width and height", "settings.sourcePosition", "inputs.video"
        )


def _frames(task: VideoTask) -> Iterator[Fault]:
    last = task.seconds * RATE
    named = {"first": 0, "last": last, -1: last}
    places = [
        named.get(image.frame, image.frame)
        for image in task.inputs.frame_images or ()
        if isinstance(image, FrameImage) and image.frame is not None
    ]
    if any(not 0 <= int(place) <= last for place in places) and not task.inputs.video:
        yield Fault(
            "invalidFrame", f"frame must lie between 0 and {last}, or be -1", "inputs.frameImages"
        )
    if len(set(places)) < len(places):
        yield Fault("conflictFrame", "two images have the same frame", "inputs.frameImages")


def _clash(words: str, *parameters: str) -> Fault:
    return Fault(
        "incompatibleParameters",
        f"{parameters[0]} {words}: {', '.join(parameters)}",
        list(parameters),
    )


def _unreadable(problem: ValidationError) -> list[Fault]:
    return [
        Fault(
            CODES.get(fault["type"], "invalidParameter"),
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}",
            _named(fault["loc"]),
        )
        for fault in problem.errors(include_url=False, include_input=False, include_context=False)
    ]


def _named(place: tuple[int | str, ...]) -> str:
    """Return the parameter at `place`; what an item of a list was tried as is no part of its name."""
    names = list(takewhile(lambda step: isinstance(step, str), place))
    return ".".join(str(name) for name in names)
