"""A lock is one run's at a time, and leaves nothing behind."""

from pathlib import Path

import pytest

from answerprint.ingest.lock import held


class BusyError(Exception):
    """Somebody else holds it."""


def refuse() -> None:
    raise BusyError


def test_it_is_held_by_one_and_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with held(path, refuse), pytest.raises(BusyError), held(path, refuse):
        pytest.fail("two hold it")
    assert list(tmp_path.iterdir()) == []
    with held(path, refuse):
        assert path.exists()


def test_it_is_waited_for_as_long_as_the_caller_likes(tmp_path: Path) -> None:
    path, looks = tmp_path / ".lock", 0
    first = held(path, refuse)
    first.__enter__()

    def wait() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            first.__exit__(None, None, None)

    with held(path, wait):
        assert looks == 3
        # The file that was let go of is gone; this one is another, and is held.
        with pytest.raises(BusyError), held(path, refuse):
            pytest.fail("two hold it")


def test_a_file_a_killed_run_left_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    with held(tmp_path / ".lock", refuse):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("kept")
    (tmp_path / ".lock").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic"), held(tmp_path / ".lock", refuse):
        pytest.fail("it was followed")
    assert (tmp_path / "other").read_text() == "kept"
