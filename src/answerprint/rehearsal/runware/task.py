"""What the stand-in of Runware takes as a `videoInference` of luma:ray@3.2.

Fields and their limits are those of the model's page; 64 keyframes are the limit of the model's maker.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from answerprint.order import CELLS, Size
from answerprint.rehearsal.intake import decoded
from answerprint.rehearsal.ray import Share, Strength

MOST_KEYFRAMES: Final = 64
SIZES: Final[dict[Size, str]] = {
    size: name for name, cells in CELLS.items() for size in cells.values()
}
"""The resolution of every size that is taken."""


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

    @property
    def images(self) -> list[tuple[str, Literal["first", "last"] | int | None]]:
        """Every picture with the frame that is said of it."""
        return [
            (image.image, image.frame) if isinstance(image, FrameImage) else (image, None)
            for image in self.frame_images or ()
        ]


class Controls(Part):
    """Conditioning of an edit, signal by signal."""

    depth_blur: Share | None = None
    face: bool | None = None
    normals_augmentation: Share | None = None
    pose_strength: Literal["precise", "coarse"] | None = None
    trajectory_sparsity: Share | None = None


class Edit(Part):
    """How an edit is steered."""

    strength: Strength | None = None
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
