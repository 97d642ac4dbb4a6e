"""Pictures that are lent to a pipe come out as they went in, and are held until they have."""

import mmap
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from answerprint.errors import EncodeError
from answerprint.media import ffmpeg as program
from answerprint.media.lending import Lending, can_lend

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(not can_lend(), reason="this system does not lend to pipes")

SIZES = (1, 4095, 4096, 70_001, 1_000_000, 3, 2_500_000)


@pytest.fixture
def pipe() -> tuple[int, int]:
    return os.pipe()


def test_what_is_lent_is_read_as_it_is_though_it_is_freed_and_written_over_afterwards(
    pipe: tuple[int, int],
) -> None:
    """Each picture is let go of as it is lent; the next takes its memory as soon as nobody holds it."""
    random, sent, read = np.random.default_rng(5), bytearray(), bytearray()
    source, drain = pipe

    def feed() -> None:
        lending = Lending(drain)
        for size in SIZES * 4:
            picture = random.integers(0, 256, size, np.uint8)
            sent.extend(picture.tobytes())
            lending.lend(picture.data)
            del picture
        os.close(drain)
        while len(read) < len(sent):  # what was lent last is held until it is read
            pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    while piece := os.read(source, 65_536):
        read.extend(piece)
    feeder.join()
    os.close(source)
    assert read == sent


def test_pictures_are_held_while_the_pipe_may_hold_them_and_no_longer(
    pipe: tuple[int, int],
) -> None:
    source, drain = pipe
    most = fcntl.fcntl(drain, fcntl.F_GETPIPE_SZ)
    lending, pages = Lending(drain), memoryview(mmap.mmap(-1, most // 4))
    for count in range(1, 5):
        lending.lend(pages)
        assert lending.held == count * pages.nbytes
    for _ in range(4):
        os.read(source, pages.nbytes)
        lending.lend(pages)
        assert lending.held == most
    for end in pipe:
        os.close(end)


def test_nobody_reading_is_told(pipe: tuple[int, int]) -> None:
    source, drain = pipe
    os.close(source)
    with pytest.raises(BrokenPipeError):
        Lending(drain).lend(bytes(10))
    os.close(drain)


def test_what_is_no_pipe_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file, pytest.raises(OSError, match="Bad file"):
        Lending(file.fileno())


def test_an_ffmpeg_that_is_gone_says_why() -> None:
    command = [program.program(), "-v", "error", "-f", "nonsense", "-i", "-", "-f", "null", "-"]
    picture = bytes(5_000_000)
    with program.running(command, where="pipe") as process, pytest.raises(EncodeError) as told:
        for _ in range(3):
            process.lend(picture)
    assert "nonsense" in told.value.said
