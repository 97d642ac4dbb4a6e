"""Changing what an OpenEXR file says without touching its pixels.

The header is written anew, the offset tables are shifted by what it grew or
shrank, and every byte behind them is copied: nothing is decoded or compressed,
so lossy chunks lose nothing more.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from answerprint.errors import UsageError
from answerprint.media.exr.chunks import read_offsets
from answerprint.media.exr.layout import (
    Attribute,
    Header,
    Start,
    encode_start,
    parse_start,
    start_of,
)
from answerprint.media.exr.st2065 import FLAG, st2065_4_reasons
from answerprint.media.exr.values import STRUCTURAL, ExrValue, attribute

REQUIRED: Final = frozenset(
    {"displayWindow", "pixelAspectRatio", "screenWindowCenter", "screenWindowWidth"}
)
"""Attributes that every file has and that therefore can be set but not removed."""


def fixed(content: bytes, changes: Mapping[str, ExrValue | None]) -> tuple[bytes | memoryview, ...]:
    """Return the pieces of `content` with header attributes set, or removed where the change is None.

    They are start, offset tables, and a view of the rest, which is unchanged. Scan
    lines and tiles, flat and deep, one part or many; a change is made in every part,
    because parts of one file share their color and their time. Whether pixels decode
    is not looked at: what was damaged inside a chunk is as damaged in the copy.

    Raises FrameError where the content is no whole OpenEXR file, UsageError for
    changes that make none, or that claim an ACES container of a file that is not one.
    """
    added = tuple(attribute(name, value) for name, value in changes.items() if value is not None)
    removed = frozenset(changes) - {a.name for a in added}
    if kept := sorted(removed & (STRUCTURAL | REQUIRED)):
        raise UsageError("every OpenEXR file has it; it cannot be removed", where=kept[0])
    start = parse_start(content)
    changed = start_of(start.version, [_changed(h, added, removed) for h in start.headers])
    if FLAG in {a.name for a in added} and (reasons := st2065_4_reasons(changed)):
        raise UsageError(
            f"the file is no ST 2065-4 container: {reasons[0]}",
            where=FLAG,
            hint="write it anew as an uncompressed AP0 file",
        )
    return rewritten(content, start, changed)


def rewritten(content: bytes, start: Start, changed: Start) -> tuple[bytes | memoryview, ...]:
    """Return the pieces of `content` under another start. Raises FrameError as `read_offsets` does."""
    offsets = read_offsets(start, content)
    moved = (offsets.astype(np.int64) + (changed.size - start.size)).astype("<u8")
    rest = memoryview(content)[start.size + offsets.nbytes :]
    return encode_start(changed), moved.tobytes(), rest


def _changed(header: Header, added: tuple[Attribute, ...], removed: frozenset[str]) -> Header:
    """Return a header with attributes replaced where they stand, new ones behind, and some left out."""
    new = {a.name: a for a in added}
    kept = tuple(new.pop(a.name, a) for a in header if a.name not in removed)
    return kept + tuple(new.values())
