"""The stand-in of Replicate: the official SDK does whole jobs against it, unmodified."""

import base64
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret

from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal import app
from answerprint.rehearsal.app import running
from answerprint.rehearsal.faults import Faults
from answerprint.rehearsal.house import House
from answerprint.rehearsal.replicate import standin as replicate
from tests.rehearsal.conftest import Receiver

MODEL = "luma/ray-3.2"
PROMPT = "a bay at dusk, slow pan"
SMALLEST = {"prompt": PROMPT, "resolution": "540p"}
LIGHT = {"prompt": PROMPT, "hdr": True, "exr_export": True, "aspect_ratio": "9:16"}
BEARER = {"Authorization": "Bearer r8_test"}


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    with running(divide=8, folder=rendered) as made:
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[Client]:
    with opened(house) as made:
        yield made


@pytest.fixture(scope="module")
def plain(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{house.base}/replicate/v1", headers=BEARER) as made:
        yield made


@contextmanager
def opened(house: House) -> Iterator[Client]:
    client = Client(api_token="r8_test", base_url=f"{house.base}/replicate")
    client.poll_interval = 0.05
    yield client
    client._client.close()


def picture(width: int, height: int) -> bytes:
    return cv2.imencode(".png", np.zeros((height, width, 3), np.uint8))[1].tobytes()


def submit(plain: httpx.Client, asked: dict[str, Any], **headers: str) -> httpx.Response:
    path = f"/models/{MODEL}/predictions"
    return plain.post(path, json={"input": asked}, headers=headers)


def ended(plain: httpx.Client, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told: dict[str, Any] = plain.get(f"/predictions/{name}").raise_for_status().json()
        if told["status"] not in ("starting", "processing"):
            return told
        time.sleep(0.02)
    raise TimeoutError(name)


def spec_of(house: House, plain: httpx.Client, asked: dict[str, Any]) -> Any:
    """Have a prediction taken that is never rendered, and return what it would have become."""
    house.faults.once("never-finishing")
    taken = submit(plain, asked)
    assert taken.status_code == 201, taken.text
    held = house.held(taken.json()["id"])
    assert held is not None
    return held.spec


def test_the_official_sdk_does_a_whole_job(client: Client, tmp_path: Path) -> None:
    prediction = client.models.predictions.create(MODEL, SMALLEST)
    assert (prediction.status, prediction.output) == ("starting", None)
    states = [prediction.status]
    while states[-1] not in ("succeeded", "failed"):
        time.sleep(0.02)
        prediction.reload()
        states.append(prediction.status)
    order = ["starting", "processing", "succeeded"]
    assert [order.index(s) for s in states] == sorted(order.index(s) for s in states)
    assert isinstance(prediction.output, str)
    assert prediction.progress is not None
    assert prediction.progress.percentage == 1
    movie = tmp_path / "video.mp4"
    movie.write_bytes(httpx.get(prediction.output).raise_for_status().content)
    facts = probe(movie)
    assert (facts.size, facts.rate) == ((120, 66), Fraction(24))
    assert not facts.sound
    assert sum(1 for _ in read_frames(movie, Reading())) == 120


def test_the_official_sdk_runs_and_waits(client: Client) -> None:
    assert str(client.run(MODEL, input=SMALLEST)).startswith("http://127.0.0.1:")


def test_the_official_sdk_submits_a_version(client: Client) -> None:
    by_name = client.predictions.create(version=MODEL, input=SMALLEST, wait=30)
    by_number = client.predictions.create(version="6e0a55010a0a", input=SMALLEST, wait=30)
    assert (by_name.status, by_number.status) == ("succeeded", "succeeded")
    with pytest.raises(ReplicateError, match="version"):
        client.predictions.create(version="0123456789ab", input=SMALLEST)


def test_exr_frames_are_the_second_of_a_list(plain: httpx.Client) -> None:
    output = ended(plain, submit(plain, LIGHT).json()["id"])["output"]
    movie, frames = (httpx.get(link).raise_for_status().content for link in output)
    assert movie[4:8] == b"ftyp"
    with zipfile.ZipFile(BytesIO(frames)) as archive:
        assert len(archive.namelist()) == 120


@pytest.mark.parametrize(("output", "kind"), [("string", str), ("dict", dict)])
def test_a_setting_gives_exr_frames_another_place(
    rendered: Path, monkeypatch: pytest.MonkeyPatch, output: Any, kind: type
) -> None:
    routes = partial(replicate.routes, output=output)
    monkeypatch.setitem(app.SERVICES, "replicate", ("/replicate", routes))
    with running(divide=8, folder=rendered) as other, opened(other) as client:
        prediction = client.models.predictions.create(MODEL, LIGHT, wait=30)
    assert isinstance(prediction.output, kind)


def test_what_a_prediction_held_is_removed(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = partial(replicate.routes, kept_seconds=0)
    monkeypatch.setitem(app.SERVICES, "replicate", ("/replicate", routes))
    with running(divide=8, folder=rendered) as other, opened(other) as client:
        prediction = client.models.predictions.create(MODEL, SMALLEST, wait=30)
        prediction.reload()
        told = httpx.get(str((prediction.urls or {})["get"]), headers=BEARER).json()
    assert (told["status"], told["data_removed"]) == ("succeeded", True)
    assert (told["input"], told["output"], told["logs"]) == ({}, None, "")


def test_a_file_of_the_sdk_becomes_the_anchor(
    house: House, client: Client, plain: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / "first.png"
    path.write_bytes(picture(90, 160))
    file = client.files.create(path, metadata={"shot": 3})
    assert (file.name, file.content_type, file.size) == (
        "first.png",
        "image/png",
        path.stat().st_size,
    )
    assert file.metadata == {"shot": 3}
    assert httpx.get(file.urls["get"]).content == path.read_bytes()
    assert [each.id for each in client.files.list()] == [file.id]
    assert spec_of(house, plain, SMALLEST | {"start_image": file.urls["get"]}).size == (540, 960)
    assert client.files.get(file.id).etag == file.etag
    assert client.files.delete(file.id)
    with pytest.raises(ReplicateError, match="404"):
        client.files.get(file.id)


def test_an_anchor_decides_the_aspect(house: House, plain: httpx.Client) -> None:
    data = "data:image/png;base64," + base64.b64encode(picture(120, 120)).decode()
    assert spec_of(house, plain, SMALLEST | {"end_image": data}).size == (720, 720)
    far = SMALLEST | {"end_image": "https://pictures.example/a.png", "aspect_ratio": "4:3"}
    assert spec_of(house, plain, far).size == (720, 540)
    bad = submit(plain, SMALLEST | {"start_image": "data:image/png;base64,AAAA"})
    assert bad.status_code == 422


def test_a_form_without_content_is_refused(plain: httpx.Client) -> None:
    assert plain.post("/files", files={"other": b"x"}).status_code == 400
    assert plain.post("/files", json={}).status_code == 400


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"prompt": None}, "input.prompt"),
    ({"resolution": "360p"}, "input.resolution"),
    ({"aspect_ratio": "2:1"}, "input.aspect_ratio"),
    ({"duration": "5s"}, "input.duration"),
    ({"duration": 7}, "input.duration"),
    ({"loop": 1}, "input.loop"),
    ({"seed": 3}, "input.seed"),
    ({"keyframes": []}, "input.keyframes"),
    ({"start_image": "shots/first.png"}, "input.start_image"),
    ({"duration": 10, "hdr": True}, "10s is not supported"),
    ({"duration": 10, "loop": True}, "10s is not supported"),
    ({"duration": 10, "start_image": "https://a.example/a.png"}, "10s is not supported"),
    ({"duration": 10, "end_image": "https://a.example/a.png"}, "10s is not supported"),
    ({"hdr": True, "resolution": "540p"}, "540p is not available"),
    ({"hdr": True, "loop": True}, "loop is not supported"),
    ({"loop": True, "end_image": "https://a.example/a.png"}, "loop is not supported"),
    ({"exr_export": True}, "exr_export requires hdr"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_what_the_page_rules_out_is_refused(
    plain: httpx.Client, change: dict[str, Any], says: str
) -> None:
    refused = submit(plain, {"prompt": PROMPT} | change)
    problem = refused.json()
    assert (refused.status_code, problem["status"]) == (422, 422)
    assert problem["title"] == "Input validation failed"
    assert says in problem["detail"]


TAKEN: list[dict[str, Any]] = [
    {"duration": 10, "resolution": "1080p", "aspect_ratio": "21:9"},
    {"hdr": True, "exr_export": True},
    {"hdr": True, "start_image": "https://a.example/a.png"},
    {"loop": True, "start_image": "https://a.example/a.png"},
]


@pytest.mark.parametrize("change", TAKEN)
def test_what_the_page_allows_is_taken(
    house: House, plain: httpx.Client, change: dict[str, Any]
) -> None:
    spec = spec_of(house, plain, {"prompt": PROMPT} | change)
    assert (spec.seconds, spec.loop) == (change.get("duration", 5), change.get("loop", False))


def test_bodies_and_models_nobody_knows_are_refused(plain: httpx.Client) -> None:
    path = f"/models/{MODEL}/predictions"
    assert plain.post(path, json={"input": SMALLEST, "extra": 1}).status_code == 422
    assert plain.post(path, json={"input": SMALLEST, "version": MODEL}).status_code == 422
    assert plain.post(path, content=b"{").status_code == 422
    assert plain.post("/predictions", json={"input": SMALLEST}).status_code == 422
    other = plain.post("/models/luma/ray-2/predictions", json={"input": SMALLEST})
    assert (other.status_code, other.json()["title"]) == (404, "Not Found")
    assert plain.get("/predictions/nobody").status_code == 404


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("wrong", 401), ("empty", 402), ("closed", 403)]
)
def test_a_token_that_does_not_open_is_told_so(
    house: House, token: str | None, status: int
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    refused = httpx.get(f"{house.base}/replicate/v1/predictions", headers=headers)
    assert refused.status_code == status
    assert set(refused.json()) == {"title", "detail", "status"}


def test_a_wait_is_held_until_the_end_or_its_seconds(house: House, plain: httpx.Client) -> None:
    assert submit(plain, SMALLEST, Prefer="wait").json()["status"] == "succeeded"
    house.faults.once("never-finishing")
    began = time.monotonic()
    assert submit(plain, SMALLEST, Prefer="wait=1").json()["status"] == "starting"
    assert 0.9 < time.monotonic() - began < 5


def test_the_sdk_cancels(house: House, client: Client) -> None:
    house.faults.once("never-finishing")
    prediction = client.models.predictions.create(MODEL, SMALLEST)
    prediction.cancel()
    assert prediction.status == "canceled"
    prediction.reload()
    assert (prediction.status, prediction.output) == ("canceled", None)


def test_a_deadline_ends_a_prediction(house: House, plain: httpx.Client) -> None:
    house.faults.once("never-finishing")
    late = {"Cancel-After": "1s"}
    told = submit(plain, SMALLEST, **late).json()
    assert told["deadline"] > told["created_at"]
    assert ended(plain, told["id"])["status"] == "canceled"
    before = {"Cancel-After": "0s"}
    assert ended(plain, submit(plain, SMALLEST, **before).json()["id"])["status"] == "aborted"
    wrong = {"Cancel-After": "soon"}
    assert submit(plain, SMALLEST, **wrong).status_code == 400


def test_the_sdk_pages_through_predictions(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicate, "PAGE", 2)
    faults = Faults(always=["never-finishing"])
    # A house of its own: the SDK does not read a page with an aborted prediction on it.
    with running(divide=8, folder=rendered, faults=faults) as other, opened(other) as client:
        made = [client.models.predictions.create(MODEL, SMALLEST).id for _ in range(3)]
        first = client.predictions.list()
        assert ([each.id for each in first], first.previous) == (made[:0:-1], None)
        assert first.next is not None
        second = client.predictions.list(first.next)
        assert ([each.id for each in second], second.next) == (made[:1], None)
        assert second.previous is not None
        assert len(client.predictions.list(second.previous)) == 2


@pytest.mark.parametrize(
    ("fault", "says"), [("job-failed", "try again"), ("moderated", "moderation")]
)
def test_a_failed_prediction_says_why(house: House, client: Client, fault: str, says: str) -> None:
    house.faults.once(fault)
    prediction = client.models.predictions.create(MODEL, SMALLEST)
    prediction.wait()
    assert prediction.status == "failed"
    assert says in str(prediction.error)
    house.faults.once(fault)
    with pytest.raises(ModelError, match=says):
        client.run(MODEL, input=SMALLEST)


def test_a_webhook_is_signed_as_the_sdk_checks(client: Client, receiver: Receiver) -> None:
    secret = client.webhooks.default.secret()
    asked: dict[str, Any] = {"webhook": receiver.url, "webhook_events_filter": ["completed"]}
    prediction = client.models.predictions.create(MODEL, SMALLEST, **asked)
    receiver.wait_for(1)
    headers, body = receiver.received[0][2], receiver.received[0][3].decode()
    assert f'"id": "{prediction.id}"' in body
    assert '"status": "succeeded"' in body
    Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=60)
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=headers, body=body + " ", secret=secret)
    stranger = WebhookSigningSecret(key="whsec_" + base64.b64encode(b"x" * 24).decode())
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=headers, body=body, secret=stranger)


def test_a_webhook_that_asked_for_other_events_stays_away(
    client: Client, receiver: Receiver
) -> None:
    asked: dict[str, Any] = {"webhook": receiver.url, "webhook_events_filter": ["logs"]}
    client.models.predictions.create(MODEL, SMALLEST, **asked).wait()
    time.sleep(0.1)
    assert receiver.received == []


def test_faults_of_the_line_are_problem_details(house: House, plain: httpx.Client) -> None:
    house.faults.once("too-many-requests")
    late = submit(plain, SMALLEST)
    assert (late.status_code, set(late.json())) == (429, {"title", "detail", "status"})
    house.concurrent = 0
    try:
        full = submit(plain, SMALLEST)
    finally:
        house.concurrent = None
    assert full.status_code == 429
    assert full.json()["detail"].startswith("Request was throttled.")
    assert full.headers["retry-after"]
