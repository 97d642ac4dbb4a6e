"""The books of the services: one TOML file each, named after its service, with its rules, its prices and where they stand.

A book is found by its file's name; nothing lists the books. Its tables are
`[sources]` (a tag and what it stands for), `[[rule]]` and `[[price]]`.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from answerprint.errors import UsageError
from answerprint.record import Record, closest, parse_record, read_toml

Row = TypeVar("Row", bound=Record)

SHELF: Final = Path(__file__).parent
"""Where the books stand."""


class Book(Record):
    """A service's book as it stands in its file; its rows are read by who needs them."""

    sources: dict[str, str]
    """What each tag in a row's `source` stands for."""
    rule: tuple[dict[str, Any], ...] = ()
    """What the service takes and what it refuses."""
    price: tuple[dict[str, Any], ...] = ()
    """What it charges."""
    unpriced: str | None = None
    """Why it charges something that is not in `price`, where that is known."""


def services() -> tuple[str, ...]:
    """Return the names of the services that have a book, sorted."""
    return tuple(sorted(path.stem for path in SHELF.glob("*.toml")))


def book_path(service: str) -> Path:
    """Return the file of the service's book. Raises UsageError with the closest spelling."""
    if service not in services():
        raise UsageError(f"no service is called {service!r}, {closest(service, services())}")
    return SHELF / f"{service}.toml"


@cache
def read_book(path: Path) -> Book:
    """Read the book in the file at `path`, once. Raises UsageError naming the file and the key."""
    return parse_record(Book, read_toml(path, UsageError), where=path.name, error=UsageError)


def read_row(model: type[Row], values: dict[str, Any], *, path: Path, name: str) -> Row:
    """Make a `model` of a row of the book at `path`. Raises UsageError naming file, row and key."""
    where = f"{path.name}: {name}"
    row = parse_record(model, values, where=where, error=UsageError)
    known = read_book(path).sources
    tags = tags_in(str(values.get("source", "")))
    if not tags:
        raise UsageError("no source is named", where=where)
    for tag in tags:
        if tag not in known:
            raise UsageError(
                f"source {tag!r} is not in [sources], {closest(tag, known)}", where=where
            )
    return row


def tags_in(source: str) -> tuple[str, ...]:
    """Return the tags of a row's source: the first word of each part.

    >>> tags_in("LA types/video_options_param.py; L-gen")
    ('LA', 'L-gen')
    """
    return tuple(words[0].rstrip(":") for part in source.split(";") if (words := part.split()))
