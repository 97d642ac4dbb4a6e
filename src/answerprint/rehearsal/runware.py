"""The stand-in of Runware: an array of tasks in, an array of results or errors out.

Chosen here, because the documentation leaves it open: a request is 400 where every task in it is refused,
404 where it only asks for tasks nobody knows, 200 otherwise; ten seconds and longer edits cost what the
model's maker asks; a webhook of a failed task carries the errors that polling tells.
"""

import json
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from answerprint.order import Size
from answerprint.rehearsal.courier import fetch
from answerprint.rehearsal.house import Held, House, Spec, seed_of, standing
from answerprint.rehearsal.intake import (
    Footage,
    cell_like,
    decoded,
    look_at_link,
    look_at_movie,
    look_at_picture,
)
from answerprint.rehearsal.runware_price import cost
from answerprint.rehearsal.runware_task import FrameImage, VideoTask, is_uuid4, parsed

Task = dict[str, Any]
Item = dict[str, Any]

NAME: Final = "runware"
DOCUMENTATION: Final = "https://runware.ai/docs/platform/errors"
KEY_FAULTS: Final = {
    401: ("invalidApiKey", "Invalid API key"),
    402: ("insufficientCredits", "Insufficient credits to perform this task"),
    403: ("accountSuspended", "This account is suspended"),
}
ENDS: Final = {
    "failed": "inferenceError",
    "moderated": "contentPolicyViolation",
    "canceled": "taskCancelled",
}
"""Codes of tasks that ended without a result, from the SDK's families."""


class Refused(Exception):  # noqa: N818  what the service does, not what went wrong here
    """A task is not taken; the items are its errors."""

    def __init__(self, *errors: Item) -> None:
        super().__init__(errors)
        self.errors = list(errors)


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the service, below its path."""
    desk = _Desk(house)
    return [Route("/", desk.answer, methods=["POST"])]


class _Desk:
    """Where tasks come in, whatever their type."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._types: dict[str, Callable[[Task], list[Item]]] = {
            "videoInference": self._video,
            "getResponse": self._response,
            "getTaskDetails": self._details,
            "mediaStorage": self._media,
            "imageUpload": self._image,
        }

    async def answer(self, request: Request) -> Response:
        """Answer a whole array."""
        trouble = await self._house.checked(request, _words)
        if trouble is not None:
            return trouble
        tasks = _tasks(await request.body())
        if tasks is None:
            return _faulty(400, "invalidRequest", "The body must be a JSON array of tasks")
        key, tasks, data = _key(request, tasks)
        status = standing(key)
        if status != 200:
            return _faulty(status, *KEY_FAULTS[status])
        crowd = self._house.crowded(NAME)
        if crowd and any(task.get("taskType") == "videoInference" for task in tasks):
            return _faulty(429, "rateLimitExceeded", crowd, {"Retry-After": "1"})
        errors: list[Item] = []
        for task in tasks:
            try:
                # Media may lie on our own shelf, which this thread serves.
                data += await run_in_threadpool(self._done, task)
            except Refused as no:
                errors += no.errors
        return _answered(data, errors, asked=tasks)

    def _done(self, task: Task) -> list[Item]:
        if task.get("taskType") not in self._types:
            raise Refused(_error(task, "invalidTaskType", "Unknown taskType", "taskType"))
        if not is_uuid4(str(task.get("taskUUID", ""))):
            raise Refused(_error(task, "invalidTaskUUID", "taskUUID must be a UUID v4", "taskUUID"))
        return self._types[task["taskType"]](task)

    def _video(self, task: Task) -> list[Item]:
        order = parsed(task)
        if isinstance(order, list):
            raise Refused(*(_error(task, *fault) for fault in order))
        spec = self._spec(task, order)
        try:
            self._house.accept(
                NAME,
                spec,
                id=order.task_uuid,
                extra={"body": task, "ids": [str(uuid4()) for _ in range(order.number_results)]},
                webhook=order.webhook_url,
                webhook_body=self._letters,
                upload=order.upload_endpoint,
                results=order.number_results,
            )
        except ValueError:
            words = "taskUUID must be unique: a task with it was sent before"
            raise Refused(_error(task, "conflictTaskUUID", words, "taskUUID")) from None
        return [{"taskType": "videoInference", "taskUUID": order.task_uuid}]

    def _response(self, task: Task) -> list[Item]:
        held = self._known(task)
        if held.state in ENDS:
            raise Refused(_error(held.extra["body"], ENDS[held.state], held.failure or "Canceled"))
        if held.state == "done":
            return [item | {"status": "success"} for item in self._results(held)]
        progress = round(100 * held.progress)
        return [_about(held.extra["body"]) | {"status": "processing", "progress": progress}]

    def _details(self, task: Task) -> list[Item]:
        held = self._known(task)
        response = {"data": self._results(held)} if held.state == "done" else {}
        return [_about(task) | {"request": [held.extra["body"]], "response": response}]

    def _media(self, task: Task) -> list[Item]:
        operation, media = task.get("operation"), task.get("media")
        if operation not in ("upload", "delete") or not isinstance(media, str):
            words = "operation must be upload or delete, and media a string"
            raise Refused(_error(task, "invalidParameter", words, "operation"))
        said = _about(task) | {"operation": operation}
        if operation == "upload":
            kept = self._kept(task, media, "media")
            return [said | {"mediaUUID": kept, "mediaURL": self._house.kept_link(kept)}]
        if self._house.kept(media) is None:
            raise Refused(_error(task, "mediaNotFound", "No such media", "media"))
        self._house.drop(media)
        return [said | {"mediaUUID": media}]

    def _image(self, task: Task) -> list[Item]:
        if not isinstance(task.get("image"), str):
            raise Refused(_error(task, "missingParameter", "image is required", "image"))
        kept = self._kept(task, task["image"], "image")
        return [_about(task) | {"imageUUID": kept, "imageURL": self._house.kept_link(kept)}]

    def _kept(self, task: Task, media: str, parameter: str) -> str:
        content = fetch(media) if media.startswith("http") else decoded(media)
        if not content:
            words = f"{parameter} must be a URL, a data URI or base64"
            raise Refused(_error(task, "invalidParameter", words, parameter))
        is_picture = look_at_picture(content) is not None
        if not is_picture and look_at_movie(content) is None:
            words = f"{parameter} is neither a picture nor a movie"
            raise Refused(_error(task, "unsupportedMedia", words, parameter))
        return self._house.keep(content, "image/png" if is_picture else "video/mp4")

    def _known(self, task: Task) -> Held:
        held = self._house.held(task["taskUUID"])
        if held is None or held.service != NAME:
            words = "The task failed or was not found"
            raise Refused(_error(task, "taskFailedOrNotFound", words, "taskUUID"))
        return held

    def _results(self, held: Held) -> list[Item]:
        task: Task = held.extra["body"]
        return [self._result(held, task, index) for index in range(held.results)]

    def _result(self, held: Held, task: Task, index: int) -> Item:
        movie, *frames = held.of(index)
        item = _about(task) | {
            "videoUUID": movie.id,
            "videoURL": self._house.link(movie, held),
            "seed": held.seed + index,
        }
        if frames:
            item["outputs"] = {
                "files": [
                    {"uuid": file.id, "type": "exr", "url": self._house.link(file, held)}
                    for file in frames
                ]
            }
        if task.get("includeCost"):
            item["cost"] = float(cost(VideoTask.model_validate(task), held.spec.seconds))
        if task.get("safety", {}).get("checkContent"):
            item["NSFWContent"] = False
        return item

    def _letters(self, held: Held) -> list[tuple[bytes, dict[str, str]]]:
        """Return one flat webhook for each result, or one that tells the failure."""
        if held.state == "done":
            items = self._results(held)
        else:
            error = _error(held.extra["body"], ENDS[held.state], held.failure or "Canceled")
            items = [_about(held.extra["body"]) | {"errors": [error]}]
        return [(json.dumps(item).encode(), {"Content-Type": "application/json"}) for item in items]

    def _spec(self, task: Task, order: VideoTask) -> Spec:
        """Return what is to be made. Raises Refused for media that cannot be used."""
        like = self._pictures(task, order)
        seconds: float = order.seconds
        if order.inputs.video:
            like, seconds = self._footage(task, order.inputs.video)
        return Spec.model_validate(
            {
                "size": order.size or cell_like(like or (16, 9), order.tier),
                "seconds": max(1, round(seconds)),
                "hdr": order.settings.hdr,
                "exr": order.settings.exr_export,
                "loop": order.settings.loop,
                "seed": seed_of(order.positive_prompt),
                "format": order.output_format.lower(),
            }
        )

    def _pictures(self, task: Task, order: VideoTask) -> Size | None:
        """Return the size of the first picture whose bytes are here."""
        sizes: list[Size] = []
        for image in order.inputs.frame_images or ():
            name = image.image if isinstance(image, FrameImage) else image
            if name.startswith("http"):
                continue
            content = self._uploaded(name) if is_uuid4(name) else decoded(name)
            size = look_at_picture(content) if content else None
            if size is None:
                words = "An image of frameImages was not found or cannot be read"
                raise Refused(_error(task, "invalidImage", words, "inputs.frameImages"))
            sizes.append(size)
        return sizes[0] if sizes else None

    def _footage(self, task: Task, name: str) -> Footage:
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
            raise Refused(_error(task, "invalidVideo", words, "inputs.video"))
        return footage

    def _made(self, name: str) -> Held | None:
        """Return the task that made the video of that UUID."""
        for held in self._house.all_held(NAME):
            if any(file.id == name for file in held.files):
                return held
        return None

    def _uploaded(self, name: str) -> bytes | None:
        kept = self._house.kept(name)
        return kept[0] if kept else None


def _tasks(body: bytes) -> list[Task] | None:
    try:
        tasks = json.loads(body)
    except ValueError:
        return None
    if not isinstance(tasks, list) or not tasks or not all(isinstance(t, dict) for t in tasks):
        return None
    return tasks


def _key(request: Request, tasks: list[Task]) -> tuple[str | None, list[Task], list[Item]]:
    """Return the key, the tasks that are left, and what an authentication task is answered."""
    if tasks[0].get("taskType") == "authentication":
        session = {"taskType": "authentication", "connectionSessionUUID": str(uuid4())}
        return str(tasks[0].get("apiKey", "")), tasks[1:], [session]
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return (key.strip() if scheme.lower() == "bearer" else None), tasks, []


def _answered(data: list[Item], errors: list[Item], *, asked: list[Task]) -> Response:
    body: dict[str, Any] = {"data": data} | ({"errors": errors} if errors else {})
    polls = all(task.get("taskType") == "getResponse" for task in asked)
    unknown = all(error["code"] == "taskFailedOrNotFound" for error in errors)
    if not errors or data or (polls and not unknown):
        return JSONResponse(body)
    return JSONResponse({"errors": errors}, 404 if unknown else 400)


def _about(task: Task) -> Item:
    return {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}


def _error(task: Task, code: str, message: str, parameter: str | list[str] | None = None) -> Item:
    item = {"code": code, "message": message, "documentation": DOCUMENTATION}
    named = {
        "taskType": task.get("taskType"),
        "taskUUID": task.get("taskUUID"),
        "parameter": parameter,
    }
    return item | {name: value for name, value in named.items() if value is not None}


def _words(status: int, sentence: str) -> Any:
    code = "rateLimitExceeded" if status == 429 else "serviceUnavailable"
    return {"errors": [_error({}, code, sentence)]}


def _faulty(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"errors": [_error({}, code, message)]}, status, headers=headers)
