"""How much a frame's file weighs beside those of its neighbours."""

from collections.abc import Iterator
from statistics import median
from typing import Final

from pydantic import Field

from answerprint.measured.frames import FrameLevels
from answerprint.record import Record

NEIGHBORS: Final = 4
"""Frames to each side that a file is compared with: enough for a median, few enough for a cut beside it."""


class SequenceLimits(Record):
    """Limits of the files of a sequence."""

    small_share: float = Field(default=0.25, ge=0, lt=1)
    """Share of its neighbours' median size under which a file is suspiciously small.

    Measured on the shared 720p delivery in DWAB: a file misses the median of its neighbours by 2 % at most.
    """


def weighed(frames: tuple[FrameLevels, ...]) -> Iterator[tuple[FrameLevels, int, float]]:
    """Yield every frame with a file, its bytes, and the median of up to eight that stand around it.

    At the ends, and beside frames that are missing, those of the other side count alone.
    """
    sized = [(frame, frame.bytes) for frame in frames if frame.bytes is not None]
    for at, (frame, size) in enumerate(sized):
        beside = sized[max(0, at - NEIGHBORS) : at] + sized[at + 1 : at + 1 + NEIGHBORS]
        if len(beside) >= 2:
            yield frame, size, median(other for _, other in beside)
