"""What the rehearsal's tests share: one folder of renders, and a receiver of what services send out."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

HTTP = httpx.Client(verify=False, trust_env=False, timeout=30)
"""One client for all tests: each of httpx's own functions reads all certificates anew."""


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose renders all houses of a run share."""
    return tmp_path_factory.mktemp("rehearsal")


@pytest.fixture(scope="session", autouse=True)
def _hung_up() -> Iterator[None]:
    yield
    HTTP.close()


class Receiver:
    """An HTTP server that keeps what it is sent and answers with the next of `statuses`, 200 after them."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, dict[str, str], bytes, float]] = []
        """Method, path, headers, body and the time each came at."""
        self.statuses: list[int] = []
        self.url = ""

    def wait_for(self, count: int, seconds: float = 20) -> None:
        """Wait until so many requests came."""
        until(lambda: len(self.received) >= count, seconds)


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until a condition holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks and uploads on loopback."""
    post = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            post.received.append(
                (self.command, self.path, dict(self.headers), body, time.monotonic())
            )
            self.send_response(post.statuses.pop(0) if post.statuses else 200)
            self.end_headers()

        do_PUT = do_POST  # noqa: N815  the framework's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the framework's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    post.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield post
    server.shutdown()
    thread.join()
    server.server_close()
