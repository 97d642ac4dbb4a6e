"""What the stand-in of GMI Cloud takes: the payloads of the three models, with their rules.

Fields and rules are those of the pages of luma-ray-3-2-generate, -edit and -reframe.
"""

from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from answerprint.record import Record
from answerprint.rehearsal.door import Refused, first_fault
from answerprint.rehearsal.ray import Aspect, Resolution, Share, Strength
from answerprint.rehearsal.scenery.pinned import LAST


class Payload(Record):
    """What all three models take."""

    model_config = ConfigDict(strict=True)

    prompt: str = Field(min_length=1, max_length=6000)
    resolution: Resolution = "720p"


class Light(Payload):
    """What the models take that make HDR."""

    hdr: bool = False
    exr_export: bool = False

    @model_validator(mode="after")
    def _light_rules(self) -> Self:
        if self.exr_export and not self.hdr:
            raise ValueError("exr_export requires hdr: true")
        if self.hdr and self.resolution == "540p":
            raise ValueError("540p is not available with hdr: true")
        return self


class Generate(Light):
    """Payload of luma-ray-3-2-generate."""

    aspect_ratio: Aspect = "16:9"
    duration: Literal["5s", "10s"] = "5s"
    loop: bool = False
    start_frame_url: str | None = Field(default=None, pattern=r"^(https?://|data:image/)")
    end_frame_url: str | None = Field(default=None, pattern=r"^(https?://|data:image/)")
    start_frame_generation_id: str = ""
    end_frame_generation_id: str = ""

    @property
    def starts(self) -> bool:
        """Whether the first frame is pinned."""
        return bool(self.start_frame_url or self.start_frame_generation_id)

    @property
    def ends(self) -> bool:
        """Whether the last frame is pinned."""
        return bool(self.end_frame_url or self.end_frame_generation_id)

    @property
    def chained(self) -> tuple[str, ...]:
        """The earlier clips it hangs on."""
        return tuple(filter(None, (self.start_frame_generation_id, self.end_frame_generation_id)))

    @property
    def pinned(self) -> tuple[tuple[int, str], ...]:
        """The pictures it is pinned to, each with its frame."""
        ends = (0, self.start_frame_url), (LAST, self.end_frame_url)
        return tuple((at, url) for at, url in ends if url)

    @property
    def extends(self) -> bool:
        """Whether it only goes on from an earlier clip, or leads up to one."""
        return bool(self.chained) and self.starts != self.ends

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.duration == "10s" and (self.hdr or self.starts or self.ends):
            raise ValueError("10s is not supported with hdr, start_frame, or end_frame")
        if self.loop and (self.duration == "10s" or self.hdr or self.ends):
            raise ValueError("loop is not supported with 10s, hdr, or end_frame")
        if self.extends and (self.hdr or self.exr_export):
            raise ValueError("hdr and exr_export are rejected on extend")
        for end in ("start", "end"):
            if getattr(self, f"{end}_frame_url") and getattr(self, f"{end}_frame_generation_id"):
                raise ValueError(f"{end}_frame_url and {end}_frame_generation_id are exclusive")
        return self


class Changing(Payload):
    """What the models take that change footage."""

    source_generation_id: str | None = Field(default=None, min_length=1)
    source_data: str | None = Field(default=None, min_length=1)
    source_media_type: str | None = Field(default=None, pattern=r"^video/")

    @model_validator(mode="after")
    def _source_rules(self) -> Self:
        if (self.source_generation_id is None) == (self.source_data is None):
            raise ValueError("exactly one of source_generation_id and source_data is required")
        if (self.source_data is None) != (self.source_media_type is None):
            raise ValueError("source_data requires source_media_type, and only it takes one")
        return self


class Edit(Changing, Light):
    """Payload of luma-ray-3-2-edit."""

    edit_auto_controls: bool = False
    edit_strength: Strength | None = None
    pose_strength: Literal["precise", "coarse"] | None = None
    depth_blur: Share | None = None
    normals_augmentation: Share | None = None
    trajectory_sparsity: Share | None = None

    @model_validator(mode="after")
    def _edit_rules(self) -> Self:
        if self.edit_auto_controls and self.edit_strength:
            raise ValueError("edit_auto_controls and edit_strength are mutually exclusive")
        return self


class Reframe(Changing):
    """Payload of luma-ray-3-2-reframe."""

    aspect_ratio: Aspect


PAYLOADS: Final[dict[str, type[Payload]]] = {
    "luma-ray-3-2-generate": Generate,
    "luma-ray-3-2-edit": Edit,
    "luma-ray-3-2-reframe": Reframe,
}
"""What each model takes."""


class Submit(Record):
    """The body of a submit."""

    model_config = ConfigDict(strict=True)

    model: str
    """Which model."""
    payload: dict[str, Any]
    """What it is to do."""


def read_submit(body: bytes) -> tuple[Submit, Payload]:
    """Return a submit and the payload its model takes. Raises Refused."""
    try:
        submit = Submit.model_validate_json(body)
        if submit.model not in PAYLOADS:
            raise Refused(404, f"model {submit.model!r} not found")
        return submit, PAYLOADS[submit.model].model_validate(submit.payload)
    except ValidationError as problem:
        place, said = first_fault(problem)
        raise Refused(400, f"{place}: {said}" if place else said) from None
