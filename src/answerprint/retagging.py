"""Changing what a sequence of OpenEXR frames says of itself, and not a pixel of it: the library behind `retag`.

Every frame is copied chunk for chunk under a new header, so lossy compression
loses nothing more. A color space that is set is a statement: nothing is converted.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from answerprint.checks.limits import Limits
from answerprint.errors import FrameError, SourceError, StorageError, UsageError
from answerprint.ingest.bytesource import located
from answerprint.ingest.delivery import open_one
from answerprint.ingest.names import shorten
from answerprint.ingest.replacing import replacing_folder
from answerprint.ingest.staging import storage_errors
from answerprint.measure.pool import default_threads, in_order
from answerprint.media.exr.changes import (
    Changes,
    SequenceChanges,
    asked_changes,
    color_contradiction,
    understood,
)
from answerprint.media.exr.door import read_header
from answerprint.media.exr.fix import fixed
from answerprint.media.exr.layout import Start, parse_start, value_of
from answerprint.media.exr.st2065 import FLAG, st2065_4_reasons
from answerprint.media.exr.start import ExrSource
from answerprint.media.exr.values import ExrValue
from answerprint.media.sequence import FrameFile, Sequence, group_names
from answerprint.progress import Progress, counted, silent
from answerprint.record import Record
from answerprint.timing import spell_frames

_NOTHING: Final[Mapping[str, ExrValue]] = MappingProxyType({})


class Retagged(Record):
    """What was written, and what has to be said of it."""

    folder: str
    """Where the frames lie now."""
    label: str
    """The frames in the field's spelling, for example `shot.1001-1120#.exr`."""
    frames: int
    """How many were written."""
    changed: tuple[str, ...]
    """Attributes that every frame now has as they were asked for."""
    removed: tuple[str, ...]
    """Attributes no frame has any more."""
    timecodes: tuple[str, str] | None = None
    """First and last timecode, where they were written."""
    not_st2065_4: tuple[str, ...] = ()
    """Reasons why the frames, or some of them, are no ST 2065-4 containers; none where all are."""
    notes: tuple[str, ...] = ()
    """What was left out, assumed, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one frame said before and says now."""

    names: frozenset[str]
    reasons: tuple[str, ...]
    contradiction: str | None


def retag(
    source: str | Path,
    out: str | Path,
    *,
    attributes: Mapping[str, ExrValue] = _NOTHING,
    remove: Iterable[str] = (),
    color_space: str | None = None,
    fps: str | Fraction | None = None,
    timecode: str | None = None,
    owner: str | None = None,
    limits: Limits | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    progress: Progress = silent,
) -> Retagged:
    """Write the EXR frames of `source` to the folder `out` with other metadata and the same pixels.

    `source` is a folder of frames, one frame, a pattern or a zip. `attributes` are
    set and `remove` are removed, in every part of every frame; a text is read as the
    type its name has by OpenEXR's standard, else as the type the first frame has
    for it, else it is a text. `color_space` (`lin_ap0_scene` or `AP0` and the like)
    sets `colorInteropID` and `chromaticities` together, `fps` sets
    `framesPerSecond`. `timecode` is that of the first frame and counts up with the frame
    numbers, gaps included, at `fps`, else at the rate the first frame states, else
    at 24. Of `limits` those of a zip count.

    The frames are written beside, every header is read back, by OpenEXR too, and
    the folder gets its name when all are there; chunks are not decoded. With
    `overwrite` a folder that holds nothing but EXR frames is replaced as a whole.
    Memory: `threads` files, one a core where none is given.

    Raises UsageError for changes that make no sense, or none, and where `out`
    holds `source`; FrameError, with nothing written, where a frame is damaged in its
    structure; SourceError or ArchiveError where there are no frames to read;
    StorageError where `out` exists or the disk refuses.
    """
    asked = asked_changes(
        attributes=attributes, remove=remove, color_space=color_space,
        fps=fps, timecode=timecode, owner=owner,
    )  # fmt: skip
    with open_one(str(source)).opened((limits or Limits()).archive) as delivery:
        sequence, target = delivery.sequence, Path(out).resolve()
        if sequence is None:
            raise SourceError("holds no EXR frames", where=str(source))
        _refuse_in_place(sequence, target)
        changes, assumed = _understood(sequence, asked, timecode)
        with storage_errors(target), replacing_folder(target, overwrite=overwrite) as work:
            seen = _write_all(sequence, changes, work, threads or default_threads(), progress)
    return _summary(sequence, changes, seen, str(out), assumed)


def _understood(
    sequence: Sequence, asked: Changes, timecode: str | None
) -> tuple[SequenceChanges, tuple[str, ...]]:
    """Return what is asked, understood by the first frame and tried on it. Raises UsageError or FrameError."""
    frame = sequence.frames[0]
    content = _content(sequence, frame)
    with located(_where(sequence, frame)):
        header = parse_start(content).headers[0]
        changes, assumed = understood(asked, timecode, header, sequence.range.first)
        pieces, _ = _changed(frame, changes, content)
        _require_readable(b"".join(pieces), content, changes)
    return changes, assumed


def _refuse_in_place(sequence: Sequence, target: Path) -> None:
    place = sequence.store.place.resolve()
    if target == place or target in place.parents:
        raise UsageError(
            "holds the frames that are read, and they are not changed in place",
            where=str(target),
            hint="name another folder as --out",
        )


def _names(sequence: Sequence) -> dict[str, str]:
    """Return the new path of every frame: its name without the zip's folders, where that tells them apart."""
    names = {frame.name: PurePosixPath(frame.name).name for frame in sequence.frames}
    return names if len(set(names.values())) == len(names) else {name: name for name in names}


def _where(sequence: Sequence, frame: FrameFile) -> str:
    return str(sequence.store.place / frame.name)


def _content(sequence: Sequence, frame: FrameFile) -> bytes:
    source = sequence.store.read(frame.name)
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as problem:
        raise FrameError(f"cannot be read ({problem.strerror})", where=str(source)) from None


def _changed(
    frame: FrameFile, changes: SequenceChanges, content: bytes
) -> tuple[tuple[bytes | memoryview, ...], Start]:
    """Return the pieces of the changed file and its new start. Raises as `fixed`."""
    pieces = fixed(content, changes.of(frame.number))
    before, after = parse_start(content), parse_start(bytes(pieces[0]))
    claims = any(value_of(header, FLAG) is not None for header in after.headers)
    if claims and not st2065_4_reasons(before) and (reasons := st2065_4_reasons(after)):
        raise UsageError(
            f"the file would no longer be an ST 2065-4 container: {reasons[0]}",
            where=FLAG,
            hint="remove the flag, too",
        )
    return pieces, after


def _write_all(
    sequence: Sequence, changes: SequenceChanges, work: Path, threads: int, progress: Progress
) -> tuple[_Said, ...]:
    """Write every frame below `work`; return what they said, each once."""
    names = _names(sequence)
    for folder in {(work / name).parent for name in names.values()}:
        folder.mkdir(parents=True, exist_ok=True)

    def write(frame: FrameFile) -> _Said:
        return _write(sequence, frame, changes, work / names[frame.name])

    with ThreadPoolExecutor(threads, "retag") as pool:
        said = in_order(pool, write, sequence.frames, ahead=threads + 1)
        return tuple(dict.fromkeys(counted(said, "retagging frames", len(sequence), progress)))


def _write(sequence: Sequence, frame: FrameFile, changes: SequenceChanges, path: Path) -> _Said:
    """Write one frame under its new header, and prove that it is there."""
    content = _content(sequence, frame)
    with located(_where(sequence, frame)):
        pieces, after = _changed(frame, changes, content)
        _put(pieces, path)
        _require_readable(path, content, changes)
    before = parse_start(content).headers
    names = frozenset(a.name for header in before for a in header)
    return _Said(names, st2065_4_reasons(after), color_contradiction(after))


def _put(pieces: tuple[bytes | memoryview, ...], path: Path) -> None:
    """Write a file, and find it there with the start and the size it was written with."""
    with path.open("xb") as file:
        file.writelines(pieces)
    with path.open("rb") as file:
        start = file.read(len(pieces[0]))
    if start != pieces[0] or path.stat().st_size != sum(map(len, pieces)):
        raise StorageError("did not read back as it was written", where=str(path))


def _require_readable(new: ExrSource, old: bytes, changes: SequenceChanges) -> None:
    """Have OpenEXR read the new header. Raises FrameError where it does not take the old one either, else UsageError."""
    try:
        read_header(new)
    except FrameError as problem:
        read_header(old)
        raise UsageError(
            f"the changes make a header that OpenEXR does not read ({problem.message})",
            hint=f"look at the values: {', '.join(changes.values)}",
        ) from None


def _summary(
    sequence: Sequence,
    changes: SequenceChanges,
    said: tuple[_Said, ...],
    out: str,
    assumed: tuple[str, ...],
) -> Retagged:
    had = frozenset[str]().union(*(each.names for each in said))
    put = tuple(name for name, value in changes.values.items() if value is not None)
    removed = tuple(name for name, value in changes.values.items() if value is None)
    contradictions = dict.fromkeys(each.contradiction for each in said if each.contradiction)
    absent = [f"{name} was in none of the frames" for name in removed if name not in had]
    last = sequence.frames[-1].number
    return Retagged(
        folder=out,
        label=group_names(_names(sequence).values())[0].label,
        frames=len(sequence),
        changed=put + ("timeCode",) * (changes.start is not None),
        removed=tuple(name for name in removed if name in had),
        timecodes=(str(changes.timecode(sequence.frames[0].number)), str(changes.timecode(last)))
        if changes.start
        else None,
        not_st2065_4=tuple(dict.fromkeys(r for each in said for r in each.reasons)),
        notes=(*assumed, *absent, *contradictions, *_left_out(sequence)),
    )


def _left_out(sequence: Sequence) -> Iterator[str]:
    if sequence.missing:
        yield f"frames are missing: {spell_frames(sequence.missing)}"
    if sequence.doubles:
        yield f"left out, numbers that other files have: {_listed(d.name for d in sequence.doubles)}"
    if sequence.strays:
        yield f"left out, not of the sequence: {_listed(sequence.strays)}"


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - 3} more" if len(known) > 3 else ""
    return ", ".join(shorten(name) for name in known[:3]) + more
