"""The loop seam, as checks: one id for every way a seam can be wrong."""

from collections.abc import Iterator

from answerprint.checks.check import LOOP_ORDERED, MOTION, Breach, Check, Subject, check
from answerprint.checks.picture import pictured
from answerprint.checks.seam import SeamVerdict, judge_seam

_EXPLAINED = {
    "duplicate-end": """The last frame of a loop is one ordinary step before its first, not the first once more.

    A repeated frame at the seam is a visible hitch: the motion stands still for a frame.""",
    "jump": """The step from the last frame of a loop to its first is an ordinary step of the clip.

    A larger one is seen as a jump. Figures say how many ordinary steps the seam spans.""",
    "speed-change": """Motion keeps its speed and direction across the seam of a loop.""",
    "exposure-step": """Exposure does not step where a loop's last frame meets its first.

    Judged in stops: a step that vanishes in a highlight is a visible pop in a shadow.""",
    "color-step": """Color does not step where a loop's last frame meets its first.""",
    "frozen": """A loop moves: one in which nothing does is a still.""",
}


def verdict_of(subject: Subject) -> SeamVerdict:
    """Judge the seam of the master: the EXR sequence where there is one, else the movie."""
    assert subject.motion is not None
    return judge_seam(subject.motion[0], subject.limits.seam)


def _seam_check(name: str, doc: str) -> Check:
    def judge(subject: Subject) -> Iterator[Breach]:
        assert subject.motion is not None
        found, clip = verdict_of(subject), subject.motion[1]
        if found.verdict == name:
            frames = pictured(clip)
            yield Breach(
                found.reason,
                measured=found.score,
                unit="score",
                frames=tuple(frames[at].number for at in found.frames),
            )

    judge.__doc__ = doc
    return check(f"seam.{name}", LOOP_ORDERED, MOTION)(judge)


SEAM_CHECKS = tuple(_seam_check(name, doc) for name, doc in _EXPLAINED.items())
"""One check for each verdict that is not `seamless`."""
