"""The stand-in of Scenario: the official SDK does whole jobs against it, unmodified."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from scenario_sdk import BadRequestError, ConflictError, NotFoundError, Scenario

from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal.app import running
from answerprint.rehearsal.house import House
from answerprint.rehearsal.scenario.inputs import MODELS
from tests.rehearsal.conftest import Receiver

GENERATE, EDIT, REFRAME = MODELS
PROMPT = "a bay at dusk, slow pan"
SMALLEST = {"prompt": PROMPT, "resolution": "540p"}


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    with running(divide=8, folder=rendered) as made:
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[Scenario]:
    base = f"{house.base}/scenario/v1"
    with Scenario(
        api_key="key",
        api_secret="secret",
        base_url=base,
        max_retries=0,
        _strict_response_validation=True,
    ) as made:
        yield made


@pytest.fixture(scope="module")
def plain(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{house.base}/scenario/v1", auth=("key", "secret")) as made:
        yield made


@pytest.fixture(scope="module")
def frame(client: Scenario) -> str:
    """A picture that lies there."""
    return client.assets.upload(
        name="first.png", image=base64.b64encode(picture()).decode()
    ).asset.id


@pytest.fixture(scope="module")
def clip(client: Scenario) -> str:
    """A clip a job made there."""
    return str(done(client, GENERATE, SMALLEST).metadata.asset_ids[0])


def picture() -> bytes:
    return cv2.imencode(".png", np.zeros((90, 160, 3), np.uint8))[1].tobytes()


def done(client: Scenario, model: str, inputs: dict[str, Any]) -> Any:
    return ended(client, client.generate.run_model(model, body=inputs).job.job_id)


def ended(client: Scenario, name: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = client.jobs.retrieve(name).job
        if job.status not in ("queued", "in-progress"):
            return job
        time.sleep(0.02)
    raise TimeoutError(name)


def spec_of(house: House, client: Scenario, model: str, inputs: dict[str, Any]) -> Any:
    """Have a job taken that is never rendered, and return what it would have become."""
    house.faults.once("never-finishing")
    held = house.held(client.generate.run_model(model, body=inputs).job.job_id)
    assert held is not None
    return held.spec


def test_the_official_sdk_does_a_whole_job(client: Scenario, tmp_path: Path) -> None:
    started = client.generate.run_model(GENERATE, body=SMALLEST)
    assert (started.job.status, started.job.job_type) == ("queued", "custom")
    assert started.creative_units_cost
    seen = [started.job]
    while seen[-1].status not in ("success", "failure"):
        time.sleep(0.02)
        seen.append(client.jobs.retrieve(started.job.job_id).job)  # type: ignore[arg-type]  # a twin
    order = ["queued", "in-progress", "success"]
    steps = [order.index(job.status) for job in seen]
    assert steps == sorted(steps)
    shares = [job.progress for job in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    job = seen[-1]
    assert [step.status for step in job.status_history] == order
    assert job.metadata.input == SMALLEST
    assert job.metadata.asset_ids is not None
    asset = client.assets.retrieve(job.metadata.asset_ids[0]).asset
    told = asset.properties
    assert (asset.kind, asset.mime_type, asset.status) == ("video", "video/mp4", "success")
    assert (told.width, told.height, told.frame_rate, told.nb_frames) == (120, 66, 24, 120)
    assert (told.duration, told.codec_name) == (5, "h264")
    movie = tmp_path / "video.mp4"
    movie.write_bytes(httpx.get(asset.url).raise_for_status().content)
    assert (probe(movie).size, movie.stat().st_size) == ((120, 66), told.size)
    assert sum(1 for _ in read_frames(movie, Reading())) == 120


def test_links_are_signed_anew_and_downloads_keep_the_format(client: Scenario, clip: str) -> None:
    links = {client.assets.retrieve(clip).asset.url for _ in range(2)}
    asked = client.assets.download.request(clip)
    assert len(links | {asked.url}) == 3
    assert asked.mime_type == "video/mp4"
    assert client.assets.download.request(clip, target_format="mp4").url
    with pytest.raises(BadRequestError, match="stored format"):
        client.assets.download.request(clip, target_format="gif")


def test_a_dry_run_costs_nothing_and_says_what_it_would(client: Scenario) -> None:
    before = len(client.jobs.list(page_size=100).jobs)
    costs = []
    for resolution in ("540p", "1080p"):
        raw = client.generate.with_raw_response.run_model(
            GENERATE, body=SMALLEST | {"resolution": resolution}, dry_run="true"
        )
        assert raw.http_response.status_code == 269
        costs.append(raw.http_response.json()["creativeUnitsCost"])
    assert costs[0] < costs[1]
    assert len(client.jobs.list(page_size=100).jobs) == before
    with pytest.raises(BadRequestError, match="hdr"):
        client.generate.run_model(GENERATE, body=SMALLEST | {"hdr": True}, dry_run="api")


def test_an_upload_in_parts_becomes_footage(
    house: House, client: Scenario, loop_delivery: Path
) -> None:
    content = (loop_delivery / "video.mp4").read_bytes()
    half = len(content) // 2
    begun = client.uploads.create(
        kind="video",
        file_name="dusk.mp4",
        content_type="video/mp4",
        file_size=len(content),
        parts=2,
    ).upload
    assert (begun.status, begun.entity_id) == ("pending", None)
    assert begun.parts is not None
    with pytest.raises(BadRequestError, match="parts are missing"):
        client.uploads.trigger_action(begun.id, action="complete")
    for part, piece in zip(begun.parts, (content[:half], content[half:]), strict=True):
        assert httpx.put(part.url + "x", content=piece).status_code == 403
        httpx.put(part.url, content=piece).raise_for_status()
    assert client.uploads.trigger_action(begun.id, action="complete").upload.status == "validating"
    with pytest.raises(ConflictError):
        client.uploads.trigger_action(begun.id, action="complete")
    made = client.uploads.retrieve(begun.id).upload
    assert made.status == "imported"
    asset = client.assets.retrieve(str(made.entity_id)).asset
    assert (asset.kind, asset.source, asset.properties.nb_frames) == ("video", "uploaded-video", 48)
    assert httpx.get(asset.url).content == content
    edit = {"prompt": PROMPT, "video": asset.id, "editStrength": "flex_2"}
    spec = spec_of(house, client, EDIT, edit)
    assert (spec.size, spec.seconds) == ((1280, 720), 2)


def test_an_upload_from_a_link_becomes_a_picture(client: Scenario, frame: str) -> None:
    link = client.assets.retrieve(frame).asset.url
    begun = client.uploads.create(kind="image", url=link).upload
    assert begun.status == "validating"
    made = client.uploads.retrieve(begun.id).upload
    assert (made.status, made.source) == ("imported", "url")
    assert client.assets.retrieve(str(made.entity_id)).asset.properties.width == 160


def test_an_upload_that_is_not_what_it_says_fails(client: Scenario, frame: str) -> None:
    link = client.assets.retrieve(frame).asset.url
    begun = client.uploads.create(kind="video", url=link).upload
    failed = client.uploads.retrieve(begun.id).upload
    assert (failed.status, failed.error_message) == ("failed", "the file is no movie")
    gone = client.uploads.create(kind="image", url=link + "0").upload
    assert client.uploads.retrieve(gone.id).upload.status == "failed"


def test_a_picture_in_base64_is_an_asset_at_once(client: Scenario, frame: str) -> None:
    asset = client.assets.retrieve(frame).asset
    assert (asset.kind, asset.mime_type, asset.source) == ("image", "image/png", "uploaded")
    assert httpx.get(asset.url).content == picture()
    for text in ("no base64!", base64.b64encode(b"text").decode()):
        with pytest.raises(BadRequestError):
            client.assets.upload(name="a.png", image=text)


def test_clips_are_edited_and_reframed(
    house: House, client: Scenario, clip: str, frame: str
) -> None:
    pinned = {"keyframes": [{"keyframeImage": frame, "keyframeIndex": 12}]}
    edit = {"prompt": PROMPT, "video": clip, "resolution": "1080p", "hdr": True} | pinned
    edited = spec_of(house, client, EDIT, edit)
    assert (edited.size, edited.seconds, edited.hdr) == ((1920, 1080), 5, True)
    both = {"prompt": PROMPT, "video": clip, "editStrength": "flex_1", "autoControls": True}
    assert spec_of(house, client, EDIT, both).seconds == 5
    reframe = {"prompt": PROMPT, "video": clip, "aspectRatio": "9:16"}
    assert spec_of(house, client, REFRAME, reframe).size == (720, 1280)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (GENERATE, {"prompt": ""}, "prompt"),
    (GENERATE, {"prompt": "x" * 6001}, "prompt"),
    (GENERATE, {"resolution": "360p"}, "resolution"),
    (GENERATE, {"duration": 5}, "duration"),
    (GENERATE, {"aspectRatio": "2:1"}, "aspectRatio"),
    (GENERATE, {"aspect_ratio": "16:9"}, "aspect_ratio"),
    (GENERATE, {"exrExport": True}, "exrExport"),
    (GENERATE, {"loop": "yes"}, "loop"),
    (GENERATE, {"endFrame": "FRAME"}, "endFrame requires a startFrame"),
    (GENERATE, {"duration": "10s", "startFrame": "FRAME"}, "10s is incompatible"),
    (GENERATE, {"duration": "10s", "loop": True}, "10s is incompatible"),
    (GENERATE, {"duration": "10s", "hdr": True}, "10s is incompatible"),
    (GENERATE, {"hdr": True, "resolution": "540p"}, "hdr requires"),
    (GENERATE, {"startFrame": "CLIP"}, "is no image"),
    (EDIT, {}, "video"),
    (EDIT, {"video": "FRAME"}, "is no video"),
    (EDIT, {"video": "CLIP", "editStrength": "flex_0"}, "editStrength"),
    (EDIT, {"video": "CLIP", "poseControlStrength": "loose"}, "poseControlStrength"),
    (EDIT, {"video": "CLIP", "depthControlBlur": 2}, "depthControlBlur"),
    (EDIT, {"video": "CLIP", "normalsControlAugmentation": -1}, "normalsControlAugmentation"),
    (EDIT, {"video": "CLIP", "trajectoryControlSparsity": 1.5}, "trajectoryControlSparsity"),
    (EDIT, {"video": "CLIP", "aspectRatio": "1:1"}, "aspectRatio"),
    (EDIT, {"video": "CLIP", "hdr": True, "resolution": "540p"}, "hdr requires"),
    (EDIT, {"video": "CLIP", "keyframes": [{"keyframeImage": "FRAME"}]}, "keyframeIndex"),
    (
        EDIT,
        {"video": "CLIP", "keyframes": [{"keyframeImage": "FRAME", "keyframeIndex": 0}] * 65},
        "keyframes",
    ),
    (
        EDIT,
        {
            "video": "CLIP",
            "startFrame": "FRAME",
            "keyframes": [{"keyframeImage": "FRAME", "keyframeIndex": 0}],
        },
        "mutually exclusive",
    ),
    (REFRAME, {"video": "CLIP"}, "aspectRatio"),
    (REFRAME, {"aspectRatio": "1:1"}, "video"),
    (REFRAME, {"video": "CLIP", "aspectRatio": "1:1", "hdr": True}, "hdr"),
]


@pytest.mark.parametrize(("model", "change", "says"), REFUSED)
def test_what_the_guide_rules_out_is_refused(
    client: Scenario, clip: str, frame: str, model: str, change: dict[str, Any], says: str
) -> None:
    named = {"CLIP": clip, "FRAME": frame}
    inputs = {key: named.get(str(value), value) for key, value in change.items()}
    with pytest.raises(BadRequestError) as refused:
        client.generate.run_model(model, body={"prompt": PROMPT} | inputs)
    assert says in refused.value.response.json()["message"]


def test_what_the_guide_allows_is_taken(house: House, client: Scenario, frame: str) -> None:
    both = {"prompt": PROMPT, "startFrame": frame, "endFrame": frame, "loop": True, "hdr": True}
    assert spec_of(house, client, GENERATE, both).loop
    long = {"prompt": PROMPT, "duration": "10s", "aspectRatio": "21:9"}
    assert spec_of(house, client, GENERATE, long).seconds == 10


def test_what_is_not_there_is_not_found(client: Scenario) -> None:
    for ask in (
        lambda: client.assets.retrieve("asset_nobody"),
        lambda: client.jobs.retrieve("job_nobody"),
        lambda: client.uploads.retrieve("upload_nobody"),
        lambda: client.generate.run_model("model_veo", body=SMALLEST),
        lambda: client.generate.run_model(GENERATE, body=SMALLEST | {"startFrame": "asset_x"}),
    ):
        with pytest.raises(NotFoundError):
            ask()


@pytest.mark.parametrize(
    ("key", "status"),
    [
        (None, 401),
        ("Basic nonsense", 401),
        ("Basic " + base64.b64encode(b"key:").decode(), 401),
        ("Basic " + base64.b64encode(b"wrong:secret").decode(), 401),
        ("Basic " + base64.b64encode(b"empty:secret").decode(), 402),
        ("Basic " + base64.b64encode(b"closed:secret").decode(), 403),
        ("Bearer jwt", 200),
    ],
)
def test_only_a_key_that_opens_is_let_in(house: House, key: str | None, status: int) -> None:
    headers = {"Authorization": key} if key else {}
    answer = httpx.get(f"{house.base}/scenario/v1/jobs", headers=headers)
    assert answer.status_code == status
    assert status == 200 or set(answer.json()) == {"error", "message"}


def test_the_sdk_cancels(house: House, client: Scenario) -> None:
    house.faults.once("never-finishing")
    job = client.generate.run_model(GENERATE, body=SMALLEST).job
    assert client.jobs.trigger_action(job.job_id, action="cancel").job.status == "canceled"
    last = client.jobs.retrieve(job.job_id).job
    assert (last.status, last.metadata.asset_ids) == ("canceled", [])
    assert last.status_history[-1].status == "canceled"
    with pytest.raises(ConflictError):
        client.jobs.trigger_action(job.job_id, action="cancel")


def test_the_sdk_pages_through_jobs(house: House, client: Scenario, plain: httpx.Client) -> None:
    made = []
    for _ in range(3):
        house.faults.once("never-finishing")
        made.append(client.generate.run_model(GENERATE, body=SMALLEST).job.job_id)
    first = client.jobs.list(page_size=2)
    assert [job.job_id for job in first.jobs] == made[:0:-1]
    assert made[0] in [job.job_id for job in client.jobs.list(page_size=2)]
    canceled = client.jobs.list(status="canceled", type="custom", updated_after="2020-01-01").jobs
    assert {job.status for job in canceled} <= {"canceled"}
    assert client.jobs.list(created_after="2999-01-01").jobs == []
    assert client.jobs.list(type="inference").jobs == []
    for wrong in (
        {"pageSize": "101"},
        {"pageSize": "x"},
        {"status": "done"},
        {"status": "queued", "createdAfter": "2020-01-01"},
        {"updatedAfter": "2020-01-01"},
    ):
        assert plain.get("/jobs", params=wrong).status_code == 400


@pytest.mark.parametrize(("fault", "says"), [("job-failed", "failed"), ("moderated", "moderation")])
def test_a_failed_job_says_why_and_what_to_do(
    house: House, client: Scenario, fault: str, says: str
) -> None:
    house.faults.once(fault)
    job = done(client, GENERATE, SMALLEST)
    assert (job.status, job.metadata.asset_ids) == ("failure", [])
    assert says in job.metadata.error
    assert job.metadata.hint.startswith("Please")


def test_an_endpoint_is_told_how_its_projects_jobs_end(
    client: Scenario, plain: httpx.Client, receiver: Receiver
) -> None:
    made = client.projects.webhook_endpoints.create(
        "project_a", url=receiver.url, enabled_events=["generation.completed"]
    ).webhook_endpoint
    assert made.secret
    listed = client.projects.webhook_endpoints.list("project_a").webhook_endpoints
    assert [each.id for each in listed] == [made.id]
    job = client.generate.run_model(GENERATE, body=SMALLEST, project_id="project_a").job
    receiver.wait_for(1)
    assert job.job_id.encode() in receiver.received[0][3]
    assert b"generation.completed" in receiver.received[0][3]
    other = client.generate.run_model(GENERATE, body=SMALLEST, project_id="project_b").job
    ended(client, other.job_id)
    time.sleep(0.1)
    assert len(receiver.received) == 1
    wrong = {"url": receiver.url, "enabledEvents": ["x"]}
    assert plain.post("/projects/a/webhook-endpoints", json=wrong).status_code == 400


def test_faults_of_the_line_speak_the_services_words(house: House, plain: httpx.Client) -> None:
    house.faults.once("too-many-requests")
    late = plain.get("/jobs")
    assert (late.status_code, set(late.json())) == (429, {"error", "message"})
    house.concurrent = 0
    try:
        full = plain.post(f"/generate/custom/{GENERATE}", json=SMALLEST)
    finally:
        house.concurrent = None
    assert (full.status_code, full.json()["message"]) == (429, "Too many concurrent jobs")
