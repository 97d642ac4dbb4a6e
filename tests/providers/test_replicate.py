"""Replicate: the input of every kind of order, and what is read of every kind of prediction."""

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
from answerprint.providers.job import JobState
from answerprint.providers.replicate import Replicate, sighted
from answerprint.providers.service import Ask, Upload
from answerprint.providers.wire import Answer

from .loopback import LAST, MP4, PNG, WRONG, ZIP, composed, job_of, refused, speaking

PATH = "v1/models/luma/ray-3.2/predictions"


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({}, {}),
        ({"seconds": "10s", "resolution": "540p", "aspect": "9:16"}, {"duration": 10, "resolution": "540p", "aspect_ratio": "9:16"}),
        ({"size": "1920x1080", "seconds": 5}, {"duration": 5, "resolution": "1080p", "aspect_ratio": "16:9"}),
        ({"hdr": True, "exr": True}, {"hdr": True, "exr_export": True}),
        ({"loop": True, "hdr": False}, {"loop": True}),
        ({"anchors": {"first": PNG, "last": LAST}}, {"start_image": PNG, "end_image": LAST}),
        ({"anchors": {"first": f"asset:{PNG}"}}, {"start_image": PNG}),
        ({"anchors": {"last": "first.png"}}, {"end_image": "first"}),
    ],
)  # fmt: skip
def test_an_order_is_one_prediction(keys: dict[str, Any], wanted: dict[str, Any]) -> None:
    path, body = composed("replicate", **keys)
    assert (path, body) == (PATH, {"input": {"prompt": "A bay at dawn"} | wanted})
    assert type(body["input"].get("duration", 5)) is int


def test_the_end_is_called_for_beside_the_input() -> None:
    hooked = Replicate().hook(Ask(PATH, {"input": {}}), "https://h.example")
    wanted = {"webhook": "https://h.example", "webhook_events_filter": ["completed"]}
    assert hooked.body == {"input": {}} | wanted


@pytest.mark.parametrize(
    ("status", "state", "failure"),
    [
        ("starting", JobState.QUEUED, None),
        ("queued", JobState.QUEUED, None),
        ("processing", JobState.RUNNING, None),
        ("dreaming", JobState.RUNNING, None),
        (None, JobState.RUNNING, None),
        ("succeeded", JobState.SUCCEEDED, None),
        ("failed", JobState.FAILED, "failed"),
        ("canceled", JobState.CANCELED, None),
        ("aborted", JobState.FAILED, "aborted"),
    ],
)
def test_a_prediction_is_read(status: Any, state: JobState, failure: str | None) -> None:
    body = {"id": "p1", "version": "hidden", "status": status, "output": None, "error": None, "logs": "", "new": 1}  # fmt: skip
    seen = sighted(body)
    assert (seen.state, seen.service_id, seen.failure) == (state, "p1", failure)
    assert (seen.links, seen.words, seen.generation) == ((), "", None)


@pytest.mark.parametrize(
    ("output", "kinds"),
    [
        (MP4, ["movie"]),
        ([MP4, None, ZIP], ["movie", "frames"]),
        ({"exr": "https://cdn.example/x", "video": "https://cdn.example/y"}, ["movie", "frames"]),
        ({"video": {"url": MP4}, "exr_file": {"url": ZIP}}, ["movie", "frames"]),
        ([], []),
        ("no link", []),
    ],
)
def test_an_output_of_any_shape_is_read(output: Any, kinds: list[str]) -> None:
    body = {"id": "p1", "status": "succeeded", "output": output}
    assert [link.kind for link in sighted(body).links] == kinds
    assert sighted(body | {"status": "processing"}).links == ()


def test_an_output_that_was_removed_is_gone() -> None:
    body = {"id": "p1", "status": "succeeded", "output": None, "data_removed": True}
    assert (sighted(body).state, sighted(body).failure) == (JobState.FAILED, "expired")
    assert sighted(body | {"output": MP4}).state is JobState.SUCCEEDED
    assert sighted(body | {"data_removed": False}).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("error", "words", "kind"),
    [
        ("The output was flagged as sensitive (E005)", "The output was flagged as sensitive (E005)", "moderated"),
        ("NSFW content detected", "NSFW content detected", "moderated"),
        ({"message": "CUDA out of memory"}, "CUDA out of memory", "failed"),
        ("case-sensitive name", "case-sensitive name", "failed"),
        (None, "", "failed"),
    ],
)  # fmt: skip
def test_why_it_failed(error: Any, words: str, kind: str) -> None:
    seen = sighted({"id": "p1", "status": "failed", "error": error})
    assert (seen.words, seen.failure) == (words, kind)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("status", ["processing", "succeeded", "failed"])
def test_nothing_wrong_in_an_answer_raises(value: Any, status: str) -> None:
    fields = ("id", "output", "error", "data_removed", "logs", "metrics", "urls")
    sighted(dict.fromkeys(fields, value) | {"status": status})
    sighted({"status": value, "output": {"url": value, "type": value}})
    assert isinstance(Replicate().words({"detail": value}), str)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (422, {"title": "Input validation failed", "detail": "- input.duration: must be 5 or 10", "status": 422}, InvalidOrderError, "input.duration"),
        (400, {"title": "Bad request", "type": "about:blank", "detail": None}, InvalidOrderError, "Bad request"),
        (422, {"detail": "flagged as sensitive"}, ModerationError, "flagged"),
        (401, {"title": "Unauthenticated"}, AuthenticationError, "Unauthenticated"),
        (402, {"title": "Insufficient credit"}, CreditError, "credit"),
        (404, {"detail": "not found"}, ResultExpiredError, "not found"),
        (429, {"detail": "Request was throttled. Your rate limit resets in ~30s"}, RateLimitError, "30s"),
        (500, None, ServiceDownError, ""),
    ],
)  # fmt: skip
def test_what_a_refusal_stands_for(status: int, body: Any, kind: type[ServiceError], words: str) -> None:  # fmt: skip
    problem = refused("replicate", status, body)
    assert type(problem) is kind
    assert words in problem.words


@pytest.mark.parametrize("body", [{}, {"status": "starting"}, {"id": None}, [], "taken"])
def test_a_job_taken_without_a_name_is_unanswered(body: Any) -> None:
    with pytest.raises(UnansweredError):
        Replicate().read_submit(Answer(201, body), job_of("replicate"))
    named = Replicate().read_submit(Answer(201, {"id": "p1"}), job_of("replicate"))
    assert named.service_id == "p1"


def test_looking_and_calling_off_ask_by_their_name() -> None:
    job = job_of("replicate")
    with speaking("replicate") as spoken:
        spoken.script = [(200, {"id": "theirs", "status": "starting"}), (200, {"status": "canceled"})]  # fmt: skip
        assert Replicate().look(spoken.wire, job)[0].state is JobState.QUEUED
        assert Replicate().cancel(spoken.wire, job).state is JobState.CANCELED
        paths = [heard[:2] for heard in spoken.heard]
    assert paths[0] == ("GET", "/v1/predictions/theirs")
    assert paths[1] == ("POST", "/v1/predictions/theirs/cancel")


def test_a_file_is_sent_as_content_and_named_by_its_link() -> None:
    upload = Upload("a.png", "image/png", b"123")
    with speaking("replicate") as spoken:
        spoken.script = [(201, {"id": "f1", "urls": {"get": PNG}}), (201, {"urls": None})]
        assert Replicate().upload(spoken.wire, upload) == PNG
        assert spoken.heard[0][:2] == ("POST", "/v1/files")
        assert b'name="content"; filename="a.png"' in spoken.heard[0][2]
        with pytest.raises(ServiceDownError, match=r"a\.png"):
            Replicate().upload(spoken.wire, upload)
