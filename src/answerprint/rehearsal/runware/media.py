"""Media at the stand-in of Runware: what is uploaded, and what pictures and footage a task refers to."""

from answerprint.rehearsal.courier import fetch
from answerprint.rehearsal.house import Held, House
from answerprint.rehearsal.intake import (
    Footage,
    content_of,
    decoded,
    look_at_link,
    look_at_movie,
    look_at_picture,
)
from answerprint.rehearsal.runware.items import Item, Task, TaskRefused, about, error
from answerprint.rehearsal.runware.task import VideoTask, is_uuid4


class Media:
    """The media of one house, by their UUIDs; `service` is whose results count among them."""

    def __init__(self, house: House, service: str) -> None:
        self._house = house
        self._service = service

    def store(self, task: Task) -> list[Item]:
        """Answer a mediaStorage. Raises TaskRefused."""
        operation, media = task.get("operation"), task.get("media")
        if operation not in ("upload", "delete") or not isinstance(media, str):
            words = "operation must be upload or delete, and media a string"
            raise TaskRefused(error(task, "invalidParameter", words, "operation"))
        said = about(task) | {"operation": operation}
        if operation == "upload":
            kept = self._kept(task, media, "media")
            return [said | {"mediaUUID": kept, "mediaURL": self._house.kept_link(kept)}]
        if self._house.kept(media) is None:
            raise TaskRefused(error(task, "mediaNotFound", "No such media", "media"))
        self._house.drop(media)
        return [said | {"mediaUUID": media}]

    def store_image(self, task: Task) -> list[Item]:
        """Answer an imageUpload. Raises TaskRefused."""
        if not isinstance(task.get("image"), str):
            raise TaskRefused(error(task, "missingParameter", "image is required", "image"))
        kept = self._kept(task, task["image"], "image")
        return [about(task) | {"imageUUID": kept, "imageURL": self._house.kept_link(kept)}]

    def pictures(self, task: Task, order: VideoTask) -> list[bytes | None]:
        """Return every picture; None where it lies on another machine. Raises TaskRefused for one that is none."""
        return [self._picture(task, name) for name, _ in order.inputs.images]

    def _picture(self, task: Task, name: str) -> bytes | None:
        content = self._uploaded(name) if is_uuid4(name) else content_of(name)
        is_picture = content is not None and look_at_picture(content) is not None
        if not is_picture and not name.startswith("http"):
            words = "An image of frameImages was not found or cannot be read"
            raise TaskRefused(error(task, "invalidImage", words, "inputs.frameImages"))
        return content if is_picture else None

    def footage(self, task: Task, name: str) -> Footage:
        """Return shape and length of the video of a UUID or at a link. Raises TaskRefused for one that is none."""
        made = self._made(name)
        if made is not None:
            return Footage(made.spec.size, made.spec.seconds)
        if is_uuid4(name):
            content = self._uploaded(name)
            footage = look_at_movie(content) if content else None
        else:
            footage = look_at_link(name)
        if footage is None:
            words = "The video was not found or cannot be read"
            raise TaskRefused(error(task, "invalidVideo", words, "inputs.video"))
        return footage

    def _kept(self, task: Task, media: str, parameter: str) -> str:
        content = fetch(media) if media.startswith("http") else decoded(media)
        if not content:
            words = f"{parameter} must be a URL, a data URI or base64"
            raise TaskRefused(error(task, "invalidParameter", words, parameter))
        is_picture = look_at_picture(content) is not None
        if not is_picture and look_at_movie(content) is None:
            words = f"{parameter} is neither a picture nor a movie"
            raise TaskRefused(error(task, "unsupportedMedia", words, parameter))
        return self._house.keep(content, "image/png" if is_picture else "video/mp4")

    def _made(self, name: str) -> Held | None:
        """Return the task that made the video of that UUID."""
        for held in self._house.all_held(self._service):
            if any(file.id == name for file in held.files):
                return held
        return None

    def _uploaded(self, name: str) -> bytes | None:
        kept = self._house.kept(name)
        return kept[0] if kept else None
