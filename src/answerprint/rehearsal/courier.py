"""What the stand-in services send out themselves: webhooks and uploads, and what they fetch."""

import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

ATTEMPTS: Final = 6
"""How often a webhook is sent until it is taken."""
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 8.0
"""Pauses between attempts double from 250 ms to 8 s, by Runware's webhook page."""
PATIENCE: Final = 5.0
"""Seconds a receiver has for its answer, by the same page."""
MOST_FETCHED: Final = 200 * 1024 * 1024
"""Bytes of footage that are fetched, Luma's limit for an input."""


def deliver(
    method: str, url: str, body: bytes, headers: dict[str, str], *, until: threading.Event
) -> bool:
    """Send `body` until it is taken with a 2xx, at most ATTEMPTS times; tell whether it was."""
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS):
        status = _sent(method, url, body, headers)
        if status is not None and 200 <= status < 300:
            return True
        if until.wait(pause):
            return False
        pause = min(2 * pause, LONGEST_PAUSE)
    return False


def fetch(url: str) -> bytes | None:
    """Return what lies at a loopback link; None where nothing does, or where it would leave this machine."""
    if not is_loopback(url):
        return None
    try:
        with closing(_connection(url)) as connection:
            connection.request("GET", _target(url))
            answer = connection.getresponse()
            content = answer.read(MOST_FETCHED + 1)
    except (OSError, HTTPException, ValueError):
        return None
    return content if answer.status == 200 and len(content) <= MOST_FETCHED else None


def is_loopback(url: str) -> bool:
    """Tell whether a link stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sent(method: str, url: str, body: bytes, headers: dict[str, str]) -> int | None:
    try:
        with closing(_connection(url)) as connection:
            connection.request(method, _target(url), body, headers)
            return connection.getresponse().status
    except (OSError, HTTPException, ValueError):
        return None


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=PATIENCE)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
