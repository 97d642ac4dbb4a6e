"""The Luma Agents stand-in: the official SDK does whole jobs, and every documented rule is kept."""

import base64
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from luma_agents import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    Luma,
    NotFoundError,
    UnprocessableEntityError,
)

from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal.app import running
from answerprint.rehearsal.house import House
from answerprint.rehearsal.scenery.pinned import LAST
from answerprint.rehearsal.studio import Spec, Studio
from tests.rehearsal.conftest import HTTP, until

PROMPT = "a moonlit bay"
HEADERS = {"Authorization": "Bearer luma-api-1"}
PICTURE = {"url": "https://example.com/first.png"}
UNKNOWN = "9158b836-a805-4037-bea5-89b513e3b998"


@pytest.fixture(scope="module")
def house(rendered: Path) -> Iterator[House]:
    """A house whose jobs do not get to their rendering, so that orders are cheap."""
    with running(divide=8, folder=rendered, job_seconds=60) as served:
        yield served


@pytest.fixture(scope="module")
def done(house: House) -> str:
    """A completed generation of 640x360 and five seconds."""
    house.job_seconds = 0.02
    id_: str = post(house, video={"resolution": "360p"}).json()["id"]
    house.job_seconds = 60
    until(lambda: get(house, id_).json()["state"] == "completed")
    return id_


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of 4:3."""
    studio = Studio(tmp_path_factory.mktemp("footage"), divide=8)
    return studio.make(Spec(size=(640, 480), seconds=2))[0].path.read_bytes()


def picture(width: int = 90, height: int = 160) -> bytes:
    return cv2.imencode(".png", np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def data(content: bytes, media_type: str) -> dict[str, str]:
    return {"data": base64.b64encode(content).decode(), "media_type": media_type}


def post(house: House, **body: Any) -> httpx.Response:
    whole = {"model": "ray-3.2", "type": "video", "prompt": PROMPT} | body
    whole = {key: value for key, value in whole.items() if value is not None}
    return HTTP.post(f"{house.base}/luma/v1/generations", json=whole, headers=HEADERS)


def get(house: House, id_: str) -> httpx.Response:
    return HTTP.get(f"{house.base}/luma/v1/generations/{id_}", headers=HEADERS)


def spec_of(house: House, answer: httpx.Response) -> Spec:
    assert answer.status_code == 201, answer.text
    held = house.held(answer.json()["id"])
    assert held is not None
    return held.spec


def frames_in(movie: Path) -> int:
    return sum(1 for _ in read_frames(movie, Reading()))


def test_the_official_sdk_does_a_whole_job(rendered: Path, tmp_path: Path) -> None:
    with running(divide=8, folder=rendered) as house:
        client = Luma(base_url=f"{house.base}/luma/v1", auth_token="luma-api-1", max_retries=0)
        made = client.generations.create(
            model="ray-3.2",
            type="video",
            prompt=PROMPT,
            aspect_ratio="16:9",
            video={"resolution": "720p", "duration": "5s", "hdr": True, "exr_export": True},
        )
        assert (made.state, made.output, made.failure_code) == ("queued", [], None)
        until(lambda: client.generations.get(made.id).state == "completed")
        outputs = client.generations.get(made.id).output
        assert outputs is not None
        links = {output.type: output.url for output in outputs}
        assert set(links) == {"video", "exr"}
        for name, link in links.items():
            (tmp_path / name).write_bytes(HTTP.get(link).content)
        client.close()
    facts = probe(tmp_path / "video")
    assert (facts.size, facts.color.transfer) == ((160, 90), "smpte2084")
    assert frames_in(tmp_path / "video") == 120
    with zipfile.ZipFile(tmp_path / "exr") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 120


def test_the_official_sdk_uploads_and_refers(house: House) -> None:
    with Luma(base_url=f"{house.base}/luma/v1", auth_token="luma-api-1", max_retries=0) as client:
        content = picture()
        house.job_seconds = 0.05
        new = client.files.create(mime_type="image/png", size_bytes=len(content), filename="a.png")
        assert (new.state, new.file.filename) == ("pending", "a.png")
        assert new.upload is not None
        with pytest.raises(BadRequestError):
            client.files.complete(new.id)
        put = HTTP.request(
            new.upload.method, new.upload.url, content=content, headers=new.upload.headers
        )
        assert put.status_code == 200
        client.files.complete(new.id)
        until(lambda: client.files.get(new.id).state == "ready")
        house.job_seconds = 60
        made = client.generations.create(
            model="ray-3.2",
            type="video",
            prompt=PROMPT,
            video={"start_frame": {"file_id": new.id}},
        )
        held = house.held(made.id)
        assert held is not None
        assert held.spec.size == (720, 1280)
        assert client.files.list(purpose="input", state="ready").data[0].id == new.id
        client.files.delete(new.id)
        assert client.files.get(new.id).state == "deleted"
        with pytest.raises(UnprocessableEntityError, match="not ready"):
            client.generations.create(
                model="ray-3.2",
                type="video",
                prompt=PROMPT,
                video={"start_frame": {"file_id": new.id}},
            )
        with pytest.raises(NotFoundError):
            client.files.get(UNKNOWN)


def test_a_file_is_taken_inline(house: House) -> None:
    house.job_seconds = 0.02
    answer = HTTP.post(
        f"{house.base}/luma/v1/files",
        files={"file": ("a.png", picture() + b"\r\n--", "image/png")},
        data={"purpose": "reference"},
        headers=HEADERS,
    )
    house.job_seconds = 60
    assert (answer.status_code, answer.json()["upload"]) == (201, None)
    told = answer.json()["file"]
    assert (told["mime_type"], told["filename"], told["purpose"]) == (
        "image/png", "a.png", "reference",
    )  # fmt: skip
    assert told["size_bytes"] == len(picture()) + 4
    id_ = answer.json()["id"]
    link = f"{house.base}/luma/v1/files/{id_}"
    until(lambda: HTTP.get(link, headers=HEADERS).json()["state"] == "ready")


def test_an_upload_of_another_length_fails(house: House) -> None:
    house.job_seconds = 0.02
    files = f"{house.base}/luma/v1/files"
    said = {"mime_type": "image/png", "size_bytes": 99}
    new = HTTP.post(files, json=said, headers=HEADERS).json()
    upload = new["upload"]
    bare = HTTP.put(upload["url"], content=b"png")
    assert (bare.status_code, "SignatureDoesNotMatch" in bare.text) == (403, True)
    assert HTTP.put(upload["url"], content=b"p", headers=HEADERS).status_code == 400
    HTTP.put(upload["url"], content=b"png", headers=upload["headers"])
    HTTP.post(f"{files}/{new['id']}/complete", headers=HEADERS)
    house.job_seconds = 60
    until(lambda: HTTP.get(f"{files}/{new['id']}", headers=HEADERS).json()["state"] == "failed")
    assert (
        "received 3" in HTTP.get(f"{files}/{new['id']}", headers=HEADERS).json()["failure_reason"]
    )


def test_files_are_listed_page_by_page(house: House) -> None:
    files = f"{house.base}/luma/v1/files"
    said = {"mime_type": "video/mp4", "size_bytes": 9, "purpose": "reference", "user_id": "u"}
    ids = [HTTP.post(files, json=said, headers=HEADERS).json()["id"] for _ in range(3)]
    page = HTTP.get(files, params={"limit": 2, "state": "pending"}, headers=HEADERS).json()
    assert [file["id"] for file in page["data"]] == [ids[2], ids[1]]
    assert page["has_more"]
    more = {"limit": 1, "cursor": page["next_cursor"]}
    assert HTTP.get(files, params=more, headers=HEADERS).json()["data"][0]["id"] == ids[0]
    for wrong in ({"limit": 101}, {"limit": 0}, {"cursor": "x"}):
        assert HTTP.get(files, params=wrong, headers=HEADERS).status_code == 400
    assert HTTP.post(files, json={"mime_type": "text/html"}, headers=HEADERS).status_code == 400


def test_every_answer_is_traced(house: House) -> None:
    answer = HTTP.get(f"{house.base}/luma/v1/generations/x", headers=HEADERS)
    assert (answer.status_code, answer.json()) == (404, {"detail": "generation not found"})
    assert answer.headers["x-api-version"] == "2026-04-01"
    assert len(answer.headers["x-request-id"]) == 36
    traced = HEADERS | {"X-Request-Id": "mine"}
    again = HTTP.get(f"{house.base}/luma/v1/generations/x", headers=traced)
    assert again.headers["x-request-id"] == "mine"


@pytest.mark.parametrize(("key", "status"), [("wrong-1", 401), ("empty-1", 402), ("closed-1", 403)])
def test_keys(house: House, key: str, status: int) -> None:
    with Luma(base_url=f"{house.base}/luma/v1", auth_token=key, max_retries=0) as client:
        with pytest.raises(APIStatusError) as caught:
            client.generations.get(UNKNOWN)
        assert caught.value.status_code == status
        assert isinstance(caught.value, AuthenticationError) == (status == 401)


def test_no_key_is_no_entrance(house: House) -> None:
    assert HTTP.get(f"{house.base}/luma/v1/files").status_code == 401
    assert HTTP.get(f"{house.base}/luma/v1/files", auth=("a", "b")).status_code == 401


def test_the_links_of_each_poll_are_new(house: House, done: str) -> None:
    one, other = (get(house, done).json()["output"][0]["url"] for _ in range(2))
    assert one != other
    assert HTTP.get(one).content == HTTP.get(other).content


@pytest.mark.parametrize(
    ("fault", "code"), [("moderated", "content_moderated"), ("job-failed", "generation_failed")]
)
def test_jobs_that_fail_say_why(rendered: Path, fault: str, code: str) -> None:
    with running(divide=8, folder=rendered, job_seconds=0.02) as house:
        house.faults.once(fault)
        id_ = post(house).json()["id"]
        until(lambda: get(house, id_).json()["state"] == "failed")
        told = get(house, id_).json()
        assert (told["failure_code"], told["output"]) == (code, [])
        assert told["failure_reason"]


def test_limits_are_told(rendered: Path) -> None:
    with running(divide=8, folder=rendered, job_seconds=60) as house:
        house.per_minute = 2
        assert post(house).headers["x-ratelimit-remaining"] == "1"
        assert post(house).headers["x-ratelimit-limit"] == "2"
        answer = post(house)
        assert (answer.status_code, answer.json()["detail"]) == (429, "Rate limit exceeded")
        assert answer.headers["retry-after"] == "1"


ACCEPTED: list[tuple[dict[str, Any], Spec]] = [
    ({}, Spec(size=(1280, 720))),
    ({"aspect_ratio": "21:9", "video": {"resolution": "1080p"}}, Spec(size=(2520, 1080))),
    ({"video": {"duration": "10s", "resolution": "540p"}}, Spec(size=(960, 540), seconds=10)),
    ({"video": {"hdr": True, "exr_export": True}}, Spec(size=(1280, 720), hdr=True, exr=True)),
    ({"video": {"loop": True}}, Spec(size=(1280, 720), loop=True)),
    ({"video": {"loop": True, "start_frame": PICTURE}}, Spec(size=(1280, 720), loop=True)),
    ({"video": {"start_frame": PICTURE, "end_frame": PICTURE}}, Spec(size=(1280, 720))),
    (
        {"video": {"keyframes": [PICTURE] * 2, "keyframe_indexes": [0, 240], "duration": "10s"}},
        Spec(size=(1280, 720), seconds=10),
    ),
    (
        {"video": {"keyframes": [PICTURE], "keyframe_indexes": [120], "hdr": True}},
        Spec(size=(1280, 720), hdr=True),
    ),
    (
        {"video": {"start_frame": data(picture(160, 160), "image/png"), "resolution": "540p"}},
        Spec(size=(720, 720)),
    ),
    ({"user_id": "u", "video": {"duration": None}}, Spec(size=(1280, 720))),
    (
        {
            "type": "video_edit",
            "source": {"url": "https://example.com/a.mp4", "media_type": "video/mp4"},
            "video": {
                "hdr": True,
                "edit": {
                    "strength": "flex_2",
                    "controls": {
                        "pose": {"enabled": True, "strength": "coarse"},
                        "depth": {"blur": 1},
                        "normals": {"augmentation": 0.5},
                        "trajectory": {"sparsity": 0.1},
                        "face": {"enabled": False},
                    },
                    "keyframes": [PICTURE],
                    "keyframe_indexes": [119],
                },
            },
        },
        Spec(size=(1280, 720), hdr=True),
    ),
    (
        {
            "type": "video_reframe",
            "aspect_ratio": "9:16",
            "source": {"url": "https://example.com/a.mp4", "media_type": "video/mp4"},
            "video": {"source_position": {"x_norm": -0.5, "y_norm": 0, "w_norm": 2, "h_norm": 1}},
        },
        Spec(size=(720, 1280)),
    ),
]


@pytest.mark.parametrize(("body", "spec"), ACCEPTED)
def test_what_is_documented_is_taken(house: House, body: dict[str, Any], spec: Spec) -> None:
    assert spec_of(house, post(house, **body)).model_copy(update={"seed": 0, "pins": ()}) == spec


def test_pictures_are_pinned_to_their_frames(house: House) -> None:
    ref = data(picture(64, 36), "image/png")
    ends = {"start_frame": ref, "end_frame": ref}
    beats = {"keyframes": [ref, ref, PICTURE], "keyframe_indexes": [7, 120, 60]}
    for video, frames in ((ends, [0, LAST]), (beats, [7, 120])):
        spec = spec_of(house, post(house, video=video))
        assert [pin.frame for pin in spec.pins] == frames
        assert {pin.content for pin in spec.pins} == {picture(64, 36)}
    edit = EDIT | {"video": {"edit": {"keyframes": [ref], "keyframe_indexes": [33]}}}
    assert [pin.frame for pin in spec_of(house, post(house, **edit)).pins] == [33]


EDIT = {
    "type": "video_edit",
    "source": {"url": "https://example.com/a.mp4", "media_type": "video/mp4"},
}
REFRAME = EDIT | {"type": "video_reframe", "aspect_ratio": "1:1"}
ENDS = {"start_frame": PICTURE, "end_frame": PICTURE}


@pytest.mark.parametrize(
    ("status", "words", "body"),
    [
        (400, "prompt", {"prompt": ""}),
        (400, "prompt", {"prompt": "a" * 6001}),
        (400, "prompt", {"prompt": None}),
        (400, "model", {"model": "ray-2"}),
        (400, "type", {"type": "image"}),
        (400, "aspect_ratio", {"aspect_ratio": "2:1"}),
        (400, "seed", {"seed": 3}),
        (400, "video.fps", {"video": {"fps": 24}}),
        (400, "video.duration", {"video": {"duration": 5}}),
        (400, "video.duration", {"video": {"duration": "7s"}}),
        (400, "video.resolution", {"video": {"resolution": "4k"}}),
        (400, "video.hdr", {"video": {"hdr": "yes"}}),
        (400, "video.keyframes", {"video": {"keyframes": [], "keyframe_indexes": []}}),
        (400, "video.keyframes", {"video": {"keyframes": [PICTURE] * 65}}),
        (400, "x_norm", REFRAME | {"video": {"source_position": {"x_norm": 3, "y_norm": 0, "w_norm": 1, "h_norm": 1}}}),
        (400, "h_norm", REFRAME | {"video": {"source_position": {"x_norm": 0, "y_norm": 0, "w_norm": 1}}}),
        (400, "w_norm", REFRAME | {"video": {"source_position": {"x_norm": 0, "y_norm": 0, "w_norm": 0, "h_norm": 1}}}),
        (400, "strength", EDIT | {"video": {"edit": {"strength": "adhere_4"}}}),
        (400, "blur", EDIT | {"video": {"edit": {"controls": {"depth": {"blur": 1.1}}}}}),
        (422, "exactly one", {"video": {"start_frame": {}}}),
        (422, "exactly one", {"video": {"start_frame": PICTURE | {"file_id": UNKNOWN}}}),
        (422, "media_type", {"video": {"start_frame": {"data": "AAAA"}}}),
        (422, "base64", {"video": {"start_frame": {"data": "?", "media_type": "image/png"}}}),
        (422, "as an image", {"video": {"start_frame": data(b"text", "image/png")}}),
        (422, "must be an image", {"video": {"start_frame": data(b"text", "video/mp4")}}),
        (422, "http", {"video": {"start_frame": {"url": "ftp://example.com/a.png"}}}),
        (422, "file not found", {"video": {"start_frame": {"file_id": UNKNOWN}}}),
        (422, "not found", {"video": {"start_frame": {"generation_id": UNKNOWN}}}),
        (422, "source", {"source": PICTURE}),
        (422, "edit", {"video": {"edit": {"auto_controls": True}}}),
        (422, "source_position", {"video": {"source_position": {"x_norm": 0, "y_norm": 0, "w_norm": 1, "h_norm": 1}}}),
        (422, "hdr", {"video": {"duration": "10s", "hdr": True}}),
        (422, "start_frame", {"video": {"duration": "10s", "start_frame": PICTURE}}),
        (422, "end_frame", {"video": {"duration": "10s", "end_frame": PICTURE}}),
        (422, "loop", {"video": {"duration": "10s", "loop": True}}),
        (422, "hdr", {"video": {"loop": True, "hdr": True}}),
        (422, "end_frame", {"video": {"loop": True, "end_frame": PICTURE}}),
        (422, "keyframes", {"video": {"loop": True, "keyframes": [PICTURE], "keyframe_indexes": [0]}}),
        (422, "720p or 1080p", {"video": {"hdr": True, "resolution": "540p"}}),
        (422, "requires video.hdr", {"video": {"exr_export": True}}),
        (422, "exclusive", {"video": ENDS | {"keyframes": [PICTURE], "keyframe_indexes": [0]}}),
        (422, "in length", {"video": {"keyframes": [PICTURE], "keyframe_indexes": [0, 1]}}),
        (422, "in length", {"video": {"keyframes": [PICTURE]}}),
        (422, "unique", {"video": {"keyframes": [PICTURE] * 2, "keyframe_indexes": [1, 1]}}),
        (422, "and 120", {"video": {"keyframes": [PICTURE], "keyframe_indexes": [121]}}),
        (422, "and 120", {"video": {"keyframes": [PICTURE], "keyframe_indexes": [-1]}}),
        (422, "source is required", EDIT | {"source": None}),
        (422, "loop", EDIT | {"video": {"loop": True}}),
        (422, "end_frame", EDIT | {"video": {"end_frame": PICTURE}}),
        (422, "keyframes", EDIT | {"video": {"keyframes": [PICTURE], "keyframe_indexes": [0]}}),
        (422, "auto_controls", EDIT | {"video": {"edit": {"auto_controls": True, "strength": "flex_1"}}}),
        (422, "auto_controls", EDIT | {"video": {"edit": {"auto_controls": True, "controls": {"face": {}}}}}),
        (422, "start_frame", EDIT | {"video": {"start_frame": PICTURE, "edit": {"keyframes": [PICTURE], "keyframe_indexes": [0]}}}),
        (422, "and 119", EDIT | {"video": {"edit": {"keyframes": [PICTURE], "keyframe_indexes": [120]}}}),
        (422, "media_type", EDIT | {"source": PICTURE}),
        (422, "as a video", EDIT | {"source": data(b"text", "video/mp4")}),
        (422, "as a video", EDIT | {"source": {"url": "http://127.0.0.1:9/a.mp4", "media_type": "video/mp4"}}),
        (422, "requires video.hdr", EDIT | {"video": {"exr_export": True}}),
        (422, "source is required", REFRAME | {"source": None}),
        (422, "aspect_ratio", REFRAME | {"aspect_ratio": None}),
        (422, "hdr", REFRAME | {"video": {"hdr": True}}),
        (422, "edit", REFRAME | {"video": {"edit": {}}}),
        (422, "start_frame", REFRAME | {"video": {"start_frame": PICTURE}}),
        (422, "1080p", REFRAME | {"aspect_ratio": "9:16", "video": {"resolution": "1080p"}}),
    ],
)  # fmt: skip
def test_what_is_not_documented_is_refused(
    house: House, status: int, words: str, body: dict[str, Any]
) -> None:
    answer = post(house, **body)
    assert (answer.status_code, set(answer.json())) == (status, {"detail"}), answer.text
    assert words in answer.json()["detail"]


def test_a_clip_is_extended_either_way(house: House, done: str) -> None:
    earlier = {"generation_id": done}
    wide = Spec(size=(1280, 720))
    for end in ("start_frame", "end_frame"):
        spec = spec_of(house, post(house, video={end: earlier}))
        assert spec.model_copy(update={"seed": 0}) == wide
    assert spec_of(house, post(house, video={"start_frame": earlier, "loop": True})).loop
    for barred in (
        {"start_frame": earlier, "hdr": True},
        {"start_frame": earlier, "end_frame": PICTURE},
        {"keyframes": [earlier], "keyframe_indexes": [0]},
    ):
        assert post(house, video=barred).status_code == 422


def test_only_completed_generations_are_referred_to(house: House) -> None:
    running_ = post(house).json()["id"]
    answer = post(house, video={"start_frame": {"generation_id": running_}})
    assert (answer.status_code, "not completed" in answer.text) == (422, True)


def test_an_edit_keeps_the_shape_and_length_of_its_source(
    house: House, done: str, footage: bytes
) -> None:
    edit = {"type": "video_edit", "aspect_ratio": "1:1", "video": {"resolution": "540p"}}
    sent = spec_of(house, post(house, **edit, source=data(footage, "video/mp4")))
    assert (sent.size, sent.seconds) == ((720, 540), 2)
    chained = spec_of(house, post(house, **edit, source={"generation_id": done}))
    assert (chained.size, chained.seconds) == ((960, 540), 5)
    link = get(house, done).json()["output"][0]["url"]
    source = {"url": link, "media_type": "video/mp4"}
    assert spec_of(house, post(house, **edit, source=source)).seconds == 5


@pytest.mark.parametrize(("kind", "limit"), [("video_edit", 18), ("video_reframe", 30)])
def test_a_source_is_so_long_and_no_longer(house: House, kind: str, limit: int) -> None:
    body = {"type": kind, "aspect_ratio": "1:1"}
    for seconds, status in ((limit, 201), (limit + 1, 422)):
        held = house.accept("luma", Spec(size=(640, 360), seconds=seconds))
        held.state = "done"
        assert post(house, **body, source={"generation_id": held.id}).status_code == status
