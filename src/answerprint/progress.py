"""How long work tells that it goes on, without knowing who listens."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Told of every station: its name, how far it is, and how far it goes."""

    def __call__(self, station: str, done: int, total: int | None) -> None:
        """Report that `done` of `total` steps of `station` are finished.

        `total` is None where the length is not known beforehand.
        """


def silent(station: str, done: int, total: int | None) -> None:
    """Listen to nothing; the default of every library call."""


def counted(
    items: Iterable[Item], station: str, total: int | None, progress: Progress
) -> Iterator[Item]:
    """Yield `items` unchanged and report each one as a finished step of `station`."""
    progress(station, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        progress(station, done, total)
