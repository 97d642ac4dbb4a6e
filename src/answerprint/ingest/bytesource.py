"""A file read at given places, and the two ways a zip is turned down."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO

from answerprint.errors import ArchiveError, SourceError


def damaged(message: str) -> ArchiveError:
    """Return the error for a zip whose bytes are not those that were sent."""
    return ArchiveError(message, hint="download it again")


def refused(message: str) -> ArchiveError:
    """Return the error for a zip that is whole, but that no honest program writes."""
    return ArchiveError(message, hint="ask for a clean zip")


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put `place` before the place of a SourceError raised inside."""
    try:
        yield
    except SourceError as problem:
        where = f"{place}: {problem.where}" if problem.where else place
        raise type(problem)(problem.message, where=where, hint=problem.hint) from problem


@dataclass(frozen=True, slots=True)
class ByteSource:
    """An open file read at given places, by any number of threads at once.

    It reads by system calls and not through a memory map: a mapped file that
    another program cuts short kills the process.
    """

    file: FileIO
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on."""
        if offset + length > self.size:
            raise damaged("it ends before its records do")
        try:
            piece = os.pread(self.file.fileno(), length, offset)
        except OSError as problem:
            raise SourceError(f"cannot be read ({problem.strerror})") from problem
        if len(piece) != length:
            raise damaged("it was cut short while it was read")
        return piece
