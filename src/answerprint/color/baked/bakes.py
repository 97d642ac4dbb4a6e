"""Bakes kept on disk by the content they were made of, so that each is made once a machine."""

import json
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import xxhash

from answerprint.alone import hold
from answerprint.color.baked.curves import Curves
from answerprint.color.baked.lattice import Lattice

Bake = Lattice | Curves

PLACE: Final = "ANSWERPRINT_CACHE"
"""Environment variable that names the folder; else `answerprint` below the user's cache folder."""
EDITION: Final = 11
"""Counts changes of how bakes are made: those of another edition are not used."""

_KINDS: Final[dict[str, type[Bake]]] = {"lattice": Lattice, "curves": Curves}
_ARRAYS: Final = {
    "lattice": ("axes", "ramp", "table", "cells"),
    "curves": ("axes", "weights", "gains", "curves"),
}
_NUMBERS: Final = {"lattice": ("top", "clamps"), "curves": ("rounds",)}


def bake_folder() -> Path:
    """Return the folder bakes are kept in."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named) / "bakes"
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "answerprint" / "bakes"


def load(key: str) -> Bake | None:
    """Return the bake of that key, its arrays mapped from disk; None where there is none, or a damaged one."""
    folder = bake_folder() / f"{key}-{EDITION}"
    try:
        said = json.loads((folder / "bake.json").read_text(encoding="ascii"))
        # Mapped copy-on-write: processes share the pages, and the kernel sees an ordinary array.
        mapped = {
            name: np.load(folder / f"{name}.npy", mmap_mode="c") for name in _ARRAYS[said["kind"]]
        }
        parts: dict[str, Any] = {name: np.asarray(array) for name, array in mapped.items()}
        digests = {name: _digest(array) for name, array in parts.items()}
        if said["digests"] != digests:
            return None
        for array in mapped.values():
            _let_go(array)
        parts |= {name: said[name] for name in _NUMBERS[said["kind"]]}
        return _KINDS[said["kind"]](**parts)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def keep(key: str, bake: Bake) -> None:
    """Write a bake so that other processes see it whole or not at all, and drop those of editions before.

    A folder that cannot be written keeps none.
    """
    folder = bake_folder() / f"{key}-{EDITION}"
    with suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".baking-", dir=folder.parent))
        try:
            _write(work, bake)
            shutil.rmtree(folder, ignore_errors=True)
            work.replace(folder)
            for edition in range(1, EDITION):
                shutil.rmtree(folder.with_name(f"{key}-{edition}"), ignore_errors=True)
        finally:
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def one_baker(key: str) -> Iterator[None]:
    """Let one process bake a key at a time, so that the others find it done."""
    place = bake_folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / f".{key}.lock").open("w")
    except OSError:
        yield
        return
    with lock:
        hold(lock.fileno(), wait=True)
        yield


def _let_go(array: Any) -> None:
    """Let go of the pages that were read to prove a mapped array: of a bake, pictures use a tenth, which comes back by itself."""
    pages = array.base
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def _write(work: Path, bake: Bake) -> None:
    kind = "curves" if isinstance(bake, Curves) else "lattice"
    digests = {}
    for name in _ARRAYS[kind]:
        array = getattr(bake, name)
        np.save(work / f"{name}.npy", array)
        digests[name] = _digest(array)
    numbers = {name: getattr(bake, name) for name in _NUMBERS[kind]}
    said = {"kind": kind, "digests": digests, **numbers}
    (work / "bake.json").write_text(json.dumps(said), encoding="ascii")


def _digest(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    return xxhash.xxh3_64(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data).hexdigest()
