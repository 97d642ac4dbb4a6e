"""The stand-in of GMI Cloud, spoken to by its documented requests over HTTP."""

import base64
import time
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal import app
from answerprint.rehearsal.app import running
from answerprint.rehearsal.gmi import payload as gmi_payload
from answerprint.rehearsal.gmi import standin as gmi
from answerprint.rehearsal.house import House

PATH = "/gmi/api/v1/ie/requestqueue/apikey"
GENERATE, EDIT, REFRAME = gmi_payload.PAYLOADS
PROMPT = "a bay at dusk, slow pan"
BEARER = {"Authorization": "Bearer k"}
ORGANIZATION = {"X-Organization-ID": "org_1"}
SMALLEST = {"prompt": PROMPT, "resolution": "540p"}
MOVIE = {"source_data": "AAAA", "source_media_type": "video/mp4"}


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    with running(divide=8, folder=rendered) as made:
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.base + PATH, headers=BEARER | ORGANIZATION) as made:
        yield made


def submit(client: httpx.Client, payload: dict[str, Any], model: str = GENERATE) -> httpx.Response:
    return client.post("/requests", json={"model": model, "payload": payload})


def seen(client: httpx.Client, request_id: str, *, until: float = 60) -> list[dict[str, Any]]:
    """Poll to the end and return everything that was told."""
    told: list[dict[str, Any]] = []
    deadline = time.monotonic() + until
    while time.monotonic() < deadline:
        told.append(client.get(f"/requests/{request_id}").raise_for_status().json())
        if told[-1]["status"] in ("success", "failed", "cancelled"):
            return told
        time.sleep(0.02)
    raise TimeoutError(told[-1]["status"])


def done(client: httpx.Client, payload: dict[str, Any], model: str = GENERATE) -> dict[str, Any]:
    taken = submit(client, payload, model).raise_for_status().json()
    last = seen(client, taken["request_id"])[-1]
    assert last["status"] == "success", last
    return last


def spec_of(house: House, client: httpx.Client, payload: dict[str, Any], model: str) -> Any:
    """Have a request taken that is never rendered, and return what it would have become."""
    house.faults.once("never-finishing")
    taken = submit(client, payload, model).raise_for_status().json()
    held = house.held(taken["request_id"])
    assert held is not None
    return held.spec


def frames_in(path: Path) -> int:
    return sum(1 for _ in read_frames(path, Reading()))


def test_a_whole_job_by_the_documented_requests(client: httpx.Client, tmp_path: Path) -> None:
    taken = submit(client, SMALLEST).raise_for_status().json()
    assert taken["status"] == "processing"
    assert set(taken) == {
        "request_id", "status", "model", "created_at", "queued_at", "updated_at",
    }  # fmt: skip
    told = seen(client, taken["request_id"])
    order = ["queued", "processing", "success"]
    states = [order.index(each["status"]) for each in told]
    assert states == sorted(states)
    assert len(set(states)) > 1
    assert all(each["outcome"] == {} for each in told[:-1])
    assert told[-1]["payload"] == SMALLEST
    assert told[-1]["org_id"] == "org_1"
    assert set(told[-1]["outcome"]) == {"video_url", "generation_id"}
    movie = tmp_path / "video.mp4"
    movie.write_bytes(httpx.get(told[-1]["outcome"]["video_url"]).raise_for_status().content)
    facts = probe(movie)
    assert (facts.size, facts.rate) == ((120, 66), Fraction(24))
    assert not facts.sound
    assert frames_in(movie) == 120


def test_exr_frames_come_as_a_zip_beside_the_movie(client: httpx.Client, tmp_path: Path) -> None:
    light = {"prompt": PROMPT, "hdr": True, "exr_export": True, "aspect_ratio": "9:16"}
    outcome = done(client, light)["outcome"]
    zipped = httpx.get(outcome["exr_url"]).raise_for_status().content
    with zipfile.ZipFile(BytesIO(zipped)) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".exr")]) == 120
    movie = tmp_path / "video.mp4"
    movie.write_bytes(httpx.get(outcome["video_url"]).raise_for_status().content)
    assert probe(movie).color.transfer == "smpte2084"
    assert probe(movie).size[0] < probe(movie).size[1]


def test_every_poll_signs_new_links(client: httpx.Client) -> None:
    first = done(client, SMALLEST)
    again = client.get(f"/requests/{first['request_id']}").json()
    assert first["outcome"]["video_url"] != again["outcome"]["video_url"]
    assert first["outcome"]["generation_id"] == again["outcome"]["generation_id"]


def test_a_setting_spells_the_outcome_as_other_models_do(
    monkeypatch: pytest.MonkeyPatch, rendered: Path
) -> None:
    routes = partial(gmi.routes, outcome="media_urls")
    monkeypatch.setitem(app.SERVICES, "gmi", (PATH, routes))
    with (
        running(divide=8, folder=rendered) as other,
        httpx.Client(base_url=other.base + PATH, headers=BEARER) as client,
    ):
        outcome = done(client, SMALLEST)["outcome"]
    assert set(outcome) == {"media_urls", "generation_id"}
    assert [set(each) for each in outcome["media_urls"]] == [{"id", "url"}]


def test_a_finished_clip_is_extended_edited_and_reframed(
    house: House, client: httpx.Client
) -> None:
    name = done(client, SMALLEST)["outcome"]["generation_id"]
    extend = SMALLEST | {"start_frame_generation_id": name, "loop": True}
    assert spec_of(house, client, extend, GENERATE).loop
    between = SMALLEST | {
        "start_frame_generation_id": name,
        "end_frame_url": "https://pictures.example/end.png",
    }
    assert spec_of(house, client, between, GENERATE).seconds == 5
    edit = {"prompt": PROMPT, "source_generation_id": name, "resolution": "1080p"}
    assert spec_of(house, client, edit, EDIT).size == (1920, 1080)
    reframe = {"prompt": PROMPT, "source_generation_id": name, "aspect_ratio": "9:16"}
    assert spec_of(house, client, reframe, REFRAME).size == (720, 1280)
    same = reframe | {"aspect_ratio": "16:9"}
    assert "must differ" in submit(client, same, REFRAME).json()["error"]


def test_footage_is_edited_at_its_own_shape_and_length(
    house: House, client: httpx.Client, loop_delivery: Path
) -> None:
    content = base64.b64encode((loop_delivery / "video.mp4").read_bytes()).decode()
    source = {"source_data": content, "source_media_type": "video/mp4"}
    edit = {"prompt": PROMPT, "edit_strength": "flex_2", "depth_blur": 0.5} | source
    spec = spec_of(house, client, edit, EDIT)
    assert (spec.size, spec.seconds) == ((1280, 720), 2)
    text = {"source_data": base64.b64encode(b"text").decode(), "source_media_type": "video/mp4"}
    refused = submit(client, {"prompt": PROMPT} | text, EDIT)
    assert (refused.status_code, refused.json()) == (
        400,
        {"error": "source_data is no movie in base64"},
    )


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (GENERATE, {"prompt": ""}, "prompt"),
    (GENERATE, {"prompt": "x" * 6001}, "prompt"),
    (GENERATE, {"resolution": "360p"}, "resolution"),
    (GENERATE, {"aspect_ratio": "3:1"}, "aspect_ratio"),
    (GENERATE, {"duration": 5}, "duration"),
    (GENERATE, {"loop": "true"}, "loop"),
    (GENERATE, {"seed": 3}, "seed"),
    (GENERATE, {"start_frame_url": "shots/first.png"}, "start_frame_url"),
    (GENERATE, {"exr_export": True}, "exr_export requires hdr"),
    (GENERATE, {"hdr": True, "resolution": "540p"}, "540p is not available"),
    (GENERATE, {"hdr": True, "duration": "10s"}, "10s is not supported"),
    (GENERATE, {"start_frame_url": "https://a.example/a.png", "duration": "10s"}, "10s is not"),
    (GENERATE, {"end_frame_generation_id": "x", "duration": "10s"}, "10s is not supported"),
    (GENERATE, {"loop": True, "duration": "10s"}, "loop is not supported"),
    (GENERATE, {"loop": True, "hdr": True}, "loop is not supported"),
    (GENERATE, {"loop": True, "end_frame_url": "https://a.example/a.png"}, "loop is not"),
    (GENERATE, {"loop": True, "end_frame_generation_id": "x"}, "loop is not supported"),
    (GENERATE, {"start_frame_generation_id": "x", "hdr": True}, "rejected on extend"),
    (GENERATE, {"start_frame_generation_id": "nobody"}, "generation not found: nobody"),
    (
        GENERATE,
        {"start_frame_generation_id": "x", "start_frame_url": "https://a.example/a.png"},
        "exclusive",
    ),
    (EDIT, {}, "exactly one of source_generation_id and source_data"),
    (EDIT, {"source_generation_id": "x"} | MOVIE, "exactly one of source_generation_id"),
    (EDIT, {"source_data": "AAAA"}, "source_media_type"),
    (EDIT, {"source_generation_id": "x", "source_media_type": "video/mp4"}, "source_media_type"),
    (EDIT, {"source_data": "AAAA", "source_media_type": "image/png"}, "source_media_type"),
    (EDIT, {"source_url": "https://a.example/a.mp4"}, "source_url"),
    (EDIT, MOVIE | {"edit_strength": "flex_4"}, "edit_strength"),
    (EDIT, MOVIE | {"edit_strength": "flex_1", "edit_auto_controls": True}, "exclusive"),
    (EDIT, MOVIE | {"pose_strength": "loose"}, "pose_strength"),
    (EDIT, MOVIE | {"depth_blur": 1.1}, "depth_blur"),
    (EDIT, MOVIE | {"normals_augmentation": -0.1}, "normals_augmentation"),
    (EDIT, MOVIE | {"trajectory_sparsity": True}, "trajectory_sparsity"),
    (EDIT, MOVIE | {"aspect_ratio": "1:1"}, "aspect_ratio"),
    (REFRAME, MOVIE, "aspect_ratio"),
    (REFRAME, MOVIE | {"aspect_ratio": "1:1", "hdr": True}, "hdr"),
    (REFRAME, MOVIE | {"aspect_ratio": "1:1", "source_position": {}}, "source_position"),
]


@pytest.mark.parametrize(("model", "change", "says"), REFUSED)
def test_what_the_pages_rule_out_is_refused(
    client: httpx.Client, model: str, change: dict[str, Any], says: str
) -> None:
    refused = submit(client, {"prompt": PROMPT} | change, model)
    assert refused.status_code == 400
    assert list(refused.json()) == ["error"]
    assert says in refused.json()["error"]


TAKEN: list[dict[str, Any]] = [
    {"duration": "10s"},
    {"hdr": True, "resolution": "1080p"},
    {"hdr": True, "exr_export": True},
    {"loop": True, "start_frame_url": "https://a.example/a.png"},
    {"end_frame_url": "data:image/png;base64,AAAA", "aspect_ratio": "21:9"},
    {"start_frame_generation_id": "", "end_frame_generation_id": ""},
]


@pytest.mark.parametrize("change", TAKEN)
def test_what_the_page_allows_is_taken(
    house: House, client: httpx.Client, change: dict[str, Any]
) -> None:
    spec = spec_of(house, client, {"prompt": PROMPT} | change, GENERATE)
    assert spec.seconds == (10 if "duration" in change else 5)
    assert (spec.hdr, spec.exr) == (change.get("hdr", False), change.get("exr_export", False))


def test_a_body_that_is_no_request_is_refused(client: httpx.Client) -> None:
    assert client.post("/requests", content=b"[").status_code == 400
    assert client.post("/requests", json={"model": GENERATE}).status_code == 400
    stranger = client.post("/requests", json={"model": "luma-ray-2", "payload": {}})
    assert (stranger.status_code, list(stranger.json())) == (404, ["error"])


@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("Basic a", 401), ("Bearer", 401), ("Bearer wrong", 401), ("Bearer empty", 402)],
)
def test_a_key_that_does_not_open_is_told_so(house: House, key: str | None, status: int) -> None:
    headers = {"Authorization": key} if key else {}
    body = {"model": GENERATE, "payload": SMALLEST}
    refused = httpx.post(f"{house.base}{PATH}/requests", json=body, headers=headers)
    assert (refused.status_code, list(refused.json())) == (status, ["error"])


def test_a_request_nobody_made_is_not_found(client: httpx.Client) -> None:
    missing = client.get("/requests/nobody")
    assert (missing.status_code, missing.json()) == (404, {"error": "request not found"})


@pytest.mark.parametrize(("fault", "says"), [("job-failed", "failed"), ("moderated", "moderation")])
def test_a_failed_request_says_why(
    house: House, client: httpx.Client, fault: str, says: str
) -> None:
    house.faults.once(fault)
    taken = submit(client, SMALLEST).json()
    last = seen(client, taken["request_id"])[-1]
    assert (last["status"], last["outcome"]) == ("failed", {})
    assert says in last["error"]


def test_faults_of_the_line_speak_the_services_words(house: House, client: httpx.Client) -> None:
    house.faults.once("too-many-requests")
    late = submit(client, SMALLEST)
    assert (late.status_code, list(late.json())) == (429, ["error"])
    assert "retry-after" in late.headers
    house.faults.once("server-error")
    assert client.get("/models").status_code in (502, 503)


def test_too_many_at_once_are_refused(house: House, client: httpx.Client) -> None:
    house.concurrent = 0
    try:
        full = submit(client, SMALLEST)
    finally:
        house.concurrent = None
    assert (full.status_code, full.json()) == (429, {"error": "Too many concurrent jobs"})


def test_the_models_are_listed_and_described(client: httpx.Client) -> None:
    listed = client.get("/models").raise_for_status().json()["models"]
    assert [each["model"] for each in listed] == [GENERATE, EDIT, REFRAME]
    one = client.get(f"/models/{REFRAME}").raise_for_status().json()
    assert "aspect_ratio" in one["parameters"]
    assert client.get("/models/luma-ray-2").status_code == 404
