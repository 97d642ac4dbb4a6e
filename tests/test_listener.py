"""Webhooks over real HTTP: what is let in, what is kept, and that nothing of a body is believed."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from answerprint.desk import Desk
from answerprint.listener import (
    Listener,
    listening,
    path_secret,
    read_event,
    signature_holds,
)
from answerprint.providers.store import JobStore

SIGNING = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
BODY = json.dumps(
    {"id": "p1", "status": "succeeded", "output": "http://127.0.0.1:1/steal"}
).encode()


def signed(body: bytes, at: float, event: str = "e1") -> dict[str, str]:
    key = base64.b64decode(SIGNING.partition("_")[2])
    digest = hmac.new(key, f"{event}.{int(at)}.".encode() + body, sha256).digest()
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": "v1,AAAA v1," + base64.b64encode(digest).decode(),
    }


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(Desk(JobStore(tmp_path)), "the-secret", SIGNING)


@pytest.fixture
def address(listener: Listener) -> Iterator[str]:
    with listening(listener) as made:
        yield made


def test_a_signed_event_is_kept_once(listener: Listener, address: str) -> None:
    url = address.format(provider="replicate")
    headers = signed(BODY, time.time())
    for fresh in (True, False):
        answer = httpx.post(url, content=BODY, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"taken": fresh})
    (event,) = listener.kept()
    assert (event.provider, event.names) == ("replicate", ("p1",))
    assert "steal" not in (listener.folder / next(listener.folder.iterdir()).name).read_text()


@pytest.mark.parametrize(
    ("provider", "secret", "body", "headers", "status"),
    [
        ("replicate", "the-secret", BODY, {}, 401),
        ("replicate", "the-secret", BODY, signed(BODY, time.time() - 3600), 401),
        ("replicate", "the-secret", BODY + b" ", signed(BODY, time.time()), 401),
        ("runware", "wrong", BODY, {}, 404),
        ("nobody", "the-secret", BODY, {}, 404),
        ("runware", "s%C3%A9cret", BODY, {}, 404),
        ("runware", "the-secret", b"no json", {}, 400),
        ("runware", "the-secret", b"[" * 100_000, {}, 400),
        ("runware", "the-secret", b"{}", {}, 400),
        ("runware", "the-secret", b"x" * (2 << 20), {}, 413),
    ],
)
def test_events_that_are_not_let_in(
    listener: Listener, address: str, provider: str, secret: str, body: bytes,
    headers: dict[str, str], status: int,
) -> None:  # fmt: skip
    url = address.format(provider=provider).replace("the-secret", secret)
    assert httpx.post(url, content=body, headers=headers).status_code == status
    assert not list(listener.kept())


def test_a_full_disk_is_no_yes(
    listener: Listener, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("answerprint.listener.os.fsync", full)
    url = address.format(provider="runware")
    assert httpx.post(url, json={"taskUUID": "t1"}).status_code == 503


def test_what_an_event_names() -> None:
    flat = read_event("runware", b'{"taskType": "videoInference", "taskUUID": "t1"}')
    assert flat is not None
    assert flat.names == ("t1",)
    nested = read_event("scenario", b'{"data": {"job": {"jobId": "j1"}}}')
    assert nested is not None
    assert nested.names == ("j1",)
    assert read_event("gmi", b'"text"') is None


def test_signatures() -> None:
    headers = signed(BODY, 1000)
    assert signature_holds(SIGNING, headers, BODY, now=1100)
    assert not signature_holds(SIGNING, headers, BODY, now=2000)
    assert not signature_holds("whsec_AAAA", headers, BODY, now=1100)
    assert not signature_holds(SIGNING, headers | {"webhook-timestamp": "x"}, BODY, now=1100)
    assert not signature_holds(SIGNING, {}, BODY, now=1100)
    assert not signature_holds(SIGNING, headers | {"webhook-signature": "v1,\xe9"}, BODY, now=1100)


def test_the_secret_of_the_path_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSWERPRINT_HOOK_SECRET", raising=False)
    made = path_secret(tmp_path)
    assert len(made) >= 24
    assert path_secret(tmp_path) == made
    assert (tmp_path / "hook-secret").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("ANSWERPRINT_HOOK_SECRET", "mine")
    assert path_secret(tmp_path) == "mine"


def test_a_listener_shows_no_secret(listener: Listener) -> None:
    assert SIGNING not in repr(listener)
    assert "the-secret" not in repr(listener)
