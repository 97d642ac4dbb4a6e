"""Which members of a zip are let in, decided before a byte is decompressed.

    no byte belongs to two members, and between them no other is hidden
    every local header agrees with the directory
    every name is a relative path that Linux, macOS and Windows take, and one of a kind
    every member is a plain file or a folder, unencrypted, in a method that is read
    the sizes it declares stay within `ArchiveLimits`

The first rule refuses overlapping members (CVE-2024-0450), and one that is there and
not listed: a frame lost by a writer that died, or shown only to another program.
Some bytes that belong to no member are let be. Writers align with them, or wrote
descriptors that are none. Offsets are taken at their word, so that a program
put before a zip (a self-extracting one) is refused unless they were adjusted to it.
"""

import stat
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from answerprint.errors import ArchiveError
from answerprint.ingest import zipformat
from answerprint.ingest.bytesource import ByteSource, located, refused
from answerprint.ingest.decompress import Method, method_of
from answerprint.ingest.names import check_distinct, is_junk, portable_path, shorten
from answerprint.ingest.zipformat import Directory, Entry, LocalHeader
from answerprint.record import Record

ENTRY_BYTES = 1 << 12
"""Most directory bytes a member may take on average: twice the longest name and its extras.

The format allows 192 KiB a member, and the directory is held in memory as a whole.
"""

GAP_BYTES = 1 << 16
"""Most bytes between two members that belong to none: four times the largest page members are aligned to."""

_ENCRYPTION = zipformat.ENCRYPTED | zipformat.STRONGLY_ENCRYPTED | zipformat.MASKED
_AGREED_FLAGS = _ENCRYPTION | zipformat.STREAMED | zipformat.PATCHED
_DOS_FOLDER, _DOS_REPARSE_POINT = 0x10, 0x400
_SPECIAL_FILES = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


class ArchiveLimits(Record):
    """How large a zip may be before it is taken for a bomb."""

    members: int = Field(default=10_000, ge=1)
    """Most members, folders and junk included: ten times the largest delivery, 1000 frames."""
    member_bytes: int = Field(default=1 << 30, ge=1)
    """Most bytes a member holds: an 8K RGBA frame in 32-bit float, uncompressed, is half of it."""
    total_bytes: int = Field(default=100 << 30, ge=1)
    """Most bytes all members hold: ten times the largest delivery, 10 GB of compressed frames."""
    ratio: float = Field(default=100, ge=1)
    """Most bytes out for one byte in, for a member and for the whole, beyond what is free.

    EXR frames are compressed already and come out 1.01 times as large; the
    figure is safezipfile's. Deflate itself ends at 1032.
    """
    member_free_bytes: int = Field(default=128 << 20, ge=0)
    """A member up to this size may have any ratio.

    An uncompressed frame of plain black reaches 1000; the largest, UHD RGBA in
    32-bit float, is 133 MB.
    """
    total_free_bytes: int = Field(default=8 << 30, ge=0)
    """All members up to this size together may have any ratio.

    Ten seconds of uncompressed black at the largest size a service delivers,
    2520x1080, RGBA in half float at 24 fps, are 5.2 GB.
    """


DEFAULT_LIMITS = ArchiveLimits()


class Member(Record):
    """A file in an archive."""

    name: str
    """Relative path with forward slashes, safe to write below a folder on Linux, macOS and Windows."""
    size: int
    """Bytes it holds."""
    crc: int
    """CRC-32 of what it holds."""
    method: Method
    """How it is compressed."""
    compressed: int
    """Bytes it takes in the zip."""
    offset: int
    """Where these begin."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry that passed on its own: its clean path, a slash behind that of a folder, and where its bytes begin."""

    entry: Entry
    path: str
    start: int

    @property
    def end(self) -> int:
        return self.start + self.entry.compressed

    def as_member(self) -> Member:
        return Member(
            name=self.path,
            size=self.entry.size,
            crc=self.entry.crc,
            # Some writers name a method for an empty file and write no stream.
            method=method_of(self.entry.method) if self.entry.compressed else Method.STORED,
            compressed=self.entry.compressed,
            offset=self.start,
        )


def admit(source: ByteSource, limits: ArchiveLimits) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Return the files of a zip, in the order of its directory, and the names of its junk.

    Memory: at most four times the directory, which is `ENTRY_BYTES` a member.
    Raises ArchiveError for the first rule that is broken.
    """
    directory = zipformat.find_directory(source)
    _check_directory(directory, limits)
    entries = list(zipformat.read_entries(source, directory))
    _check_sizes(entries, source.size, limits)
    placed = [_place(source, entry) for entry in entries]
    _check_layout(source, placed, directory.offset)
    files = [one for one in placed if not one.path.endswith("/")]
    _check_names([one.path for one in files], [one.path for one in placed])
    members = tuple(one.as_member() for one in files if not is_junk(one.path))
    return members, tuple(one.path for one in files if is_junk(one.path))


def _check_directory(directory: Directory, limits: ArchiveLimits) -> None:
    if directory.members > limits.members:
        raise _too_much(f"it has {directory.members} members", "members", limits.members)
    if directory.size > ENTRY_BYTES * directory.members:
        raise refused(f"its directory takes {directory.size} bytes for {directory.members} members")


def _check_sizes(entries: Sequence[Entry], archive_bytes: int, limits: ArchiveLimits) -> None:
    """Refuse declared sizes beyond `limits`; reading stops at what was declared."""
    for entry in entries:
        with located(shorten(entry.path())):
            if entry.size > limits.member_bytes:
                raise _too_much(f"it holds {entry.size} bytes", "member_bytes", limits.member_bytes)
            if entry.size > max(limits.member_free_bytes, limits.ratio * entry.compressed):
                raise _too_much(_expansion(entry.size, entry.compressed), "ratio", limits.ratio)
    total = sum(entry.size for entry in entries)
    if total > limits.total_bytes:
        raise _too_much(f"its members hold {total} bytes", "total_bytes", limits.total_bytes)
    if total > max(limits.total_free_bytes, limits.ratio * archive_bytes):
        raise _too_much(_expansion(total, archive_bytes), "ratio", limits.ratio)


def _expansion(size: int, compressed: int) -> str:
    return f"it makes {size} bytes of {compressed}"


def _too_much(message: str, limit: str, value: float) -> ArchiveError:
    return ArchiveError(
        f"{message}, and the limit {limit!r} is {value:.12g}",
        hint="raise it if you trust where the zip comes from",
    )


def _place(source: ByteSource, entry: Entry) -> _Placed:
    """Check one entry against its own local header and return where its bytes begin."""
    name = entry.path()
    with located(shorten(name)):
        is_folder = name.endswith(("/", "\\"))
        path = _clean_folder(name[:-1]) if is_folder else _clean(name)
        _check_kind(entry, is_folder=is_folder)
        _check_features(entry)
        local = zipformat.read_local(source, entry.offset)
        _check_agreement(entry, local)
    return _Placed(entry, path, local.end)


def _clean(name: str) -> str:
    try:
        return portable_path(name)
    except ValueError as problem:
        raise refused(str(problem)) from None


def _clean_folder(name: str) -> str:
    """Return a folder's path with a slash behind; tar-like writers list `.` itself."""
    return "./" if name == "." else f"{_clean(name)}/"


def _check_kind(entry: Entry, *, is_folder: bool) -> None:
    """Refuse what is no plain file or folder, whichever system it says it was made on.

    The attributes of DOS are looked at only where there is no mode of Unix:
    programs on Unix leave anything in them.
    """
    kind = stat.S_IFMT(entry.attributes >> 16)
    if kind in _SPECIAL_FILES:
        raise refused(f"it is {_SPECIAL_FILES[kind]}")
    if not kind and entry.attributes & _DOS_REPARSE_POINT:
        raise refused("it is a link of Windows")
    if is_folder and entry.size:
        raise refused("it is a folder by its name and holds bytes")
    if not is_folder and (kind == stat.S_IFDIR or (not kind and entry.attributes & _DOS_FOLDER)):
        raise refused("it is a folder by its attributes and a file by its name")


def _check_features(entry: Entry) -> None:
    if entry.flags & _ENCRYPTION:
        raise ArchiveError("it is encrypted", hint="ask for a zip without a password")
    if entry.flags & zipformat.PATCHED:
        raise refused("it is a patch to another file")
    if method_of(entry.method) is Method.STORED and entry.size != entry.compressed:
        raise refused("it is stored, and its two sizes differ")


def _check_agreement(entry: Entry, local: LocalHeader) -> None:
    """Refuse a member of which the directory and the local header tell different stories.

    A streamed member's local header may leave its CRC and sizes at 0, or the
    sizes at the mark of Zip64: its writer did not know them yet.
    """
    streamed = local.flags & zipformat.STREAMED
    unknown = (0,) if streamed else ()
    unknown_size = (0, zipformat.IN_ZIP64) if streamed else ()
    for what, listed, own, blank in (
        ("name", (entry.name, entry.path()), (local.name, local.path()), ()),
        ("flags", entry.flags & _AGREED_FLAGS, local.flags & _AGREED_FLAGS, ()),
        ("method", entry.method, local.method, ()),
        ("CRC", entry.crc, local.crc, unknown),
        ("size", entry.size, local.size, unknown_size),
        ("compressed size", entry.compressed, local.compressed, unknown_size),
    ):
        if own != listed and own not in blank:
            raise refused(f"its local header and the directory disagree on its {what}")


def _check_layout(source: ByteSource, placed: Sequence[_Placed], directory_at: int) -> None:
    """Refuse a file of which a byte belongs to two members, or in which one is hidden between them."""
    in_order = sorted(placed, key=lambda one: one.entry.offset)
    starts = [*(one.entry.offset for one in in_order), directory_at]
    _check_gap(_read_gap(source, 0, starts[0]))
    for one, next_start in zip(in_order, starts[1:], strict=True):
        with located(shorten(one.path)):
            gap = _read_gap(source, one.end, next_start)
            _check_gap(zipformat.follows(one.entry, gap))


def _read_gap(source: ByteSource, start: int, end: int) -> bytes:
    if start > end:
        raise refused("its bytes overlap those of what comes next")
    if end - start > GAP_BYTES:
        raise refused(f"{end - start} bytes before the next member belong to none")
    return source.read(start, end - start)


def _check_gap(gap: bytes) -> None:
    if zipformat.LOCAL_MARK in gap:
        raise refused("a member comes next that the directory does not list")


def _check_names(files: Sequence[str], paths: Sequence[str]) -> None:
    folders = [path[:-1] for path in paths if path.endswith("/")]
    try:
        check_distinct(files, folders)
    except ValueError as problem:
        raise refused(str(problem)) from None
