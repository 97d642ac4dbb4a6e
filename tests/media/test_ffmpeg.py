"""What the pipes to ffmpeg hold."""

import os
import sys
from pathlib import Path

import pytest

from answerprint.media import ffmpeg as program

fcntl = pytest.importorskip("fcntl")


def grantable() -> int:
    """Return what the system lets a pipe of ours hold; 0 where it does not let us say."""
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        return 0
    ends = os.pipe()
    try:
        return int(fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, program.PIPE_BYTES))
    except OSError:
        return 0
    finally:
        for end in ends:
            os.close(end)


def pipes_of_this_process() -> list[int]:
    """Return what each pipe holds that this process writes to."""
    held = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            fd = int(entry.name)
            writes = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
            if writes and str(entry.readlink()).startswith("pipe:"):
                held.append(fcntl.fcntl(fd, fcntl.F_GETPIPE_SZ))
        except OSError:  # the folder's own descriptor is gone by now
            continue
    return held


@pytest.mark.skipif(sys.platform != "linux", reason="pipes have one size")
@pytest.mark.skipif(grantable() < program.PIPE_BYTES, reason="no pipe of that size is granted")
def test_a_pipe_of_pictures_is_as_wide_as_the_system_grants() -> None:
    command = [program.program(), "-f", "rawvideo", "-s", "2x2", "-i", "-", "-f", "null", "-"]
    before = pipes_of_this_process()
    with program.running(command, where="pipe") as process:
        opened = sorted(pipes_of_this_process())
        assert opened.count(program.PIPE_BYTES) == before.count(program.PIPE_BYTES) + 1
        process.write(bytes(6))
        process.finish()
