"""What would mend a seam: the fewest frames to take off one end so that the rest closes."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from answerprint.checks.motion.gait import Gait, SurpriseScale, ordinary
from answerprint.measured.motion import Joint
from answerprint.verdict import Mend

GOOD: Final = 0.7
"""How far a mended seam may stand out: half of what is refused, so that a mend is one."""
STEP: Final = (0.5, 1.5)
"""Size of a mended seam, in ordinary steps: below it repeats a frame, above it skips one."""


def mend_jump(gait: Gait) -> Mend | None:
    """Return the mend that takes the fewest frames, the last ones rather than the first; None without one."""
    found = [*_mends(gait, "last"), *_mends(gait, "first")]
    return min(found, key=lambda mend: mend.frames, default=None)


def mend_repeat(gait: Gait, frames: int, end: Literal["last", "first"] = "last") -> Mend | None:
    """Return the mend that drops `frames` repeated ones at one end; None for more than were looked through."""
    joints = gait.motion.without_last if end == "last" else gait.motion.without_first
    if frames >= len(joints):
        return None
    joint = joints[frames]
    stands_out = SurpriseScale.of(gait.steps).surprise(joint.excess, joint.excess_peak)
    return Mend(drop=end, frames=frames, score=round(score_of([stands_out]), 3))


def _mends(gait: Gait, end: Literal["last", "first"]) -> Iterator[Mend]:
    joints = gait.motion.without_last if end == "last" else gait.motion.without_first
    scale = SurpriseScale.of(gait.steps)
    usual = ordinary(gait.steps)
    for frames, joint in list(enumerate(joints))[1:]:
        stands_out = scale.surprise(joint.excess, joint.excess_peak)
        if stands_out < GOOD and _is_a_step(joint, usual):
            yield Mend(drop=end, frames=frames, score=round(score_of([stands_out]), 3))


def _is_a_step(joint: Joint, usual: float) -> bool:
    """Tell whether frames meet one step apart: nearer to each other than to the ones beyond."""
    least, most = STEP
    return (
        least * usual < joint.mean < most * usual
        and joint.mean < joint.before
        and joint.mean < joint.after
    )


def score_of(strengths: Sequence[float]) -> float:
    """Return the score of a seam by how many times each of its faults is over its limit: 0.5 at the limit.

    >>> score_of([0.0]), score_of([0.2, 1.0]), round(score_of([5.0]), 2)
    (1.0, 0.5, 0.04)
    """
    return 1 / (1 + max(strengths, default=0.0) ** 2)
