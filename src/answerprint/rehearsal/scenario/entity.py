"""What the stand-in of Scenario shows of everything that lies there: whose it is, and since when."""

from answerprint.rehearsal.clock import zulu


def stamp(seconds: float) -> str:
    """Return a moment, in seconds since 1970, as Scenario writes it."""
    return zulu(seconds, "milliseconds")


def owned(created: float, updated: float) -> dict[str, str]:
    """Return owner and dates of a job, an asset or an upload."""
    return {
        "authorId": "rehearsal",
        "ownerId": "rehearsal",
        "createdAt": stamp(created),
        "updatedAt": stamp(updated),
    }
