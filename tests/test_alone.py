"""What one run holds alone, and that everything is there on systems that cannot hold it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from answerprint.alone import hold

EVERYTHING = """
import sys
sys.modules["fcntl"] = None
import answerprint, answerprint.cli, answerprint.line, answerprint.listener
for name in answerprint.__all__:
    getattr(answerprint, name)
"""


def test_what_is_held_is_held_by_one(tmp_path: Path) -> None:
    one, other = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    hold(one, wait=True)
    with pytest.raises(BlockingIOError):
        hold(other, wait=False)
    os.close(one)
    hold(other, wait=False)
    os.close(other)


def test_everything_can_be_imported_where_there_are_no_such_locks() -> None:
    subprocess.run([sys.executable, "-c", EVERYTHING], check=True, timeout=120)
