"""A folder of frames that takes the place of another when it is complete.

While a run works, and for a moment when it ends, hidden names stand beside the target `shots`:

    .shots.partial, ..shots.fresh.partial   the folder being filled, see `staging`
    .shots.replaced                         what stood there, until the new folder has its name
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerprint.errors import StorageError
from answerprint.ingest.names import shorten
from answerprint.ingest.staging import staged_folder


@contextmanager
def replacing_folder(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield an empty folder that is called `target` when the block ends well, and is gone when it does not.

    With `overwrite` a folder may stand there, which goes last. Only a folder of
    nothing but EXR frames does: what else is in one, nobody meant to lose. A
    process killed between the two renames leaves it as `.NAME.replaced`.

    Raises StorageError where `target` exists and may not be replaced, or another
    run is at work on it; OSError where the disk refuses.
    """
    if not target.exists():
        with staged_folder(target) as work:
            yield work
            work.rename(target)
        return
    require_replaceable(target, overwrite=overwrite)
    with staged_folder(target.with_name(f".{target.name}.fresh")) as work:
        yield work
        require_replaceable(target, overwrite=overwrite)
        _swap(work, target, target.with_name(f".{target.name}.replaced"))


def require_replaceable(target: Path, *, overwrite: bool) -> None:
    """Raise StorageError unless what bears the name of `target` is a folder of EXR frames, and may be replaced."""
    if not overwrite:
        raise StorageError(
            "exists already", where=str(target), hint="name another folder, or add --overwrite"
        )
    others = [p for p in target.rglob("*") if not p.is_dir() and p.suffix.lower() != ".exr"]
    if others or not target.is_dir():
        said = f"holds {shorten(others[0].name)}" if others else "is a file"
        raise StorageError(
            f"{said}; only a folder of EXR frames is replaced",
            where=str(target),
            hint="name another folder",
        )


def _swap(work: Path, target: Path, retired: Path) -> None:
    # What a killed run left under this name was replaced already: `target` is there.
    shutil.rmtree(retired, ignore_errors=True)
    target.rename(retired)
    try:
        work.rename(target)
    except OSError:
        retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)
