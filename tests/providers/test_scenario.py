"""Scenario: the inputs of every kind of order, and what is read of every kind of job, asset and upload."""

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
)
from answerprint.providers import scenario
from answerprint.providers.job import JobState
from answerprint.providers.rules import preflight
from answerprint.providers.scenario import Scenario, sighted
from answerprint.providers.service import Upload
from answerprint.providers.wire import Answer

from .loopback import MP4, WRONG, Spoken, composed, job_of, order_of, refused, speaking

EDIT: dict[str, Any] = {"source": "take.mp4", "edit": {}}
MODEL = "model_luma-ray-3-2"


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    with speaking("scenario") as told:
        yield told


@pytest.mark.parametrize(
    ("keys", "model", "wanted"),
    [
        ({}, MODEL, {}),
        ({"seconds": 10, "resolution": "540p", "aspect": "4:3"}, MODEL, {"duration": "10s", "resolution": "540p", "aspectRatio": "4:3"}),
        ({"size": "720x1280", "seconds": 5}, MODEL, {"duration": "5s", "resolution": "720p", "aspectRatio": "9:16"}),
        ({"hdr": True, "loop": False}, MODEL, {"hdr": True}),
        ({"loop": True}, MODEL, {"loop": True}),
        ({"anchors": {"first": "first.png", "last": "asset:a2"}}, MODEL, {"startFrame": "first", "endFrame": "a2"}),
        (EDIT | {"seconds": 5, "aspect": "1:1", "resolution": "1080p", "hdr": True}, f"{MODEL}-edit", {"video": "take", "resolution": "1080p", "hdr": True}),
        (EDIT | {"edit": {"auto": True}}, f"{MODEL}-edit", {"video": "take", "autoControls": True}),
        ({"source": "generation:a3", "edit": {"strength": "adhere_3"}, "anchors": {"first": "asset:a1"}}, f"{MODEL}-edit",
         {"video": "a3", "editStrength": "adhere_3", "startFrame": "a1"}),
        (EDIT | {"edit": {"face": True, "pose": "coarse", "depth": 0, "normals": 0.5, "trajectory": 1}}, f"{MODEL}-edit",
         {"video": "take", "faceControlEnabled": True, "poseControlEnabled": True, "poseControlStrength": "coarse",
          "depthControlEnabled": True, "depthControlBlur": 0.0, "normalsControlEnabled": True, "normalsControlAugmentation": 0.5,
          "trajectoryControlEnabled": True, "trajectoryControlSparsity": 1.0}),
        (EDIT | {"keyframes": [{"picture": "first.png", "at": 0}, {"picture": "asset:a2", "at": 60}]}, f"{MODEL}-edit",
         {"video": "take", "keyframes": [{"keyframeImage": "first", "keyframeIndex": 0}, {"keyframeImage": "a2", "keyframeIndex": 60}]}),
        ({"source": "take.mp4", "reframe": {}, "aspect": "21:9", "seconds": 5}, f"{MODEL}-reframe", {"video": "take", "aspectRatio": "21:9"}),
    ],
)  # fmt: skip
def test_an_order_is_one_generation(keys: dict[str, Any], model: str, wanted: dict[str, Any]) -> None:  # fmt: skip
    path, body = composed("scenario", **keys)
    assert path == f"generate/custom/{model}"
    assert body == {"prompt": "A bay at dawn"} | wanted


@pytest.mark.parametrize("at", [None, "first", "last", -1])
def test_a_keyframe_without_a_number_never_gets_there(at: Any) -> None:
    order = order_of(source="asset:1", edit={}, keyframes=[{"picture": "asset:2", "at": at}])
    with pytest.raises(OrderError, match="keyframes-numbered"):
        preflight(order, "scenario")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", JobState.QUEUED), ("queued", JobState.QUEUED), ("warming-up", JobState.QUEUED),
        ("in-progress", JobState.RUNNING), ("finalizing", JobState.RUNNING), ("dreaming", JobState.RUNNING),
        (None, JobState.RUNNING), ("success", JobState.SUCCEEDED), ("failure", JobState.FAILED),
        ("canceled", JobState.CANCELED),
    ],
)  # fmt: skip
def test_a_job_is_read(status: Any, state: JobState) -> None:
    told = {"jobId": "j1", "jobType": "custom", "status": status, "progress": 0.25, "metadata": {"input": {}}, "new": 1}  # fmt: skip
    seen = sighted(told)
    assert (seen.state, seen.service_id, seen.progress) == (state, "j1", 0.25)
    assert seen.failure == ("failed" if state is JobState.FAILED else None)


@pytest.mark.parametrize(
    ("metadata", "words", "kind"),
    [
        ({"error": "Refused by moderation.", "hint": "Change it."}, "Refused by moderation. Change it.", "moderated"),
        ({"error": {"message": "It broke."}}, "It broke.", "failed"),
        (None, "", "failed"),
    ],
)  # fmt: skip
def test_why_it_failed(metadata: Any, words: str, kind: str) -> None:
    seen = sighted({"jobId": "j1", "status": "failure", "metadata": metadata})
    assert (seen.words, seen.failure) == (words, kind)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("status", ["in-progress", "success", "failure"])
def test_nothing_wrong_in_a_job_raises(value: Any, status: str) -> None:
    sighted(dict.fromkeys(("jobId", "progress", "metadata"), value) | {"status": status})
    sighted({"status": value, "metadata": {"error": value, "hint": value}})
    assert isinstance(Scenario().words({"error": value, "message": value}), str)


@pytest.mark.parametrize(
    "told", [None, [], {}, {"jobId": None}, {"jobId": "theirs", "status": "success", "metadata": None}]
)  # fmt: skip
def test_a_job_that_is_none_or_names_no_asset_raises_nothing(spoken: Spoken, told: Any) -> None:
    spoken.script = [(200, {"job": told}), (200, told)]
    for _ in range(2):
        assert Scenario().look(spoken.wire, job_of("scenario"))[0].links == ()


def test_a_finished_job_names_assets_and_each_is_asked_for(spoken: Spoken) -> None:
    metadata = {"assetIds": ["a1", None, "a2", "a3", "a4"]}
    original = {"url": "https://cdn.example/thin.webm", "originalFileUrl": MP4, "nsfw": []}
    plain = {"url": "https://cdn.example/b.mp4", "nsfw": ["nude"]}
    spoken.script = [(200, {"job": {"jobId": "theirs", "status": "success", "metadata": metadata}})]
    spoken.script += [(200, {"asset": asset}) for asset in (original, plain, {"url": None}, None)]
    seen, body = Scenario().look(spoken.wire, job_of("scenario"))
    assert [(link.name, link.url) for link in seen.links] == [("video", MP4), ("video-2", plain["url"])]  # fmt: skip
    assert (seen.generation, seen.flags) == ("a1", ("nsfw",))
    assert body["assets"][0] == original
    paths = [path for _, path, _ in spoken.heard]
    assert paths == ["/jobs/theirs", "/assets/a1", "/assets/a2", "/assets/a3", "/assets/a4"]


def test_an_asset_that_is_gone_is_told(spoken: Spoken) -> None:
    spoken.script = [(200, {"job": {"status": "success", "metadata": {"assetIds": ["a1"]}}}), (404, {})]  # fmt: skip
    with pytest.raises(ResultExpiredError):
        Scenario().look(spoken.wire, job_of("scenario"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error": "Bad Request", "message": "duration is 5s or 10s"}, InvalidOrderError, "duration is"),
        (400, {"error": {"message": "moderated prompt"}}, ModerationError, "moderated prompt"),
        (401, {"reason": "no such key"}, AuthenticationError, "no such key"),
        (402, {"error": "units"}, CreditError, "units"),
        (409, {"errors": []}, InvalidOrderError, ""),
        (429, None, RateLimitError, ""),
        (500, "<html>", ServiceDownError, ""),
    ],
)  # fmt: skip
def test_what_a_refusal_stands_for(status: int, body: Any, kind: type[ServiceError], words: str) -> None:  # fmt: skip
    problem = refused("scenario", status, body)
    assert type(problem) is kind
    assert words in problem.words


@pytest.mark.parametrize("body", [{}, {"job": None}, {"job": {"status": "queued"}}, [], "taken"])
def test_a_job_taken_without_a_name_is_unanswered(body: Any) -> None:
    with pytest.raises(UnansweredError):
        Scenario().read_submit(Answer(200, body), job_of("scenario"))
    named = Scenario().read_submit(Answer(200, {"job": {"jobId": "j1"}}), job_of("scenario"))
    assert named.service_id == "j1"


def test_a_job_is_called_off(spoken: Spoken) -> None:
    spoken.script = [(200, {"job": {"jobId": "theirs", "status": "canceled"}})]
    assert Scenario().cancel(spoken.wire, job_of("scenario")).state is JobState.CANCELED
    assert spoken.heard == [("POST", "/jobs/theirs/action", b'{"action":"cancel"}')]


def test_a_file_goes_up_in_parts(spoken: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario, "PART_BYTES", 2)
    parts = [{"number": n, "url": f"{spoken.base}/part/{n}"} for n in (2, 1)]
    done = {"upload": {"status": "imported", "entityId": "a9"}}
    spoken.script = [(200, {"upload": {"id": "u1", "parts": parts}}), (200, b""), (200, b""), (200, {})]  # fmt: skip
    spoken.script += [(200, {"upload": {"status": "validating"}}), (200, done)]
    assert Scenario().upload(spoken.wire, Upload("a.mp4", "video/mp4", b"123")) == "asset:a9"
    asked = {"kind": "video", "fileName": "a.mp4", "contentType": "video/mp4", "fileSize": 3, "parts": 2}  # fmt: skip
    assert json.loads(spoken.heard[0][2]) == asked
    assert spoken.heard[1:3] == [("PUT", "/part/1", b"12"), ("PUT", "/part/2", b"3")]
    assert spoken.heard[3] == ("POST", "/uploads/u1/action", b'{"action":"complete"}')


def test_a_link_is_taken_from_where_it_lies(spoken: Spoken) -> None:
    spoken.script = [(200, {"upload": {"id": "u1"}}), (200, {"upload": {"status": "imported", "entityId": "a9"}})]  # fmt: skip
    assert Scenario().upload(spoken.wire, Upload("a.png", "image/png", link=MP4)) == "asset:a9"
    assert json.loads(spoken.heard[0][2]) == {"kind": "image", "url": MP4}


@pytest.mark.parametrize("made", [{}, [], None, {"id": "u1"}, {"id": "u1", "parts": [None]}, {"id": "u1", "parts": [{"number": "x"}]}])  # fmt: skip
def test_an_upload_without_a_place_is_told(spoken: Spoken, made: Any) -> None:
    spoken.script = [(200, {"upload": made})]
    with pytest.raises(ServiceError, match=r"a\.png"):
        Scenario().upload(spoken.wire, Upload("a.png", "image/png", b"123"))
