"""What is refused, when it opens or when it is read: with one line, and never with a traceback."""

import bz2
import stat
import struct
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from answerprint.errors import ArchiveError
from answerprint.ingest.archive import Archive

from .zips import (
    BLANK,
    BZIP2,
    CRC,
    DEFLATE,
    ENCRYPTED,
    FRAME,
    LZMA,
    MASKED,
    PATCHED,
    SIZES,
    STREAM,
    STREAMED,
    STRONGLY_ENCRYPTED,
    UTF8,
    A,
    B,
    Part,
    compress,
    extra_field,
    local_record,
    lzma_stream,
    opened,
    unicode_path,
    zipped,
)

SHARED = Path(__file__).parents[3] / "shared/media"


def named(name: str) -> Part:
    return replace(A, name=name.encode())


def of_kind(kind: int) -> Part:
    return replace(A, attributes=(kind | 0o777) << 16)


def wide_size(content: bytes) -> Part:
    return replace(A, central={"size": 0xFFFFFFFF, "extra": extra_field(1, content)})


def quoted_overlap() -> bytes:
    """Return the shape of CVE-2024-0450.

    The first member's deflate stream is a stored block, which quotes the second
    member's local header, followed by the second member's own stream.
    """
    second = replace(B, method=DEFLATE)
    header = local_record(second).removesuffix(second.stream)
    block = b"\0" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF)
    packed = block + header + second.stream
    first = replace(A, method=DEFLATE, content=header + FRAME, packed=packed)
    start = len(local_record(first))
    quoted_at = start - len(header + second.stream)
    content = zipped(first, second, offsets={1: quoted_at}, end={"offset": start})
    return content[:start] + content[start + len(header + second.stream) :]


ONE = zipped(A)
HOSTILE = {
    # no zip, or not the whole of one
    "empty": (b"", "not a zip"),
    "web-page": (b"<html>" * 1000, "not a zip"),
    "exr": (b"\x76\x2f\x31\x01" + bytes(4000), "not a zip"),
    "cut-off": (ONE[:-40], "cut off"),
    "cut-in-end-record": (ONE[:-1], "added to its end, or cut off"),
    "cut-in-front": (ONE[10:], "not where its end record says"),
    "junk-behind": (ONE + b"junk", "added to its end, or cut off"),
    "program-before": (b"#!/bin/sh\n" + ONE, "not where its end record says"),
    "long-gap": (zipped(A, before=bytes(65_537)), "65537 bytes before"),
    "two-end-records": (zipped(A, comment=zipped()), "two end records"),
    "disk": (zipped(A, end={"disk": 1}), "split"),
    "first-disk": (zipped(A, end={"first_disk": 1}), "split"),
    "disk-of-member": (zipped(replace(A, disk=1)), "split"),
    "fewer-here": (zipped(A, B, end={"here": 1}), "split"),
    "count-low": (zipped(A, B, end={"here": 1, "count": 1}), "longer than the members"),
    "count-high": (zipped(A, end={"here": 2, "count": 2}), "ends before its last member"),
    "count-huge": (zipped(A, end={"here": 60_000, "count": 60_000}), "limit 'members'"),
    "directory-size": (zipped(A, end={"size": 5}), "not where its end record says"),
    "directory-offset": (zipped(A, end={"offset": 0}), "not where its end record says"),
    "directory-bloated": (zipped(replace(A, central={"extra": bytes(5000)})), "directory takes"),
    "directory-entry": (ONE.replace(b"PK\1\2", b"PK\1\3"), "does not list as many"),
    # Zip64
    "zip64-astray": (zipped(A, zip64={"at": 0}), "not where its locator says"),
    "zip64-length": (zipped(A, zip64={"length": 1 << 63}), "not where its locator says"),
    "zip64-disks": (zipped(A, zip64={"disks": 2}), "not where its locator says"),
    "zip64-past-end": (zipped(A, zip64={"at": 1 << 63}), "ends before its records"),
    "zip64-count": (zipped(A, zip64={"here": 1 << 60, "count": 1 << 60}), "limit 'members'"),
    "zip64-offset": (zipped(A, zip64={"offset": 1 << 63}), "not where its end record says"),
    "zip64-disagrees": (zipped(A, zip64={}, end={"count": 9}), "two end records disagree"),
    "zip64-short": (zipped(wide_size(b"1234567")), "Zip64 extra field is too short"),
    "zip64-size": (zipped(wide_size(b"\xff" * 8)), "limit 'member_bytes'"),
    "zip64-twice": (zipped(replace(A, extra=extra_field(1, bytes(8)) * 2)), "two Zip64 extra"),
    "offset-past-end": (zipped(A, B, offsets={1: 1 << 31}), "ends before its records"),
    # names; test_names.py has them all
    "absolute": (zipped(named("/tmp/a.exr")), "absolute"),
    "climbs": (zipped(named("shot/../../a.exr")), "climbs"),
    "climbs-on-windows": (zipped(named("..\\a.exr")), "climbs"),
    "folder-climbs": (zipped(replace(A, name=b"../", content=b"")), "climbs"),
    "extra-climbs": (zipped(replace(A, extra=unicode_path(A.name, "../a"))), "climbs"),
    "drive": (zipped(named("C:\\a.exr")), "drive letter"),
    "nul": (zipped(named("a.exr\0.txt")), "control character"),
    "escapes": (zipped(named("a\n\x1b[31m.exr")), "control character"),
    "nameless": (zipped(named("")), "empty step"),
    "windows-device": (zipped(named("aux.exr")), "device"),
    "long": (zipped(named("a" * 300)), "longer than 255"),
    "very-long": (zipped(named("a" * 65_000), *[A] * 20), "longer than 1024"),
    "not-utf8": (zipped(replace(A, name=b"\xff.exr", flags=UTF8)), "not the UTF-8"),
    "two-names": (
        zipped(replace(A, extra=unicode_path(A.name, "x") + unicode_path(A.name, "y"))),
        "two names",
    ),
    "duplicate": (zipped(A, A), "are the same name"),
    "duplicate-by-case": (zipped(A, named("A.EXR")), "are the same name"),
    "duplicate-by-form": (zipped(named("é.exr"), named("e\u0301.exr")), "are the same name"),
    "duplicate-by-slash": (zipped(named("x/a"), named("x\\a")), "are the same name"),
    "file-and-folder": (zipped(named("a"), named("a/b")), "both a file and a folder"),
    # what is no file
    "symlink": (zipped(of_kind(stat.S_IFLNK)), "a symbolic link"),
    "character-device": (zipped(of_kind(stat.S_IFCHR)), "a device"),
    "block-device": (zipped(of_kind(stat.S_IFBLK)), "a device"),
    "pipe": (zipped(of_kind(stat.S_IFIFO)), "a pipe"),
    "socket": (zipped(of_kind(stat.S_IFSOCK)), "a socket"),
    "reparse-point": (zipped(replace(A, attributes=0x400)), "a link of Windows"),
    "folder-by-mode": (zipped(of_kind(stat.S_IFDIR)), "a folder by its attributes"),
    "folder-of-dos": (zipped(replace(A, attributes=0x10)), "a folder by its attributes"),
    "folder-with-bytes": (zipped(named("shot/")), "holds bytes"),
    # features
    "encrypted": (zipped(replace(A, flags=ENCRYPTED)), "encrypted"),
    "strongly-encrypted": (zipped(replace(A, flags=STRONGLY_ENCRYPTED)), "encrypted"),
    "masked": (zipped(replace(A, flags=MASKED)), "encrypted"),
    "patch": (zipped(replace(A, flags=PATCHED)), "a patch"),
    "zstd": (zipped(replace(A, method=93)), "method is zstd"),
    "deflate64": (zipped(replace(A, method=9)), "method is deflate64"),
    "unknown-method": (zipped(replace(A, method=1234)), "method is number 1234"),
    "stored-sizes": (zipped(replace(A, size=7)), "two sizes differ"),
    # two stories of one member
    "local-name": (zipped(replace(A, local={"name": b"x.exr"})), "disagree on its name"),
    "local-extra": (
        zipped(replace(A, local={"extra": unicode_path(A.name, "x")})), "disagree on its name",
    ),
    "local-method": (zipped(replace(A, local={"method": DEFLATE})), "disagree on its method"),
    "local-encrypted": (zipped(replace(A, local={"flags": ENCRYPTED})), "disagree on its flags"),
    "local-streamed": (zipped(replace(A, local={"flags": STREAMED})), "disagree on its flags"),
    "local-crc": (zipped(replace(A, local={"crc": 1})), "disagree on its CRC"),
    "local-size": (zipped(replace(A, local={"size": 1})), "disagree on its size"),
    "local-compressed": (zipped(replace(A, local={"compressed": 1})), "disagree on its compressed"),
    "streamed-size": (zipped(replace(STREAM, local=BLANK | {"size": 5})), "disagree on its size"),
    "descriptor": (zipped(replace(STREAM, behind=CRC + bytes(8))), "the descriptor behind it"),
    "marked-descriptor": (
        zipped(replace(STREAM, behind=b"PK\7\x08" + bytes(4) + SIZES)), "the descriptor behind it",
    ),
    "local-header": (ONE.replace(b"PK\3\4", b"PK\3\5"), "local header is missing"),
    "extra-too-long": (zipped(replace(A, local={"extra": b"\1\1\xff\xff"})), "extra field is longer"),
    "extras-without-number": (zipped(replace(A, local={"extra": bytes(65_000)})), "64 extra fields"),
    # two members of one byte, and members that are not listed
    "one-member-twice": (zipped(A, A, offsets={1: 0}), "overlap"),
    "one-member-renamed": (zipped(A, B, offsets={1: 0}), "disagree on its name"),
    "quoted-overlap": (quoted_overlap(), "overlap"),
    "hidden-behind": (zipped(A, replace(B, behind=local_record(A))), "does not list"),
    "hidden-before": (zipped(B, before=local_record(A)), "does not list"),
    # bombs
    "member-ratio": (zipped(replace(A, method=DEFLATE, size=1 << 28)), "limit 'ratio' is 100"),
    "member-bytes": (zipped(replace(A, method=DEFLATE, size=(1 << 30) + 1)), "'member_bytes'"),
    "total-ratio": (
        zipped(*(replace(A, name=b"%d" % n, method=DEFLATE, size=1 << 27) for n in range(65))),
        "limit 'ratio' is 100",
    ),
}  # fmt: skip
"""What is refused when it opens, and what its refusal must say."""


@pytest.mark.parametrize(("content", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_refused_when_it_opens(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ArchiveError) as refusal:
        opened(tmp_path, content)
    assert_one_line(refusal.value, reason)


def assert_one_line(refusal: ArchiveError, reason: str) -> None:
    line = str(refusal)
    assert reason in line
    assert "delivery.zip: " in line
    assert refusal.hint
    assert line.isprintable()
    assert len(line) < 600


def test_standard_library_lists_the_quoted_overlap(tmp_path: Path) -> None:
    """It is well formed but for its overlap, which newer versions see only when they read it."""
    path = tmp_path / "quoted.zip"
    path.write_bytes(quoted_overlap())
    with zipfile.ZipFile(path) as lenient:
        assert lenient.namelist() == ["a.exr", "b.exr"]


BOMB = compress(DEFLATE, bytes(1 << 24))
DEFLATED = compress(DEFLATE, FRAME)
DAMAGED = {
    "crc": (replace(A, crc=1), "its CRC-32 is"),
    "crc-of-deflated": (replace(A, method=DEFLATE, crc=1), "its CRC-32 is"),
    "more": (replace(A, method=DEFLATE, packed=BOMB), "more than the 10240 bytes"),
    "more-of-bzip2": (
        replace(A, method=BZIP2, packed=bz2.compress(bytes(1 << 24))), "more than the 10240 bytes",
    ),
    "more-of-lzma": (replace(A, method=LZMA, size=100), "its CRC-32 is"),
    "fewer": (replace(A, method=DEFLATE, size=20_000), "holds 10240 bytes and declares 20000"),
    "fewer-of-bzip2": (replace(A, method=BZIP2, size=20_000), "holds 10240 bytes"),
    "fewer-of-lzma": (replace(A, method=LZMA, size=20_000), "holds 10240 bytes"),
    "no-stream": (replace(A, method=DEFLATE, packed=b""), "holds 0 bytes"),
    "unended": (replace(A, method=DEFLATE, packed=DEFLATED[:-2]), "do not come to an end"),
    "byte-behind": (replace(A, method=DEFLATE, packed=DEFLATED + b"x"), "follow the end"),
    "block-behind": (replace(A, method=DEFLATE, packed=DEFLATED + bytes(1 << 18)), "follow the end"),
    "stream-behind": (replace(A, method=BZIP2, packed=bz2.compress(FRAME) + bytes(1 << 18)), "follow the end"),
    "noise": (replace(A, method=DEFLATE, packed=b"\xff" * 99), "compressed bytes are damaged"),
    "noise-of-bzip2": (replace(A, method=BZIP2, packed=b"\xff" * 99), "bytes are damaged"),
    "noise-of-lzma": (
        replace(A, method=LZMA, packed=lzma_stream(FRAME)[:9] + b"\xff" * 99), "bytes are damaged",
    ),
    "lzma-header": (replace(A, method=LZMA, packed=b"\x09\x14\x05"), "LZMA header is cut off"),
    "lzma-length": (replace(A, method=LZMA, packed=bytes(9)), "LZMA header is damaged"),
    "lzma-properties": (
        replace(A, method=LZMA, packed=lzma_stream(FRAME, properties=0xFF)), "LZMA header is damaged",
    ),
    "lzma-window": (
        replace(A, method=LZMA, packed=lzma_stream(FRAME, window=0xFFFFFFFF), size=1 << 27),
        "an LZMA window of 134217728 bytes",
    ),
}  # fmt: skip
"""What opens and is refused when it is read, and what its refusal must say."""


@pytest.mark.parametrize(("part", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_refused_when_it_is_read(tmp_path: Path, part: Part, reason: str) -> None:
    with opened(tmp_path, zipped(B, part)) as archive:
        assert archive.read(archive.members[0]) == FRAME
        with pytest.raises(ArchiveError) as refusal:
            archive.read(archive.members[1])
    assert_one_line(refusal.value, reason)
    assert "'a.exr': " in str(refusal.value)


def test_reading_stops_when_more_comes_than_declared(tmp_path: Path) -> None:
    bomb = replace(A, method=DEFLATE, content=bytes(300_000), packed=BOMB)
    with opened(tmp_path, zipped(bomb)) as archive:
        pieces = archive.stream(archive.members[0])
        assert sum(len(next(pieces)) for _ in range(2)) == 1 << 18
        with pytest.raises(ArchiveError, match="more than the 300000 bytes"):
            next(pieces)


WHOLE = zipped(
    replace(A, method=DEFLATE),
    replace(STREAM, name=b"shot/b.exr", behind=b"PK\7\x08" + CRC + SIZES),
    replace(B, name="é/c.exr".encode(), method=BZIP2, flags=UTF8),
    replace(B, name=b"d.exr", method=LZMA),
    zip64={},
    comment=b"four frames",
)


def read_or_refuse(path: Path, expected: bytes) -> None:
    """Open and read what is at `path`; let nothing but the right bytes or an ArchiveError pass."""
    try:
        with Archive.open(path) as archive:
            for member in archive.members:
                assert archive.read(member) == expected
    except ArchiveError as refusal:
        line = str(refusal)
        assert line.isprintable()


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4),
    st.one_of(st.just(0), st.integers(0, len(WHOLE))),
)
@example([], 0)
def test_damage_is_refused_or_does_no_harm(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(WHOLE)
    for at, value in changes:
        content[at] = value
    path = tmp_path / "damaged.zip"
    path.write_bytes(content[: len(content) - cut])
    read_or_refuse(path, FRAME)


def test_damage_to_every_byte_of_the_records(tmp_path: Path) -> None:
    part = replace(A, content=b"x")
    streamed = replace(STREAM, name=b"shot/b.exr", content=b"x", behind=b"")
    whole = zipped(part, streamed, zip64={})
    path = tmp_path / "damaged.zip"
    for at, byte in enumerate(whole):
        for value in (0, 255, byte ^ 1, byte ^ 128):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            read_or_refuse(path, b"x")


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["zip_hostile", "zip_benign"])
def test_real_zips_are_read_whole_or_refused(folder: str) -> None:
    paths = sorted(path for path in (SHARED / folder).rglob("*") if path.is_file())
    if not paths:
        pytest.skip("no shared media")
    outcomes = set()
    for path in paths:
        started = time.process_time()
        outcomes.add(read_whole(path))
        assert time.process_time() - started < 2
    assert outcomes == {True, False}


def read_whole(path: Path) -> bool:
    """Tell whether a zip was read; False where it was refused."""
    try:
        with Archive.open(path) as archive:
            assert all(zlib.crc32(archive.read(member)) == member.crc for member in archive.members)
    except ArchiveError as refusal:
        line = str(refusal)
        assert line.isprintable()
        return False
    return True
