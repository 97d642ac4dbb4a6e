"""What the stand-in of Scenario takes: the inputs of the three models and the bodies of requests.

Inputs are those of Scenario's guide to the models; the other bodies those of its official SDK.
"""

from typing import Final, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from answerprint.record import Record
from answerprint.rehearsal.door import Refused, first_fault
from answerprint.rehearsal.ray import Aspect, Resolution, Share, Strength
from answerprint.rehearsal.scenery.pinned import LAST

Form = TypeVar("Form", bound=Record)


class Inputs(Record):
    """What all three models take."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    prompt: str = Field(min_length=1, max_length=6000)
    resolution: Resolution = "720p"

    @property
    def pictures(self) -> tuple[tuple[int, str], ...]:
        """Assets that have to be pictures, each with the frame it is pinned to."""
        return ()


class Light(Inputs):
    """What the models take that make HDR."""

    hdr: bool = False

    @model_validator(mode="after")
    def _light_rules(self) -> Self:
        if self.hdr and self.resolution == "540p":
            raise ValueError("hdr requires 720p or 1080p")
        return self


class Generate(Light):
    """Inputs of model_luma-ray-3-2."""

    start_frame: str | None = None
    end_frame: str | None = None
    duration: Literal["5s", "10s"] = "5s"
    aspect_ratio: Aspect = "16:9"
    loop: bool = False

    @property
    def pictures(self) -> tuple[tuple[int, str], ...]:
        """The anchors."""
        ends = (0, self.start_frame), (LAST, self.end_frame)
        return tuple((frame, name) for frame, name in ends if name)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.end_frame and not self.start_frame:
            raise ValueError("endFrame requires a startFrame")
        if self.duration == "10s" and (self.loop or self.hdr or self.pictures):
            raise ValueError("10s is incompatible with loop, hdr, and anchor frames")
        return self


class Guide(Record):
    """A picture pinned to a frame of the footage."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    keyframe_image: str
    keyframe_index: int = Field(ge=0)


class Edit(Light):
    """Inputs of model_luma-ray-3-2-edit; where both are sent, autoControls wins over editStrength."""

    video: str
    start_frame: str | None = None
    keyframes: list[Guide] = Field(default=[], max_length=64)
    edit_strength: Strength = "adhere_1"
    auto_controls: bool = False
    face_control_enabled: bool = False
    pose_control_enabled: bool = False
    pose_control_strength: Literal["precise", "coarse"] = "precise"
    depth_control_enabled: bool = False
    depth_control_blur: Share | None = None
    normals_control_enabled: bool = False
    normals_control_augmentation: Share | None = None
    trajectory_control_enabled: bool = False
    trajectory_control_sparsity: Share | None = None

    @property
    def pictures(self) -> tuple[tuple[int, str], ...]:
        """The guide frames."""
        guides = ((guide.keyframe_index, guide.keyframe_image) for guide in self.keyframes)
        return ((0, self.start_frame),) if self.start_frame else tuple(guides)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.start_frame and self.keyframes:
            raise ValueError("startFrame and keyframes are mutually exclusive")
        return self


class Reframe(Inputs):
    """Inputs of model_luma-ray-3-2-reframe."""

    video: str
    aspect_ratio: Aspect


MODELS: Final[dict[str, type[Inputs]]] = {
    "model_luma-ray-3-2": Generate,
    "model_luma-ray-3-2-edit": Edit,
    "model_luma-ray-3-2-reframe": Reframe,
}


class UploadForm(Record):
    """The body of a new upload: either a file in parts, or the link it lies at."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    kind: Literal["asset", "image", "video"]
    file_name: str | None = None
    content_type: str | None = None
    file_size: int | None = Field(default=None, gt=0)
    parts: int | None = Field(default=None, ge=1, le=10_000)
    url: str | None = Field(default=None, pattern=r"^https?://")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        file = (self.file_name, self.content_type, self.file_size, self.parts)
        if self.url is None and None in file:
            raise ValueError("fileName, contentType, fileSize and parts are required without a url")
        if self.url is not None and file != (None, None, None, None):
            raise ValueError("url excludes fileName, contentType, fileSize and parts")
        return self


class PictureForm(Record):
    """The body of a picture that is sent at once."""

    name: str = Field(min_length=1)
    image: str = Field(min_length=1)
    """In base64, as a data URI or without its head."""


class EndpointForm(Record):
    """The body of a new webhook endpoint."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    url: str = Field(pattern=r"^https?://")
    enabled_events: list[
        Literal["*", "generation.created", "generation.completed", "generation.failed"]
    ] = Field(min_length=1)
    description: str | None = None


class Action(Record):
    """The body of an action on a job or upload."""

    action: str


def read(form: type[Form], body: bytes) -> Form:
    """Return the body of a request as `form`. Raises Refused."""
    try:
        return form.model_validate_json(body)
    except ValidationError as problem:
        place, said = first_fault(problem)
        raise Refused(400, f"{place or 'body'}: {said}") from None
