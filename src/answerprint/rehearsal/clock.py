"""Moments as the services write them."""

from datetime import UTC, datetime


def zulu(seconds: float, timespec: str = "auto") -> str:
    """Return a moment in seconds since 1970 as ISO 8601 with a Z, down to `timespec`.

    >>> zulu(0, "milliseconds")
    '1970-01-01T00:00:00.000Z'
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
