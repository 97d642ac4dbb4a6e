"""A file that is not all there yet, and the right to work on it.

While `clip` is fetched, three hidden names stand beside it:

    .clip.part        the bytes so far
    .clip.part.json   what the server said of the file they are of
    .clip.lock        held with `flock`, which the kernel lets go of however a run ends

The first two outlive a run that ends early, and the next goes on from them.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

import xxhash
from pydantic import ValidationError

from answerprint.errors import StorageError
from answerprint.ingest.lock import held
from answerprint.paths import AS_IT_IS
from answerprint.record import Record

BLOCK_BYTES: Final = 1 << 20
"""Bytes read at once where a part is hashed again."""

_LOOK_AGAIN = 0.2
"""Seconds between two looks at a file that another run works on."""


class Mark(Record):
    """What a server says of a file, so that its parts can be told from another's."""

    validator: str | None = None
    """Strong ETag, or date of change where it is as strong, that a range may be asked for with."""
    length: int | None = None
    """Bytes of the whole file."""
    md5: str | None = None
    """MD5 of the whole file, as 32 hexadecimal digits, by what the server says or seems to say."""


class Partial:
    """The bytes of `name` in `folder` so far; only for who holds `sole_use` of it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f".{name}.part"
        self._note = folder / f".{name}.part.json"
        self._digest: str | None = None

    @property
    def size(self) -> int:
        """Bytes that are there."""
        with suppress(FileNotFoundError):
            return self.path.lstat().st_size
        return 0

    @property
    def mark(self) -> Mark:
        """What is known of the file they are of: nothing where the note is missing or damaged."""
        try:
            return Mark.model_validate_json(self._note.read_bytes())
        except (FileNotFoundError, ValidationError):
            return Mark()

    @property
    def digest(self) -> str:
        """The xxh3-64 of the bytes, as 16 hexadecimal digits; read again where they did not come just now."""
        if self._digest is None:
            self._digest = file_digest(self.path)
        return self._digest

    def begin(self, mark: Mark) -> None:
        """Start over with the file that `mark` is of."""
        # Emptied first: killed in between, the old note stands beside no bytes.
        self.drop()
        self.note(mark)

    def note(self, mark: Mark) -> None:
        """Note what is known of the file."""
        self._note.write_text(mark.model_dump_json(), encoding="utf-8")

    def drop(self) -> None:
        """Remove what is there."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self._digest = None

    @contextmanager
    def growing(self) -> Iterator["Growing"]:
        """Yield the part to write on to; what is there is hashed first."""
        flags = os.O_RDWR | os.O_CREAT | AS_IT_IS
        # What httpx hands over is 64 KiB, more than the buffer, and goes to disk as it is: gathering
        # a megabyte first, which is one more copy, took a third of the rate.
        with os.fdopen(os.open(self.path, flags, 0o666), "r+b") as file:
            growing = Growing.behind(file)
            yield growing
        self._digest = growing.digest

    def place(self, target: Path) -> None:
        """Give the file its name, in the place of what may have it."""
        self.path.replace(target)
        self.drop()


class Growing:
    """A file that is hashed while it is written; made by `Partial.growing`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._running = xxhash.xxh3_64()
        self.size = 0
        """Bytes so far."""

    @classmethod
    def behind(cls, file: BinaryIO) -> Self:
        """Read `file` to its end and go on from there."""
        growing = cls(file)
        while block := file.read(BLOCK_BYTES):
            growing.count(block)
        return growing

    @property
    def digest(self) -> str:
        """The xxh3-64 so far, as 16 hexadecimal digits."""
        return self._running.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append `piece`."""
        self._file.write(piece)
        self.count(piece)

    def count(self, piece: bytes) -> None:
        """Hash `piece`, which is there already."""
        self._running.update(piece)
        self.size += len(piece)


def file_md5(path: Path) -> str:
    """Return the MD5 of a file, which object stores tell of theirs. Memory: one block."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def file_digest(path: Path) -> str:
    """Return the xxh3-64 of a file, as 16 hexadecimal digits. Memory: one block."""
    with path.open("rb", buffering=0) as file:
        return Growing.behind(file).digest


@contextmanager
def sole_use(
    folder: Path, name: str, *, standstill: float, pause: Callable[[float], None]
) -> Iterator[Partial]:
    """Yield the part of `name` when no other run works on it any more.

    Waits, by calling `pause`, as long as the other run gets on. Raises
    StorageError where its part has not grown for `standstill` seconds.
    """
    partial = Partial(folder, name)
    size, since = -1, time.monotonic()

    def stand_by() -> None:
        nonlocal size, since
        if partial.size != size:
            size, since = partial.size, time.monotonic()
        if time.monotonic() - since > standstill:
            raise StorageError(
                "another run is fetching it and does not get on",
                where=str(folder / name),
                hint="end that run",
            )
        pause(_LOOK_AGAIN)

    with held(folder / f".{name}.lock", stand_by):
        yield partial
