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
from starlette.routing import BaseRoute

from answerprint.rehearsal.door import Door, Refused, admit, bearer
from answerprint.rehearsal.house import Held, House, Spec, seed_of
from answerprint.rehearsal.intake import cell_like, look_at_picture, pin_pictures
from answerprint.rehearsal.runware.items import Item, Task, TaskRefused, about, error, refusal
from answerprint.rehearsal.runware.media import Media
from answerprint.rehearsal.runware.price import cost
from answerprint.rehearsal.runware.rules import frames_of, parsed
from answerprint.rehearsal.runware.task import VideoTask, is_uuid4

NAME: Final = "runware"
PHRASES: Final = {
    401: "Invalid API key",
    402: "Insufficient credits to perform this task",
    403: "This account is suspended",
}
ENDS: Final = {
    "failed": "inferenceError",
    "moderated": "contentPolicyViolation",
    "canceled": "taskCancelled",
}
"""Codes of tasks that ended without a result, from the SDK's families."""


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the service, below its path."""
    # The key may be a task of the body, so it is the desk that looks at it.
    door = Door(house, refusal, lambda _: None)
    return [door.route("POST", "/", _Desk(house).answer)]


class _Desk:
    """Where tasks come in, whatever their type."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._media = Media(house, NAME)
        self._types: dict[str, Callable[[Task], list[Item]]] = {
            "videoInference": self._video,
            "getResponse": self._response,
            "getTaskDetails": self._details,
            "mediaStorage": self._media.store,
            "imageUpload": self._media.store_image,
        }

    async def answer(self, request: Request) -> Response:
        """Answer a whole array."""
        tasks = _tasks(await request.body())
        if tasks is None:
            raise Refused(400, "The body must be a JSON array of tasks")
        key, tasks, data = _key(request, tasks)
        admit(key, PHRASES)
        crowd = self._house.crowded(NAME)
        if crowd and any(task.get("taskType") == "videoInference" for task in tasks):
            return JSONResponse(refusal(429, crowd), 429, headers={"Retry-After": "1"})
        errors: list[Item] = []
        for task in tasks:
            try:
                # Media may lie on our own shelf, which this thread serves.
                data += await run_in_threadpool(self._done, task)
            except TaskRefused as no:
                errors += no.errors
        return _answered(data, errors, asked=tasks)

    def _done(self, task: Task) -> list[Item]:
        if task.get("taskType") not in self._types:
            raise TaskRefused(error(task, "invalidTaskType", "Unknown taskType", "taskType"))
        if not is_uuid4(str(task.get("taskUUID", ""))):
            raise TaskRefused(
                error(task, "invalidTaskUUID", "taskUUID must be a UUID v4", "taskUUID")
            )
        return self._types[task["taskType"]](task)

    def _video(self, task: Task) -> list[Item]:
        order = parsed(task)
        if isinstance(order, list):
            raise TaskRefused(*(error(task, *fault) for fault in order))
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
            raise TaskRefused(error(task, "conflictTaskUUID", words, "taskUUID")) from None
        return [{"taskType": "videoInference", "taskUUID": order.task_uuid}]

    def _response(self, task: Task) -> list[Item]:
        held = self._known(task)
        if held.state in ENDS:
            raise TaskRefused(_end(held))
        if held.state == "done":
            return [item | {"status": "success"} for item in self._results(held)]
        progress = round(100 * held.progress)
        return [about(held.extra["body"]) | {"status": "processing", "progress": progress}]

    def _details(self, task: Task) -> list[Item]:
        held = self._known(task)
        response = {"data": self._results(held)} if held.state == "done" else {}
        return [about(task) | {"request": [held.extra["body"]], "response": response}]

    def _known(self, task: Task) -> Held:
        held = self._house.held(task["taskUUID"])
        if held is None or held.service != NAME:
            words = "The task failed or was not found"
            raise TaskRefused(error(task, "taskFailedOrNotFound", words, "taskUUID"))
        return held

    def _results(self, held: Held) -> list[Item]:
        task: Task = held.extra["body"]
        return [self._result(held, task, index) for index in range(held.results)]

    def _result(self, held: Held, task: Task, index: int) -> Item:
        movie, *frames = held.of(index)
        item = about(task) | {
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
            items = [about(held.extra["body"]) | {"errors": [_end(held)]}]
        return [(json.dumps(item).encode(), {"Content-Type": "application/json"}) for item in items]

    def _spec(self, task: Task, order: VideoTask) -> Spec:
        """Return what is to be made. Raises TaskRefused for media that cannot be used."""
        pictures = self._media.pictures(task, order)
        like = next((look_at_picture(picture) for picture in pictures if picture), None)
        seconds: float = order.seconds
        if order.inputs.video:
            like, seconds = self._media.footage(task, order.inputs.video)
        return Spec.model_validate(
            {
                "size": order.size or cell_like(like or (16, 9), order.tier),
                "seconds": max(1, round(seconds)),
                "hdr": order.settings.hdr,
                "exr": order.settings.exr_export,
                "loop": order.settings.loop,
                "seed": seed_of(order.positive_prompt),
                "format": order.output_format.lower(),
                "pins": pin_pictures(zip(frames_of(order, seconds), pictures, strict=True)),
            }
        )


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
    return bearer(request), tasks, []


def _end(held: Held) -> Item:
    """Return the error of a task that ended without a result."""
    return error(held.extra["body"], ENDS[held.state], held.failure or "Canceled")


def _answered(data: list[Item], errors: list[Item], *, asked: list[Task]) -> Response:
    body: dict[str, Any] = {"data": data} | ({"errors": errors} if errors else {})
    polls = all(task.get("taskType") == "getResponse" for task in asked)
    unknown = all(item["code"] == "taskFailedOrNotFound" for item in errors)
    if not errors or data or (polls and not unknown):
        return JSONResponse(body)
    return JSONResponse({"errors": errors}, 404 if unknown else 400)
