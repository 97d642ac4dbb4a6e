"""What bears a name on disk, told in words."""

import os
from pathlib import Path

from answerprint.paths import FOLDER, MISSING, unreadable


def test_a_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    assert unreadable(tmp_path / "file") is None
    assert unreadable(tmp_path / "link") is None


def test_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("gone")
    assert unreadable(tmp_path / "gone") == unreadable(Path("a\0b")) == MISSING
    assert unreadable(tmp_path) == FOLDER
    assert unreadable(tmp_path / "nowhere") == "is a link that leads nowhere"
    assert unreadable(tmp_path / ("n" * 300)) == "cannot be read (File name too long)"


def test_a_pipe_can_be_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert unreadable(tmp_path / "pipe", pipe=True) is None
    assert unreadable(tmp_path / "pipe") is not None
    assert unreadable(Path("/dev/null"), pipe=True) is not None
