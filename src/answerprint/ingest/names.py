"""Which names a delivery may carry: those that mean one file on every file system.

A frame unpacked on Linux is opened again on macOS and Windows, so a name must
be writable, and one of a kind, on all three.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

PART_BYTES = 255
"""Longest file or folder name, in UTF-8: NAME_MAX of ext4 and XFS; NTFS and APFS take no less."""
PATH_BYTES = 1024
"""Longest path below the folder it is unpacked in: PATH_MAX of macOS, the shortest of the three."""
PATH_PARTS = 32
"""Deepest nesting, itself included. No delivery nests so deep; it bounds the time names take to compare."""

_RESERVED_CHARACTERS = frozenset('<>:"|?*')
_RESERVED_STEMS = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
"""Device names of Windows, whatever follows the dot (learn.microsoft.com, "Naming Files, Paths, and Namespaces")."""
_CONTROLS = frozenset(["Cc", "Cs", "Zl", "Zp"])
_DIRECTION_CHANGES = frozenset(["LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"])
_DRIVE = re.compile(r"[A-Za-z]:")
_JUNK = frozenset([".ds_store", "thumbs.db", "desktop.ini"])


def portable_path(name: str) -> str:
    r"""Return `name` as a clean relative path with forward slashes.

    A backslash separates, as the zips of Windows mean it, and one leading `./`
    is dropped. Raises ValueError, saying what is wrong, for a name that leaves
    the folder it is put in, or that Linux, macOS or Windows does not take.

    >>> portable_path(".\\frames\\0001.exr")
    'frames/0001.exr'
    """
    path = name.replace("\\", "/").removeprefix("./")
    if path.startswith("/"):
        raise ValueError("its name is an absolute path")
    if _DRIVE.match(path):
        raise ValueError("its name has a drive letter")
    parts = path.split("/")
    if ".." in parts:
        raise ValueError("its name climbs out of its folder with '..'")
    if len(path.encode("utf-8", "replace")) > PATH_BYTES or len(parts) > PATH_PARTS:
        raise ValueError(f"its name is longer than {PATH_BYTES} bytes or {PATH_PARTS} folders")
    if any(_is_control(character) for character in set(path)):
        raise ValueError("its name has a control character")
    for part in parts:
        _check_part(part)
    return path


def check_distinct(files: Iterable[str], folders: Iterable[str] = ()) -> None:
    """Raise ValueError where two paths are one to some file system.

    Compared without case and Unicode normalization, as APFS and NTFS compare
    (canonical caseless matching, definition D145 of the Unicode Standard). A
    file and a folder of one name collide too; two folders do not.
    """
    taken: dict[str, str] = {}
    for path in files:
        key = _caseless(path)
        if key in taken:
            raise ValueError(f"{shorten(taken[key])} and {shorten(path)} are the same name")
        taken[key] = path
    for key in (*taken, *(f"{_caseless(folder)}/" for folder in folders)):
        for folder in folders_of(key):
            if folder in taken:
                raise ValueError(f"{shorten(taken[folder])} is both a file and a folder")


def is_junk(path: str) -> bool:
    """Tell whether `path` is what a desktop leaves in a zip: thumbnails, view settings, resource forks.

    >>> is_junk("__MACOSX/frames/._0001.exr"), is_junk("frames/Thumbs.db"), is_junk("a.exr")
    (True, True, False)
    """
    parts = path.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith("._") or parts[-1].lower() in _JUNK


def shorten(name: str, width: int = 60) -> str:
    """Return `name` quoted for a message, its middle left out where it is longer than `width`.

    >>> shorten("a" * 100, width=11)
    "'aaaaa…aaaaa'"
    """
    half = (width - 1) // 2
    return repr(name if len(name) <= width else f"{name[:half]}…{name[-half:]}")


def _check_part(part: str) -> None:
    if part in ("", "."):
        raise ValueError("its name has an empty step")
    if bad := _RESERVED_CHARACTERS.intersection(part):
        raise ValueError(f"its name has {min(bad)!r}, which Windows does not take")
    if part[-1] in ". ":
        raise ValueError("its name ends in a dot or a space, which Windows drops")
    if part.partition(".")[0].rstrip(" ").lower() in _RESERVED_STEMS:
        raise ValueError("its name is a device on Windows")
    if len(part.encode()) > PART_BYTES:
        raise ValueError(f"its name has a part longer than {PART_BYTES} bytes")


def _is_control(character: str) -> bool:
    """Tell whether a character is invisible by design: a control, half a surrogate pair, a change of direction."""
    return (
        unicodedata.category(character) in _CONTROLS
        or unicodedata.bidirectional(character) in _DIRECTION_CHANGES
    )


def _caseless(path: str) -> str:
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def folders_of(path: str) -> Iterable[str]:
    """Return every folder above `path`, outermost first; a path that ends in a slash is one itself."""
    return accumulate(path.split("/")[:-1], "{}/{}".format)
