"""Numbered frames: which files are one sequence, how they are numbered, and where their bytes are.

The one door to fileseq, which reads the spellings people type. Which files of a
folder belong together is decided here: fileseq takes `shot-0001.exr` for frame -1, and splits one sequence in two where
its padding changes, which is a defect we want to see in one piece.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from fileseq.constants import PAD_STYLE_HASH1, PAD_STYLE_HASH4
from fileseq.exceptions import FileSeqException
from fileseq.filesequence import FileSequence

from answerprint.errors import SourceError, UsageError
from answerprint.media.exr.start import ExrSource
from answerprint.timing import FrameRange, spell_frames

LONGEST_SPELLING = 60
"""Characters of frame numbers in a label; a sequence full of gaps is named by its ends instead."""
WIDEST: Final = 1_000_000
"""Numbers a sequence may span, gaps included: eleven hours at 24 frames a second, and what an order may ask for."""

_RUN = re.compile(r"(?:(?<![A-Za-z0-9])-)?\d+")
_PATTERN = re.compile(r"%0?\d*d|#|@|\$F\d*|<UDIM>")


class FrameStore(Protocol):
    """Where the bytes of frames are: a folder, or a zip that stays packed."""

    @property
    def place(self) -> Path:
        """The folder or archive, as the user gave it."""

    def read(self, name: str) -> ExrSource:
        """Return what a reader needs for the frame called `name`. Raises FrameError or ArchiveError."""

    def size(self, name: str) -> int | None:
        """Return the bytes of the file called `name`, unpacked; None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of loose frames; names are relative to it, with forward slashes."""

    place: Path

    def read(self, name: str) -> ExrSource:
        """Return the path of the frame called `name`."""
        return self.place / name

    def size(self, name: str) -> int | None:
        """Return the bytes of the file called `name`; None where it is gone."""
        try:
            return (self.place / name).stat().st_size
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class FrameFile:
    """One file of a sequence."""

    number: int
    name: str
    width: int
    """Digits its number is written with, sign not counted."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A run of numbered frames in one store.

    `frames` are in order of number, one per number; what else claims a number
    stands in `doubles`. `expected` is the range somebody asked for by name.
    """

    store: FrameStore
    frames: tuple[FrameFile, ...]
    doubles: tuple[FrameFile, ...] = ()
    strays: tuple[str, ...] = ()
    expected: FrameRange | None = None
    label: str = ""

    @property
    def range(self) -> FrameRange:
        """First to last frame, gaps included; the range asked for where one was."""
        return self.expected or FrameRange(self.frames[0].number, self.frames[-1].number)

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers inside the range that no file has."""
        return self.range.missing(frame.number for frame in self.frames)

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True, slots=True)
class Group:
    """Files whose names differ in one number only."""

    frames: tuple[FrameFile, ...]
    doubles: tuple[FrameFile, ...]
    label: str
    """The common name in the field's spelling, for example `shot.1001-1120#.exr`."""


def group_names(names: Iterable[str]) -> tuple[Group, ...]:
    """Sort file names into sequences, largest first.

    The frame number is the last run of digits that varies among names alike but
    for their digits, so `0001_beauty.exr` is understood as well as `shot.0001.exr`.
    A minus sign belongs to the number only after a separator: `shot.-0001.exr`.
    """
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[_RUN.sub("0", name)].append(name)
    groups = [_group(part) for family in alike.values() for part in _split(family)]
    return tuple(sorted(groups, key=lambda g: (-len(g.frames), g.label)))


def find_sequence(pattern: str) -> Sequence:
    """Return the sequence on disk that `pattern` spells.

    Read are `shot.1001-1120#.exr` (one # is four digits), `shot.####.exr`,
    `shot.@@@@.exr`, `shot.%04d.exr` and `shot.$F4.exr`. A range in the pattern
    is what is expected to be there. Raises UsageError for a pattern that cannot
    be read and SourceError where nothing matches.
    """
    style = PAD_STYLE_HASH1 if "##" in pattern else PAD_STYLE_HASH4
    try:
        asked = FileSequence(pattern, pad_style=style)
    except FileSeqException as problem:
        raise UsageError(f"is no frame pattern ({problem})", where=pattern) from None
    expected = _expected(asked, pattern) if asked.frameSet() else None
    folder = Path(asked.dirname() or ".")
    start, end = asked.basename(), asked.extension()
    names = [p.name for p in _files(folder) if p.name.startswith(start) and p.name.endswith(end)]
    middle = re.compile(re.escape(start) + r"-?\d+" + re.escape(end))
    return _sequence_of(folder, [n for n in names if middle.fullmatch(n)], expected, pattern)


def _expected(asked: FileSequence, pattern: str) -> FrameRange:
    """Return the range of a pattern that has one. Raises UsageError where it is none of a clip."""
    first, last = int(asked.start()), int(asked.end())
    if abs(last - first) >= WIDEST:
        raise UsageError(f"asks for more than {WIDEST} frames", where=pattern)
    if len(asked) != last - first + 1:
        raise UsageError(
            "asks for frames that do not follow each other", where=pattern, hint="write 1001-1096"
        )
    return FrameRange(first, last)


def is_pattern(text: str) -> bool:
    """Tell whether `text` spells a sequence rather than one file."""
    return bool(_PATTERN.search(Path(text).name))


def gather(store: FrameStore, group: Group, strays: Iterable[str] = ()) -> Sequence:
    """Make a Sequence of a group of names in `store`. Raises SourceError for numbers too far apart to be one clip's."""
    first, last = group.frames[0], group.frames[-1]
    if last.number - first.number >= WIDEST:
        raise SourceError(
            f"{first.name} and {last.name} are numbered too far apart to be frames of one clip",
            where=str(store.place),
            hint="move away what does not belong to it",
        )
    return Sequence(store, group.frames, group.doubles, tuple(strays), label=group.label)


def _sequence_of(
    folder: Path, names: list[str], expected: FrameRange | None, pattern: str
) -> Sequence:
    groups = group_names(names)
    if not groups:
        raise SourceError(
            "no frame matches", where=pattern, hint="check the folder and the padding"
        )
    group = groups[0]
    if expected:
        within = range(expected.first, expected.last + 1)
        inside, doubles = (
            tuple(file for file in files if file.number in within)
            for files in (group.frames, group.doubles)
        )
        if not inside:
            raise SourceError(f"no frame of {expected} is there, only {group.label}", where=pattern)
        label = group_names(file.name for file in inside)[0].label
        return Sequence(Folder(folder), inside, doubles, expected=expected, label=label)
    return gather(Folder(folder), group)


def _files(folder: Path) -> list[Path]:
    try:
        return [p for p in folder.iterdir() if p.is_file()]
    except OSError as problem:
        raise SourceError(f"cannot be listed ({problem.strerror})", where=str(folder)) from None


def _split(family: list[str]) -> list[list[tuple[str, int]]]:
    """Split names alike but for digits where more than one number varies; pair each with its number's place."""
    runs = {name: [m.group() for m in _RUN.finditer(name)] for name in family}
    columns = list(zip(*runs.values(), strict=True))
    varying = [i for i, column in enumerate(columns) if len({int(v) for v in column}) > 1]
    place = varying[-1] if varying else len(columns) - 1
    parts: defaultdict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for name in family:
        rest = tuple(v for i, v in enumerate(runs[name]) if i != place)
        parts[rest].append((name, place))
    return list(parts.values())


def _group(part: list[tuple[str, int]]) -> Group:
    files = sorted((_frame_file(*pair) for pair in part), key=lambda f: (f.number, f.width, f.name))
    kept: dict[int, FrameFile] = {}
    doubles = [file for file in files if kept.setdefault(file.number, file) is not file]
    frames = tuple(kept.values())
    return Group(frames, tuple(doubles), _label(frames, part[0][1]))


def _frame_file(name: str, place: int) -> FrameFile:
    if place < 0:
        return FrameFile(0, name, 0)
    run = list(_RUN.finditer(name))[place].group()
    return FrameFile(int(run), name, len(run.removeprefix("-")))


def _label(frames: tuple[FrameFile, ...], place: int) -> str:
    """Name a sequence as the field does: `shot.1001-1120#.exr`, `frame_0-119@@@@@.exr`."""
    name, width = frames[0].name, frames[0].width
    if place < 0:
        return name
    run = list(_RUN.finditer(name))[place]
    numbers = spell_frames(frame.number for frame in frames)
    if len(numbers) > LONGEST_SPELLING:
        numbers = f"{frames[0].number}-{frames[-1].number}"
    return f"{name[: run.start()]}{numbers}{'#' if width == 4 else '@' * width}{name[run.end() :]}"
