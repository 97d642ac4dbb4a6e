"""What people name by mistake: every command says in one line what is wrong with it, and leaves nothing behind."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.cli.app import run
from tests.made import exr

DEEP = "x = " + 3000 * "[" + 3000 * "]"
TAKES_CLIPS = ("check", "finish", "seam", "deliver", "retag")
TAIL = {
    "deliver": ["--preset", "h264-web", "--out", "out.mp4"],
    "retag": ["--out", "out", "--owner", "me"],
    "mux": ["sound.wav", "--out", "out.mp4"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("inputs")
    (place / "empty").mkdir()
    (place / "folder.mp4").mkdir()
    (place / "cut.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42")
    os.mkfifo(place / "pipe.mp4")
    (place / "nowhere.mp4").symlink_to("gone.mp4")
    (place / "round.mp4").symlink_to("round.mp4")
    (place / "deep.toml").write_text(DEEP)
    (place / "bytes.toml").write_bytes(b"\xff\xfe")
    (place / "far").mkdir()
    for number in ("1", "2000000000"):
        (place / "far" / f"shot.{number}.exr").write_bytes(exr(compression="zip"))
    with socket.socket(socket.AF_UNIX) as listening:
        # The name of a socket is short, and that of a test's folder is not.
        here = Path.cwd()
        os.chdir(place)
        listening.bind("socket.mp4")
        os.chdir(here)
        yield place


@pytest.fixture
def there(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    return made


def said_of(words: list[str], capsys: pytest.CaptureFixture[str], place: Path) -> tuple[int, str]:
    """Run a command line that cannot be; return its exit code and the line it said."""
    before = set(place.rglob("*"))
    code = run(words)
    told = capsys.readouterr()
    left = set(place.rglob("*")) - before
    assert not left
    lines = (told.err or told.out).splitlines()
    if "COULD NOT BE DONE" in lines[0]:
        lines = lines[1:]
    assert len(lines) == 1, told
    return code, lines[0]


@pytest.mark.parametrize("command", [*TAKES_CLIPS, "mux"])
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("gone.mp4", "gone.mp4: no such file"),
        ("pipe.mp4", "pipe.mp4: is not a file but a pipe, a socket or a device"),
        ("socket.mp4", "socket.mp4: is not a file but a pipe, a socket or a device"),
        ("/dev/zero", "/dev/zero: is not a file but a pipe, a socket or a device"),
        ("nowhere.mp4", "nowhere.mp4: is a link that leads nowhere"),
        ("round.mp4", "round.mp4: cannot be read (Too many levels of symbolic links)"),
        (300 * "n", "cannot be read (File name too long)"),
    ],
)
def test_what_is_no_file(
    command: str, source: str, said: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = said_of([command, "-q", source, *TAIL.get(command, [])], capsys, there)
    assert code == 3
    assert said in line


@pytest.mark.parametrize("command", TAKES_CLIPS)
@pytest.mark.parametrize(
    ("source", "said", "code"),
    [
        ("", "a source has a name, and this one is empty", 2),
        ("empty", "empty: holds no movie, no zip and no EXR frames", 3),
        ("folder.mp4", "folder.mp4: holds no movie", 3),
        ("far", "shot.1.exr and shot.2000000000.exr are numbered too far apart", 3),
        ("far/shot.1-9000000x1000000#.exr", "asks for more than 1000000 frames", 2),
    ],
)
def test_what_is_no_clip(
    command: str, source: str, said: str, code: int, there: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    ended, line = said_of([command, "-q", source, *TAIL.get(command, [])], capsys, there)
    assert (ended, said in line) == (code, True), line


def test_a_movie_nobody_can_read_leaves_no_folder(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = said_of(["finish", "-q", "cut.mp4", "--deliver", "h264-web"], capsys, there)
    assert code == 3
    assert "cut.mp4: is no movie or sound that can be read" in line
    assert "it is cut off at byte" in line


@pytest.mark.parametrize(
    ("option", "said"), [("--audio", "no such file"), ("--lut", "no such LUT")]
)
def test_what_a_deliverable_needs_is_looked_for_first(
    option: str, said: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["finish", "-q", "cut.mp4", "--deliver", "h264-web", option, "gone.file"]
    assert said_of(words, capsys, there) == (3, f"answerprint: gone.file: {said}")


def test_a_clip_no_file_can_be_named_after_leaves_no_folder(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy("cut.mp4", "two\nlines.mp4")
    code, line = said_of(["finish", "-q", "two\nlines.mp4", "--deliver", "h264-web"], capsys, there)
    assert code == 2
    assert "its name has a control character" in line


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.toml", "gone.toml: no such file"),
        ("empty", "empty: is not a file but a folder"),
        ("/dev/zero", "/dev/zero: is not a file but a pipe, a socket or a device"),
        ("deep.toml", "deep.toml: is nested too deeply"),
        ("bytes.toml", "bytes.toml: is not TOML: it is no UTF-8 text"),
    ],
)
@pytest.mark.parametrize("option", ["--order", "--limits"])
def test_what_is_no_table(
    option: str, name: str, said: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = said_of(["check", "-q", "empty", option, name], capsys, there)
    assert (code, line) == (2, f"answerprint: {said}")


@pytest.mark.parametrize("option", ["--measured", "--baseline"])
def test_what_is_no_report(option: str, there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "-q", option, "empty", *(["far"] if option == "--baseline" else [])]
    assert said_of(words, capsys, there) == (3, "answerprint: empty: is not a file but a folder")


def test_a_table_may_come_through_a_pipe(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        pipe.write("secods = 5\n")
    assert stat.S_ISFIFO(os.fstat(reading).st_mode)
    code, line = said_of(["check", "-q", "empty", "--order", f"/dev/fd/{reading}"], capsys, there)
    os.close(reading)
    assert code == 2
    assert "did you mean 'seconds'?" in line


@pytest.mark.parametrize("command", ["mux", "deliver"])
def test_a_result_no_disk_can_name(
    command: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "mux": ["cut.mp4", "cut.mp4", "--out", 300 * "n" + ".mp4"],
        "deliver": ["cut.mp4", "--preset", "h264-web", "--out", 300 * "n" + ".mp4"],
    }
    code, line = said_of([command, "-q", *words[command]], capsys, there)
    assert code == 3
    assert line.endswith("File name too long")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "No such command 'chek'"),
        (["check", "a", "--secnds", "5"], "No such option '--secnds'"),
        (["check"], "Missing argument 'SOURCE...'; answerprint check --help shows what it takes"),
        (["rehearse", "--divide", "0"], "0 is not in the range"),
        (["listen", "--port", "65536"], "65536 is not in the range"),
        (["presets", "show"], "presets show takes the NAME of a preset"),
        (["finish", "empty", "--first-frame", "1000000000"], "numbers go from 0 to 99999999"),
        (["deliver", "a.mp4", "--preset", "h264-web", "--out", "b.mp4", "--crop", "0x0+0+0"], "crop.width = 0"),
    ],
)  # fmt: skip
def test_words_that_make_no_sense(
    words: list[str], said: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = said_of(words, capsys, there)
    assert code == 2
    assert said in line
