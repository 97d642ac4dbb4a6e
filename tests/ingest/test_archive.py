"""A zip opens, its members are listed under clean names, and they come back byte for byte."""

import os
import stat
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from answerprint.errors import ArchiveError, SourceError
from answerprint.ingest.archive import Archive
from answerprint.ingest.members import ArchiveLimits

from .zips import (
    BLANK,
    BZIP2,
    CRC,
    DEFLATE,
    FRAME,
    LZMA,
    SIZES,
    STORED,
    STREAM,
    UTF8,
    WIDE_SIZES,
    A,
    B,
    Fields,
    Part,
    contents,
    extra_field,
    lzma_stream,
    opened,
    unicode_path,
    write_sparse,
    zipped,
)

DELIVERY = Path(__file__).parents[3] / "shared/media/deliveries/hdr-720p/exr.zip"


@pytest.mark.parametrize("method", [STORED, DEFLATE, BZIP2, LZMA])
def test_member_comes_back_whole_in_every_method(tmp_path: Path, method: int) -> None:
    large = replace(B, content=os.urandom(200_000) + bytes(400_000), method=method)
    with opened(tmp_path, zipped(replace(A, method=method), large)) as archive:
        assert contents(archive) == {"a.exr": FRAME, "b.exr": large.content}
        assert max(map(len, archive.stream(archive.members[1]))) <= 1 << 17


def test_what_the_standard_library_writes(tmp_path: Path) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.mkdir("shot")
        writer.writestr("shot/映像_0001.exr", FRAME)
        with writer.open("shot/0002.exr", "w", force_zip64=True) as member:
            member.write(FRAME)
        writer.comment = b"two frames"
    with opened(tmp_path, made.getvalue()) as archive:
        assert contents(archive) == {"shot/映像_0001.exr": FRAME, "shot/0002.exr": FRAME}


class Pipe:
    """A file that cannot seek, so that a zip is streamed to it, with descriptors."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, block: bytes) -> int:
        self.content += block
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("zip64", [False, True])
def test_what_the_standard_library_streams(tmp_path: Path, zip64: bool) -> None:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as writer:
        with writer.open("1.exr", "w", force_zip64=zip64) as member:
            member.write(FRAME)
        writer.writestr("empty.exr", b"")
    with opened(tmp_path, pipe.content) as archive:
        assert contents(archive) == {"1.exr": FRAME, "empty.exr": b""}


@pytest.mark.parametrize(
    "descriptor",
    [
        CRC + SIZES,
        b"PK\7\x08" + CRC + SIZES,
        CRC + WIDE_SIZES,
        b"PK\7\x08" + CRC + WIDE_SIZES,
        b"",
        b"PK\7\x08" + CRC,
    ],
    ids=["plain", "marked", "wide", "wide-marked", "missing", "cut-short"],
)
@pytest.mark.parametrize("local", [BLANK, BLANK | {"size": 0xFFFFFFFF}, {}])
def test_streamed_member(tmp_path: Path, descriptor: bytes, local: Fields) -> None:
    with opened(tmp_path, zipped(replace(STREAM, behind=descriptor, local=local), B)) as archive:
        assert contents(archive) == {"a.exr": FRAME, "b.exr": FRAME}


def test_zip64_sizes_and_end_record(tmp_path: Path) -> None:
    sizes = extra_field(1, WIDE_SIZES)
    narrow: Fields = {"compressed": 0xFFFFFFFF, "size": 0xFFFFFFFF, "extra": sizes}
    wide = replace(A, local=narrow, central=narrow)
    with opened(tmp_path, zipped(wide, B, zip64={})) as archive:
        assert contents(archive) == {"a.exr": FRAME, "b.exr": FRAME}


def test_zip64_offset_beyond_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    write_sparse(path, 5_000_000_000)
    with Archive.open(path, limits=ArchiveLimits(member_bytes=5_000_000_000)) as archive:
        assert archive.read(archive.members[1]) == FRAME


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (replace(A, name="映像.exr".encode(), flags=UTF8), "映像.exr"),
        (replace(A, name="映像.exr".encode()), "映像.exr"),
        (replace(A, name="prisé.exr".encode("cp437")), "prisé.exr"),
        (replace(A, extra=unicode_path(A.name, "映像.exr")), "映像.exr"),
        (replace(A, extra=unicode_path(b"other.exr", "映像.exr")), "a.exr"),
        (replace(A, extra=unicode_path(A.name, "")), "a.exr"),
        (replace(A, name=b"shot\\a.exr"), "shot/a.exr"),
        (replace(A, name=b"./a.exr"), "a.exr"),
    ],
    ids=["flag", "no-flag", "cp437", "extra", "stale-extra", "empty-extra", "backslash", "dot"],
)
def test_name(tmp_path: Path, part: Part, name: str) -> None:
    with opened(tmp_path, zipped(part)) as archive:
        assert [member.name for member in archive.members] == [name]


def test_folders_and_junk_are_no_members(tmp_path: Path) -> None:
    folder = Part(name=b"shot/", content=b"", attributes=(stat.S_IFDIR | 0o755) << 16 | 0x10)
    here = replace(folder, name=b"./")
    frame = replace(A, name=b"shot/1.exr")
    junk = ["__MACOSX/shot/._1.exr", "shot/.DS_Store", "shot/Thumbs.db"]
    parts = [here, folder, frame, *(replace(A, name=name.encode()) for name in junk)]
    with opened(tmp_path, zipped(*parts)) as archive:
        assert [member.name for member in archive.members] == ["shot/1.exr"]
        assert archive.ignored == tuple(junk)


def test_empty_zip_has_no_members(tmp_path: Path) -> None:
    with opened(tmp_path, zipped()) as archive:
        assert archive.members == ()


def test_empty_file_of_a_method_without_a_stream(tmp_path: Path) -> None:
    with opened(tmp_path, zipped(replace(A, method=DEFLATE, content=b"", packed=b""))) as archive:
        assert contents(archive) == {"a.exr": b""}


def test_bytes_that_belong_to_no_member_are_let_be(tmp_path: Path) -> None:
    content = zipped(replace(A, behind=bytes(4096)), B, before=b"PK00", comment=b"PK\5\6")
    with opened(tmp_path, content) as archive:
        assert contents(archive) == {"a.exr": FRAME, "b.exr": FRAME}


def test_modes_of_dos_and_of_none(tmp_path: Path) -> None:
    parts = [replace(A, attributes=0x20), replace(B, attributes=0o644 << 16)]
    with opened(tmp_path, zipped(*parts)) as archive:
        assert len(archive.members) == 2


def test_huge_lzma_window_is_no_larger_than_its_member(tmp_path: Path) -> None:
    packed = lzma_stream(FRAME, window=0xFFFFFFFF)
    with opened(tmp_path, zipped(replace(A, method=LZMA, packed=packed))) as archive:
        assert contents(archive) == {"a.exr": FRAME}


def test_black_frames_are_no_bomb(tmp_path: Path) -> None:
    """1080p RGB in half float without compression, and nothing in it."""
    black = replace(A, method=DEFLATE, content=bytes(1920 * 1080 * 6))
    with opened(tmp_path, zipped(black)) as archive:
        (member,) = archive.members
        assert member.size / member.compressed > 900
        assert archive.read(member) == black.content


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ArchiveLimits(members=1), "it has 2 members, and the limit 'members' is 1"),
        (ArchiveLimits(member_bytes=10_000), "it holds 10240 bytes, and the limit 'member_bytes'"),
        (ArchiveLimits(total_bytes=20_000), "hold 20480 bytes, and the limit 'total_bytes'"),
        (ArchiveLimits(ratio=2, member_free_bytes=10_000), "'a.exr': it makes 10240 bytes of"),
        (ArchiveLimits(ratio=2, total_free_bytes=10_000), "it makes 20480 bytes of"),
    ],
)
def test_limits_are_settable(tmp_path: Path, limits: ArchiveLimits, reason: str) -> None:
    content = zipped(replace(A, method=DEFLATE), replace(B, method=DEFLATE))
    with pytest.raises(ArchiveError) as refusal:
        opened(tmp_path, content, limits)
    assert reason in str(refusal.value)
    exact = ArchiveLimits(members=2, member_bytes=10_240, total_bytes=20_480)
    opened(tmp_path, content, exact).close()


def test_path_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(SourceError, match="no such file"):
        Archive.open(tmp_path / "missing.zip")
    with pytest.raises(SourceError, match="is not a file"):
        Archive.open(tmp_path)
    with pytest.raises(SourceError, match="is not a file"):
        Archive.open(tmp_path / "pipe.zip")
    with pytest.raises(SourceError, match="File name too long"):
        Archive.open(tmp_path / ("n" * 300))


def test_file_cut_short_while_it_is_open(tmp_path: Path) -> None:
    with opened(tmp_path, zipped(A, B)) as archive:
        os.truncate(archive.path, 1000)
        with pytest.raises(ArchiveError, match="cut short while it was read"):
            archive.read(archive.members[1])


def test_closed_archive_reads_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, zipped(A)) as archive:
        assert archive.read(archive.members[0]) == FRAME
    with pytest.raises(ValueError, match="closed file"):
        archive.read(archive.members[0])


def test_refused_zip_is_not_left_open(tmp_path: Path) -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(ArchiveError):
        opened(tmp_path, b"no zip")
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_threads_read_at_once(tmp_path: Path) -> None:
    frames = [os.urandom(300_000) for _ in range(20)]
    parts = [
        Part(name=b"%04d.exr" % n, content=each, method=DEFLATE) for n, each in enumerate(frames)
    ]
    with opened(tmp_path, zipped(*parts)) as archive, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(archive.read, archive.members)) == frames


def test_largest_directory_opens_quickly(tmp_path: Path) -> None:
    folder = b"/".join([b"d" * 30] * 31)
    parts = [Part(name=b"%s/%05d.exr" % (folder, n), content=b"x") for n in range(10_000)]
    content = zipped(*parts)
    started = time.process_time()
    with opened(tmp_path, content) as archive:
        assert len(archive.members) == 10_000
    assert time.process_time() - started < 5


@pytest.mark.shared
def test_real_delivery() -> None:
    if not DELIVERY.is_file():
        pytest.skip("no shared media")
    with Archive.open(DELIVERY) as archive, zipfile.ZipFile(DELIVERY) as reference:
        assert [member.name for member in archive.members] == reference.namelist()
        assert all(
            archive.read(member) == reference.read(member.name) for member in archive.members
        )
