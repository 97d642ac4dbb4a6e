"""What is to be fetched, under which name, and what was."""

from collections.abc import Callable, Sequence
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from answerprint.errors import UsageError
from answerprint.ingest.arrival import Kind
from answerprint.ingest.link import shown
from answerprint.ingest.names import check_distinct, portable_path
from answerprint.record import Record

Renew = Callable[[str], str]
"""Asks the service again and returns a fresh link for the file of that name; called by one thread at a time."""


def _stem(name: str) -> str:
    """Return `name` where it can be the name of a file, its extension yet to come, and of the part beside it."""
    if "/" in name or name.startswith(".") or portable_path(name) != name:
        raise ValueError("is no plain file name")
    portable_path(f".{name}.part.json")
    return name


class Wanted(Record):
    """A file to fetch. Neither its repr nor an error about it tells more of the link than its host."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1), AfterValidator(_stem)]
    """What to call it; what it is decides the extension."""
    link: str
    """Where it lies; often signed, and then whoever knows it may fetch it."""

    def __repr_args__(self) -> list[tuple[str | None, str]]:
        return [("name", self.name), ("link", shown(self.link))]


class Fetched(Record):
    """A file that is there, proven."""

    name: str
    """Its name in the folder."""
    size: int
    """Bytes it holds."""
    digest: str
    """Its xxh3-64, as 16 hexadecimal digits."""
    kind: Kind
    """What it is, told by its bytes."""
    media_type: str
    """Its media type, told by its bytes."""


def name_of(link: str) -> str:
    """Return a name to fetch a link under: its last step without the extension, made safe.

    >>> name_of("https://files.example/a/My%20clip.final.mp4?signature=secret")
    'My_clip.final'
    """
    try:
        last = unquote(urlsplit(link).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        last = ""
    stem = last.rpartition(".")[0] or last
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in stem)[:60].strip("._")
    try:
        return _stem(safe)
    except ValueError:
        return f"file_{safe}".rstrip("_")


def check_names(wanted: Sequence[Wanted]) -> None:
    """Raise UsageError where two files would have one name."""
    try:
        check_distinct([each.name for each in wanted])
    except ValueError as problem:
        raise UsageError(f"two files cannot be fetched under one name: {problem}") from None
