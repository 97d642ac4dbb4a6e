"""The Runware stand-in: the official SDK does whole jobs, and every documented rule is kept."""

import asyncio
import base64
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import numpy as np
import pytest
from runware import Runware, RunwareError

from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal.app import running
from answerprint.rehearsal.house import House
from answerprint.rehearsal.studio import Spec
from tests.rehearsal.conftest import HTTP, Receiver, until

PROMPT = "a moonlit bay"
HEADERS = {"Authorization": "Bearer key"}
PICTURE = "https://example.com/first.png"
VIDEO = "https://example.com/source.mp4"
WIDE = {"width": 1280, "height": 720}
UNKNOWN = "9158b836-a805-4037-bea5-89b513e3b998"


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    """A house whose jobs do not get to their rendering, so that orders are cheap."""
    with running(divide=8, folder=rendered, job_seconds=60) as served:
        yield served


def png(width: int = 90, height: int = 160) -> str:
    content = cv2.imencode(".png", np.full((height, width, 3), 90, np.uint8))[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(content).decode()


def video(**changes: Any) -> dict[str, Any]:
    task = {
        "taskType": "videoInference",
        "taskUUID": str(uuid4()),
        "model": "luma:ray@3.2",
        "positivePrompt": PROMPT,
    }
    return {key: value for key, value in (task | changes).items() if value is not None}


def send(house: House, *tasks: Any, headers: dict[str, str] = HEADERS) -> tuple[int, Any]:
    answer = HTTP.post(f"{house.base}/runware/v1", json=list(tasks), headers=headers)
    return answer.status_code, answer.json()


def poll(house: House, id_: str) -> tuple[int, Any]:
    return send(house, {"taskType": "getResponse", "taskUUID": id_})


def spec_of(house: House, task: dict[str, Any]) -> Spec:
    status, body = send(house, task)
    assert (status, body) == (
        200,
        {"data": [{"taskType": "videoInference", "taskUUID": task["taskUUID"]}]},
    )
    held = house.held(task["taskUUID"])
    assert held is not None
    return held.spec


def finished(house: House, task: dict[str, Any]) -> list[Any]:
    assert send(house, task)[0] == 200
    id_ = task["taskUUID"]
    until(lambda: poll(house, id_)[1]["data"][0]["status"] == "success")
    data: list[Any] = poll(house, id_)[1]["data"]
    return data


async def ran(base: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    async with Runware(
        api_key="key", http_base_url=f"{base}/runware/v1", transport="rest", max_retries=0
    ) as client:
        return await client.run({"model": "luma:ray@3.2", "taskType": "videoInference"} | params)


def test_the_official_sdk_does_a_whole_job(rendered: Path, tmp_path: Path) -> None:
    settings = {"hdr": True, "exrExport": True}
    with running(divide=8, folder=rendered) as house:
        order = {"positivePrompt": PROMPT, "settings": settings, "includeCost": True} | WIDE
        (item,) = asyncio.run(ran(house.base, order))
        (tmp_path / "movie").write_bytes(HTTP.get(item["videoURL"]).content)
        (frames,) = item["outputs"]["files"]
        (tmp_path / "zip").write_bytes(HTTP.get(frames["url"]).content)
    assert (item["cost"], frames["type"]) == (0.9, "exr")
    assert frames["url"].partition("?")[0].endswith(f"{frames['uuid']}.zip")
    facts = probe(tmp_path / "movie")
    assert (facts.size, facts.color.transfer) == ((160, 90), "smpte2084")
    assert sum(1 for _ in read_frames(tmp_path / "movie", Reading())) == 120
    with zipfile.ZipFile(tmp_path / "zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 120


def test_the_official_sdk_hears_what_is_wrong(house: House) -> None:
    with pytest.raises(RunwareError) as caught:
        asyncio.run(ran(house.base, {"positivePrompt": PROMPT, "width": 1281, "height": 720}))
    error = caught.value
    assert (error.code, error.parameter, error.status_code) == ("validation", "width", 400)


@pytest.mark.parametrize(("fault", "code"), [("moderated", "safety"), ("job-failed", "provider")])
def test_the_official_sdk_hears_how_a_task_ended(rendered: Path, fault: str, code: str) -> None:
    with running(divide=8, folder=rendered, job_seconds=0.02) as house:
        house.faults.once(fault)
        with pytest.raises(RunwareError) as caught:
            asyncio.run(ran(house.base, {"positivePrompt": PROMPT} | WIDE))
    assert caught.value.code == code


def test_media_is_stored_and_referred_to(house: House) -> None:
    upload = {"taskType": "mediaStorage", "operation": "upload", "media": png()}
    status, body = send(house, upload | {"taskUUID": str(uuid4())})
    (item,) = body["data"]
    assert (status, item["operation"]) == (200, "upload")
    assert HTTP.get(item["mediaURL"]).headers["content-type"] == "image/png"
    order = video(inputs={"frameImages": [item["mediaUUID"]]})
    assert spec_of(house, order).size == (720, 1280)
    delete = {"taskType": "mediaStorage", "operation": "delete", "media": item["mediaUUID"]}
    assert send(house, delete | {"taskUUID": str(uuid4())})[0] == 200
    assert send(house, delete | {"taskUUID": str(uuid4())})[0] == 400
    status, body = send(house, order | {"taskUUID": str(uuid4())})
    assert (status, body["errors"][0]["parameter"]) == (400, "inputs.frameImages")


def test_a_picture_is_stored_the_old_way_and_by_its_link(house: House) -> None:
    task = {"taskType": "imageUpload", "taskUUID": str(uuid4())}
    item = send(house, task | {"image": png().partition(",")[2]})[1]["data"][0]
    again = send(house, task | {"image": item["imageURL"]})[1]["data"][0]
    assert HTTP.get(again["imageURL"]).content == HTTP.get(item["imageURL"]).content
    for wrong in ("?", "data:image/png;base64,dGV4dA==", "http://127.0.0.1:9/a.png", 3):
        assert send(house, task | {"image": wrong})[0] == 400


def test_polls_tell_progress_and_the_whole_request(house: House) -> None:
    task = video(**WIDE)
    send(house, task)
    status, body = poll(house, task["taskUUID"])
    assert (status, body["data"][0]["status"]) == (200, "processing")
    assert 0 <= body["data"][0]["progress"] < 100
    details = {"taskType": "getTaskDetails", "taskUUID": task["taskUUID"]}
    assert send(house, details)[1]["data"][0]["request"] == [task]


def test_a_task_nobody_knows_is_not_found(house: House) -> None:
    status, body = poll(house, UNKNOWN)
    assert (status, body["errors"][0]["code"]) == (404, "taskFailedOrNotFound")
    assert body["errors"][0]["taskUUID"] == UNKNOWN


def test_a_task_uuid_is_taken_once(house: House) -> None:
    task = video(**WIDE)
    assert send(house, task)[0] == 200
    status, body = send(house, task)
    assert (status, body["errors"][0]["code"]) == (400, "conflictTaskUUID")
    assert len([h for h in house.all_held("runware") if h.id == task["taskUUID"]]) == 1


def test_an_array_is_answered_task_by_task(house: House) -> None:
    good, bad = video(**WIDE), video(width=1280)
    status, body = send(house, good, bad)
    assert status == 200
    assert [item["taskUUID"] for item in body["data"]] == [good["taskUUID"]]
    assert {error["taskUUID"] for error in body["errors"]} == {bad["taskUUID"]}


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (None, 401, "invalidApiKey"),
        ("wrong-1", 401, "invalidApiKey"),
        ("empty-1", 402, "insufficientCredits"),
        ("closed-1", 403, "accountSuspended"),
    ],
)
def test_keys(house: House, key: str | None, status: int, code: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = send(house, video(**WIDE), headers=headers)
    assert (answer[0], answer[1]["errors"][0]["code"]) == (status, code)


def test_a_key_may_come_as_the_first_task(house: House) -> None:
    login = {"taskType": "authentication", "apiKey": "key"}
    status, body = send(house, login, video(**WIDE), headers={})
    assert status == 200
    assert [item["taskType"] for item in body["data"]] == ["authentication", "videoInference"]
    assert send(house, login | {"apiKey": "wrong"}, video(**WIDE), headers={})[0] == 401


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[3]", b"text"])
def test_a_body_is_an_array_of_tasks(house: House, body: bytes) -> None:
    answer = HTTP.post(f"{house.base}/runware/v1", content=body, headers=HEADERS)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalidRequest")


def test_a_full_queue_is_429(rendered: Path) -> None:
    with running(divide=8, folder=rendered, job_seconds=60) as house:
        house.concurrent = 1
        task = video(**WIDE)
        assert send(house, task)[0] == 200
        assert send(house, video(**WIDE))[0] == 429
        assert poll(house, task["taskUUID"])[0] == 200


def test_results_are_told_one_by_one(rendered: Path, receiver: Receiver) -> None:
    small = {"width": 360, "height": 360 * 4 // 3, "numberResults": 2, "includeCost": True}
    with running(divide=8, folder=rendered, job_seconds=0.02) as house:
        task = video(**small, webhookURL=receiver.url, safety={"checkContent": True})
        first, second = finished(house, task)
        receiver.wait_for(2)
    assert second["seed"] == first["seed"] + 1
    assert first["videoUUID"] != second["videoUUID"]
    assert (first["cost"], first["NSFWContent"], "outputs" in first) == (0.06, False, False)
    told = [json.loads(body) for _, _, _, body, _ in receiver.received]
    assert [item["videoUUID"] for item in told] == [first["videoUUID"], second["videoUUID"]]
    assert {item["taskUUID"] for item in told} == {task["taskUUID"]}


def test_the_movie_is_put_in_the_ordered_container(rendered: Path, receiver: Receiver) -> None:
    with running(divide=8, folder=rendered, job_seconds=0.02) as house:
        task = video(width=360, height=480, outputFormat="MOV", uploadEndpoint=receiver.url)
        (item,) = finished(house, task)
        served = HTTP.get(item["videoURL"])
    ((method, _, headers, body, _),) = receiver.received
    assert (method, headers["Content-Type"]) == ("PUT", "video/quicktime")
    assert body == served.content
    assert item["videoURL"].partition("?")[0].endswith(".mov")


def test_a_failure_is_told_by_webhook(rendered: Path, receiver: Receiver) -> None:
    with running(divide=8, folder=rendered, job_seconds=0.02) as house:
        house.faults.once("moderated")
        send(house, video(**WIDE, webhookURL=receiver.url))
        receiver.wait_for(1)
    told = json.loads(receiver.received[0][3])
    assert told["errors"][0]["code"] == "contentPolicyViolation"


FRAMES = {"inputs": {"frameImages": [PICTURE]}}
FOOTAGE = {"inputs": {"video": VIDEO}}
PLACE = {"x": -0.5, "y": 0, "width": 2, "height": 1}


def framed(*frames: Any, **more: Any) -> dict[str, Any]:
    images = [{"image": PICTURE} | ({} if at is None else {"frame": at}) for at in frames]
    return {"inputs": {"frameImages": images}} | WIDE | more


@pytest.mark.parametrize(
    ("order", "spec"),
    [
        (WIDE, Spec(size=(1280, 720))),
        ({"width": 2520, "height": 1080, "duration": 10}, Spec(size=(2520, 1080), seconds=10)),
        (WIDE | {"duration": 5.0}, Spec(size=(1280, 720))),
        (FRAMES, Spec(size=(1280, 720))),
        (FRAMES | {"resolution": "540p"}, Spec(size=(960, 540))),
        ({"inputs": {"frameImages": [png(), PICTURE, PICTURE]}}, Spec(size=(720, 1280))),
        (framed("first", "last"), Spec(size=(1280, 720))),
        (framed(0, 60, 120), Spec(size=(1280, 720))),
        (framed(0, None, -1), Spec(size=(1280, 720))),
        (framed(0, 240, duration=10), Spec(size=(1280, 720), seconds=10)),
        (WIDE | {"settings": {"loop": True}}, Spec(size=(1280, 720), loop=True)),
        (WIDE | {"settings": {"hdr": True}}, Spec(size=(1280, 720), hdr=True)),
        (
            FRAMES | {"resolution": "1080p", "settings": {"hdr": True, "exrExport": True}},
            Spec(size=(1920, 1080), hdr=True, exr=True),
        ),
        (WIDE | {"outputFormat": "WEBM"}, Spec(size=(1280, 720), format="webm")),
        (
            WIDE
            | {
                "deliveryMethod": "async", "outputType": "URL", "outputQuality": 20, "ttl": 60,
                "numberResults": 4, "safety": {"checkContent": True, "mode": "fast"},
            },
            Spec(size=(1280, 720)),
        ),
        (FOOTAGE | {"settings": {"edit": {"autoControls": True}}}, Spec(size=(1280, 720))),
        (
            FOOTAGE
            | {
                "resolution": "1080p",
                "settings": {
                    "hdr": True,
                    "edit": {
                        "strength": "reimagine_3",
                        "controls": {
                            "depthBlur": 0, "face": True, "normalsAugmentation": 1,
                            "poseStrength": "precise", "trajectorySparsity": 0.5,
                        },
                    },
                },
            },
            Spec(size=(1920, 1080), hdr=True),
        ),
        (
            FOOTAGE | {"width": 720, "height": 1280, "settings": {"sourcePosition": PLACE}},
            Spec(size=(720, 1280)),
        ),
    ],
)  # fmt: skip
def test_what_is_documented_is_taken(house: House, order: dict[str, Any], spec: Spec) -> None:
    assert spec_of(house, video(**order)).model_copy(update={"seed": 0, "pins": ()}) == spec


@pytest.mark.parametrize(
    ("said", "frames"),
    [
        ((None,), [0]),
        ((None, None), [0, 120]),
        ((None, None, None), [0, 60, 120]),
        (("first", 33, -1), [0, 33, 120]),
        (("last",), [120]),
    ],
)
def test_pictures_are_pinned_to_their_frames(
    house: House, said: tuple[Any, ...], frames: list[int]
) -> None:
    images = [{"image": png()} | ({} if at is None else {"frame": at}) for at in said]
    spec = spec_of(house, video(inputs={"frameImages": images}))
    assert [pin.frame for pin in spec.pins] == frames


@pytest.mark.parametrize(
    ("parameter", "order"),
    [
        ("taskType", {"taskType": "videoDream"} | WIDE),
        ("taskUUID", {"taskUUID": "mine"} | WIDE),
        ("taskUUID", {"taskUUID": "a3f1c2d4-5e6f-7081-92a3-b4c5d6e7f809"} | WIDE),
        ("model", {"model": "luma:ray@3"} | WIDE),
        ("positivePrompt", {"positivePrompt": ""} | WIDE),
        ("positivePrompt", {"positivePrompt": "a" * 6001} | WIDE),
        ("seed", {"seed": 3} | WIDE),
        ("settings.fps", {"settings": {"fps": 24}} | WIDE),
        ("width", {}),
        ("width", {"width": 1280}),
        ("width", {"width": 1280, "height": 721}),
        ("resolution", WIDE | FRAMES | {"resolution": "720p"}),
        ("resolution", {"resolution": "720p"}),
        ("resolution", FRAMES | {"resolution": "4k"}),
        ("duration", WIDE | {"duration": 7}),
        ("duration", WIDE | {"duration": "5"}),
        ("duration", FOOTAGE | {"duration": 5}),
        ("duration", WIDE | {"duration": 10, "settings": {"hdr": True}}),
        ("duration", WIDE | {"duration": 10, "settings": {"loop": True}}),
        ("settings.loop", WIDE | {"settings": {"loop": True, "hdr": True}}),
        ("settings.loop", FOOTAGE | {"settings": {"loop": True}}),
        ("settings.hdr", {"width": 960, "height": 540, "settings": {"hdr": True}}),
        ("settings.hdr", FRAMES | {"resolution": "360p", "settings": {"hdr": True}}),
        ("settings.hdr", WIDE | FOOTAGE | {"settings": {"hdr": True}}),
        ("settings.exrExport", WIDE | {"settings": {"exrExport": True}}),
        ("settings.edit", FRAMES | {"settings": {"edit": {"strength": "flex_1"}}}),
        ("settings.edit", WIDE | FOOTAGE | {"settings": {"edit": {"strength": "flex_1"}}}),
        ("settings.edit.autoControls", FOOTAGE | {"settings": {"edit": {"autoControls": True, "strength": "flex_1"}}}),
        ("settings.edit.autoControls", FOOTAGE | {"settings": {"edit": {"autoControls": False, "controls": {}}}}),
        ("settings.edit.strength", FOOTAGE | {"settings": {"edit": {"strength": "flex_4"}}}),
        ("settings.edit.controls.depthBlur", FOOTAGE | {"settings": {"edit": {"controls": {"depthBlur": 2}}}}),
        ("settings.sourcePosition", WIDE | {"settings": {"sourcePosition": PLACE}}),
        ("settings.sourcePosition", FOOTAGE | {"settings": {"sourcePosition": PLACE}}),
        ("settings.sourcePosition.x", WIDE | FOOTAGE | {"settings": {"sourcePosition": PLACE | {"x": 3}}}),
        ("settings.sourcePosition.width", WIDE | FOOTAGE | {"settings": {"sourcePosition": PLACE | {"width": 2.1}}}),
        ("deliveryMethod", WIDE | {"deliveryMethod": "sync"}),
        ("outputType", WIDE | {"outputType": "base64Data"}),
        ("outputFormat", WIDE | {"outputFormat": "mp4"}),
        ("outputQuality", WIDE | {"outputQuality": 19}),
        ("outputQuality", WIDE | {"outputQuality": 100}),
        ("webhookURL", WIDE | {"webhookURL": "here"}),
        ("uploadEndpoint", WIDE | {"uploadEndpoint": "ftp://example.com"}),
        ("ttl", WIDE | {"ttl": 59}),
        ("numberResults", WIDE | {"numberResults": 5}),
        ("numberResults", WIDE | {"numberResults": 0}),
        ("safety.mode", WIDE | {"safety": {"mode": "slow"}}),
        ("inputs.frameImages", {"inputs": {"frameImages": []}} | WIDE),
        ("inputs.frameImages", {"inputs": {"frameImages": [PICTURE] * 65}} | WIDE),
        ("inputs.frameImages", {"inputs": {"frameImages": [UNKNOWN]}} | WIDE),
        ("inputs.frameImages", framed("middle")),
        ("inputs.frameImages", {"inputs": {"frameImages": [{"frame": 0}]}} | WIDE),
        ("inputs.frameImages", framed(121)),
        ("inputs.frameImages", framed(-2)),
        ("inputs.frameImages", framed("last", 120)),
        ("inputs.video", {"inputs": {"video": "here"}}),
        ("inputs.video", {"inputs": {"video": UNKNOWN}}),
    ],
)  # fmt: skip
def test_what_is_not_documented_is_refused(
    house: House, parameter: str, order: dict[str, Any]
) -> None:
    status, body = send(house, video(**order))
    assert (status, set(body)) == (400, {"errors"})
    named = [error["parameter"] for error in body["errors"]]
    first = [name if isinstance(name, str) else name[0] for name in named]
    assert parameter in first
    assert all(error["code"] and error["message"] for error in body["errors"])


@pytest.mark.parametrize(
    ("order", "dollars"),
    [
        ({"width": 640, "height": 360}, 0.06),
        (WIDE | {"duration": 10}, 0.9),
        ({"width": 1920, "height": 1080, "settings": {"hdr": True, "exrExport": True}}, 3.6),
        (FOOTAGE | {"resolution": "540p", "settings": {"edit": {"strength": "flex_1"}}}, 0.72),
        (FOOTAGE | {"width": 1920, "height": 1080}, 1.8),
    ],
)
def test_costs_are_those_of_the_page(order: dict[str, Any], dollars: float) -> None:
    from answerprint.rehearsal.runware.price import cost
    from answerprint.rehearsal.runware.task import VideoTask

    task = VideoTask.model_validate(video(**order))
    assert float(cost(task, task.seconds)) == dollars
