"""Luma's Agents API: what is sent for every kind of order, and what is read of every kind of answer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from answerprint.errors import (
    AuthenticationError,
    CreditError,
    InvalidOrderError,
    ModerationError,
    OrderError,
    RateLimitError,
    ResultExpiredError,
    ServiceDownError,
    ServiceError,
    UnansweredError,
    UsageError,
)
from answerprint.providers.job import JobState
from answerprint.providers.luma import Luma, sighted
from answerprint.providers.rules import preflight
from answerprint.providers.service import Ask, Upload
from answerprint.providers.wire import Answer

from .loopback import (
    LAST,
    MP4,
    PNG,
    TAKE,
    WRONG,
    ZIP,
    Spoken,
    composed,
    job_of,
    order_of,
    refused,
    speaking,
)  # fmt: skip

EDIT = {"source": "generation:g1"}
DATA = "data:image/png;base64,AAAA"
SOURCE = {"type": "video_edit", "source": {"generation_id": "g1"}}


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    with speaking("luma") as told:
        yield told


@pytest.mark.parametrize(
    ("keys", "body"),
    [
        ({}, {}),
        ({"seconds": 10, "aspect": "21:9", "resolution": "360p"}, {"aspect_ratio": "21:9", "video": {"resolution": "360p", "duration": "10s"}}),
        ({"size": "1440x1440", "seconds": "5s"}, {"aspect_ratio": "1:1", "video": {"resolution": "1080p", "duration": "5s"}}),
        ({"hdr": True, "exr": True}, {"video": {"hdr": True, "exr_export": True}}),
        ({"hdr": False, "loop": True}, {"video": {"loop": True}}),
        ({"anchors": {"first": PNG, "last": DATA}}, {"video": {"start_frame": {"url": PNG}, "end_frame": {"data": "AAAA", "media_type": "image/png"}}}),
        ({"anchors": {"first": "generation:g1"}}, {"video": {"start_frame": {"generation_id": "g1"}}}),
        ({"anchors": {"last": "first.png"}}, {"video": {"end_frame": {"file_id": "first"}}}),
        ({"keyframes": [{"picture": PNG}, {"picture": PNG}, {"picture": LAST}], "seconds": 10},
         {"video": {"duration": "10s", "keyframes": [{"url": PNG}, {"url": PNG}, {"url": LAST}], "keyframe_indexes": [0, 120, 240]}}),
        ({"keyframes": [{"picture": PNG, "at": "first"}, {"picture": PNG, "at": 30}, {"picture": LAST, "at": -1}]},
         {"video": {"keyframes": [{"url": PNG}, {"url": PNG}, {"url": LAST}], "keyframe_indexes": [0, 30, 120]}}),
        (EDIT | {"seconds": 5, "aspect": "1:1"}, SOURCE),
        (EDIT | {"edit": {"auto": True}, "hdr": True}, SOURCE | {"video": {"hdr": True, "edit": {"auto_controls": True}}}),
        (EDIT | {"edit": {"strength": "flex_2"}, "anchors": {"first": PNG}, "resolution": "1080p"},
         SOURCE | {"video": {"resolution": "1080p", "start_frame": {"url": PNG}, "edit": {"strength": "flex_2"}}}),
        (EDIT | {"edit": {"face": True, "pose": "coarse", "depth": 0, "normals": 0.5, "trajectory": 1}},
         SOURCE | {"video": {"edit": {"controls": {
             "face": {"enabled": True}, "pose": {"enabled": True, "strength": "coarse"}, "depth": {"enabled": True, "blur": 0.0},
             "normals": {"enabled": True, "augmentation": 0.5}, "trajectory": {"enabled": True, "sparsity": 1.0}}}}}),
        (EDIT | {"keyframes": [{"picture": PNG, "at": 0}, {"picture": LAST, "at": 200}]},
         SOURCE | {"video": {"edit": {"keyframes": [{"url": PNG}, {"url": LAST}], "keyframe_indexes": [0, 200]}}}),
        ({"source": TAKE, "reframe": {"position": {"x": -1, "y": 0, "width": 0.5, "height": 2}}, "aspect": "9:16", "seconds": 5},
         {"type": "video_reframe", "aspect_ratio": "9:16", "source": {"url": TAKE, "media_type": "video/quicktime"},
          "video": {"source_position": {"x_norm": -1.0, "y_norm": 0.0, "w_norm": 0.5, "h_norm": 2.0}}}),
        ({"source": "https://host.example/take", "reframe": {}, "aspect": "1:1"},
         {"type": "video_reframe", "aspect_ratio": "1:1", "source": {"url": "https://host.example/take", "media_type": "video/mp4"}}),
    ],
)  # fmt: skip
def test_an_order_is_one_generation(keys: dict[str, Any], body: dict[str, Any]) -> None:
    common = {"model": "ray-3.2", "prompt": "A bay at dawn", "type": "video"}
    assert composed("luma", **keys) == ("generations", common | body)


@pytest.mark.parametrize("at", [None, "first", "last", -1])
def test_a_keyframe_of_an_edit_without_a_number_never_gets_there(at: Any) -> None:
    order = order_of(**EDIT, keyframes=[{"picture": PNG, "at": at}])
    with pytest.raises(OrderError, match="keyframes"):
        preflight(order, "luma")


@pytest.mark.parametrize(
    ("body", "state", "kinds"),
    [
        ({"state": "queued", "output": []}, JobState.QUEUED, []),
        ({"state": "processing"}, JobState.RUNNING, []),
        ({"state": "dreaming"}, JobState.RUNNING, []),
        ({}, JobState.RUNNING, []),
        ({"state": "completed", "output": [{"type": "video", "url": MP4}]}, JobState.SUCCEEDED, ["movie"]),
        ({"state": "completed", "output": [{"type": "exr", "url": ZIP}, None, {"type": "video", "url": MP4, "layer": {"z": 1}}]}, JobState.SUCCEEDED, ["movie", "frames"]),
        ({"state": "completed", "output": [{"type": "file", "url": "https://c.example/a.exr?s=1"}]}, JobState.SUCCEEDED, ["frames"]),
        ({"state": "completed", "output": None}, JobState.SUCCEEDED, []),
        ({"state": "failed"}, JobState.FAILED, []),
    ],
)  # fmt: skip
def test_a_generation_is_read(body: dict[str, Any], state: JobState, kinds: list[str]) -> None:
    seen = sighted({"id": "g1", "model": "ray-3.2", "new": {"a": 1}} | body)
    assert (seen.state, [link.kind for link in seen.links]) == (state, kinds)
    assert seen.service_id == "g1"
    assert seen.generation == ("g1" if state is JobState.SUCCEEDED else None)
    assert seen.failure == ("failed" if state is JobState.FAILED else None)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("content_moderated", "moderated"), ("generation_failed", "failed"), ("budget_exhausted", "credit"),
        ("output_not_found", "expired"), ("image_too_large", "invalid"), ("unsupported_format", "invalid"),
        ("corrupt_input", "invalid"), ("invalid_request", "invalid"), ("rate_limited", "rate"), ("new", "failed"),
    ],
)  # fmt: skip
def test_why_it_failed(code: str, kind: str) -> None:
    seen = sighted({"state": "failed", "failure_code": code, "failure_reason": "Because."})
    assert (seen.failure, seen.words) == (kind, f"{code} Because.")


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("state", ["processing", "completed", "failed"])
def test_nothing_wrong_in_an_answer_raises(value: Any, state: str) -> None:
    fields = ("id", "output", "failure_code", "failure_reason", "created_at")
    sighted(dict.fromkeys(fields, value) | {"state": state})
    sighted({"state": value, "output": [value, {"type": value, "url": value}]})


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"detail": "bad aspect"}, InvalidOrderError, "bad aspect"),
        (422, {"detail": [{"loc": ["video"], "msg": "hdr needs 720p"}]}, InvalidOrderError, "hdr needs 720p"),
        (422, {"detail": "Blocked by content moderation"}, ModerationError, "Blocked"),
        (401, {"detail": "Invalid API key"}, AuthenticationError, "Invalid"),
        (402, {"error": {"message": "Insufficient balance"}}, CreditError, "Insufficient"),
        (403, {"detail": None}, AuthenticationError, ""),
        (404, {"detail": "generation not found"}, ResultExpiredError, "not found"),
        (413, {}, InvalidOrderError, ""),
        (429, {"detail": "Too many concurrent jobs"}, RateLimitError, "concurrent"),
        (502, "<html>", ServiceDownError, ""),
        (503, ["x"], ServiceDownError, ""),
    ],
)  # fmt: skip
def test_what_a_refusal_stands_for(status: int, body: Any, kind: type[ServiceError], words: str) -> None:  # fmt: skip
    problem = refused("luma", status, body)
    assert type(problem) is kind
    assert words in problem.words


@pytest.mark.parametrize("body", [{}, {"id": None, "state": "queued"}, [], "taken"])
def test_a_job_taken_without_a_name_is_unanswered(body: Any) -> None:
    with pytest.raises(UnansweredError):
        Luma().read_submit(Answer(201, body), job_of("luma"))
    named = Luma().read_submit(Answer(201, {"id": "g1", "state": "queued"}), job_of("luma"))
    assert named.service_id == "g1"


def test_looking_asks_by_their_name(spoken: Spoken) -> None:
    spoken.script = [(200, {"id": "theirs", "state": "completed"}), (200, ["no object"])]
    assert Luma().look(spoken.wire, job_of("luma"))[0].state is JobState.SUCCEEDED
    assert Luma().look(spoken.wire, job_of("luma"))[0].state is JobState.RUNNING
    assert spoken.heard[0][:2] == ("GET", "/generations/theirs")


def test_a_file_is_created_put_and_awaited(spoken: Spoken) -> None:
    made = {"id": "f1", "state": "pending", "upload": {"url": f"{spoken.base}/put", "method": "PUT", "headers": {}}}  # fmt: skip
    spoken.script = [(201, made), (200, b""), (200, {}), (200, {"state": "pending"}), (200, {"state": "ready"})]  # fmt: skip
    assert Luma().upload(spoken.wire, Upload("a.png", "image/png", b"123")) == "asset:f1"
    asked = json.loads(spoken.heard[0][2])
    assert asked == {"mime_type": "image/png", "size_bytes": 3, "filename": "a.png"}
    paths = [path for _, path, _ in spoken.heard]
    assert paths == ["/files", "/put", "/files/f1/complete", "/files/f1", "/files/f1"]


@pytest.mark.parametrize(
    "made", [{}, [], {"id": "f1"}, {"id": "f1", "upload": None}, {"upload": {"url": MP4}}]
)
def test_a_file_without_a_place_is_told(spoken: Spoken, made: Any) -> None:
    spoken.script = [(201, made)]
    with pytest.raises(ServiceError, match=r"a\.png"):
        Luma().upload(spoken.wire, Upload("a.png", "image/png", b"123"))


def test_luma_calls_nobody() -> None:
    with pytest.raises(UsageError, match="no webhook"):
        Luma().hook(Ask("generations", {}), "https://h.example")
