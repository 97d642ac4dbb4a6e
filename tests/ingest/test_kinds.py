"""What kinds of files there are."""

from pathlib import Path

import pytest

from answerprint.ingest.kinds import kind_by_bytes, kind_of
from tests.made import exr, frames, zipped


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.MP4", "movie"),
        ("a.gif", "movie"),
        ("a.json", "paper"),
        ("a.wav", "sound"),
        ("a.png", "picture"),
        ("a.exr", "exr"),
        ("a.zip", "archive"),
        ("a.bin", "other"),
    ],
)
def test_names_say_what_a_file_is_before_it_is_there(tmp_path: Path, name: str, kind: str) -> None:
    assert kind_of(tmp_path / name) == kind


def test_files_are_known_by_their_bytes_where_names_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "frame").write_bytes(exr())
    zipped(tmp_path / "download", frames(1))
    (tmp_path / "clip.bin").write_bytes(b"\0\0\0\x18ftypmp42")
    (tmp_path / "clip").write_bytes(b"\x1a\x45\xdf\xa3matroska")
    (tmp_path / "noise").write_bytes(b"none of these")
    assert [kind_of(tmp_path / n) for n in ("frame", "download", "clip.bin", "clip", "noise")] == [
        "exr",
        "archive",
        "movie",
        "movie",
        "other",
    ]


def test_a_name_goes_before_the_bytes_unless_they_alone_are_asked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "exr.mp4", frames(1))
    assert kind_of(path) == "movie"
    assert kind_by_bytes(path) == "archive"
