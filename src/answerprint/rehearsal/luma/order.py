"""What the stand-in of Luma Agents takes as a generation: the documented fields, types and rules.

Fields and their rules are those of the official SDK's create schema (luma-agents 0.5.0) and of the
guides to video generation, editing and reframing.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from answerprint.rehearsal.door import first_fault
from answerprint.rehearsal.ray import Aspect, Share, Strength
from answerprint.rehearsal.scenery.pinned import LAST

Place = Annotated[float, Field(ge=-2, le=2)]
Extent = Annotated[float, Field(gt=0, le=2)]

GRID: Final = 24
"""Positions a second of the keyframe grid, the last one included: 0 to 120 in five seconds."""
MOST_KEYFRAMES: Final = 64
NOT_IN_REFRAME: Final = (
    "edit", "loop", "start_frame", "end_frame", "keyframes", "keyframe_indexes", "hdr", "exr_export",
)  # fmt: skip
"""Options of a video that a reframe does not take."""


class Body(BaseModel):
    """A part of a request; unknown keys and other types than documented are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ImageRef(Body):
    """A picture or footage: exactly one of link, base64, generation and file."""

    url: str | None = None
    data: str | None = None
    generation_id: str | None = None
    file_id: str | None = None
    media_type: str | None = None

    @property
    def sources(self) -> list[str]:
        """Names of the sources that are given."""
        named = ("url", "data", "generation_id", "file_id")
        return [name for name in named if getattr(self, name) is not None]


class Switch(Body):
    """A control without a setting: face."""

    enabled: bool | None = None


class Pose(Switch):
    """Skeleton control."""

    strength: Literal["precise", "coarse"] | None = None


class Depth(Switch):
    """Depth control."""

    blur: Share | None = None


class Normals(Switch):
    """Surface control."""

    augmentation: Share | None = None


class Trajectory(Switch):
    """Motion control."""

    sparsity: Share | None = None


class Controls(Body):
    """Manual conditioning of an edit."""

    pose: Pose | None = None
    depth: Depth | None = None
    normals: Normals | None = None
    trajectory: Trajectory | None = None
    face: Switch | None = None


class EditOptions(Body):
    """How an edit is steered."""

    auto_controls: bool | None = None
    strength: Strength | None = None
    controls: Controls | None = None
    keyframes: list[ImageRef] | None = Field(default=None, max_length=MOST_KEYFRAMES)
    keyframe_indexes: list[int] | None = None


class SourcePosition(Body):
    """Where a reframe's source lies in the new picture."""

    x_norm: Place
    y_norm: Place
    w_norm: Extent
    h_norm: Extent


class VideoOptions(Body):
    """Options of the three kinds of video."""

    resolution: Literal["360p", "540p", "720p", "1080p"] | None = None
    duration: Literal["5s", "10s"] | None = None
    hdr: bool | None = None
    exr_export: bool | None = None
    loop: bool | None = None
    start_frame: ImageRef | None = None
    end_frame: ImageRef | None = None
    keyframes: list[ImageRef] | None = Field(default=None, min_length=1, max_length=MOST_KEYFRAMES)
    keyframe_indexes: list[int] | None = None
    source_position: SourcePosition | None = None
    edit: EditOptions | None = None

    def named(self, *names: str) -> list[str]:
        """Return those of `names` that were given and are not false."""
        return [name for name in names if getattr(self, name) not in (None, False)]


class Create(Body):
    """The body of POST /generations."""

    model: Literal["ray-3.2"]
    prompt: str = Field(min_length=1, max_length=6000)
    type: Literal["video", "video_edit", "video_reframe"]
    aspect_ratio: Aspect | None = None
    source: ImageRef | None = None
    video: VideoOptions = VideoOptions()
    user_id: str | None = None

    @property
    def resolution(self) -> str:
        """The resolution, 720p where none was given."""
        return self.video.resolution or "720p"

    @property
    def references(self) -> list[tuple[str, ImageRef]]:
        """Every picture and the footage, by its place in the body."""
        video, edit = self.video, self.video.edit or EditOptions()
        single = {
            "source": self.source,
            "video.start_frame": video.start_frame,
            "video.end_frame": video.end_frame,
        }
        lists = {"video.keyframes": video.keyframes, "video.edit.keyframes": edit.keyframes}
        return [(place, ref) for place, ref in single.items() if ref is not None] + [
            (f"{place}[{index}]", ref)
            for place, refs in lists.items()
            for index, ref in enumerate(refs or ())
        ]

    @property
    def pinned(self) -> dict[str, int]:
        """The frame each picture is pinned to, by its place in the body."""
        video, edit = self.video, self.video.edit or EditOptions()
        lists = {
            "video.keyframes": video.keyframe_indexes,
            "video.edit.keyframes": edit.keyframe_indexes,
        }
        return {"video.start_frame": 0, "video.end_frame": LAST} | {
            f"{place}[{index}]": frame
            for place, frames in lists.items()
            for index, frame in enumerate(frames or ())
        }


def fault_words(problem: ValidationError) -> str:
    """Return the first fault of a body in one sentence that names the field."""
    where, what = first_fault(problem)
    return f"{where or 'body'}: {what}"


def contradiction(order: Create) -> str | None:
    """Return which documented rule a body breaks, None where it keeps them all."""
    rules = (
        _references,
        {"video": _video, "video_edit": _edit, "video_reframe": _reframe}[order.type],
    )
    return next((words for rule in rules if (words := rule(order))), None)


def _references(order: Create) -> str | None:
    for place, ref in order.references:
        if len(ref.sources) != 1:
            return f"{place}: provide exactly one of url, data, generation_id, or file_id"
        if ref.data is not None and ref.media_type is None:
            return f"{place}.media_type is required with data"
        if ref.url is not None and not ref.url.startswith(("http://", "https://")):
            return f"{place}.url must be an http(s) URL"
    return None


def _video(order: Create) -> str | None:
    video = order.video
    if order.source is not None:
        return "source is not supported for type=video"
    if foreign := video.named("edit", "source_position"):
        return f"video.{foreign[0]} is not supported for type=video"
    if video.duration == "10s" and (
        barred := video.named("hdr", "start_frame", "end_frame", "loop")
    ):
        return f"video.duration 10s is not supported with video.{barred[0]}"
    if video.loop and (barred := video.named("hdr", "end_frame", "keyframes")):
        return f"video.loop is not supported with video.{barred[0]}"
    return _light(order) or _keyframes(order) or _chain(order)


def _light(order: Create) -> str | None:
    video = order.video
    if video.exr_export and not video.hdr:
        return "video.exr_export requires video.hdr=true"
    if video.hdr and order.type == "video" and order.resolution not in ("720p", "1080p"):
        return "video.hdr requires resolution 720p or 1080p"
    return None


def _keyframes(order: Create) -> str | None:
    video = order.video
    if video.keyframes and (barred := video.named("start_frame", "end_frame")):
        return f"video.keyframes is mutually exclusive with video.{barred[0]}"
    if any(ref.generation_id for ref in video.keyframes or ()):
        return "video.keyframes take images, not generations"
    last = GRID * (10 if video.duration == "10s" else 5)
    return indexes_fault(video.keyframes, video.keyframe_indexes, last)


def indexes_fault(frames: list[Any] | None, indexes: list[int] | None, last: int) -> str | None:
    """Return what is wrong with keyframe positions on the grid 0 to `last`, None where they are right."""
    if len(frames or ()) != len(indexes or ()):
        return "keyframe_indexes must match keyframes in length"
    if len(set(indexes or ())) != len(indexes or ()):
        return "keyframe_indexes must be unique"
    if any(not 0 <= index <= last for index in indexes or ()):
        return f"keyframe_indexes must lie between 0 and {last}"
    return None


def _chain(order: Create) -> str | None:
    video = order.video
    ends = [ref for ref in (video.start_frame, video.end_frame) if ref is not None]
    if not any(ref.generation_id for ref in ends):
        return None
    if len(ends) == 2:
        return "extension takes exactly one of video.start_frame and video.end_frame"
    barred = video.named("hdr", "exr_export")
    return f"video.{barred[0]} is not supported with extension" if barred else None


def _edit(order: Create) -> str | None:
    video, edit = order.video, order.video.edit or EditOptions()
    if order.source is None:
        return "source is required for type=video_edit"
    if foreign := video.named(
        "end_frame", "loop", "keyframes", "keyframe_indexes", "source_position"
    ):
        return f"video.{foreign[0]} is not supported for type=video_edit"
    if edit.keyframes and video.start_frame:
        return "video.edit.keyframes is mutually exclusive with video.start_frame"
    if edit.auto_controls and (edit.strength or edit.controls):
        return "video.edit.auto_controls excludes strength and controls"
    return _light(order) or _moving(order)


def _reframe(order: Create) -> str | None:
    if order.source is None:
        return "source is required for type=video_reframe"
    if order.aspect_ratio is None:
        return "aspect_ratio is required for type=video_reframe"
    if barred := order.video.named(*NOT_IN_REFRAME):
        return f"video.{barred[0]} is not supported for type=video_reframe"
    if order.resolution == "1080p" and order.aspect_ratio in ("9:16", "3:4"):
        return f"1080p is not available with aspect_ratio {order.aspect_ratio}"
    return _moving(order)


def _moving(order: Create) -> str | None:
    source = order.source
    if source is None or (source.url is None and source.data is None):
        return None
    if not (source.media_type or "").startswith("video/"):
        return "source.media_type must be a video/* MIME type"
    return None
