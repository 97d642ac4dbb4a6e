"""What the stand-in of Runware takes as a `videoInference` of luma:ray@3.2.

Fields, their limits and the rules between them are those of the model's page; 64 keyframes are the
limit of the model's maker.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from answerprint.order import CELLS, Size
from answerprint.rehearsal.intake import decoded

RATE: Final = 24
MOST_KEYFRAMES: Final = 64
SIZES: Final[dict[Size, str]] = {
    size: name for name, cells in CELLS.items() for size in cells.values()
}
"""The resolution of every size that is taken."""
HDR_RESOLUTIONS: Final = ("720p", "1080p")


class Fault(NamedTuple):
    """One thing that is wrong with a task."""

    code: str
    message: str
    parameter: str | list[str]


def _uuid4(text: str) -> str:
    if not is_uuid4(text):
        raise ValueError("must be a UUID v4")
    return text


def _link(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("must be a URI")
    return text


def _picture(text: str) -> str:
    if not (is_uuid4(text) or text.startswith(("http://", "https://")) or decoded(text)):
        raise ValueError("must be a UUID, a URL, a data URI or base64")
    return text


def _footage(text: str) -> str:
    if not (is_uuid4(text) or text.startswith(("http://", "https://"))):
        raise ValueError("must be a UUID or a URL")
    return text


def is_uuid4(text: str) -> bool:
    """Tell whether `text` is a version 4 UUID in its usual spelling."""
    try:
        value = UUID(text)
    except ValueError:
        return False
    return value.version == 4 and str(value) == text.lower()


Uuid = Annotated[str, AfterValidator(_uuid4)]
Link = Annotated[str, AfterValidator(_link)]
Picture = Annotated[str, AfterValidator(_picture)]
Share = Annotated[float, Field(ge=0, le=1)]
Place = Annotated[float, Field(ge=-2, le=2)]
Extent = Annotated[float, Field(gt=0, le=2)]


class Part(BaseModel):
    """A part of a task; unknown parameters and other types than documented are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


class FrameImage(Part):
    """A picture and the frame it is pinned to."""

    image: Picture
    frame: Literal["first", "last"] | int | None = None


class Inputs(Part):
    """Pictures and footage."""

    frame_images: list[Picture | FrameImage] | None = Field(
        default=None, min_length=1, max_length=MOST_KEYFRAMES
    )
    video: Annotated[str, AfterValidator(_footage)] | None = None


class Controls(Part):
    """Conditioning of an edit, signal by signal."""

    depth_blur: Share | None = None
    face: bool | None = None
    normals_augmentation: Share | None = None
    pose_strength: Literal["precise", "coarse"] | None = None
    trajectory_sparsity: Share | None = None


class Edit(Part):
    """How an edit is steered."""

    strength: (
        Literal[
            "adhere_1", "adhere_2", "adhere_3",
            "flex_1", "flex_2", "flex_3",
            "reimagine_1", "reimagine_2", "reimagine_3",
        ]
        | None
    ) = None  # fmt: skip
    auto_controls: bool | None = None
    controls: Controls | None = None


class SourcePosition(Part):
    """Where a reframe's source lies in the new picture."""

    x: Place
    y: Place
    width: Extent
    height: Extent


class Settings(Part):
    """The model's own switches."""

    hdr: bool = False
    exr_export: bool = False
    loop: bool = False
    source_position: SourcePosition | None = None
    edit: Edit | None = None


class Safety(Part):
    """Checking of what is made."""

    check_content: bool = False
    mode: Literal["none", "fast", "full"] = "none"


class VideoTask(Part):
    """One task of type videoInference."""

    task_type: Literal["videoInference"]
    task_uuid: Uuid = Field(alias="taskUUID")
    model: Literal["luma:ray@3.2"]
    positive_prompt: str = Field(min_length=1, max_length=6000)
    inputs: Inputs = Inputs()
    width: int | None = None
    height: int | None = None
    resolution: Literal["360p", "540p", "720p", "1080p"] | None = None
    duration: float | None = None
    settings: Settings = Settings()
    delivery_method: Literal["async"] = "async"
    output_type: Literal["URL"] = "URL"
    output_format: Literal["MP4", "WEBM", "MOV"] = "MP4"
    output_quality: int = Field(default=95, ge=20, le=99)
    webhook_url: Link | None = Field(default=None, alias="webhookURL")
    upload_endpoint: Link | None = None
    ttl: int | None = Field(default=None, ge=60)
    include_cost: bool = False
    number_results: int = Field(default=1, ge=1, le=4)
    safety: Safety = Safety()

    @property
    def size(self) -> Size | None:
        """Width and height, where both are given."""
        return (self.width, self.height) if self.width and self.height else None

    @property
    def tier(self) -> str:
        """Name of the height, 720p where nothing says another."""
        return self.resolution or SIZES.get(self.size or (0, 0), "720p")

    @property
    def seconds(self) -> int:
        """Length of a clip that is no edit or reframe."""
        return int(self.duration or 5)


def parsed(task: dict[str, Any]) -> VideoTask | list[Fault]:
    """Return a task, or everything that is wrong with it."""
    try:
        video = VideoTask.model_validate(task)
    except ValidationError as problem:
        return _unreadable(problem)
    return list(contradictions(video)) or video


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


_CODES: Final = {"extra_forbidden": "unknownParameter", "missing": "missingParameter"}


def _unreadable(problem: ValidationError) -> list[Fault]:
    return [
        Fault(
            _CODES.get(fault["type"], "invalidParameter"),
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}",
            _named(fault["loc"]),
        )
        for fault in problem.errors(include_url=False, include_input=False, include_context=False)
    ]


def _named(place: tuple[int | str, ...]) -> str:
    """Return the parameter at `place`; what an item of a list was tried as is no part of its name."""
    names = list(takewhile(lambda step: isinstance(step, str), place))
    return ".".join(str(name) for name in names)
