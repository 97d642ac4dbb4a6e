"""Requests against a real server on loopback: retries, Retry-After, refusals, and no key where it does not belong."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
from answerprint.providers.secret import Keys
from answerprint.providers.wire import Answer, Wire, blame

KEY = "sk-test-4711"


class Theirs(BaseHTTPRequestHandler):
    """Answers with what the test has put on its server's list."""

    def do_POST(self) -> None:
        server: Any = self.server
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.heard.append((self.command, self.path, dict(self.headers)))
        step = server.script.pop(0) if server.script else (200, {}, {"ok": True})
        if step == "drop":
            self.close_connection = True
            return
        status, headers, body = step
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST  # noqa: N815 - the names http.server calls

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Any]:
    theirs: Any = ThreadingHTTPServer(("127.0.0.1", 0), Theirs)
    theirs.script, theirs.heard = [], []
    thread = threading.Thread(target=theirs.serve_forever, daemon=True)
    thread.start()
    yield theirs
    theirs.shutdown()
    theirs.server_close()
    thread.join()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def wire(server: Any, slept: list[float]) -> Iterator[Wire]:
    headers = {"Authorization": f"Bearer {KEY}"}
    base = f"http://127.0.0.1:{server.server_port}/v1/"
    made = Wire("luma", base, headers, Keys({"K": KEY}), sleep=slept.append, patience=100)
    yield made
    made.close()


def test_an_answer_comes_back_whatever_its_status(server: Any, wire: Wire) -> None:
    server.script = [(422, {"X-Request-Id": "r1"}, {"detail": "no"})]
    answer = wire.ask("GET", "generations/1")
    assert (answer.status, answer.body, answer.request_id) == (422, {"detail": "no"}, "r1")
    assert server.heard[0][1] == "/v1/generations/1"
    assert server.heard[0][2]["Authorization"] == f"Bearer {KEY}"


def test_asking_is_repeated_until_it_works(server: Any, wire: Wire, slept: list[float]) -> None:
    server.script = ["drop", (502, {}, {}), (429, {"Retry-After": "7"}, {})]
    assert wire.ask("GET", "x").ok
    assert len(server.heard) == 4
    assert slept[2] == 7
    assert slept[0] < slept[1] <= 1.0


def test_a_submit_that_may_have_arrived_is_not_repeated(server: Any, wire: Wire) -> None:
    server.script = ["drop"]
    with pytest.raises(UnansweredError, match="it may run and cost"):
        wire.submit("generations", json={})
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_submit_that_broke_their_server_is_not_repeated(
    server: Any, wire: Wire, status: int
) -> None:
    server.script = [(status, {}, {})]
    assert wire.submit("generations", json={}).status == status
    assert len(server.heard) == 1


def test_a_submit_that_was_surely_not_taken_is_repeated(
    server: Any, wire: Wire, slept: list[float]
) -> None:
    server.script = [(429, {"Retry-After": "3"}, {}), (503, {}, {})]
    assert wire.submit("generations", json={}).ok
    assert len(server.heard) == 3
    assert slept[0] == 3


def test_nobody_there_is_told_as_that(slept: list[float]) -> None:
    wire = Wire("luma", "http://127.0.0.1:1/v1", {}, Keys({}), sleep=slept.append, patience=0.2)
    with pytest.raises(ServiceDownError, match=r"cannot be reached \(no connection\)"):
        wire.submit("generations", json={})
    wire.close()


def test_patience_ends(server: Any, wire: Wire) -> None:
    wire._patience = 0.0
    server.script = [(503, {}, {"detail": "closed"})] * 3
    assert wire.ask("GET", "x").status == 503
    assert len(server.heard) == 1


def test_signed_links_get_no_key(server: Any, wire: Wire) -> None:
    link = f"http://127.0.0.1:{server.server_port}/bucket/a?sig=1"
    assert wire.put(link, b"123", {"Content-Type": "image/png"}) == 200
    assert "Authorization" not in server.heard[0][2]


def test_an_upload_link_that_is_none(wire: Wire) -> None:
    with pytest.raises(ServiceDownError, match="cannot be reached"):
        wire.put("http://[half", b"123", {})


def test_an_answer_nested_without_end_is_text(server: Any, wire: Wire) -> None:
    server.script = [(200, {}, b"[" * 100_000)]
    assert isinstance(wire.ask("GET", "x").body, str)


def test_redirects_are_not_followed(server: Any, wire: Wire) -> None:
    server.script = [(302, {"Location": "http://127.0.0.1:1/steal"}, {})]
    answer = wire.ask("GET", "x")
    assert answer.status == 302
    assert "keys go nowhere else" in str(blame("luma", answer, ""))
    assert len(server.heard) == 1


def test_an_answer_without_end_is_cut_off(server: Any, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("answerprint.providers.wire.LARGEST_ANSWER", 1000)
    wire._patience = 0.0
    server.script = [(200, {}, b"x" * 5000)]
    with pytest.raises(ServiceDownError):
        wire.ask("GET", "x")


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "bad aspect", InvalidOrderError),
        (401, "", AuthenticationError),
        (402, "insufficient balance", CreditError),
        (403, "suspended", AuthenticationError),
        (404, "generation not found", ResultExpiredError),
        (410, "", ResultExpiredError),
        (413, "", InvalidOrderError),
        (418, "", InvalidOrderError),
        (422, "content moderated", ModerationError),
        (422, "hdr needs 720p", InvalidOrderError),
        (429, "", RateLimitError),
        (500, "", ServiceDownError),
        (503, "", ServiceDownError),
    ],
)
def test_what_a_status_stands_for(status: int, words: str, kind: type[ServiceError]) -> None:
    problem = blame("luma", Answer(status, {}, {"x-request-id": "r-9"}), words)
    assert type(problem) is kind
    assert (problem.provider, problem.status, problem.request_id) == ("luma", status, "r-9")
    assert words in str(problem)
    assert "r-9" in str(problem)


def test_a_key_that_an_answer_repeats_is_taken_out(server: Any, wire: Wire) -> None:
    server.script = [(401, {}, {"detail": f"no such key: {KEY}"}), (401, {}, KEY.encode())]
    for _ in range(2):
        answer = wire.ask("GET", "x")
        assert KEY not in str(answer.body)
        assert KEY not in str(blame("luma", answer, str(answer.body)))


def test_keys_go_to_the_services_own_host_only(server: Any, wire: Wire) -> None:
    wire.ask("GET", "http://127.0.0.1:1/steal")
    assert server.heard[0][1] == "/v1/http://127.0.0.1:1/steal"


def test_nothing_shows_a_key(wire: Wire) -> None:
    said = blame("luma", Answer(400, {}), f"see https://c.test/a?sig={KEY}")
    for shown in (repr(wire), str(wire), str(said), repr(said), repr(Answer(200, {"k": KEY}))):
        assert KEY not in shown
