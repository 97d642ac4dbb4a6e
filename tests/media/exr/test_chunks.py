"""Offset tables: every chunk is where they say, or the file is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest

from answerprint.errors import FrameError
from answerprint.media.exr.chunks import read_offsets
from answerprint.media.exr.layout import parse_start
from tests.media.exrkinds import every, ripmaps_without_pixels, scanlines


def _offsets(content: bytes) -> list[int]:
    return [int(n) for n in read_offsets(parse_start(content), content)]


def test_tables_end_where_the_first_chunk_begins(tmp_path: Path) -> None:
    for kind, content in every(tmp_path).items():
        start = parse_start(content)
        offsets = read_offsets(start, content)
        assert int(offsets.min()) == start.size + 8 * len(offsets), kind


@pytest.mark.parametrize(
    ("compression", "count"), [("none", 37), ("zips", 37), ("zip", 3), ("piz", 2), ("dwab", 1)]
)
def test_chunks_of_scan_lines(compression: str, count: int) -> None:
    assert len(_offsets(scanlines(compression))) == count


def test_levels_in_x_and_y_are_counted_and_missing_ones_told() -> None:
    content = ripmaps_without_pixels()
    start = parse_start(content)
    with pytest.raises(FrameError, match=r"incomplete: (\d+) of (\d+)") as told:
        read_offsets(start, content)
    missing, total = (int(n) for n in told.value.message.split() if n.isdigit())
    (first,) = struct.unpack_from("<Q", content, start.size)
    assert first == start.size + 8 * total
    assert total - missing == 4 * 3


@pytest.mark.parametrize("cut", [1, 100, 3000])
def test_a_file_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(FrameError, match="cut off"):
        _offsets(scanlines("zip")[:-cut])


def test_a_table_that_is_cut_off_is_refused() -> None:
    content = scanlines("none")
    with pytest.raises(FrameError, match="table of 37 chunks"):
        _offsets(content[: parse_start(content).size + 80])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: np.where(table == table[1], 0, table), "1 of 37 chunks were never written"),
        (lambda table: table[::-1], "is another"),
        (lambda table: table + 4, "is another|outside"),
        (lambda table: table - 400, "outside the file"),
        (lambda table: table + (1 << 62), "outside the file"),
    ],
)
def test_a_wrong_table_is_refused(change: object, said: str) -> None:
    content = scanlines("none")
    size = parse_start(content).size
    table = np.frombuffer(content, "<u8", 37, size)
    assert callable(change)
    wrong = change(table).astype("<u8").tobytes()
    with pytest.raises(FrameError, match=said):
        _offsets(content[:size] + wrong + content[size + len(wrong) :])


@pytest.mark.parametrize("size", [-1, 1 << 30])
def test_a_chunk_of_impossible_size_is_refused(size: int) -> None:
    content = bytearray(scanlines("none"))
    struct.pack_into("<i", content, _offsets(bytes(content))[3] + 4, size)
    with pytest.raises(FrameError, match="ends outside the file"):
        _offsets(bytes(content))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"compression\0\1\0\0\0\0", b"compression\0\1\0\0\0\x63", "what its chunks are"),
        (struct.pack("<4i", 0, 0, 49, 36), struct.pack("<4i", 0, 0, -9, 36), "window is empty"),
        (struct.pack("<4i", 0, 0, 49, 36), struct.pack("<4i", 0, 0, 49, 1 << 30), "cut off"),
    ],
)
def test_headers_that_name_no_chunks_are_refused(old: bytes, new: bytes, said: str) -> None:
    content = scanlines("none")
    assert old in content
    with pytest.raises(FrameError, match=said):
        _offsets(content.replace(old, new))
