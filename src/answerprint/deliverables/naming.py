"""How deliverables are named: a template such as `{clip}_{preset}_v{version:03}`, and the version that comes next.

A name never says where it lies by accident: folders are only what the template
itself writes as folders, whatever a clip is called.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import Field

from answerprint.errors import StorageError, UsageError
from answerprint.ingest.names import check_distinct, portable_path, shorten
from answerprint.record import Record, closest

DEFAULT: Final = "{clip}_{preset}"
"""What deliverables are called when nothing else is asked."""

IDENTITY: Final = frozenset({"clip", "preset"})
"""Fields that say which deliverable it is; the others may differ between two versions of one."""

NAME_BYTES: Final = 215
"""Bytes a file name may have in UTF-8: file systems take 255, and what stands beside a file while it is made has more to say."""

_FIELD: Final = re.compile(r"\{(?P<name>[^{}:]*)(?::(?P<width>[^{}]*))?\}|(?P<brace>[{}])")
_WIDTH: Final = re.compile(r"0?[1-9]")


class NameFields(Record):
    """What a template may name; what is None cannot be asked of this deliverable."""

    clip: str
    """Name of the clip."""
    preset: str
    """Name of the preset."""
    suffix: str = Field(default="", pattern=r"^(\.[A-Za-z0-9]+)*$")
    """File name extension with its dot; none for a folder of frames. Also the field `ext`, without the dot."""
    version: int = Field(default=1, ge=0)
    width: int | None = None
    height: int | None = None
    fps: Fraction | None = None
    date: dt.date | None = None
    first: int | None = None
    """First frame number."""
    last: int | None = None
    """Last frame number."""
    view: str | None = None
    """View that the pictures are shown through."""

    def value(self, field: str) -> str | int | None:
        """Return the value of a field as names have it: 24000/1001 is `23.976`, a date is `20250131`."""
        if field == "ext":
            return self.suffix.removeprefix(".")
        if field == "fps":
            return None if self.fps is None else f"{float(self.fps):.3f}".rstrip("0").rstrip(".")
        if field == "date":
            return None if self.date is None else f"{self.date:%Y%m%d}"
        value: str | int | None = getattr(self, field)
        return value


FIELDS: Final = tuple(sorted(set(NameFields.model_fields) - {"suffix"} | {"ext"}))
"""What a template may name."""

_NUMBERS: Final = frozenset({"version", "width", "height", "first", "last"})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template: words as they are, or a field, a number with at least `width` digits."""

    words: str = ""
    field: str = ""
    width: int = 0

    def written(self, fields: NameFields) -> str:
        """Return what stands in the name. Raises UsageError where the field has no value, or one no name takes."""
        if not self.field:
            return self.words
        value = fields.value(self.field)
        if value is None or value == "":
            raise UsageError(f"{{{self.field}}} is not known of this deliverable", where="name")
        if isinstance(value, int):
            return f"{value:0{self.width}}"
        if value in (".", "..") or re.search(r"[/\\]", value):
            raise UsageError(f"{self.field} {value!r} would name a folder", where="name")
        return value

    def pattern(self, fields: NameFields) -> str:
        """Return the regular expression of what may stand here in other versions of the same deliverable."""
        if not self.field or self.field in IDENTITY:
            return re.escape(self.written(fields))
        if self.field == "version":
            return "([0-9]+)"
        return "[0-9]+" if self.field in _NUMBERS else r"[^/]+"


@dataclass(frozen=True, slots=True)
class Template:
    """A naming template, read."""

    parts: tuple[Part, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Fields it names."""
        return frozenset(part.field for part in self.parts if part.field)

    def steps(self) -> tuple[tuple[Part, ...], ...]:
        """Return its parts by folder, the file last."""
        steps: list[list[Part]] = [[]]
        for part in self.parts:
            head, *rest = part.words.split("/")
            steps[-1].append(Part(head, part.field, part.width))
            steps += [[Part(words)] for words in rest]
        return tuple(tuple(step) for step in steps)


def parse_template(text: str) -> Template:
    """Read a template: fields in braces, numbers with digits as in `{version:03}`, slashes for folders.

    Numbers are filled with zeros. Raises UsageError for an unknown field, naming
    the closest, and for a stray brace or a backslash.
    """
    if "\\" in text:
        raise UsageError(
            f"{text!r} has a backslash", where="name", hint="folders are parted by slashes"
        )
    parts: list[Part] = []
    end = 0
    for match in _FIELD.finditer(text):
        parts += [Part(text[end : match.start()]), _field(match, text)]
        end = match.end()
    parts.append(Part(text[end:]))
    return Template(tuple(part for part in parts if part != Part()))


def file_name(template: Template, fields: NameFields) -> PurePosixPath:
    """Return the name of a deliverable below its folder, its suffix added unless the template ends in `{ext}`.

    Every part is one that Linux, macOS and Windows take, none is hidden, and none
    climbs. Raises UsageError where that cannot be.
    """
    words = "".join(part.written(fields) for part in template.parts)
    named = words if _ends_in_ext(template) else words + fields.suffix
    if not named.endswith(fields.suffix):
        raise UsageError(
            f"{named!r} has no dot before its extension", where="name", hint="write .{ext}"
        )
    try:
        path = PurePosixPath(portable_path(named))
    except ValueError as problem:
        raise UsageError(
            f"no deliverable can be called {shorten(named)}: {problem}",
            where="name",
            hint="--name calls it otherwise",
        ) from None
    if any(part.startswith(".") for part in path.parts):
        raise UsageError(
            f"no deliverable can be called {named!r}: a name with a dot in front is hidden",
            where="name",
        )
    if len(path.name.encode()) > NAME_BYTES:
        raise UsageError(
            f"no deliverable can be called {shorten(named)}: it is longer than {NAME_BYTES} bytes",
            where="name",
            hint="--name calls it otherwise",
        )
    return path


def file_names(template: Template, each: Sequence[NameFields]) -> tuple[PurePosixPath, ...]:
    """Name several deliverables of one run. Raises UsageError where two would be one file."""
    names = tuple(file_name(template, fields) for fields in each)
    try:
        check_distinct(map(str, names))
    except ValueError as problem:
        raise UsageError(
            f"{problem}",
            where="name",
            hint="add {preset} to the name, or what else tells them apart",
        ) from None
    return names


def next_version(folder: Path, template: Template, each: Iterable[NameFields]) -> int:
    """Return one above the highest version that any of `each` has below `folder`; 1 where there is none.

    One number for all deliverables of a run, so that a version means one thing.
    Names count whatever their size, rate, date or padding, and in any case of
    letters. Two runs at one time may get the same number: hold the clip's ledger.
    Raises StorageError where a folder cannot be read, UsageError for a template
    without `{version}`.
    """
    if "version" not in template.fields:
        raise UsageError("the name has no {version} to count", where="name")
    steps = template.steps()
    if not _ends_in_ext(template):
        steps = (*steps[:-1], (*steps[-1], Part(field="suffix")))
    found = [0]
    for fields in each:
        patterns = [
            re.compile("".join(_step_pattern(part, fields) for part in step), re.IGNORECASE)
            for step in steps
        ]
        found += _versions(folder, patterns)
    return max(found) + 1


def _step_pattern(part: Part, fields: NameFields) -> str:
    return re.escape(fields.suffix) if part.field == "suffix" else part.pattern(fields)


def _versions(folder: Path, patterns: Sequence[re.Pattern[str]], above: int = 0) -> Iterator[int]:
    """Yield the version of every file or folder that matches `patterns`, one a step: the highest on its way."""
    for entry in _listed(folder):
        match = patterns[0].fullmatch(entry.name)
        if not match:
            continue
        highest = max([above, *map(int, match.groups())])
        if len(patterns) == 1:
            yield highest
        elif entry.is_dir():
            yield from _versions(entry, patterns[1:], highest)


def _listed(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as problem:
        raise StorageError(f"cannot be read ({problem.strerror})", where=str(folder)) from None


def _ends_in_ext(template: Template) -> bool:
    return bool(template.parts) and template.parts[-1].field == "ext"


def _field(match: re.Match[str], text: str) -> Part:
    if match["brace"]:
        raise UsageError(f"{text!r} has a brace too many", where="name")
    name, width = match["name"], match["width"]
    if name not in FIELDS:
        raise UsageError(f"no name has a field {name!r}, {closest(name, FIELDS)}", where="name")
    if width is not None and (name not in _NUMBERS or not _WIDTH.fullmatch(width)):
        raise UsageError(
            f"{match[0]} is no field",
            where="name",
            hint="only numbers have digits, as in {version:03}",
        )
    return Part(field=name, width=int(width or 0))
