"""Waiting as asked, and logs without signed links."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from answerprint.transport import (
    hide_queries,
    keep_links_out_of_logs,
    retry_after,
    without_query,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no link here", "no link here"),
        ('{"url": "https://a.test/x?y=1"}', '{"url": "https://a.test/x"}'),
        ("http://[bad?sig=1", "•••"),
    ],
)
def test_queries_are_left_out(text: str, shown: str) -> None:
    assert hide_queries(text) == shown


def test_a_port_is_kept() -> None:
    assert without_query("http://127.0.0.1:8080/shelf/a?s=1") == "http://127.0.0.1:8080/shelf/a"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    found = retry_after({"retry-after": later})
    assert found is not None
    assert 28 <= found <= 31
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


def test_a_date_without_a_zone_is_no_crash() -> None:
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 -0000"}) == 0


def test_logs_show_no_query(caplog: pytest.LogCaptureFixture) -> None:
    keep_links_out_of_logs()
    keep_links_out_of_logs()
    caplog.set_level(logging.DEBUG)
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get("https://cdn.test/a.mp4?signature=secret-1")
    assert "https://cdn.test/a.mp4" in caplog.text
    assert "secret-1" not in caplog.text
