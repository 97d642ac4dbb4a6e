"""What the stand-in of Replicate takes: the input of luma/ray-3.2, the body of a submit, and its headers.

Fields and rules of the input are those of the model's page.
"""

import re
from typing import Final, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from answerprint.order import CELLS
from answerprint.record import Record
from answerprint.rehearsal.door import Refused
from answerprint.rehearsal.house import Spec, seed_of
from answerprint.rehearsal.intake import cell_like, content_of, look_at_picture, pin_pictures
from answerprint.rehearsal.ray import Aspect, Resolution
from answerprint.rehearsal.scenery.pinned import LAST

Event = Literal["start", "output", "logs", "completed"]

LONGEST_WAIT: Final = 60.0
"""Seconds a submit is held at most, by the SDK's `Prefer: wait`."""


class Input(Record):
    """What the model takes, by its page."""

    model_config = ConfigDict(strict=True)

    prompt: str
    aspect_ratio: Aspect = "16:9"
    duration: Literal[5, 10] = 5
    resolution: Resolution = "720p"
    hdr: bool = False
    exr_export: bool = False
    loop: bool = False
    start_image: str | None = Field(default=None, pattern=r"^(https?://|data:)")
    end_image: str | None = Field(default=None, pattern=r"^(https?://|data:)")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        anchored = self.start_image or self.end_image
        if self.duration == 10 and (self.hdr or anchored or self.loop):
            raise ValueError("10s is not supported with hdr, start_image, end_image, or loop")
        if self.loop and (self.hdr or self.end_image):
            raise ValueError("loop is not supported with hdr or end_image")
        if self.hdr and self.resolution == "540p":
            raise ValueError("540p is not available when hdr is true")
        if self.exr_export and not self.hdr:
            raise ValueError("exr_export requires hdr=true")
        return self


class Submit(Record):
    """The body of a submit."""

    model_config = ConfigDict(strict=True)

    input: Input
    version: str | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")
    webhook_completed: str | None = Field(default=None, pattern=r"^https?://")
    """What the SDK still sends for a webhook that comes at the end only."""
    webhook_events_filter: tuple[Event, ...] = ("start", "output", "logs", "completed")
    stream: bool = False


def read_submit(body: bytes) -> Submit:
    """Return a submit, or refuse it with all that is wrong. Raises Refused."""
    try:
        return Submit.model_validate_json(body)
    except ValidationError as problem:
        wrong = [
            f"- {'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}"
            for each in problem.errors(include_url=False, include_input=False)
        ]
        raise Refused(422, "\n".join(wrong)) from None


def spec_of(asked: Input) -> Spec:
    """Return what to render; looks at the anchors, so it may block. Raises Refused."""
    ends = _picture(asked.start_image), _picture(asked.end_image)
    sizes = [size for content in ends if content and (size := look_at_picture(content))]
    cell = CELLS[asked.resolution][asked.aspect_ratio]
    return Spec(
        size=cell_like(sizes[0], asked.resolution) if sizes else cell,
        seconds=asked.duration,
        hdr=asked.hdr,
        exr=asked.exr_export,
        loop=asked.loop,
        seed=seed_of(asked.prompt),
        pins=pin_pictures(zip((0, LAST), ends, strict=True)),
    )


def wait_seconds(prefer: str) -> float:
    """Return how long `Prefer: wait` or `wait=n` holds a submit, 0 without one."""
    match = re.search(r"\bwait(?:=(\d+))?", prefer)
    if not match:
        return 0.0
    return min(LONGEST_WAIT, float(match[1] or LONGEST_WAIT))


def life_seconds(spelled: str) -> float:
    """Return the seconds of a duration such as 90s, 5m or 1h30m. Raises Refused."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", spelled.strip())
    if not match or not spelled.strip():
        raise Refused(400, "Cancel-After reads like 90s, 5m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 3600.0 * hours + 60 * minutes + seconds


def _picture(reference: str | None) -> bytes | None:
    """Return the picture of an anchor; None where there is none, or where it lies on another machine. Raises Refused."""
    if reference is None:
        return None
    content = content_of(reference)
    inside = reference.startswith("data:")
    if (inside or content) and not (content and look_at_picture(content)):
        raise Refused(422, "an anchor is no picture that can be read")
    return content
