"""Runware: the task of every kind of order, and what is read of every kind of response."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from answerprint.errors import (
    AuthenticationError,
    CreditError,
    InvalidOrderError,
    ModerationError,
    RateLimitError,
    ResultExpiredError,
    ServiceDownError,
    ServiceError,
)
from answerprint.providers.job import JobState
from answerprint.providers.runware import Runware, sighted
from answerprint.providers.service import Ask, Upload
from answerprint.providers.wire import Answer

from .loopback import (
    LAST,
    MP4,
    PNG,
    TAKE,
    TASK,
    WRONG,
    ZIP,
    Spoken,
    composed,
    job_of,
    refused,
    speaking,
)  # fmt: skip

WIDE = {"width": 1280, "height": 720}
FOOTAGE = {"inputs": {"video": TAKE}}
EDIT = {"source": TAKE, "edit": {"strength": "flex_1"}}
SETTINGS = {"settings": {"edit": {"strength": "flex_1"}}}
ITEM = {"taskType": "videoInference", "taskUUID": TASK}
DONE = ITEM | {"status": "success", "videoUUID": "v1", "videoURL": MP4}
GONE = {"errors": [{"code": "taskFailedOrNotFound", "message": "no such task", "taskUUID": TASK}]}


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    with speaking("runware") as told:
        yield told


def at(picture: str, frame: str | int) -> dict[str, str | int]:
    return {"image": picture, "frame": frame}


@pytest.mark.parametrize(
    ("keys", "task"),
    [
        ({}, WIDE),
        ({"resolution": "1080p", "seconds": 10}, {"width": 1920, "height": 1080, "duration": 10}),
        ({"resolution": "360p", "aspect": "21:9"}, {"width": 840, "height": 360}),
        ({"size": "960x960", "seconds": "5s"}, {"width": 960, "height": 960, "duration": 5}),
        ({"hdr": True, "exr": True, "loop": False}, WIDE | {"settings": {"hdr": True, "exrExport": True}}),
        ({"loop": True, "hdr": False}, WIDE | {"settings": {"loop": True}}),
        ({"anchors": {"first": PNG}, "resolution": "540p"}, {"resolution": "540p", "inputs": {"frameImages": [at(PNG, "first")]}}),
        ({"anchors": {"last": "first.png"}}, {"inputs": {"frameImages": [at("first", "last")]}}),
        ({"anchors": {"first": PNG}, "aspect": "1:1"}, {"width": 960, "height": 960, "inputs": {"frameImages": [at(PNG, "first")]}}),
        ({"anchors": {"first": PNG, "last": LAST}, "keyframes": [{"picture": TAKE}]}, {"inputs": {"frameImages": [at(PNG, "first"), TAKE, at(LAST, "last")]}}),
        ({"keyframes": [{"picture": PNG}, {"picture": "asset:u1", "at": 80}, {"picture": LAST, "at": -1}, {"picture": LAST, "at": "last"}]},
         {"inputs": {"frameImages": [PNG, at("u1", 80), at(LAST, -1), at(LAST, "last")]}}),
        (EDIT | {"seconds": 5}, FOOTAGE | SETTINGS),
        (EDIT | {"resolution": "1080p", "aspect": "1:1", "hdr": True}, FOOTAGE | {"resolution": "1080p", "settings": {"hdr": True} | SETTINGS["settings"]}),
        (EDIT | {"size": "1920x1080"}, FOOTAGE | SETTINGS | {"resolution": "1080p"}),
        ({"source": "generation:v1", "edit": {"auto": True}}, {"inputs": {"video": "v1"}, "settings": {"edit": {"autoControls": True}}}),
        ({"source": TAKE, "edit": {"face": True, "pose": "precise", "depth": 0, "normals": 0.5, "trajectory": 1}},
         FOOTAGE | {"settings": {"edit": {"controls": {"face": True, "poseStrength": "precise", "depthBlur": 0.0, "normalsAugmentation": 0.5, "trajectorySparsity": 1.0}}}}),
        ({"source": TAKE, "reframe": {}, "aspect": "9:16", "seconds": 5}, FOOTAGE | {"width": 720, "height": 1280}),
        ({"source": TAKE, "reframe": {"position": {"x": -2, "y": 0, "width": 0.5, "height": 2}}, "size": "1080x1920"},
         FOOTAGE | {"width": 1080, "height": 1920, "settings": {"sourcePosition": {"x": -2.0, "y": 0.0, "width": 0.5, "height": 2.0}}}),
        ({"format": "webm", "quality": 90, "ttl": 60, "upload": "https://h.example/put", "results": 4, "safety": {"check": True, "mode": "fast"}},
         WIDE | {"outputFormat": "WEBM", "outputQuality": 90, "ttl": 60, "uploadEndpoint": "https://h.example/put", "numberResults": 4, "safety": {"checkContent": True, "mode": "fast"}}),
    ],
)  # fmt: skip
def test_an_order_is_one_task(keys: dict[str, Any], task: dict[str, Any]) -> None:
    common = ITEM | {"model": "luma:ray@3.2", "positivePrompt": "A bay at dawn"}
    asked = {"deliveryMethod": "async", "outputType": "URL", "includeCost": True}
    path, body = composed("runware", **keys)
    assert (path, body) == ("", [common | asked | task])
    assert Runware().hook(Ask(path, body), "https://h.example").body[0]["webhookURL"] == "https://h.example"  # fmt: skip


@pytest.mark.parametrize(
    ("body", "state", "kinds"),
    [
        ({}, JobState.RUNNING, []),
        ({"data": []}, JobState.RUNNING, []),
        ({"data": [ITEM | {"status": "queued"}]}, JobState.QUEUED, []),
        ({"data": [ITEM | {"status": "pending", "videoURL": None}]}, JobState.RUNNING, []),
        ({"data": [ITEM | {"status": "dreaming"}]}, JobState.RUNNING, []),
        ({"data": [DONE | {"taskUUID": "another"}]}, JobState.RUNNING, []),
        ({"data": [None, DONE]}, JobState.SUCCEEDED, ["movie"]),
        ({"data": DONE}, JobState.SUCCEEDED, ["movie"]),
        (DONE | {"new": {"a": 1}}, JobState.SUCCEEDED, ["movie"]),
        ({"data": [ITEM | {"videoURL": MP4, "taskUUID": None}]}, JobState.SUCCEEDED, ["movie"]),
        ({"data": [DONE | {"outputs": {"files": [None, {"type": "exr", "url": ZIP}]}}]}, JobState.SUCCEEDED, ["movie", "frames"]),
        ({"data": [ITEM | {"status": "error", "error": {"code": "inferenceError"}}]}, JobState.FAILED, []),
        ({"errors": [{"code": "taskCancelled"}]}, JobState.CANCELED, []),
        (ITEM | {"errors": [{"code": "inferenceError"}]}, JobState.FAILED, []),
    ],
)  # fmt: skip
def test_a_response_or_webhook_is_read(
    body: dict[str, Any], state: JobState, kinds: list[str]
) -> None:
    seen = sighted(body, job_of("runware"))
    assert (seen.state, [link.kind for link in seen.links]) == (state, kinds)
    assert seen.service_id == TASK


def test_a_result_tells_cost_seed_and_flags() -> None:
    told = {"seed": 7, "cost": 0.3, "NSFWContent": True}
    seen = sighted({"data": [DONE | told]}, job_of("runware"))
    assert (seen.cost, seen.seed, seen.flags) == (Decimal("0.3"), 7, ("nsfw",))
    assert seen.generation == "v1"
    free = sighted({"data": [DONE | {"cost": 0}]}, job_of("runware"))
    assert free.cost == Decimal(0)
    assert sighted({"data": [DONE]}, job_of("runware")).cost is None


def test_several_results_are_waited_for_and_one_that_failed_is_not() -> None:
    job = job_of("runware", results=2)
    other = DONE | {"videoUUID": "v2", "videoURL": MP4.replace("a.mp4", "b.mp4"), "cost": 0.3}
    assert sighted({"data": [DONE]}, job).state is JobState.RUNNING
    both = sighted({"data": [DONE | {"cost": 0.3}, other]}, job)
    assert [link.name for link in both.links] == ["video", "video-2"]
    assert both.cost == Decimal("0.6")
    half = sighted({"data": [DONE], "errors": [{"code": "inferenceError"}]}, job)
    assert (half.state, len(half.links)) == (JobState.SUCCEEDED, 1)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("state", ["processing", "success", "error"])
def test_nothing_wrong_in_an_answer_raises(value: Any, state: str) -> None:
    fields = ("progress", "videoURL", "videoUUID", "outputs", "cost", "seed", "NSFWContent", "error", "message", "code")  # fmt: skip
    item = ITEM | dict.fromkeys(fields, value) | {"status": state}
    for body in ({"data": [item, value]}, item, {"data": value, "errors": value}, {"error": value}, {"errors": [value, {"message": value}]}):  # fmt: skip
        sighted(body, job_of("runware"))
        assert isinstance(Runware().words(body), str)
    sighted({"data": [DONE | {"status": value, "taskUUID": value}]}, job_of("runware"))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"errors": [{"code": "invalidDuration", "message": "5 or 10", "parameter": ["duration"]}]}, InvalidOrderError),
        (200, {"errors": [{"code": "providerContentPolicyViolation", "message": "No."}]}, ModerationError),
        (400, {"errors": [{"code": "promptBlocked"}]}, ModerationError),
        (400, {"errors": [{"code": "insufficientCredits"}]}, CreditError),
        (200, {"errors": [{"code": "paymentRequired"}]}, CreditError),
        (200, {"errors": [{"code": "invalidApiKey"}]}, AuthenticationError),
        (401, {"error": {"code": "invalidApiKey"}}, AuthenticationError),
        (403, {"errors": ["suspended"]}, AuthenticationError),
        (200, {"error": {"code": "rateLimitExceeded"}}, RateLimitError),
        (429, {}, RateLimitError),
        (404, GONE, ResultExpiredError),
        (200, {"errors": [{"code": "internalError"}]}, ServiceDownError),
        (200, {}, ServiceDownError),
        (503, "closed", ServiceDownError),
        (302, {}, ServiceDownError),
    ],
)  # fmt: skip
def test_what_a_refusal_stands_for(status: int, body: Any, kind: type[ServiceError]) -> None:
    assert type(refused("runware", status, body)) is kind


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (402, CreditError), (403, AuthenticationError), (429, RateLimitError), (500, ServiceDownError), (503, ServiceDownError), (404, ResultExpiredError)])  # fmt: skip
def test_a_refused_look_ends_no_job(spoken: Spoken, status: int, kind: type[ServiceError]) -> None:
    """What is wrong with the key or the house is raised: the task itself may be well."""
    code = "taskFailedOrNotFound" if status == 404 else "invalidApiKey" if status == 401 else "x"
    spoken.script = [(status, {"errors": [{"code": code, "taskUUID": TASK}]})]
    with pytest.raises(kind):
        Runware().look(spoken.wire, job_of("runware"))


@pytest.mark.parametrize("code", ["rateLimitExceeded", "invalidApiKey", "taskFailedOrNotFound"])
def test_a_look_refused_beside_200_ends_no_job(spoken: Spoken, code: str) -> None:
    spoken.script = [(200, {"data": [], "errors": [{"code": code}]})]
    with pytest.raises(ServiceError):
        Runware().look(spoken.wire, job_of("runware"))


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_failed_task_is_told_by_a_look(spoken: Spoken, status: int) -> None:
    error = {"code": "inferenceError", "message": "It broke.", "status": "error", "taskUUID": TASK}
    spoken.script = [(status, {"data": [], "errors": [error]})]
    seen, _ = Runware().look(spoken.wire, job_of("runware"))
    assert (seen.state, seen.failure) == (JobState.FAILED, "failed")
    assert seen.words == "inferenceError: It broke."


def test_a_task_is_found_by_our_name_or_surely_not_there(spoken: Spoken) -> None:
    expired = (404, {"errors": [{"code": "resultExpired"}]})
    spoken.script = [(404, GONE), (200, {"data": [DONE]}), expired, (401, {})]
    assert Runware().find(spoken.wire, job_of("runware")) is None
    found = Runware().find(spoken.wire, job_of("runware"))
    assert found is not None
    assert found[0].state is JobState.SUCCEEDED
    for kind in (ResultExpiredError, AuthenticationError):
        with pytest.raises(kind):
            Runware().find(spoken.wire, job_of("runware"))
    assert json.loads(spoken.heard[0][2]) == [{"taskType": "getResponse", "taskUUID": TASK}]


@pytest.mark.parametrize("body", [{}, {"data": [ITEM]}, {"data": None}, {"data": [{"a": 1}]}, []])
def test_an_acknowledged_task_has_our_name(body: Any) -> None:
    assert Runware().read_submit(Answer(200, body), job_of("runware")).service_id == TASK


def test_uploads_have_a_name_of_their_own_each(spoken: Spoken) -> None:
    upload = Upload("a.png", "image/png", b"123")
    spoken.script = [(200, {"data": [{"mediaUUID": "m1"}]}), (200, {"data": [{"imageUUID": "m2"}]}), (200, {"data": []})]  # fmt: skip
    assert [Runware().upload(spoken.wire, upload) for _ in range(2)] == ["asset:m1", "asset:m2"]
    tasks = [json.loads(content)[0] for _, _, content in spoken.heard]
    assert tasks[0]["media"] == "data:image/png;base64,MTIz"
    assert len({UUID(task["taskUUID"], version=4) for task in tasks}) == 2
    with pytest.raises(ServiceDownError, match=r"a\.png"):
        Runware().upload(spoken.wire, upload)
