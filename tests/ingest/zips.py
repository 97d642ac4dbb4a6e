"""Zips made byte by byte, so that every field can be made to lie."""

import bz2
import lzma
import stat
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from answerprint.ingest.archive import Archive
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits

FRAME = bytes(range(256)) * 40

ENCRYPTED, STREAMED, PATCHED, STRONGLY_ENCRYPTED, UTF8, MASKED = 1, 8, 32, 64, 2048, 8192
STORED, DEFLATE, BZIP2, LZMA = 0, 8, 12, 14

Fields = dict[str, int | bytes]


@dataclass(frozen=True)
class Part:
    """One member: what both its records say, what each says instead, and what follows its bytes."""

    name: bytes = b"frame_0001.exr"
    content: bytes = FRAME
    method: int = STORED
    flags: int = 0
    packed: bytes | None = None
    size: int | None = None
    crc: int | None = None
    attributes: int = (stat.S_IFREG | 0o644) << 16
    extra: bytes = b""
    local: Fields = field(default_factory=dict)
    central: Fields = field(default_factory=dict)
    behind: bytes = b""
    disk: int = 0

    @property
    def stream(self) -> bytes:
        return compress(self.method, self.content) if self.packed is None else self.packed

    def fields(self, instead: Fields) -> tuple[int, int, bytes, bytes, bytes]:
        """Return flags, method, CRC with sizes and lengths, name, and extra fields, as a record holds them."""
        says: Fields = {
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.content) if self.crc is None else self.crc,
            "compressed": len(self.stream),
            "size": len(self.content) if self.size is None else self.size,
            "name": self.name,
            "extra": self.extra,
        }
        flags, method, crc, compressed, size, name, extra = (says | instead).values()
        assert isinstance(flags, int)
        assert isinstance(method, int)
        assert isinstance(name, bytes)
        assert isinstance(extra, bytes)
        numbers = struct.pack("<3L2H", crc, compressed, size, len(name), len(extra))
        return flags, method, numbers, name, extra


def local_record(part: Part) -> bytes:
    """Return a member's local header and its bytes."""
    flags, method, numbers, name, extra = part.fields(part.local)
    head = struct.pack("<4s5H", b"PK\3\4", 20, flags, method, 0, 33)
    return head + numbers + name + extra + part.stream


def central_record(part: Part, offset: int) -> bytes:
    """Return a member's entry in the directory."""
    flags, method, numbers, name, extra = part.fields(part.central)
    head = struct.pack("<4s6H", b"PK\1\2", 0x314, 20, flags, method, 0, 33)
    tail = struct.pack("<3H2L", 0, part.disk, 0, part.attributes, offset)
    return head + numbers + tail + name + extra


def zipped(
    *parts: Part,
    before: bytes = b"",
    comment: bytes = b"",
    offsets: dict[int, int] | None = None,
    end: dict[str, int] | None = None,
    zip64: dict[str, int] | None = None,
) -> bytes:
    """Return a zip of `parts`; `offsets`, `end` and `zip64` replace what its records would say."""
    body, directory = bytearray(before), bytearray()
    for number, part in enumerate(parts):
        offset = (offsets or {}).get(number, len(body))
        body += local_record(part) + part.behind
        directory += central_record(part, offset)
    values = {"disk": 0, "first_disk": 0, "here": len(parts), "count": len(parts)}
    values |= {"size": len(directory), "offset": len(body)}
    records = b""
    if zip64 is not None:
        records = zip64_records(values, len(body) + len(directory), zip64)
        values |= {"here": 0xFFFF, "count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}
    values |= end or {}
    last = struct.pack("<4s4H2LH", b"PK\5\6", *values.values(), len(comment))
    return bytes(body + directory) + records + last + comment


def zip64_records(values: dict[str, int], at: int, instead: dict[str, int]) -> bytes:
    """Return the Zip64 end record that stands at `at`, and its locator."""
    length, disk, first, here, count, size, offset, at, disks = (
        {"length": 44} | values | {"at": at, "disks": 1} | instead
    ).values()
    record = struct.pack("<4sQ2H2L", b"PK\6\6", length, 45, 45, disk, first)
    record += struct.pack("<4Q", here, count, size, offset)
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, at, disks)


def compress(method: int, content: bytes) -> bytes:
    """Return the stream a zip holds for `content`; as it is for a method that is not known."""
    if method == DEFLATE:
        coder = zlib.compressobj(wbits=-15)
        return coder.compress(content) + coder.flush()
    if method == BZIP2:
        return bz2.compress(content)
    return lzma_stream(content) if method == LZMA else content


def lzma_stream(content: bytes, window: int = 1 << 16, properties: int = 0x5D) -> bytes:
    """Return `content` as LZMA in a zip, whose header asks for `window` bytes."""
    coder = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
    stream = lzma.compress(content, lzma.FORMAT_RAW, filters=[coder])
    return struct.pack("<2BHBL", 9, 20, 5, properties, window) + stream


def extra_field(tag: int, content: bytes) -> bytes:
    return struct.pack("<2H", tag, len(content)) + content


def unicode_path(name: bytes, text: str) -> bytes:
    """Return the extra field that gives the member `name` another name."""
    return extra_field(0x7075, b"\1" + struct.pack("<L", zlib.crc32(name)) + text.encode())


def opened(folder: Path, content: bytes, limits: ArchiveLimits = DEFAULT_LIMITS) -> Archive:
    """Write `content` into `folder` as `delivery.zip` and open it."""
    path = folder / "delivery.zip"
    path.write_bytes(content)
    return Archive.open(path, limits=limits)


def write_sparse(path: Path, size: int) -> None:
    """Write a zip of a stored member of `size` zeros, which take no room on the disk, and B behind it."""
    extra = extra_field(1, struct.pack("<2Q", size, size))
    says: Fields = {"compressed": 0xFFFFFFFF, "size": 0xFFFFFFFF, "extra": extra, "crc": 0}
    hole = Part(name=b"hole.exr", packed=b"", local=says, central=says)
    head, second = local_record(hole), local_record(B)
    at = len(head) + size
    far = Part(name=B.name, central={"extra": extra_field(1, struct.pack("<Q", at))})
    directory = central_record(hole, 0) + central_record(far, 0xFFFFFFFF)
    values = {"disk": 0, "first_disk": 0, "here": 2, "count": 2}
    values |= {"size": len(directory), "offset": at + len(second)}
    records = zip64_records(values, at + len(second) + len(directory), {})
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(directory), 0xFFFFFFFF, 0)
    with path.open("wb") as file:
        file.write(head)
        file.seek(at)
        file.write(second + directory + records + last)


def contents(archive: Archive) -> dict[str, bytes]:
    return {member.name: archive.read(member) for member in archive.members}


A = Part(name=b"a.exr")
B = Part(name=b"b.exr")

CRC = struct.pack("<L", zlib.crc32(FRAME))
SIZES = struct.pack("<2L", len(FRAME), len(FRAME))
WIDE_SIZES = struct.pack("<2Q", len(FRAME), len(FRAME))
BLANK: Fields = {"crc": 0, "compressed": 0, "size": 0}
STREAM = Part(name=b"a.exr", flags=STREAMED, local=BLANK)
"""A member whose local header leaves its CRC and sizes to a descriptor."""
