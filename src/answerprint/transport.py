"""What both doors to httpx share: how long an answer asks to wait, and logs that show no signed link."""

import logging
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit, urlunsplit

HIDDEN: Final = "•••"
"""What stands where a secret was."""

_LINK: Final = re.compile(r"https?://[^\s\"'<>\\]+")
_LONGEST: Final = 9
"""Digits of a number of seconds that are read."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds an answer asks to wait, None where it does not: Retry-After in either form, or retry-after-ms.

    A date is held against the answer's own Date, so that a clock that is wrong
    here does not matter (RFC 9110, sections 10.2.3 and 6.6.1).

    >>> retry_after({"Retry-After": "3"})
    3.0
    >>> noon, later = "Fri, 21 Nov 2025 12:00:00 GMT", "Fri, 21 Nov 2025 12:00:09 GMT"
    >>> retry_after({"Retry-After": later, "Date": noon})
    9.0
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    if (milliseconds := _whole(named.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    said = named.get("retry-after", "")
    if (seconds := _whole(said)) is not None:
        return seconds
    until = http_date(said)
    if until is None:
        return None
    now = http_date(named.get("date", "")) or datetime.now(UTC)
    return float(max(0, math.ceil((until - now).total_seconds())))


def http_date(said: str) -> datetime | None:
    """Return an HTTP date with its zone; None where it is none."""
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def hide_queries(text: str) -> str:
    """Return `text` with the query of every link in it left out, since a query may be a signature.

    >>> hide_queries("GET https://cdn.test/a.mp4?sig=1 failed")
    'GET https://cdn.test/a.mp4 failed'
    """
    return _LINK.sub(lambda match: without_query(match[0]), text)


def without_query(link: str) -> str:
    """Return `link` without user, query and fragment."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


class Discreet(logging.Filter):
    """Takes queries out of what httpx logs, and drops what httpcore logs of headers: a redirect's link is among them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass, cleaned."""
        said = record.getMessage()
        if said.startswith("receive_response_headers.complete"):
            return False
        record.msg, record.args = hide_queries(said), ()
        return True


def keep_links_out_of_logs() -> None:
    """Make the loggers of httpx and httpcore discreet; once is enough, more does no harm."""
    for name in ("httpx", "httpcore.http11", "httpcore.connection"):
        logger = logging.getLogger(name)
        if not any(isinstance(filter_, Discreet) for filter_ in logger.filters):
            logger.addFilter(Discreet())


def _whole(said: str) -> float | None:
    return float(said[:_LONGEST]) if said.isascii() and said.isdigit() else None
