"""What `finish` has already proven in a clip's folder, so that running it again redoes none of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar

import xxhash
from pydantic import BaseModel, ValidationError

from answerprint.deliverables.seal import write_sealed
from answerprint.errors import StorageError
from answerprint.ingest.lock import held
from answerprint.measured.clips import Measurements
from answerprint.measured.deliverable import Deliverable
from answerprint.record import Record

FOLDER: Final = ".answerprint"
"""Folder inside a finished clip that holds the ledger; it also marks the clip as ours."""


Entry = TypeVar("Entry", bound=BaseModel)


class Stamp(Record):
    """A file as it was when it was proven: any change to it shows in size or time."""

    size: int
    """Bytes."""
    changed: int
    """Time of the last change, in nanoseconds."""

    @classmethod
    def of(cls, path: Path) -> "Stamp | None":
        """Return the stamp of a file, or of all files of a folder together; None where there is none."""
        try:
            files = sorted(path.iterdir()) if path.is_dir() else [path]
            found = [file.stat() for file in files]
        except OSError:
            return None
        changed = max((one.st_mtime_ns for one in found), default=0)
        return cls(size=sum(one.st_size for one in found), changed=changed)


class ProvenFrames(Record):
    """A folder of frames that was proven."""

    key: str
    """What it was made from."""
    stamps: dict[str, Stamp]
    """Its files."""


class ProvenMeasurements(Record):
    """Measurements of a source that has not changed since."""

    key: str
    """What was measured."""
    measurements: Measurements
    """What was found."""


class ProvenFile(Record):
    """A deliverable that was proven."""

    key: str
    """What it was made from, and how."""
    stamp: Stamp
    """The file."""
    deliverable: Deliverable
    """Its proof."""


class Ledger:
    """The proofs of one clip's folder, each a small file that is whole or absent.

    A damaged or foreign entry counts as absent: the work is done again.
    """

    def __init__(self, clip: Path) -> None:
        self._clip = clip
        self._folder = clip / FOLDER

    @classmethod
    @contextmanager
    def opened(cls, clip: Path) -> Iterator[Self]:
        """Hold the ledger of `clip` alone. Raises StorageError where another run holds it, or the disk refuses."""

        def busy() -> None:
            raise StorageError(
                "another run is finishing this clip", where=str(clip), hint="wait for it"
            )

        folder = clip / FOLDER
        with ExitStack() as stack:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(held(folder / "lock", busy))
            except OSError as problem:
                said = f"cannot be written ({problem.strerror})"
                raise StorageError(said, where=str(clip)) from None
            yield cls(clip)

    def frames(self, folder: Path, key: str) -> bool:
        """Tell whether `folder` was made from `key` and still is what was proven."""
        entry = self._read("frames.json", ProvenFrames)
        if entry is None or entry.key != key or not folder.is_dir():
            return False
        return all(Stamp.of(folder / name) == stamp for name, stamp in entry.stamps.items())

    def keep_frames(self, folder: Path, key: str) -> None:
        """Remember every file of `folder` as made from `key`."""
        stamps = {
            path.name: stamp for path in sorted(folder.iterdir()) if (stamp := Stamp.of(path))
        }
        self._write("frames.json", ProvenFrames(key=key, stamps=stamps))

    def measurements(self, key: str) -> Measurements | None:
        """Return what was measured of `key`; None where that is not known."""
        entry = self._read("measurements.json", ProvenMeasurements)
        return entry.measurements if entry is not None and entry.key == key else None

    def keep_measurements(self, key: str, measurements: Measurements) -> None:
        """Remember what was measured of `key`."""
        self._write("measurements.json", ProvenMeasurements(key=key, measurements=measurements))

    def deliverable(self, file: Path, key: str) -> Deliverable | None:
        """Return the proof of `file` where it was made from `key` and is unchanged; else None."""
        entry = self._read(f"{file.name}.json", ProvenFile)
        if entry is None or entry.key != key or Stamp.of(file) != entry.stamp:
            return None
        return entry.deliverable

    def keep_deliverable(
        self, file: Path, partial: Path, key: str, deliverable: Deliverable
    ) -> None:
        """Remember the proven `partial`, which is about to be renamed to `file`, as made from `key`.

        Noted before it is named: whatever bears the name is then known, and a
        note whose file never came counts for nothing.
        """
        stamp = Stamp.of(partial)
        if stamp is not None:
            self._write(
                f"{file.name}.json", ProvenFile(key=key, stamp=stamp, deliverable=deliverable)
            )

    def _read(self, name: str, kind: type[Entry]) -> Entry | None:
        try:
            return kind.model_validate_json((self._folder / name).read_bytes())
        except (OSError, ValidationError):
            return None

    def _write(self, name: str, entry: BaseModel) -> None:
        write_sealed(self._folder / name, entry.model_dump_json())


def key_of(*parts: object) -> str:
    """Return one short key for everything a result depends on."""
    return xxhash.xxh3_128_hexdigest("\0".join(str(part) for part in parts).encode())
