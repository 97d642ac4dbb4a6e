"""Where a finished clip came from, written beside it: so that another clip of its name does not take its place."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from answerprint.deliverables.seal import write_sealed
from answerprint.errors import StorageError
from answerprint.ingest.delivery import Delivery
from answerprint.record import Record

PLACE: Final = "source/source.json"
"""Where the record lies in a finished clip's folder."""


class Origin(Record):
    """Where a finished clip came from, in the place of a copy."""

    source: str
    """Path as it was given."""
    folder: str
    """Absolute folder it lies in."""
    files: dict[str, int]
    """Its files with their sizes in bytes."""

    @classmethod
    def of(cls, delivery: Delivery) -> "Origin":
        """Return where `delivery` lies now."""
        return cls(
            source=delivery.source,
            folder=str(delivery.root.resolve()),
            files={file.name: file.size for file in delivery.files},
        )

    def may_follow(self, earlier: "Origin") -> bool:
        """Tell whether this is the clip `earlier` is of: moved as it was, or changed where it was."""
        if self.files == earlier.files:
            return True
        known = self.source == earlier.source or bool(self.files.keys() & earlier.files.keys())
        return self.folder == earlier.folder and known


def write_origin(delivery: Delivery, clip: Path) -> None:
    """Write down where the clip in the folder `clip` came from. Raises StorageError."""
    write_sealed(clip / PLACE, Origin.of(delivery).model_dump_json(indent=2) + "\n")


def refuse_other_clip(delivery: Delivery, clip: Path, *, overwrite: bool) -> None:
    """Raise StorageError where the folder `clip` holds a clip from elsewhere, which may not be replaced."""
    earlier = _read(clip / PLACE)
    if overwrite or earlier is None or Origin.of(delivery).may_follow(earlier):
        return
    raise StorageError(
        f"holds another clip already, from {earlier.source} in {earlier.folder}",
        where=str(clip),
        hint="name another --out, or add --overwrite",
    )


def _read(path: Path) -> Origin | None:
    """Return the record at `path`; None where there is none that can be read: then nothing is known."""
    try:
        return Origin.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
