"""Which kinds of files there are, told by their extensions or their first bytes."""

from pathlib import Path
from typing import Final

from answerprint.media.exr.start import MAGIC

MOVIES: Final = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".mxf",
        ".ts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".flv",
        ".gif",
        ".webp",
        ".avif",
        ".y4m",
        ".ivf",
        ".nut",
    ]
)
"""Extensions of movies; a file of another name is known by its first bytes."""
PREVIEWS: Final = frozenset({".gif", ".webp", ".avif"})
"""Movies that services also hand out as previews."""
PAPERS: Final = frozenset(
    [
        ".json",
        ".txt",
        ".md",
        ".xml",
        ".mhl",
        ".csv",
        ".pdf",
        ".toml",
        ".yaml",
        ".yml",
        ".html",
        ".log",
    ]
)
"""Extensions of papers that lie beside pictures by right."""
SOUNDS: Final = frozenset(
    [".wav", ".aif", ".aiff", ".mp3", ".aac", ".m4a", ".flac", ".ogg", ".opus", ".caf", ".w64"]
)
STILLS: Final = frozenset([".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx", ".hdr", ".bmp"])


def kind_of(path: Path) -> str:
    """Tell what a file is: by its extension where that is known, else by its first bytes."""
    return kind_of_name(path) or kind_by_bytes(path)


def kind_of_name(path: Path) -> str | None:
    """Tell what a file is by its extension alone; None where that says nothing."""
    suffix = path.suffix.lower()
    for kind, suffixes in (
        ("movie", MOVIES),
        ("paper", PAPERS),
        ("sound", SOUNDS),
        ("picture", STILLS),
        ("exr", {".exr"}),
        ("archive", {".zip"}),
    ):
        if suffix in suffixes:
            return kind
    return None


def kind_by_bytes(path: Path) -> str:
    """Tell what a file is by its first bytes alone; "other" where they say nothing or cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return "other"
    if start[:4] == MAGIC:
        return "exr"
    if start[:4] == b"PK\x03\x04":
        return "archive"
    return "movie" if start[4:8] == b"ftyp" or start[:4] == b"\x1a\x45\xdf\xa3" else "other"
