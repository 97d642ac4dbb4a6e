"""GMI Cloud: the payload of every kind of order, and what is read of every kind of request."""

from typing import Any

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
    UnansweredError,
)
from answerprint.providers.gmi import Gmi, sighted
from answerprint.providers.job import JobState
from answerprint.providers.secret import Keys
from answerprint.providers.wire import Answer

from .loopback import LAST, MP4, PNG, WRONG, ZIP, composed, job_of, refused, speaking

CLIP = "data:video/mp4;base64,AAAA"
JPEG = "https://cdn.example/t.jpg"


@pytest.mark.parametrize(
    ("keys", "model", "payload"),
    [
        ({}, "generate", {}),
        ({"seconds": 10, "resolution": "540p", "aspect": "3:4"}, "generate", {"duration": "10s", "resolution": "540p", "aspect_ratio": "3:4"}),
        ({"size": "1680x720", "seconds": 5}, "generate", {"duration": "5s", "resolution": "720p", "aspect_ratio": "21:9"}),
        ({"hdr": True, "exr": True}, "generate", {"hdr": True, "exr_export": True}),
        ({"loop": True, "hdr": False}, "generate", {"loop": True}),
        ({"anchors": {"first": PNG, "last": LAST}}, "generate", {"start_frame_url": PNG, "end_frame_url": LAST}),
        ({"anchors": {"first": "generation:g1"}}, "generate", {"start_frame_generation_id": "g1"}),
        ({"anchors": {"last": "generation:g1"}}, "generate", {"end_frame_generation_id": "g1"}),
        ({"anchors": {"first": "generation:g1", "last": LAST}}, "generate", {"start_frame_generation_id": "g1", "end_frame_url": LAST}),
        ({"source": "generation:g1", "edit": {"auto": True}, "seconds": 5, "aspect": "1:1"}, "edit", {"source_generation_id": "g1", "edit_auto_controls": True}),
        ({"source": CLIP, "edit": {"strength": "flex_1", "pose": "coarse", "depth": 0, "normals": 0.5, "trajectory": 1}, "resolution": "1080p"}, "edit",
         {"source_data": "AAAA", "source_media_type": "video/mp4", "resolution": "1080p", "edit_strength": "flex_1", "pose_strength": "coarse",
          "depth_blur": 0.0, "normals_augmentation": 0.5, "trajectory_sparsity": 1.0}),
        ({"source": CLIP}, "edit", {"source_data": "AAAA", "source_media_type": "video/mp4"}),
        ({"source": "generation:g1", "reframe": {}, "aspect": "9:16", "seconds": 5}, "reframe", {"source_generation_id": "g1", "aspect_ratio": "9:16"}),
    ],
)  # fmt: skip
def test_an_order_is_one_request(keys: dict[str, Any], model: str, payload: dict[str, Any]) -> None:
    path, body = composed("gmi", **keys)
    assert path == "requests"
    assert body == {"model": f"luma-ray-3-2-{model}", "payload": {"prompt": "A bay at dawn"} | payload}  # fmt: skip


def test_an_organization_is_named_where_one_is_set() -> None:
    keys = {"GMI_API_KEY": "k"}
    assert Gmi().headers(Keys(keys)) == {"Authorization": "Bearer k"}
    assert Gmi().headers(Keys(keys | {"GMI_ORG_ID": "o"}))["X-Organization-ID"] == "o"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("created", JobState.QUEUED), ("queued", JobState.QUEUED), ("dispatched", JobState.QUEUED),
        ("processing", JobState.RUNNING), ("dreaming", JobState.RUNNING), (None, JobState.RUNNING),
        ("success", JobState.SUCCEEDED), ("failed", JobState.FAILED), ("cancelled", JobState.CANCELED),
    ],
)  # fmt: skip
def test_a_request_is_read(status: Any, state: JobState) -> None:
    seen = sighted({"request_id": "r1", "status": status, "queued_at": 1, "new": {"a": 1}})
    assert (seen.state, seen.service_id, seen.links) == (state, "r1", ())
    assert seen.failure == ("failed" if state is JobState.FAILED else None)


@pytest.mark.parametrize(
    ("body", "kinds", "generation"),
    [
        ({"outcome": {"video_url": MP4, "generation_id": "g1"}}, ["movie"], "g1"),
        ({"outcome": {"media_urls": [None, {"id": "1", "url": MP4}], "thumbnail_image_url": JPEG}}, ["movie", "picture"], None),
        ({"outcome": {"video_url": MP4, "exr_url": "https://cdn.example/x?s=1"}}, ["movie", "frames"], None),
        ({"outcome": {"video_url": MP4, "files": [{"type": "exr", "url": ZIP}]}}, ["movie", "frames"], None),
        ({"video_url": MP4, "generation_id": "g1", "outcome": None}, ["movie"], "g1"),
        ({"outcome": {}, "payload": {"start_frame_url": PNG}}, [], None),
        ({}, [], None),
    ],
)  # fmt: skip
def test_results_are_found_in_any_documented_place(body: dict[str, Any], kinds: list[str], generation: str | None) -> None:  # fmt: skip
    seen = sighted({"request_id": "r1", "status": "success"} | body)
    assert ([link.kind for link in seen.links], seen.generation) == (kinds, generation)


@pytest.mark.parametrize(
    ("body", "words", "kind"),
    [
        ({"error": "Blocked by content moderation"}, "Blocked by content moderation", "moderated"),
        ({"error": {"message": "It broke."}}, "It broke.", "failed"),
        ({"outcome": {"error": "nsfw content"}}, "nsfw content", "moderated"),
        ({"error": None, "outcome": None}, "", "failed"),
    ],
)
def test_why_it_failed(body: dict[str, Any], words: str, kind: str) -> None:
    seen = sighted({"request_id": "r1", "status": "failed"} | body)
    assert (seen.words, seen.failure) == (words, kind)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("status", ["processing", "success", "failed"])
def test_nothing_wrong_in_an_answer_raises(value: Any, status: str) -> None:
    fields = ("request_id", "outcome", "error", "generation_id", "video_url", "payload")
    sighted(dict.fromkeys(fields, value) | {"status": status})
    sighted({"status": value, "outcome": {"video_url": value, "error": value}})
    assert isinstance(Gmi().words({"error": value}), str)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error": "invalid duration"}, InvalidOrderError, "invalid duration"),
        (400, {"error": {"message": "refused by safety"}}, ModerationError, "refused"),
        (401, {"error": "no such key"}, AuthenticationError, "no such key"),
        (402, {"message": "balance"}, CreditError, "balance"),
        (404, {"error": None}, ResultExpiredError, ""),
        (429, {}, RateLimitError, ""),
        (503, "<html>", ServiceDownError, ""),
    ],
)
def test_what_a_refusal_stands_for(status: int, body: Any, kind: type[ServiceError], words: str) -> None:  # fmt: skip
    problem = refused("gmi", status, body)
    assert type(problem) is kind
    assert words in problem.words


@pytest.mark.parametrize("body", [{}, {"status": "processing"}, {"request_id": ""}, [], "taken"])
def test_a_job_taken_without_a_name_is_unanswered(body: Any) -> None:
    with pytest.raises(UnansweredError):
        Gmi().read_submit(Answer(200, body), job_of("gmi"))
    named = Gmi().read_submit(Answer(200, {"request_id": "r1"}), job_of("gmi"))
    assert named.service_id == "r1"


def test_looking_asks_by_their_name() -> None:
    with speaking("gmi") as spoken:
        spoken.script = [(200, {"request_id": "theirs", "status": "success"})]
        assert Gmi().look(spoken.wire, job_of("gmi"))[0].state is JobState.SUCCEEDED
        assert spoken.heard[0][:2] == ("GET", "/requests/theirs")
