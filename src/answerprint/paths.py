"""What bears a name on disk, told in words where it is not a file that can be read."""

import os
import stat
from pathlib import Path
from typing import Final

MISSING: Final = "no such file"
"""Said of a name that nothing bears."""
FOLDER: Final = "is not a file but a folder"
"""Said of a folder's name."""

AS_IT_IS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""Flags that open what bears a name itself, and its bytes as they are: where links, or texts, are something else."""


def unreadable(path: Path, *, pipe: bool = False) -> str | None:
    """Return why `path` is no file to read, None where it is one; `pipe` takes what can be read once, too.

    Asked before opening: opening a pipe waits for its writer, and a device may have no end.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "is a link that leads nowhere" if path.is_symlink() else MISSING
    except OSError as problem:
        return f"cannot be read ({problem.strerror})"
    except ValueError:
        return MISSING  # a NUL is in no file's name
    if stat.S_ISDIR(mode):
        return FOLDER
    if stat.S_ISREG(mode) or (pipe and stat.S_ISFIFO(mode)):
        return None
    return "is not a file but a pipe, a socket or a device"
