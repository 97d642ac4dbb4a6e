"""Gaps, doubles, padding, strays, and files that are empty or too small."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.ingest.delivery import open_one
from answerprint.measure.sweep import measure_sequence
from tests import made
from tests.checks.subjects import breaches, movie, sequence


def test_ordered_frames_are_there() -> None:
    order = {"exr": True, "hdr": True}
    assert breaches("sequence.absent", sequence(), order=order) == []
    assert len(breaches("sequence.absent", movie(), order=order)) == 1


def test_a_gap_is_named() -> None:
    assert breaches("sequence.gap", sequence()) == []
    (found,) = breaches("sequence.gap", sequence(missing=(1004, 1005, 1090)))
    assert found.frames == (1004, 1005, 1090)
    assert "1004-1005,1090" in found.message


def test_a_double_is_named() -> None:
    assert breaches("sequence.double", sequence()) == []
    (found,) = breaches("sequence.double", sequence(doubles={"shot.1003.exr": 1003}))
    assert (found.frames, found.asset) == ((1003,), "shot.1003.exr")


def test_padding_that_changes_is_named() -> None:
    assert breaches("sequence.padding", sequence()) == []
    (found,) = breaches("sequence.padding", sequence(misspelled=(1010,)))
    assert (found.frames, found.limit) == ((1010,), 4)


@pytest.mark.parametrize(
    ("numbers", "changes", "odd"),
    [
        ((f"{n:05}" for n in range(12)), {"00009": "9", "00011": "11"}, (9, 11)),
        ((f"{n:04}" for n in range(9994, 10000)), {"9999": "09999"}, (9999,)),
        ((f"{n:02}" for n in range(94, 103)), {}, ()),
        ((f"{n:02}" for n in range(5, 103)), {"07": "7"}, (7,)),
        ((str(n) for n in range(1, 16)), {}, ()),
        ((str(n) for n in range(1, 16)), {"12": "0012"}, (12,)),
    ],
)
def test_numbers_without_padding_are_told_where_others_are_padded(
    tmp_path: Path, numbers: Iterable[str], changes: dict[str, str], odd: tuple[int, ...]
) -> None:
    content = made.exr(np.full((32, 32, 3), 0.5, np.float32))
    for number in numbers:
        (tmp_path / f"shot.{changes.get(number, number)}.exr").write_bytes(content)
    with open_one(str(tmp_path)).opened() as delivery:
        assert delivery.sequence is not None
        measured = measure_sequence(delivery.sequence, threads=1)
    assert measured.misspelled == odd
    assert [b.frames for b in breaches("sequence.padding", measured)] == ([odd] if odd else [])


def test_strays_are_named() -> None:
    assert breaches("sequence.stray-file", sequence()) == []
    assert [
        b.asset for b in breaches("sequence.stray-file", sequence(strays=("x.exr", "y.png")))
    ] == ["x.exr", "y.png"]


def test_an_empty_file_is_named() -> None:
    sizes = {n: {"bytes": 700_000} for n in range(1001, 1121)}
    assert breaches("sequence.empty-file", sequence(change=sizes)) == []
    (found,) = breaches("sequence.empty-file", sequence(change=sizes | {1050: {"bytes": 0}}))
    assert (found.frames, found.asset) == ((1050,), "shot.1050.exr")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bytes": 90_000}, "look at whether its picture is whole"),
        ({"bytes": 90_000, "luma_peak": 0.0}, "its picture is black"),
        ({"bytes": 90_000, "error": "is cut off"}, "probably not written to its end"),
    ],
)
@pytest.mark.parametrize("number", [1001, 1060, 1120])
def test_a_file_much_smaller_than_those_around_it(
    number: int, changes: dict[str, Any], said: str
) -> None:
    sizes: dict[int, dict[str, Any]] = {n: {"bytes": 700_000} for n in range(1001, 1121)}
    sizes[number] = changes
    (found,) = breaches("sequence.small-file", sequence(change=sizes))
    assert found.frames == (number,)
    assert said in found.message


def test_files_that_grow_smaller_together_are_no_finding() -> None:
    fading = {n: {"bytes": int(700_000 * 0.9 ** (n - 1001)) + 5000} for n in range(1001, 1121)}
    assert breaches("sequence.small-file", sequence(change=fading)) == []
    halved = {n: {"bytes": 700_000 if n < 1060 else 200_000} for n in range(1001, 1121)}
    assert breaches("sequence.small-file", sequence(change=halved)) == []


@pytest.mark.parametrize("packed", [False, True])
def test_files_are_weighed_where_they_lie(tmp_path: Path, packed: bool) -> None:
    files = [made.exr(np.full((8, 8 + n, 3), 0.5, np.float32)) for n in range(7)]
    files[3] = b""
    place = made.zipped(tmp_path / "a.zip", files) if packed else made.folder(tmp_path / "a", files)
    with open_one(str(place)).opened() as delivery:
        assert delivery.sequence is not None
        measured = measure_sequence(delivery.sequence, threads=1)
    assert [f.bytes for f in measured.frames] == [len(f) for f in files]
    (found,) = breaches("sequence.empty-file", measured)
    assert found.frames == (measured.first + 3,)
    assert breaches("sequence.small-file", measured) == []
