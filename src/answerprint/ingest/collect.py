"""Bringing loose frames together under new names, the way unpacking brings zipped ones."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from answerprint.errors import SourceError
from answerprint.ingest.staging import staged_folder, storage_errors
from answerprint.media.sequence import Sequence
from answerprint.progress import Progress, counted, silent


def collect(
    sequence: Sequence, target: Path, names: Mapping[str, str], *, progress: Progress = silent
) -> None:
    """Copy the loose frames of `sequence` into the new folder `target`, which appears when all are there.

    `names` gives every frame its name there. Raises SourceError where a frame
    cannot be read; StorageError where `target` exists or the disk refuses.
    """
    target = target.absolute()
    with storage_errors(target), staged_folder(target) as work:
        for frame in counted(sequence.frames, "collecting frames", len(sequence), progress):
            source = sequence.store.place / frame.name
            try:
                content = source.open("rb")
            except OSError as problem:
                raise SourceError(
                    f"cannot be read ({problem.strerror})", where=str(source)
                ) from None
            with content, (work / names[frame.name]).open("xb") as copy:
                shutil.copyfileobj(content, copy, 1 << 20)
        work.rename(target)


def same_frames(sequence: Sequence, folder: Path, names: Mapping[str, str]) -> bool:
    """Tell whether `folder` holds exactly the frames of `sequence` under `names`, byte for byte.

    Memory: two frames. Raises ArchiveError where the sequence lies in a damaged zip.
    """
    if {path.name for path in folder.iterdir()} != set(names.values()):
        return False
    return all(_bytes(sequence, name) == (folder / new).read_bytes() for name, new in names.items())


def _bytes(sequence: Sequence, name: str) -> bytes:
    source = sequence.store.read(name)
    return source if isinstance(source, bytes) else source.read_bytes()
