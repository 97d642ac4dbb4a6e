"""Looking through folders: which media lie there, leaving out what is not for us."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from answerprint.errors import SourceError
from answerprint.ingest.kinds import PREVIEWS, kind_of

OUTPUT_MARK: Final = ".answerprint"
"""Folder that marks what `finish` wrote, so that it is never taken for a source."""
DEEPEST: Final = 6
"""Folders below a source that are looked into."""


@dataclass(frozen=True, slots=True)
class Found:
    """Media below a folder, by kind; paths are relative to it."""

    movies: tuple[Path, ...]
    zips: tuple[Path, ...]
    frames: tuple[Path, ...]


def scan(folder: Path) -> Found:
    """Find the media below a folder; previews count only where there is no other movie. Raises SourceError."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in _walk(folder, DEEPEST):
        found[kind_of(path)].append(path.relative_to(folder))
    # A preview beside the movie is no clip of its own; alone in a folder it is one.
    movies = [p for p in found["movie"] if p.suffix.lower() not in PREVIEWS] or found["movie"]
    return Found(tuple(movies), tuple(found["archive"]), tuple(found["exr"]))


def by_first_folder(found: Found) -> dict[str, Found]:
    """Part what was found by the folder it begins with; what lies directly there is under the empty name."""
    names = {
        path.parts[0] if len(path.parts) > 1 else ""
        for path in (*found.movies, *found.zips, *found.frames)
    }

    def under(paths: tuple[Path, ...], name: str) -> tuple[Path, ...]:
        return tuple(p for p in paths if (p.parts[0] if len(p.parts) > 1 else "") == name)

    return {
        n: Found(under(found.movies, n), under(found.zips, n), under(found.frames, n))
        for n in names
    }


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the files below a folder, sorted; hidden ones, desktop litter and our own output left out."""
    for entry, is_file in _entries(folder):
        if is_file:
            yield entry
        elif depth:
            yield from _walk(entry, depth - 1)


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """Return the files and folders to look into, sorted, with whether each is a file. Raises SourceError."""
    try:
        listed = sorted(e for e in folder.iterdir() if not e.name.startswith((".", "__MACOSX")))
        kinds = [(entry, entry.is_file()) for entry in listed]
        return [(entry, is_file) for entry, is_file in kinds if is_file or _leads_down(entry)]
    except OSError as problem:
        where = str(problem.filename or folder)
        raise SourceError(f"cannot be looked at ({problem.strerror})", where=where) from None


def _leads_down(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink() and not (entry / OUTPUT_MARK).exists()
