"""A folder that takes another's place, whole or not at all."""

from pathlib import Path

import pytest

from answerprint.errors import StorageError
from answerprint.ingest.replacing import replacing_folder


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    folder = tmp_path / "shots"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "old.EXR").write_bytes(b"old")
    return folder


def fill(target: Path, *, overwrite: bool) -> None:
    with replacing_folder(target, overwrite=overwrite) as work:
        assert work.parent == target.parent
        (work / "new.exr").write_bytes(b"new")


def test_a_new_folder_appears_when_it_is_full(tmp_path: Path) -> None:
    for overwrite in (False, True):
        target = tmp_path / str(overwrite)
        fill(target, overwrite=overwrite)
        assert [p.name for p in target.iterdir()] == ["new.exr"]
    assert len(list(tmp_path.iterdir())) == 2


def test_an_old_one_goes_when_the_new_one_is_full(shots: Path) -> None:
    left = shots.with_name(".shots.replaced")
    left.mkdir()
    (left / "older.exr").write_bytes(b"older")
    fill(shots, overwrite=True)
    assert [p.name for p in shots.iterdir()] == ["new.exr"]
    assert [p.name for p in shots.parent.iterdir()] == ["shots"]


def test_it_stays_where_the_work_fails(shots: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        replacing_folder(shots, overwrite=True) as work,
    ):
        (work / "new.exr").write_bytes(b"new")
        raise KeyboardInterrupt
    assert (shots / "below" / "old.EXR").read_bytes() == b"old"
    assert [p.name for p in shots.parent.iterdir()] == ["shots"]


def test_it_stays_where_nobody_asked(shots: Path) -> None:
    with pytest.raises(StorageError, match="--overwrite"):
        fill(shots, overwrite=False)
    (shots / "below" / "notes.txt").write_bytes(b"")
    with pytest.raises(StorageError, match="holds 'notes.txt'"):
        fill(shots, overwrite=True)
    file = shots.parent / "file"
    file.write_bytes(b"")
    with pytest.raises(StorageError, match="is a file"):
        fill(file, overwrite=True)
    assert sorted(p.name for p in shots.parent.iterdir()) == ["file", "shots"]


def test_it_stays_where_something_came_while_it_was_at_work(shots: Path) -> None:
    with (
        pytest.raises(StorageError, match="holds 'notes.txt'"),
        replacing_folder(shots, overwrite=True),
    ):
        (shots / "notes.txt").write_bytes(b"")
    assert (shots / "below" / "old.EXR").exists()


def test_two_runs_do_not_meet(shots: Path) -> None:
    with (
        replacing_folder(shots, overwrite=True),
        pytest.raises(StorageError, match="another run"),
        replacing_folder(shots, overwrite=True),
    ):
        pass
