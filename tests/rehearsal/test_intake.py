"""What stand-ins are given is read for what it is, and nothing is fetched from elsewhere."""

import threading
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from answerprint.rehearsal.courier import deliver, fetch, is_loopback
from answerprint.rehearsal.intake import (
    Footage,
    cell_like,
    decoded,
    look_at_link,
    look_at_movie,
    look_at_picture,
)
from answerprint.rehearsal.multipart import Part, parts_of
from answerprint.rehearsal.studio import Spec, Studio
from tests.rehearsal.conftest import Receiver


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("YQ==", b"a"),
        ("data:image/png;base64,YQ==", b"a"),
        ("", None),
        ("a?", None),
        ("data:,", None),
    ],
)
def test_base64_bare_and_in_a_data_uri(text: str, content: bytes | None) -> None:
    assert decoded(text) == content


def test_pictures_and_movies_are_told_apart(rendered: Path) -> None:
    png = cv2.imencode(".png", np.zeros((20, 30, 3), np.uint8))[1].tobytes()
    spec = Spec(size=(640, 360), seconds=1, loop=True, seed=3)
    movie = Studio(rendered / "studio", divide=8).make(spec)[0].path.read_bytes()
    assert look_at_picture(png) == (30, 20)
    assert look_at_movie(movie) == Footage((80, 44), 1.0)
    assert look_at_picture(movie) is None
    assert look_at_movie(b"text") is None


def test_only_this_machine_is_asked(receiver: Receiver) -> None:
    assert is_loopback("http://127.0.0.1:9/a")
    assert is_loopback("http://localhost/a")
    assert is_loopback("http://[::1]/a")
    assert not is_loopback("http://127.0.0.1.example.com/a")
    assert look_at_link("https://example.com/a.mp4") == Footage()
    assert fetch("http://127.0.0.1.example.com/a") is None
    assert look_at_link(receiver.url) is None
    assert receiver.received == []


def test_nobody_there_is_not_delivered() -> None:
    closing = threading.Event()
    closing.set()
    assert not deliver("POST", "http://127.0.0.1:9/", b"", {}, until=closing)


@pytest.mark.parametrize(
    ("size", "cell"), [((1000, 1000), (960, 960)), ((80, 44), (1280, 720)), ((9, 16), (720, 1280))]
)
def test_a_shape_finds_its_cell(size: tuple[int, int], cell: tuple[int, int]) -> None:
    assert cell_like(size, "720p") == cell


def test_a_form_is_read_as_a_client_writes_it() -> None:
    content = b"\r\n--\x00\r\n\r\n--not-it\r\n"
    request = httpx.Request(
        "POST",
        "http://x",
        files={"file": ("ä.png", content, "image/png")},
        data={"purpose": "input"},
    )
    parts = parts_of(request.read(), request.headers["content-type"])
    assert parts["purpose"].content == b"input"
    assert parts["file"] == Part(content, "ä.png", "image/png")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\na\r\n--x--", "application/json"),
        (b"--x\r\n\r\na\r\n--x--", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nno header\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\na", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(ValueError, match="form"):
        parts_of(body, content_type)
