"""The folder of an unpacked zip appears whole or not at all, and no run disturbs another."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import xxhash

from answerprint.errors import ArchiveError, StorageError, UsageError
from answerprint.ingest.archive import Archive
from answerprint.ingest.members import ArchiveLimits
from answerprint.ingest.unpack import Unpacked, unpack

from .zips import DEFLATE, FRAME, A, B, Part, opened, write_sparse, zipped

SHARED = Path(__file__).parents[3] / "shared/media"
FRAMES = {f"shot/{number:04}.exr": os.urandom(50_000 + number) for number in range(12)}
DELIVERY = zipped(
    *(Part(name=name.encode(), content=frame, method=DEFLATE) for name, frame in FRAMES.items())
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path, DELIVERY) as archive:
        yield archive


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder in which nothing but the target may be left."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_folder_holds_every_member(archive: Archive, out: Path, threads: int) -> None:
    written = unpack(archive, out / "frames", threads=threads)
    assert files(out / "frames") == FRAMES
    assert os.listdir(out) == ["frames"]  # noqa: PTH208
    assert written == tuple(
        Unpacked(member=name, name=name, size=len(frame), digest=xxhash.xxh3_64_hexdigest(frame))
        for name, frame in FRAMES.items()
    )


def test_members_are_picked_and_renamed(archive: Archive, out: Path) -> None:
    names = {"shot/0007.exr": "b.1008.exr", "shot/0003.exr": "left/eye/a.1004.exr"}
    written = unpack(archive, out / "frames", names=names)
    assert files(out / "frames") == {new: FRAMES[old] for old, new in names.items()}
    assert [file.name for file in written] == ["left/eye/a.1004.exr", "b.1008.exr"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"missing.exr": "a.exr"}, "'missing.exr' is no file in it"),
        ({"shot/0001.exr": "../a.exr"}, "climbs out of its folder"),
        ({"shot/0001.exr": "/a.exr"}, "absolute"),
        ({"shot/0001.exr": "a.exr", "shot/0002.exr": "A.exr"}, "are the same name"),
        ({"shot/0001.exr": "a", "shot/0002.exr": "a/b"}, "both a file and a folder"),
    ],
)
def test_names_that_cannot_be_written(
    archive: Archive, out: Path, names: dict[str, str], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        unpack(archive, out / "frames", names=names)
    assert list(out.iterdir()) == []


def test_missing_parents_are_made(archive: Archive, out: Path) -> None:
    unpack(archive, str(out / "job" / "take" / "frames"))
    assert files(out / "job" / "take" / "frames") == FRAMES


def test_progress_is_told(archive: Archive, out: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    unpack(archive, out / "frames", progress=lambda *step: told.append(step))
    assert told == [("unpack", done, 12) for done in range(13)]


def test_what_was_there_is_kept(archive: Archive, out: Path) -> None:
    (out / "folder").mkdir()
    (out / "file").write_text("kept")
    (out / "link").symlink_to(out / "nowhere")
    for name in ("folder", "file", "link"):
        with pytest.raises(StorageError, match="is there already"):
            unpack(archive, out / name)
    with pytest.raises(StorageError, match="/: is there already"):
        unpack(archive, "/")
    assert sorted(path.name for path in out.iterdir()) == ["file", "folder", "link"]
    assert (out / "file").read_text() == "kept"


def test_damaged_member_leaves_nothing(tmp_path: Path, out: Path) -> None:
    parts = [Part(name=b"%02d.exr" % n) for n in range(20)]
    parts[13] = replace(parts[13], crc=1)
    reason = r"'13\.exr': its CRC-32 is"
    with opened(tmp_path, zipped(*parts)) as damaged, pytest.raises(ArchiveError, match=reason):
        unpack(damaged, out / "frames")
    assert list(out.iterdir()) == []


def test_interrupted_run_leaves_nothing(archive: Archive, out: Path) -> None:
    def interrupt(station: str, done: int, total: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(archive, out / "frames", progress=interrupt)
    assert list(out.iterdir()) == []


KILLED = """
import os, signal, sys
from answerprint.ingest.archive import Archive
from answerprint.ingest.unpack import unpack

def die(station, done, total):
    if done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

with Archive.open(sys.argv[1]) as archive:
    unpack(archive, sys.argv[2], progress=die)
"""


def test_run_after_a_killed_one_succeeds(archive: Archive, out: Path) -> None:
    target = out / "frames"
    killed = subprocess.run([sys.executable, "-c", KILLED, archive.path, target], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert sorted(path.name for path in out.iterdir()) == [".frames.lock", ".frames.partial"]
    assert files(out / ".frames.partial")
    unpack(archive, target)
    assert files(target) == FRAMES
    assert list(out.iterdir()) == [target]


def test_second_run_at_once_is_refused_and_harms_nothing(archive: Archive, out: Path) -> None:
    refusals = []

    def unpack_too(station: str, done: int, total: int | None) -> None:
        with pytest.raises(StorageError, match="another run is unpacking to it") as refusal:
            unpack(archive, out / "frames")
        refusals.append(refusal.value.where)

    unpack(archive, out / "frames", progress=unpack_too)
    assert refusals == [str(out / "frames")] * 13
    assert files(out) == {f"frames/{name}": frame for name, frame in FRAMES.items()}


RACER = """
import sys
from answerprint.errors import StorageError
from answerprint.ingest.archive import Archive
from answerprint.ingest.unpack import unpack

wins = 0
with Archive.open(sys.argv[1]) as archive:
    sys.stdin.readline()
    for number in range(60):
        try:
            unpack(archive, f"{sys.argv[2]}/{number}", threads=1)
            wins += 1
        except StorageError as refusal:
            assert refusal.message in ("another run is unpacking to it", "is there already"), refusal
print(wins)
"""


def test_processes_that_race_for_one_folder(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path, zipped(A, B)) as archive:
        command = [sys.executable, "-c", RACER, str(archive.path), str(out)]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    wins = [int(racer.communicate()[0]) for racer in racers]
    assert sum(wins) == 60
    assert sorted(path.name for path in out.iterdir()) == sorted(str(n) for n in range(60))
    assert all(files(folder) == {"a.exr": FRAME, "b.exr": FRAME} for folder in out.iterdir())


def test_links_planted_under_the_hidden_names_are_not_followed(archive: Archive, out: Path) -> None:
    victim = out / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    (out / ".frames.partial").symlink_to(victim)
    (out / ".shots.lock").symlink_to(out / "made")
    for name in ("frames", "shots"):
        with pytest.raises(StorageError, match="cannot be written"):
            unpack(archive, out / name)
    assert files(victim) == {"kept": b"kept"}
    assert not (out / "made").exists()


def test_disk_too_small_is_seen_first(tmp_path: Path, out: Path) -> None:
    size = shutil.disk_usage(out).free + 10_000_000_000
    path = tmp_path / "large.zip"
    write_sparse(path, size)
    limits = ArchiveLimits(member_bytes=size, total_bytes=2 * size)
    reason = r"the disk has \d+ MB free and \d+ MB are needed; free 1\d{4} MB"
    with Archive.open(path, limits=limits) as large, pytest.raises(StorageError, match=reason):
        unpack(large, out / "frames")
    assert list(out.iterdir()) == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_disk_that_stops_writing(archive: Archive, out: Path) -> None:
    with (
        largest_file(20_000),
        pytest.raises(StorageError, match="cannot be written \\(File too large"),
    ):
        unpack(archive, out / "frames")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("a file/frames", "File exists.*; look at the disk"),
        ("f" * 250, "File name too long.*; choose a shorter name"),
    ],
)
def test_folder_that_cannot_be_made(archive: Archive, out: Path, target: str, reason: str) -> None:
    (out / "a file").touch()
    with pytest.raises(StorageError, match=reason):
        unpack(archive, out / target)
    assert [path.name for path in out.iterdir()] == ["a file"]


@pytest.mark.shared
def test_real_delivery(out: Path, tmp_path: Path) -> None:
    path = SHARED / "deliveries/hdr-720p/exr.zip"
    if not path.is_file():
        pytest.skip("no shared media")
    with zipfile.ZipFile(path) as reference:
        reference.extractall(tmp_path / "reference")
    with Archive.open(path) as archive:
        written = unpack(archive, out / "frames")
    assert len(written) == 120
    assert files(out / "frames") == files(tmp_path / "reference")


@pytest.mark.shared
def test_hostile_zips_write_nothing_outside_the_target(out: Path) -> None:
    paths = sorted(path for path in (SHARED / "zip_hostile").rglob("*") if path.is_file())
    if not paths:
        pytest.skip("no shared media")
    outcomes = set()
    for number, path in enumerate(paths):
        beside = out / str(number)
        beside.mkdir()
        outcomes.add(unpacks(path, beside / "target"))
        assert {each.name for each in beside.iterdir()} <= {"target"}
        assert not any(each.is_symlink() for each in beside.rglob("*"))
    assert outcomes == {True, False}


def unpacks(path: Path, target: Path) -> bool:
    """Tell whether a zip was unpacked; False where it was refused, and then left nothing."""
    try:
        with Archive.open(path) as archive:
            unpack(archive, target)
    except ArchiveError:
        assert not target.exists()
        return False
    return target.is_dir()
