"""What can go wrong, as one tree.

A fault in the picture is a finding in a report; it never raises. An exception
means the work itself could not be done, and its branch is the exit code.

    AnswerprintError
    ├── UsageError            2  what was asked for makes no sense; nothing was tried
    │   ├── OrderError           an order has an unknown key, an impossible value or a contradiction
    │   ├── PresetError          no preset of that name, or the preset itself is wrong
    │   └── LimitsError          a limits file has an unknown key or an impossible value
    └── WorkError             3  the work could not be done
        ├── SourceError          the input as a whole is missing or cannot be read
        │   ├── ArchiveError     a zip is refused: hostile, damaged, or without frames
        │   └── FrameError       one frame cannot be read; a pass over a clip turns it into a finding
        ├── EncodeError          ffmpeg failed, or its result did not prove good
        ├── ToolError            a program or library the work needs is not there
        └── StorageError         the disk refused: full, read-only, in use

Exit codes 0 (clean), 1 (findings), 4 (a bug in the tool) and 130 (interrupted)
belong to the command line.
"""

from typing import ClassVar


class AnswerprintError(Exception):
    """Base of everything this package raises on purpose.

    `message` says what is wrong, `where` names the file, key or frame it is
    wrong with, and `hint` says what to do next. `str()` joins them in one line.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, where, hint)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.hint}" if self.hint else ""
        return one_line(f"{place}{self.message}{advice}")


class UsageError(AnswerprintError):
    """What was asked for makes no sense; nothing was tried."""

    exit_code = 2


class OrderError(UsageError):
    """An order has an unknown key, an impossible value or a contradiction."""


class PresetError(UsageError):
    """No preset of that name exists, or the preset itself is wrong."""


class LimitsError(UsageError):
    """A limits file has an unknown key or an impossible value."""


class WorkError(AnswerprintError):
    """The work could not be done."""


class SourceError(WorkError):
    """The input as a whole is missing or cannot be read."""


class ArchiveError(SourceError):
    """A zip is refused: hostile, damaged, or without frames."""


class FrameError(SourceError):
    """One frame cannot be read; a pass over a clip turns it into a finding about that frame."""


class EncodeError(WorkError):
    """Ffmpeg failed, or what it made did not prove good.

    `command` is the argument list that ran and `said` what ffmpeg said (at most a
    few kilobytes); both are empty when no process was involved.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        command: tuple[str, ...] = (),
        said: str = "",
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.command = command
        self.said = said


class ToolError(WorkError):
    """A program or library the work needs is not there."""


class StorageError(WorkError):
    """The disk refused: full, read-only, or in use by another run."""


def one_line(text: str) -> str:
    r"""Return `text` with every control character made visible, so that it prints as one line.

    File names inside archives are an attacker's choice and may carry newlines
    and terminal escapes.

    >>> one_line("a\nb\x1b[31m")
    'a\\nb\\x1b[31m'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
