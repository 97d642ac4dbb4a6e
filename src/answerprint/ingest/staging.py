"""A folder that appears under its name when it is complete.

While a run works, two hidden names stand beside the target `shots`:

    .shots.partial   the folder being filled
    .shots.lock      held with `flock`, which the kernel lets go of however a run ends

A folder found while the lock is free was left by a run that was killed, and is
removed; two runs at once cannot touch each other's, since the second is refused.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerprint.errors import StorageError
from answerprint.ingest.lock import held

_HINTS = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "choose a folder you may write to",
    errno.EROFS: "choose a folder you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target` that no other run touches; remove it unless it was renamed."""
    _refuse_existing(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.partial")

    def refuse() -> None:
        raise StorageError(
            "another run is unpacking to it", where=str(target), hint="wait until it has ended"
        )

    with held(target.with_name(f".{target.name}.lock"), refuse):
        # The run that held the lock until now may just have made it.
        _refuse_existing(target)
        if work.exists():
            shutil.rmtree(work)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise StorageError(
            "is there already", where=str(target), hint="remove it or choose another folder"
        )


@contextmanager
def storage_errors(target: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StorageError."""
    try:
        yield
    except OSError as problem:
        raise StorageError(
            f"cannot be written ({problem.strerror})",
            where=str(problem.filename or target),
            hint=_HINTS.get(problem.errno or 0, "look at the disk"),
        ) from problem
