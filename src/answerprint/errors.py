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
        ├── MendError            a seam needs no mending, or nothing mends it
        ├── ToolError            a program or library the work needs is not there
        ├── StorageError         the disk refused: full, read-only, in use
        └── ServiceError         a service said no, or nothing
            ├── AuthenticationError  the key is missing, wrong or not allowed to do this
            ├── CreditError          the account has no money left
            ├── ModerationError      prompt, input or result was refused for what it shows
            ├── InvalidOrderError    the service does not take the order as it is
            ├── RateLimitError       too many requests or jobs at once
            ├── ServiceDownError     no answer, or an answer that is the service's own fault
            ├── UnansweredError      a submit left and its answer never came: the job may run and cost
            ├── JobFailedError       the job ended without a result
            └── ResultExpiredError   the result is gone from the service

Exit codes 0 (clean), 1 (findings), 4 (a bug in the tool), 130 (interrupted) and
143 (terminated) belong to the command line.
"""

import errno
from typing import Any, ClassVar, Final

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


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

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be pickled whole: workers of a process pool hand their errors over so."""
        return _restored, (type(self), self.args, vars(self))


def _restored(
    kind: type[AnswerprintError], args: tuple[Any, ...], attributes: dict[str, Any]
) -> AnswerprintError:
    problem = kind.__new__(kind, *args)
    vars(problem).update(attributes)
    return problem


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


class MendError(WorkError):
    """A seam needs no mending, nothing mends it, or what was written proved no better."""


class ToolError(WorkError):
    """A program or library the work needs is not there."""


class StorageError(WorkError):
    """The disk refused: full, read-only, or in use by another run."""


class ServiceError(WorkError):
    """A service said no, or nothing.

    `provider` names it; `status` is the HTTP status where there was one,
    `request_id` what its support asks for, and `words` what it said itself.
    None of them ever holds a key or a signed query.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        where: str | None = None,
        hint: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        words: str = "",
    ) -> None:
        said = f' ("{words}")' if words and words not in message else ""
        traced = f" [request {request_id}]" if request_id else ""
        super().__init__(f"{message}{said}{traced}", where=where or provider, hint=hint)
        self.provider = provider
        self.status = status
        self.request_id = request_id
        self.words = words


class AuthenticationError(ServiceError):
    """The key is missing, wrong or not allowed to do this."""


class CreditError(ServiceError):
    """The account has no money left."""


class ModerationError(ServiceError):
    """Prompt, input or result was refused for what it shows; the same order will be refused again."""


class InvalidOrderError(ServiceError):
    """The service does not take the order as it is."""


class RateLimitError(ServiceError):
    """Too many requests or jobs at once, for longer than was worth waiting."""


class ServiceDownError(ServiceError):
    """No answer, or an answer that is the service's own fault."""


class UnansweredError(ServiceError):
    """A submit left and its answer never came: the job may run and cost."""


class JobFailedError(ServiceError):
    """The job ended without a result."""


class ResultExpiredError(ServiceError):
    """The result is gone from the service."""


def storage_error(problem: OSError) -> StorageError:
    """Return what the system's refusal is in this tree.

    >>> str(storage_error(OSError(errno.ENOSPC, "No space left on device", "out/a.mov")))
    'out/a.mov: No space left on device; free some of the disk'
    """
    hint = "free some of the disk" if problem.errno in _FULL else None
    where = str(problem.filename) if problem.filename else None
    return StorageError(problem.strerror or str(problem), where=where, hint=hint)


def one_line(text: str) -> str:
    r"""Return `text` with every control character made visible, so that it prints as one line.

    File names inside archives are an attacker's choice and may carry newlines
    and terminal escapes.

    >>> one_line("a\nb\x1b[31m")
    'a\\nb\\x1b[31m'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
