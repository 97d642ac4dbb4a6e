"""How far the steps inside a clip go on the course that its pictures are on, as `course` tells it of the step over the seam.

A step of a slow pan under grain changes hardly more than any other where a frame is missing.
But the whole picture, low-passed, is where it would be a frame later, and then goes on:
along the course of eight frames the step is two steps long, and no other of the clip is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from answerprint.checks.motion.course import Course
from answerprint.measured.motion import Motion

_SEES: Final = 4
"""Frames to either side that a course is fitted through: steps so near see the same defect, and the ends see the seam."""
_FEWEST: Final = 20
"""Other steps under which a clip does not tell how far its steps go."""
_MOST: Final = 0.02
"""Share of the other steps that may go further than the most that counts."""
_MISSING: Final = 0.5
"""Steps beyond an ordinary one at which a missing frame begins."""
_APART: Final = 1.5
"""Times as far from the ordinary step as the most that counts."""
_SUREST: Final = 0.1
"""Least distance of that: one in ten more is not seen."""
_STRAIGHT: Final = 0.4
"""Bend up to which a course is straight enough to say that nothing is missing; of 94 drops found none keeps such a one."""
_STEADY: Final = 0.5
"""The same for a step to be told too short: motion that turns is short as well."""
_TWICE: Final = 0.3
"""Share of an ordinary step that a frame which is there twice goes on by at most, as at the seam."""
_BACK: Final = -0.3
"""Advance of a step that is none but goes back."""
_EVEN: Final = 1.4
"""Most that the other steps go on there: between that and twice as far, a missing frame is seen."""
_TURNED: Final = 1.65
"""Bend from which the course turns back over a step, and no advance is told."""


@dataclass(frozen=True, slots=True)
class Headway:
    """How far a step goes on the course of the pictures."""

    beyond: float = 0.0
    """How far too far: 1 where a frame may be missing, 0 where it is ordinary."""
    short: float = 0.0
    """How far too short it is: 1 where a frame is there twice, on a straight course."""
    kept: bool = False
    """Whether the pictures surely go on straight by a step like any other: grain and detail may be drawn anew, and nothing is missing."""


ORDINARY: Final = Headway()
"""That of steps of which nothing is told."""


def headways(motion: Motion) -> Mapping[int, Headway]:
    """Return by frame how far the step into it goes on.

    Nothing of steps that see the seam, nor of clips that keep no course or were measured before there was one.
    """
    course = Course.of(motion)
    if course is None:
        return {}
    frames = range(_SEES + 1, motion.frames - _SEES)
    return {frame: _headway(course, frame, frames) for frame in frames}


def _headway(course: Course, frame: int, frames: range) -> Headway:
    others = sorted(course.advances[other] for other in frames if abs(other - frame) > _SEES)
    if len(others) < _FEWEST or course.bends[frame] > _TURNED:
        return ORDINARY
    tail = int(_MOST * len(others))
    least, usual, most = others[tail], median(others), others[-1 - tail]
    advance = course.advances[frame]
    ordinary = min(usual, 1.0)
    beyond = (advance - ordinary) / _MISSING
    apart = (advance - usual) / (_APART * max(most - usual, _SUREST))
    behind = (ordinary - advance) / (ordinary * (1 - _TWICE)) if ordinary > 0 else 0.0
    off = (usual - advance) / (_APART * max(usual - least, _SUREST))
    bend = course.bends[frame]
    return Headway(
        max(0.0, min(beyond, apart)),
        max(0.0, min(behind, off)) if bend <= _STEADY and advance >= _BACK else 0.0,
        bend <= _STRAIGHT and most <= _EVEN and least <= advance <= most,
    )
