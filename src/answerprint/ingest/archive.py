"""A delivered zip, opened only when all it says of itself is true, and read member by member.

What is proven when it opens stands in `members`. Reading a member then proves
its length and its CRC-32, and stops as soon as more comes out than it declares.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

from answerprint.errors import SourceError
from answerprint.ingest.bytesource import ByteSource, damaged, located
from answerprint.ingest.decompress import decompress
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits, Member, admit
from answerprint.ingest.names import shorten
from answerprint.paths import FOLDER, unreadable

__all__ = ["Archive", "ArchiveLimits", "Member"]

BLOCK_BYTES = 1 << 17
"""Compressed bytes read at once, see `PIECE_BYTES`."""


class Archive:
    """A zip that is open and proven, see the module; made by `Archive.open`.

    Reading is safe from any number of threads. It is its own context manager.
    """

    def __init__(
        self, path: Path, source: ByteSource, members: tuple[Member, ...], ignored: tuple[str, ...]
    ) -> None:
        self.path = path
        self.members = members
        """The files to use, in the order of the directory."""
        self.ignored = ignored
        """Names of what desktops leave behind (`__MACOSX`, `.DS_Store`, `Thumbs.db`); never read."""
        self._source = source

    @classmethod
    def open(cls, path: str | Path, *, limits: ArchiveLimits = DEFAULT_LIMITS) -> Self:
        """Open the zip at `path` and prove all of it but the members' bytes.

        Memory: at most 16 KiB a member. Raises SourceError where there is no file
        that can be read, ArchiveError where it is no zip or one to be refused.
        """
        path = Path(path)
        source = _open_source(path)
        try:
            with located(str(path)):
                members, ignored = admit(source, limits)
        except BaseException:
            source.file.close()
            raise
        return cls(path, source, members, ignored)

    def read(self, member: Member) -> bytes:
        """Return the bytes of `member`, their length and CRC proven.

        Memory: the member and an eighth of it. Raises ArchiveError where the
        bytes are not those that were zipped, SourceError where the disk fails.
        """
        # Joining a list would hold the member twice.
        whole = BytesIO()
        for piece in self.stream(member):
            whole.write(piece)
        return whole.getvalue()

    def stream(self, member: Member) -> Iterator[bytes]:
        """Yield the bytes of `member` in pieces of at most 128 KiB; they are proven when the last has come.

        Memory: one piece and one block of compressed bytes, and with LZMA its
        window. Raises as `read` does.
        """
        crc = 0
        with located(str(self.path)), located(shorten(member.name)):
            for piece in decompress(member.method, self._blocks(member), member.size):
                crc = crc32(piece, crc)
                yield piece
            if crc != member.crc:
                raise damaged(f"its CRC-32 is {crc:08x} and should be {member.crc:08x}")

    def close(self) -> None:
        """Close the file; reading afterwards raises ValueError."""
        self._source.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _blocks(self, member: Member) -> Iterator[bytes]:
        end = member.offset + member.compressed
        for at in range(member.offset, end, BLOCK_BYTES):
            yield self._source.read(at, min(BLOCK_BYTES, end - at))


def _open_source(path: Path) -> ByteSource:
    where = str(path)
    reason = unreadable(path)
    if reason is not None:
        hint = "name the zip itself" if reason == FOLDER else None
        raise SourceError(reason, where=where, hint=hint)
    try:
        file = path.open("rb", buffering=0)
        return ByteSource(file, os.fstat(file.fileno()).st_size)
    except OSError as problem:
        raise SourceError(f"cannot be read ({problem.strerror})", where=where) from None
