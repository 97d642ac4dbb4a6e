"""An object store on loopback that goes wrong as it is told to, one request at a time."""

import hashlib
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

SECRET = "Signature=s3cr3t-of-the-link"


@dataclass
class Asked:
    """A request as it came."""

    path: str
    query: str
    headers: dict[str, str]


@dataclass
class Depot:
    """Files by path, what is to happen to the next requests for each, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    acts: dict[str, list["Act"]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    scheme: str = "http"

    def link(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}?{SECRET}"

    def put(self, path: str, content: bytes, *acts: "Act", **headers: str) -> str:
        self.files[path] = content
        self.headers[path] = {
            "ETag": etag(content),
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        self.acts[path] = list(acts)
        return self.link(path)

    def ranges(self, path: str) -> list[str | None]:
        return [asked.headers.get("range") for asked in self.asked if asked.path == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    depot: Depot

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.depot.asked.append(Asked(split.path, split.query, headers))
        self.close_connection = True
        acts = self.depot.acts[split.path]
        act = acts.pop(0) if acts else serve()
        with suppress(BrokenPipeError, ConnectionResetError):
            act(self, split.path)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the parent's name
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""


Act = Callable[[Handler, str], None]


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def serve(
    *,
    until: int | None = None,
    length: int | None = None,
    ranges: bool = True,
    stall: bool = False,
    slow: float = 0,
) -> Act:
    """Serve the file or the rest that is asked for; cut off at byte `until`, declare `length`."""

    def act(handler: Handler, path: str) -> None:
        depot = handler.depot
        content, headers = depot.files[path], dict(depot.headers[path])
        wants, whole = handler.headers.get("Range"), len(content)
        condition = handler.headers.get("If-Range")
        begin = 0
        if (
            ranges
            and wants
            and condition in (None, headers.get("ETag"), headers.get("Last-Modified"))
        ):
            begin = int(wants.removeprefix("bytes=").rstrip("-"))
            if begin >= whole:
                handler.begin(416, {"Content-Range": f"bytes */{whole}", "Content-Length": "0"})
                return
            headers["Content-Range"] = f"bytes {begin}-{whole - 1}/{whole}"
        headers.setdefault("Content-Length", str((whole if length is None else length) - begin))
        handler.begin(206 if "Content-Range" in headers else 200, headers)
        body = content[begin:until]
        for at in range(0, len(body), 1 << 18):
            handler.wfile.write(body[at : at + (1 << 18)])
            if slow:
                depot.released.wait(slow)
        handler.wfile.flush()
        if stall:
            depot.released.wait(60)
        handler.connection.shutdown(socket.SHUT_WR)

    return act


def answer(status: int, body: bytes = b"", **headers: str) -> Act:
    def act(handler: Handler, path: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.begin(status, {"Content-Length": str(len(body)), **named})
        handler.wfile.write(body)

    return act


def expired(status: int = 403, code: str = "AccessDenied") -> Act:
    """Answer as an object store does, which repeats the signature."""
    body = (
        f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>Request has expired</Message>'
        f"<StringToSign>{SECRET}</StringToSign></Error>"
    )
    return answer(status, body.encode(), Content_Type="application/xml")


@contextmanager
def depot_open(certificate: Path | None = None) -> Iterator[Depot]:
    depot = Depot(scheme="https" if certificate else "http")
    handler = type("BoundHandler", (Handler,), {"depot": depot})
    server = Server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    depot.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield depot
    finally:
        depot.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
