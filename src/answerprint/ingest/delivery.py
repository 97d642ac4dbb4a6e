"""What people have, understood: a folder in any layout, a movie, a zip, loose EXRs or a pattern becomes clips."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Final, Self

from answerprint.errors import ArchiveError, SourceError, UsageError
from answerprint.ingest.archive import Archive
from answerprint.ingest.kinds import PAPERS, kind_by_bytes, kind_of
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits
from answerprint.ingest.names import shorten
from answerprint.ingest.scan import Found, by_first_folder, scan
from answerprint.measured.clips import FileFacts
from answerprint.media.sequence import (
    Folder,
    Sequence,
    find_sequence,
    gather,
    group_names,
    is_pattern,
)
from answerprint.paths import FOLDER, MISSING, unreadable

STRAY_SHARE: Final = 0.1
"""A second sequence this small beside the first is strays, not another clip."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The files of one clip on disk.

    `sequence` are its loose frames; frames inside `archive` come with `opened`.
    """

    name: str
    source: str
    root: Path
    movie: Path | None = None
    sequence: Sequence | None = None
    archive: Path | None = None
    files: tuple[FileFacts, ...] = ()
    packed: Archive | None = None

    @contextmanager
    def opened(self, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Self]:
        """Yield the delivery with its archive open and the frames inside as its sequence.

        Raises SourceError or ArchiveError where the zip cannot be read or is refused.
        """
        if self.archive is None or self.sequence is not None:
            yield self
            return
        with Archive.open(self.archive, limits=limits) as packed:
            yield replace(self, packed=packed, sequence=frames_in_archive(packed))


class ArchiveFrames:
    """Frames that stay inside their zip; a FrameStore."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._members = {member.name: member for member in archive.members}

    @property
    def place(self) -> Path:
        """The zip."""
        return self._archive.path

    def read(self, name: str) -> bytes:
        """Return the bytes of a frame, proven by length and CRC. Raises ArchiveError."""
        return self._archive.read(self._members[name])

    def size(self, name: str) -> int:
        """Return the bytes of a frame, unpacked, as the directory of the zip declares them."""
        return self._members[name].size


def open_source(source: str) -> tuple[Delivery, ...]:
    """Return the clips that `source` holds: one, or several where a folder holds several.

    Nothing is decoded and no archive opened, so that a bad clip stops no other.
    Raises SourceError where there is nothing to judge, UsageError for a pattern
    that cannot be read and for an empty name, as an unset variable makes it.
    """
    if not source:
        raise UsageError("a source has a name, and this one is empty")
    path = Path(source)
    reason = unreadable(path)
    if reason is None:
        return (_open_file(path, source),)
    if reason == FOLDER:
        return _distinct(_open_folder(path, source))
    if is_pattern(source):
        sequence = find_sequence(source)
        name = sequence.label.partition(".")[0].rstrip("_- ") or sequence.store.place.name
        return (_of_sequence(name, source, sequence),)
    raise SourceError("no such file or folder" if reason == MISSING else reason, where=source)


def open_one(source: str) -> Delivery:
    """Return the only clip that `source` holds. Raises UsageError where it holds several, and as `open_source`."""
    clips = open_source(source)
    if len(clips) > 1:
        names = ", ".join(clip.name for clip in clips[:4])
        raise UsageError(
            f"holds {len(clips)} clips ({names})", where=source, hint="name one of them"
        )
    return clips[0]


def frames_in_archive(archive: Archive) -> Sequence:
    """Return the largest sequence of EXR frames in a zip. Raises ArchiveError where there is none."""
    names = [member.name for member in archive.members]
    groups = group_names(name for name in names if name.lower().endswith(".exr"))
    if not groups:
        held = ", ".join(shorten(name) for name in names[:3]) or "nothing"
        more = " and more" if len(names) > 3 else ""
        raise ArchiveError(
            f"holds no EXR frames, only {held}{more}",
            where=str(archive.path),
            hint="name the zip of frames",
        )
    used = {frame.name for frame in (*groups[0].frames, *groups[0].doubles)}
    strays = [n for n in names if n not in used and PurePosixPath(n).suffix.lower() not in PAPERS]
    return gather(ArchiveFrames(archive), groups[0], strays)


def _open_file(path: Path, source: str) -> Delivery:
    kind = kind_of(path)
    size = _size(path)
    if kind == "exr":
        sequence = gather(Folder(path.parent), group_names([path.name])[0])
        return _of_sequence(path.stem, source, sequence)
    if kind == "archive" or kind_by_bytes(path) == "archive":
        facts = FileFacts(name=path.name, kind="archive", size=size)
        return Delivery(path.stem, source, path.parent, archive=path, files=(facts,))
    if kind in ("paper", "sound", "picture"):
        raise SourceError(
            f"is a {kind}, not a clip",
            where=source,
            hint="name its folder, a movie, a zip or EXR frames",
        )
    facts = FileFacts(name=path.name, kind="movie", size=size)
    return Delivery(path.stem, source, path.parent, path, files=(facts,))


def _of_sequence(name: str, source: str, sequence: Sequence) -> Delivery:
    total = sum(_size(sequence.store.place / frame.name) for frame in sequence.frames)
    facts = FileFacts(name=sequence.label, kind="sequence", size=total)
    return Delivery(name, source, sequence.store.place, None, sequence, files=(facts,))


def _open_folder(folder: Path, source: str) -> list[Delivery]:
    found = scan(folder)
    if not (found.movies or found.zips or found.frames):
        raise SourceError("holds no movie, no zip and no EXR frames", where=source)
    sequences = _sequences(folder, found.frames)
    if len(found.movies) <= 1 and len(sequences) <= 1 and len(found.zips) <= 1:
        return [_one(folder, source, found, sequences)]
    parts = by_first_folder(found)
    if len(parts) > 1 or "" not in parts:
        below = [
            d
            for name in sorted(parts)
            if name
            for d in _open_folder(folder / name, str(folder / name))
        ]
        direct = parts.get("")
        return below + (_pair(folder, source, direct) if direct else [])
    return _pair(folder, source, found)


def _one(folder: Path, source: str, found: Found, sequences: list[Sequence]) -> Delivery:
    """Make one clip of at most one movie, one zip and one loose sequence; loose frames go before the zip's."""
    files = tuple(
        FileFacts(name=str(path), kind=kind_of(folder / path), size=_size(folder / path))
        for path in (*found.movies, *found.zips)
    )
    clip = Delivery(
        folder.resolve().name,
        source,
        folder,
        folder / found.movies[0] if found.movies else None,
        files=files,
    )
    if sequences:
        loose = _of_sequence("", source, sequences[0])
        return replace(clip, sequence=sequences[0], files=(*files, *loose.files))
    if found.zips:
        return replace(clip, archive=folder / found.zips[0])
    return clip


def _pair(folder: Path, source: str, found: Found) -> list[Delivery]:
    """Make clips of several media in one folder: a movie with the zip or sequence of its own name, others alone."""
    sequences = _sequences(folder, found.frames)
    named: defaultdict[str, tuple[list[Path], list[Path], list[Sequence]]] = defaultdict(
        lambda: ([], [], [])
    )
    for movie in found.movies:
        named[movie.stem][0].append(movie)
    for archive in found.zips:
        named[archive.stem][1].append(archive)
    for sequence in sequences:
        named[_stem(sequence)][2].append(sequence)
    clips = []
    for name, (movies, zips, loose) in sorted(named.items()):
        part = Found(tuple(movies[:1]), tuple(zips[:1]), ())
        clips.append(replace(_one(folder, source, part, loose[:1]), name=name))
        clips += [
            _open_file(folder / path, str(folder / path)) for path in (*movies[1:], *zips[1:])
        ]
    return clips


def _sequences(folder: Path, frames: Iterable[Path]) -> list[Sequence]:
    """Return the loose sequences below a folder; small groups beside a large one are its strays."""
    places: defaultdict[Path, list[str]] = defaultdict(list)
    for frame in frames:
        places[frame.parent].append(frame.name)
    found: list[Sequence] = []
    for place, names in sorted(places.items()):
        groups = group_names(names)
        large = [g for g in groups if len(g.frames) > STRAY_SHARE * len(groups[0].frames)]
        strays = [f.name for g in groups[len(large) :] for f in g.frames]
        store = Folder(folder / place)
        found += [gather(store, group, strays if group is groups[0] else ()) for group in large]
    return found


def _distinct(clips: list[Delivery]) -> tuple[Delivery, ...]:
    """Give every clip a name of its own."""
    seen: defaultdict[str, int] = defaultdict(int)
    named = []
    for clip in clips:
        seen[clip.name] += 1
        nth = seen[clip.name]
        named.append(clip if nth == 1 else replace(clip, name=f"{clip.name}-{nth}"))
    return tuple(named)


def named_apart(clip: Delivery, taken: dict[str, object]) -> Delivery:
    """Return a clip under its own name, with a number where another clip has that; `taken` keeps who has which."""
    who = clip.root.resolve(), clip.files
    names = (clip.name if n == 1 else f"{clip.name}-{n}" for n in count(1))
    name = next(name for name in names if taken.setdefault(name.casefold(), who) == who)
    return replace(clip, name=name)


def _stem(sequence: Sequence) -> str:
    return sequence.frames[0].name.rstrip("0123456789").partition(".")[0].rstrip("0123456789_-. ")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
