"""Giving a proven file its name: written beside, then renamed, so that no half-made file ever bears it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerprint.errors import StorageError


def partial_path(final: Path) -> Path:
    """Return where a file is written until it is proven: hidden, beside its final place, with its extension."""
    return final.with_name(f".{final.stem}.{os.getpid()}.partial{final.suffix}")


def seal(partial: Path, final: Path) -> None:
    """Give `partial`, a file or a folder of files, its final name, on disk before the name is.

    A file that was there is replaced at once; a folder gives way first, and goes
    when the new one has its place. Raises StorageError where the disk refuses.
    """
    try:
        for file in sorted(partial.iterdir()) if partial.is_dir() else [partial]:
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
        if partial.is_dir() and final.exists():
            _swap(partial, final)
        else:
            partial.replace(final)
    except OSError as problem:
        raise StorageError(f"cannot be written ({problem.strerror})", where=str(final)) from None


def _swap(partial: Path, final: Path) -> None:
    former = partial_path(final.with_name(f"{final.name}-former"))
    final.replace(former)
    try:
        partial.replace(final)
    except OSError:
        former.replace(final)
        raise
    shutil.rmtree(former, ignore_errors=True)


def write_sealed(path: Path, text: str) -> None:
    """Write a text file so that it is either the old one or the whole new one. Raises StorageError.

    A file that says the same already is left as it is.
    """
    partial = partial_path(path)
    try:
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise StorageError(f"cannot be written ({problem})", where=str(path)) from None
    seal(partial, path)


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raise StorageError where `path` exists and may not be replaced."""
    if path.exists() and not overwrite:
        raise StorageError(
            "exists already", where=str(path), hint="name another file, or add --overwrite"
        )


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """Make a hidden folder for temporary files below `parent`, gone afterwards. Raises StorageError."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".work-", dir=parent))
    except OSError as problem:
        raise StorageError(f"cannot be written ({problem.strerror})", where=str(parent)) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
