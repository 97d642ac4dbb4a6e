"""Which files are one sequence, and the spellings people type."""

from pathlib import Path

import pytest

from answerprint.errors import SourceError, UsageError
from answerprint.media.sequence import Folder, find_sequence, gather, group_names, is_pattern
from answerprint.timing import FrameRange


@pytest.mark.parametrize(
    ("names", "label", "numbers"),
    [
        (["shot.1001.exr", "shot.1002.exr"], "shot.1001-1002#.exr", [1001, 1002]),
        (["frame_00000.exr", "frame_00001.exr"], "frame_0-1@@@@@.exr", [0, 1]),
        (["shot-0001.exr", "shot-0002.exr"], "shot-1-2#.exr", [1, 2]),
        (["s.-0001.exr", "s.0000.exr", "s.0001.exr"], "s.-1-1#.exr", [-1, 0, 1]),
        (["0001_beauty.exr", "0002_beauty.exr"], "1-2#_beauty.exr", [1, 2]),
        (["v2_0001.exr", "v2_0002.exr"], "v2_1-2#.exr", [1, 2]),
        (["a/f1.exr", "a/f2.exr", "a/f10.exr"], "a/f1-2,10@.exr", [1, 2, 10]),
        (["poster.exr"], "poster.exr", [0]),
    ],
)
def test_names_become_a_sequence(names: list[str], label: str, numbers: list[int]) -> None:
    groups = group_names(reversed(names))
    assert len(groups) == 1
    assert groups[0].label == label
    assert [frame.number for frame in groups[0].frames] == numbers


def test_two_names_for_one_number_are_a_double() -> None:
    group = group_names(["a.1.exr", "a.0001.exr", "a.0002.exr"])[0]
    assert [frame.name for frame in group.frames] == ["a.1.exr", "a.0002.exr"]
    assert [double.name for double in group.doubles] == ["a.0001.exr"]


def test_the_largest_sequence_comes_first() -> None:
    groups = group_names(
        ["z.0001.exr", *(f"a.{n:04}.exr" for n in range(9)), "b.0001.exr", "b.0002.exr"]
    )
    assert [len(group.frames) for group in groups] == [9, 2, 1]


def test_a_label_full_of_gaps_is_named_by_its_ends() -> None:
    assert group_names([f"a.{n:04}.exr" for n in range(0, 200, 2)])[0].label == "a.0-198#.exr"


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    for number in (*range(1001, 1006), 1008):
        (tmp_path / f"shot.{number}.exr").touch()
    (tmp_path / "shot.1001.png").touch()
    (tmp_path / "other.1001.exr").touch()
    return tmp_path


@pytest.mark.parametrize(
    "pattern", ["shot.####.exr", "shot.@@@@.exr", "shot.#.exr", "shot.%04d.exr", "shot.$F4.exr"]
)
def test_patterns_in_the_field_s_spellings(shot: Path, pattern: str) -> None:
    assert is_pattern(pattern)
    sequence = find_sequence(str(shot / pattern))
    assert [frame.number for frame in sequence.frames] == [1001, 1002, 1003, 1004, 1005, 1008]
    assert sequence.missing == (1006, 1007)


def test_a_range_in_the_pattern_is_what_has_to_be_there(shot: Path) -> None:
    sequence = find_sequence(str(shot / "shot.1003-1010#.exr"))
    assert sequence.range == FrameRange(1003, 1010)
    assert sequence.missing == (1006, 1007, 1009, 1010)


def test_what_lies_outside_the_range_in_a_pattern_is_not_spoken_of(shot: Path) -> None:
    (shot / "shot.01008.exr").touch()
    sequence = find_sequence(str(shot / "shot.1002-1004#.exr"))
    assert (sequence.label, sequence.doubles) == ("shot.1002-1004#.exr", ())


@pytest.mark.parametrize(
    ("pattern", "error", "said"),
    [
        ("none.####.exr", SourceError, "no frame matches"),
        ("missing/shot.####.exr", SourceError, "cannot be listed"),
        ("shot.1-9#.exr", SourceError, "no frame of 1-9"),
        ("shot.1001-x#.exr", UsageError, "no frame pattern"),
        ("shot.1004-1001#.exr", UsageError, "do not follow each other"),
        ("shot.1001-1005x2#.exr", UsageError, "do not follow each other"),
        ("shot.1001-1002,1004#.exr", UsageError, "do not follow each other"),
    ],
)
def test_patterns_without_frames(
    shot: Path, pattern: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        find_sequence(str(shot / pattern))


def test_numbers_too_far_apart_are_no_sequence(tmp_path: Path) -> None:
    (group,) = group_names(["shot.1.exr", "shot.1000001.exr"])
    with pytest.raises(SourceError, match="shot.1.exr and shot.1000001.exr are numbered too far"):
        gather(Folder(tmp_path), group)
    (near,) = group_names(["shot.1.exr", "shot.1000000.exr"])
    assert len(gather(Folder(tmp_path), near)) == 2


def test_a_plain_name_is_no_pattern() -> None:
    assert not is_pattern("/tmp/a#b/shot.1001.exr")
