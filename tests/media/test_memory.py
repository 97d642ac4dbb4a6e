"""Memory of frames is used again, which the kernel's count of page faults shows."""

import subprocess
import sys

import pytest

from answerprint.media.memory import frames_reused

SCRIPT = """
import resource, sys
from contextlib import nullcontext
import numpy as np
from answerprint.media.memory import frames_reused
with frames_reused() if sys.argv[1] == "reused" else nullcontext():
    def one():
        planes = [np.ones(2_000_000, np.float16) for _ in range(3)]
    for _ in range(5):
        one()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(40):
        one()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_frames_cost_no_new_pages() -> None:
    assert faults("reused") < faults("usual") / 4


def test_it_may_be_nested_and_ends_after_an_error() -> None:
    with pytest.raises(ValueError, match="inside"), frames_reused(), frames_reused():
        raise ValueError("inside")
