"""Editing MP4 files by their boxes, in as few lines as the defects need."""

import struct
from collections.abc import Iterator
from pathlib import Path


def boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of every box, where it begins, and where it ends."""
    while start + 8 <= end:
        size = int.from_bytes(content[start : start + 4], "big")
        yield content[start + 4 : start + 8], start, start + size
        start += size


def chain(content: bytes, path: str) -> list[tuple[int, int]]:
    """Where the boxes of a path begin and end, the outermost first: `moov/trak/mdia/mdhd`."""
    found: list[tuple[int, int]] = []
    start, end = 0, len(content)
    for name in path.split("/"):
        at, stop = next(
            (s, e) for kind, s, e in boxes(content, start, end) if kind == name.encode()
        )
        found.append((at, stop))
        start, end = at + 8 + _BEFORE_CHILDREN.get(name, 0), stop
    return found


def body(content: bytes, path: str) -> int:
    """Where what a box holds begins."""
    return chain(content, path)[-1][0] + 8


def poke(content: bytes, at: int, *numbers: int, form: str = ">I") -> bytes:
    new = b"".join(struct.pack(form, number) for number in numbers)
    return content[:at] + new + content[at + len(new) :]


def peek(content: bytes, at: int, form: str = ">I") -> int:
    number: int = struct.unpack_from(form, content, at)[0]
    return number


def replaced(content: bytes, path: str, new: bytes) -> bytes:
    """Give a box other content; everything behind it moves, so that pictures have to lie before it."""
    found = chain(content, path)
    start, end = found[-1]
    grown = len(new) + 8 - (end - start)
    made = content[: start + 8] + new + content[end:]
    for at, _ in found:
        made = poke(made, at, peek(made, at) + grown)
    return made


def edited(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


_BEFORE_CHILDREN = {"stsd": 8, "avc1": 78, "hvc1": 78}
