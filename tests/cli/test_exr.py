"""The `retag` command as people and farms use it."""

from pathlib import Path

import pytest

from answerprint.cli.exr import read_settings
from answerprint.errors import UsageError
from answerprint.media.exr.door import read_header
from tests.cli.test_cli import answerprint
from tests.made import exr, folder, frames, zipped


def test_one_line_says_what_was_changed_and_the_next_what_it_is_not(tmp_path: Path) -> None:
    zipped(tmp_path / "exr.zip", frames(3))
    ended = answerprint(
        "retag", "exr.zip", "--out", "fixed", "--color-space", "lin_ap0_scene", "--fps", "24",
        "--timecode", "01:00:00:00", "--owner", "me", "--set", "comments=a=b", "--set", "slate=0012",
        "--remove", "software", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    names = "comments, slate, colorInteropID, chromaticities, framesPerSecond, owner, timeCode"
    assert ended.stdout.splitlines() == [
        f"3 frames, frame_0-2@@@@@.exr, in fixed: set {names} (01:00:00:00 to 01:00:00:02)",
        "  software was in none of the frames",
        "  no ST 2065-4 container: acesImageContainerFlag is missing; compression is not none",
    ]
    assert ended.stderr == "retagging frames: 3 to do\nretagging frames: 3 done\n"
    assert read_header(tmp_path / "fixed" / "frame_00002.exr").main.timecode == "01:00:00:02"


def test_a_container_is_called_one(tmp_path: Path) -> None:
    folder(tmp_path / "shot", [exr(compression="none")])
    words = ("--color-space", "AP0", "--set", "acesImageContainerFlag=1", "-q")
    ended = answerprint("retag", "shot", "--out", "fixed", *words, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("  ST 2065-4 container, by its header\n")
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--out", "out"], 2, "nothing is to be changed"),
        (["--owner", "me"], 2, "Missing option '--out'"),
        (["--out", "out", "--set", "owner"], 2, "--set 'owner' reads NAME=VALUE"),
        (["--out", "out", "--color-space", "lin_ap2_scene"], 2, "did you mean 'lin_ap"),
        (["--out", "shot", "--owner", "me", "--overwrite"], 2, "not changed in place"),
        (["--out", "there", "--owner", "me"], 3, "add --overwrite"),
        (["--out", "out", "--owner", "me"], 3, "shot.1002.exr: is empty (0 bytes)"),
        (["--out", "out", "--owner", "me", "--limits", "none.toml"], 2, "none.toml: no such file"),
    ],
)
def test_exit_codes_say_whose_it_was(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    folder(tmp_path / "shot", [*frames(1), b""])
    folder(tmp_path / "there", frames(1))
    ended = answerprint("retag", "-q", "shot", *words, cwd=tmp_path)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert ended.stdout == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shot", "there"]


@pytest.mark.parametrize("words", [["owner"], ["=me"], ["owner=a", "owner=b"]])
def test_settings_that_do_not_read_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError, match="--set"):
        read_settings(words)
