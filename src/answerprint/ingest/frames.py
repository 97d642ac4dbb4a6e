"""Unpacking a zip of frames: the library behind `unpack`."""

from pathlib import Path

from answerprint.ingest.archive import Archive
from answerprint.ingest.delivery import frames_in_archive
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits
from answerprint.ingest.unpack import Unpacked
from answerprint.ingest.unpack import unpack as unpack_members
from answerprint.progress import Progress, silent


def unpack(
    archive: str | Path,
    out: str | Path | None = None,
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> tuple[Unpacked, ...]:
    """Unpack a zip of EXR frames into the new folder `out`: beside the zip, under its name, where none is given.

    Every member is proven by length and CRC, and the folder appears when all
    are. Raises ArchiveError for a zip that is hostile, damaged or holds no EXR
    frames, StorageError where `out` exists or the disk refuses.
    """
    path = Path(archive)
    with Archive.open(path, limits=limits) as opened:
        frames_in_archive(opened)
        return unpack_members(opened, out or path.with_suffix(""), progress=progress)
