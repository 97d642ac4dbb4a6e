"""The items of a Runware answer: what every one of them repeats of its task, and errors."""

from typing import Any, Final

Task = dict[str, Any]
Item = dict[str, Any]

DOCUMENTATION: Final = "https://runware.ai/docs/platform/errors"
CODES: Final = {
    400: "invalidRequest",
    401: "invalidApiKey",
    402: "insufficientCredits",
    403: "accountSuspended",
    429: "rateLimitExceeded",
}
"""Codes of refusals that concern a whole request."""


class TaskRefused(Exception):  # noqa: N818  what the service does, not what went wrong here
    """A task is not taken; the items are its errors."""

    def __init__(self, *errors: Item) -> None:
        super().__init__(errors)
        self.errors = list(errors)


def about(task: Task) -> Item:
    """Return what the items of a task's answer begin with."""
    return {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}


def error(task: Task, code: str, message: str, parameter: str | list[str] | None = None) -> Item:
    """Return the item of an error, which names of the task and its parameter what is known."""
    item = {"code": code, "message": message, "documentation": DOCUMENTATION}
    named = {
        "taskType": task.get("taskType"),
        "taskUUID": task.get("taskUUID"),
        "parameter": parameter,
    }
    return item | {name: value for name, value in named.items() if value is not None}


def refusal(status: int, sentence: str) -> dict[str, Any]:
    """Return the body of a refusal of the whole request."""
    return {"errors": [error({}, CODES.get(status, "serviceUnavailable"), sentence)]}
