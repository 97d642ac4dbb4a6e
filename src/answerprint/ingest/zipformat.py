"""The records of a zip file, read to the letter of PKWARE's APPNOTE 6.3.10.

They are read here and not by Python's `zipfile`, which up to 3.11.7 opens
overlapping members (CVE-2024-0450), cuts a name at a NUL, takes the sizes in a
local header on trust and reads a directory of any length into memory.

Nothing here judges a member. On bytes that break the format every function
raises ArchiveError; SourceError where the disk fails.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from answerprint.errors import ArchiveError
from answerprint.ingest.bytesource import ByteSource, damaged, refused

ENCRYPTED, STREAMED, PATCHED, STRONGLY_ENCRYPTED, UTF8, MASKED = (
    1 << n for n in (0, 3, 5, 6, 11, 13)
)
"""General purpose flag bits, section 4.4.4. A streamed member's sizes follow its bytes in a descriptor."""

LOCAL_MARK = b"PK\3\4"
"""What every local header begins with."""

IN_ZIP64 = 0xFFFFFFFF
"""A size or offset that does not fit 32 bits and stands in a Zip64 record instead."""

EXTRA_FIELDS = 64
"""Most extra fields of a record. Programs write one to five; 64 KiB of empty ones would cost time for nothing."""

_LOCAL = Struct("<4s5H3L2H")
_ENTRY = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_END64 = Struct("<4sQ2H2L4Q")
_LOCATOR = Struct("<4sLQL")
_ENTRY_MARK, _END_MARK = b"PK\1\2", b"PK\5\6"
_END64_MARK, _LOCATOR_MARK, _DESCRIPTOR_MARK = b"PK\6\6", b"PK\6\7", b"PK\7\x08"
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
_MOST_COMMENT = 0xFFFF
_DESCRIPTOR_BYTES = 12


Extras = tuple[tuple[int, bytes], ...]
"""Extra fields, section 4.5: id and content, an id as often as it stands there."""


class Directory(NamedTuple):
    """Where the central directory stands, and how many members it lists."""

    offset: int
    size: int
    members: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a local header and an entry of the directory both tell of one member."""

    name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    extras: Extras

    def path(self) -> str:
        """Return the name as text.

        That is the Unicode path extra where it belongs to this name (section
        4.6.9), else UTF-8, which macOS and Info-ZIP write without the flag, else
        code page 437.
        """
        proof = b"\1" + crc32(self.name).to_bytes(4, "little")
        texts = [text for tag, text in self.extras if tag == _UNICODE_PATH]
        names = {text[5:] for text in texts if text.startswith(proof) and text != proof}
        if len(names) > 1:
            raise refused("a member has two names")
        if names:
            return _decode(names.pop())
        if self.flags & UTF8 or _is_utf8(self.name):
            return _decode(self.name)
        return self.name.decode("cp437")


@dataclass(frozen=True, slots=True)
class Entry(Header):
    """A member as the directory lists it; its local header begins at `offset`."""

    attributes: int
    offset: int


@dataclass(frozen=True, slots=True)
class LocalHeader(Header):
    """A member as it announces itself; its bytes begin at `end`."""

    end: int


def find_directory(source: ByteSource) -> Directory:
    """Return where the directory of a zip stands: directly before the records that end the file.

    Bytes after the end record, a second end record, another disk, and a
    directory elsewhere than the end record says are refused.
    """
    start, end = _widen_end(source, *_find_end(source))
    if end.disk or end.first_disk or end.members_here != end.members:
        raise _split()
    if end.offset + end.size != start:
        raise damaged("its directory is not where its end record says")
    return Directory(end.offset, end.size, end.members)


def read_entries(source: ByteSource, directory: Directory) -> Iterator[Entry]:
    """Yield the members in the order of the directory, which is held in memory as a whole."""
    table = source.read(directory.offset, directory.size)
    at = 0
    for _ in range(directory.members):
        entry, at = _parse_entry(table, at)
        yield entry
    if at != len(table):
        raise damaged("its directory is longer than the members it lists")


def read_local(source: ByteSource, offset: int) -> LocalHeader:
    """Return the local header at `offset`; it takes at most 128 KiB."""
    mark, _, flags, method, _, _, crc, compressed, size, names, extras = _LOCAL.unpack(
        source.read(offset, _LOCAL.size)
    )
    if mark != LOCAL_MARK:
        raise damaged("its local header is missing")
    start = offset + _LOCAL.size
    tail = source.read(start, names + extras)
    fields = _parse_extras(tail[names:])
    if not flags & STREAMED:
        size, compressed = _widen(fields, size, compressed)
    return LocalHeader(
        tail[:names], flags, method, crc, compressed, size, fields, start + len(tail)
    )


def follows(header: Header, gap: bytes) -> bytes:
    """Return what of `gap`, the bytes behind a member, is left when its descriptor is taken away.

    The record follows a streamed member (section 4.3.9). Its mark is optional
    and its sizes are 32 or 64 bits wide; which, the format does not say. One
    that is missing or cut short tells nothing, one that contradicts `header` is
    refused.
    """
    if not header.flags & STREAMED:
        return gap
    mark = _DESCRIPTOR_MARK if gap.startswith(_DESCRIPTOR_MARK) else b""
    for spelling in _descriptors(header):
        if gap.startswith(mark + spelling):
            return gap[len(mark + spelling) :]
    if len(gap) >= len(mark) + _DESCRIPTOR_BYTES:
        raise refused("the descriptor behind it and the directory disagree")
    return gap


class _EndRecord(NamedTuple):
    """The record that ends a zip, section 4.3.16, as far as it places the directory."""

    disk: int
    first_disk: int
    members_here: int
    members: int
    size: int
    offset: int


def _find_end(source: ByteSource) -> tuple[int, _EndRecord]:
    """Return where the end record stands, and the record."""
    length = min(source.size, _END.size + _MOST_COMMENT)
    tail = source.read(source.size - length, length)
    found = [at for at in _marks(tail, _END_MARK) if _ends(tail, at)]
    if not found:
        raise _without_end(source, tail)
    if len(found) > 1:
        raise refused("it has two end records")
    _, *fields, _ = _END.unpack_from(tail, found[0])
    return source.size - length + found[0], _EndRecord(*fields)


def _split() -> ArchiveError:
    return ArchiveError("it is one piece of a split zip", hint="join the pieces first")


def _marks(text: bytes, mark: bytes) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _ends(tail: bytes, at: int) -> bool:
    """Tell whether the end record at `at`, with the comment it announces, ends the file."""
    comment_at = at + _END.size
    return comment_at + int.from_bytes(tail[comment_at - 2 : comment_at], "little") == len(tail)


def _without_end(source: ByteSource, tail: bytes) -> ArchiveError:
    head = source.read(0, min(source.size, 4))
    if head not in (LOCAL_MARK, _END_MARK):
        return ArchiveError("it is not a zip", hint="look at what was downloaded")
    if _END_MARK in tail:
        return damaged("bytes were added to its end, or cut off")
    return damaged("it is cut off: the directory at its end is missing")


def _widen_end(source: ByteSource, start: int, end: _EndRecord) -> tuple[int, _EndRecord]:
    """Return where the records behind the directory begin, and the Zip64 values where there are any."""
    at = start - _LOCATOR.size
    if at < 0:
        return start, end
    mark, _, offset, disks = _LOCATOR.unpack(source.read(at, _LOCATOR.size))
    if mark != _LOCATOR_MARK:
        return start, end
    mark, length, _, _, *fields = _END64.unpack(source.read(offset, _END64.size))
    # 12 bytes, the mark and the length itself, are not counted in the length.
    if mark != _END64_MARK or offset + 12 + length != at or disks > 1:
        raise damaged("its Zip64 end record is not where its locator says")
    wide = _EndRecord(*fields)
    for narrow, value, none in zip(end, wide, (0xFFFF,) * 4 + (IN_ZIP64,) * 2, strict=True):
        if narrow not in (none, value):
            raise refused("its two end records disagree")
    return offset, wide


def _parse_entry(table: bytes, at: int) -> tuple[Entry, int]:
    if len(table) - at < _ENTRY.size:
        raise damaged("its directory ends before its last member")
    (
        mark, _, _, flags, method, _, _, crc, compressed, size,
        names, extras, comment, disk, _, attributes, offset,
    ) = _ENTRY.unpack_from(table, at)  # fmt: skip
    name_at = at + _ENTRY.size
    extra_at = name_at + names
    end = extra_at + extras + comment
    if mark != _ENTRY_MARK or end > len(table):
        raise damaged("its directory does not list as many members as its end record says")
    if disk:
        raise _split()
    fields = _parse_extras(table[extra_at : extra_at + extras])
    size, compressed, offset = _widen(fields, size, compressed, offset)
    name = table[name_at:extra_at]
    return Entry(name, flags, method, crc, compressed, size, fields, attributes, offset), end


def _parse_extras(block: bytes) -> Extras:
    """Return the extra fields. Up to three bytes may remain: Android's zipalign pads with them."""
    fields: list[tuple[int, bytes]] = []
    at = 0
    while len(block) - at >= 4:
        tag, length = (int.from_bytes(block[n : n + 2], "little") for n in (at, at + 2))
        at += 4 + length
        if at > len(block):
            raise damaged("an extra field is longer than the record it stands in")
        fields.append((tag, block[at - length : at]))
        if len(fields) > EXTRA_FIELDS:
            raise refused(f"a member has more than {EXTRA_FIELDS} extra fields")
    return tuple(fields)


def _widen(fields: Extras, *narrow: int) -> list[int]:
    """Return `narrow` with what does not fit 32 bits taken from the Zip64 extra (section 4.5.3)."""
    extras = [extra for tag, extra in fields if tag == _ZIP64]
    if not extras:
        return list(narrow)
    if len(extras) > 1:
        raise refused("a member has two Zip64 extra fields")
    wide = [int.from_bytes(piece, "little") for piece in _eights(extras[0])]
    if narrow.count(IN_ZIP64) > len(wide):
        raise damaged("a Zip64 extra field is too short")
    replacements = iter(wide)
    return [next(replacements) if value == IN_ZIP64 else value for value in narrow]


def _eights(extra: bytes) -> Iterator[bytes]:
    return (extra[at : at + 8] for at in range(0, len(extra) - 7, 8))


def _descriptors(header: Header) -> list[bytes]:
    return [
        struct.pack(layout, header.crc, header.compressed, header.size)
        for layout, most in (("<3L", IN_ZIP64), ("<L2Q", 1 << 64))
        if max(header.compressed, header.size) <= most
    ]


def _decode(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise refused("a name is not the UTF-8 it says it is") from None


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
