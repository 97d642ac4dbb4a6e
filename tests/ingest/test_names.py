"""Which names are let in, and which collide."""

import pytest

from answerprint.ingest.names import check_distinct, folders_of, is_junk, portable_path, shorten


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("frame_00000.exr", "frame_00000.exr"),
        ("shot/beauty/0001.exr", "shot/beauty/0001.exr"),
        ("./0001.exr", "0001.exr"),
        ("shot\\0001.exr", "shot/0001.exr"),
        ("prise été/映像 01.exr", "prise été/映像 01.exr"),
        ("👩\u200d🚀.exr", "👩\u200d🚀.exr"),
        (".hidden", ".hidden"),
        ("console.exr", "console.exr"),
        ("com10.exr", "com10.exr"),
        ("a..b.exr", "a..b.exr"),
        ("é" * 127, "é" * 127),
        ("/".join("a" * 32), "/".join("a" * 32)),
    ],
)
def test_name_that_every_file_system_takes(name: str, path: str) -> None:
    assert portable_path(name) == path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "absolute"),
        ("\\\\server\\share\\a.exr", "absolute"),
        (".//etc/passwd", "absolute"),
        ("C:\\a.exr", "drive letter"),
        ("c:a.exr", "drive letter"),
        ("../a.exr", "climbs"),
        ("shot/../../a.exr", "climbs"),
        ("shot\\..\\..\\a.exr", "climbs"),
        ("../" * 500 + "a.exr", "climbs"),
        ("", "empty step"),
        (".", "empty step"),
        ("shot//a.exr", "empty step"),
        ("shot/./a.exr", "empty step"),
        ("a\0.exr", "control character"),
        ("a\n.exr", "control character"),
        ("a\x7f.exr", "control character"),
        ("a\x85.exr", "control character"),
        ("a\u2028.exr", "control character"),
        ("a\u202erxe.exr", "control character"),
        ("a\ud800.exr", "control character"),
        ("a?.exr", "'?'"),
        ("a.exr:stream", "':'"),
        ("shot /a.exr", "ends in a dot or a space"),
        ("a.exr.", "ends in a dot or a space"),
        ("... ", "ends in a dot or a space"),
        ("NUL", "device"),
        ("shot/con.exr", "device"),
        ("Lpt1 .tar.gz", "device"),
        ("com¹.exr", "device"),
        ("é" * 128, "longer than 255 bytes"),
        ("a" * 256, "longer than 255 bytes"),
        ("aa/" * 341 + "aa", "longer than 1024 bytes or 32 folders"),
        ("/".join("a" * 33), "longer than 1024 bytes or 32 folders"),
    ],
)
def test_name_that_some_file_system_does_not_take(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match="its name") as refusal:
        portable_path(name)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "files",
    [
        ["a.exr", "a.exr"],
        ["shot/A.exr", "shot/a.exr"],
        ["SHOT/a.exr", "shot/a.exr"],
        ["e\u0301.exr", "\u00e9.exr"],
        ["E\u0301.exr", "\u00e9.exr"],
        ["straße.exr", "STRASSE.exr"],
    ],
)
def test_files_that_are_one_to_some_file_system(files: list[str]) -> None:
    with pytest.raises(ValueError, match="are the same name"):
        check_distinct(files)


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        (["shot", "shot/a.exr"], []),
        (["shot/a.exr", "SHOT"], []),
        (["a/b", "a/b/c/d.exr"], []),
        (["shot"], ["shot"]),
        (["shot"], ["Shot/layers"]),
    ],
)
def test_file_where_a_folder_is(files: list[str], folders: list[str]) -> None:
    with pytest.raises(ValueError, match="both a file and a folder"):
        check_distinct(files, folders)


def test_distinct_names_pass() -> None:
    check_distinct(["a/1.exr", "A/2.exr", "b/1.exr", "1.exr"], ["a", "A", "a/b", "."])


@pytest.mark.parametrize(
    ("path", "junk"),
    [
        ("__MACOSX/shot/._1.exr", True),
        ("__MACOSX/1.exr", True),
        ("shot/._1.exr", True),
        ("shot/.DS_Store", True),
        ("THUMBS.DB", True),
        ("shot/Desktop.ini", True),
        ("shot/__MACOSX.exr", False),
        ("shot/.1.exr", False),
        ("thumbs.db.exr", False),
    ],
)
def test_what_desktops_leave_behind(path: str, junk: bool) -> None:
    assert is_junk(path) is junk


def test_folders_of_a_path() -> None:
    assert list(folders_of("a/b/c.exr")) == ["a", "a/b"]
    assert list(folders_of("a/b/")) == ["a", "a/b"]
    assert list(folders_of("c.exr")) == []


def test_long_name_is_shortened_and_made_printable() -> None:
    assert shorten("a\n") == r"'a\n'"
    assert len(shorten("x" * 70_000)) < 70
