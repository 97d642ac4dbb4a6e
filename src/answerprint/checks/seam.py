"""The loop seam: the step from the last frame to the first, among the clip's own steps."""

from statistics import median
from typing import Literal

from answerprint.measured.motion import Motion
from answerprint.record import Record


class SeamLimits(Record):
    """Limits of the loop seam, in ordinary steps of the clip."""

    jump: float = 1.5
    """Ordinary steps that the seam may span: one missing frame spans 1.6 on a steady orbit."""
    repeat: float = 0.3
    """A seam of fewer ordinary steps repeats a frame."""
    still: float = 0.05
    """An ordinary step under this many Lab units is no motion."""


class SeamVerdict(Record):
    """What a seam is, how sure, and the figures behind it."""

    verdict: Literal["seamless", "duplicate-end", "jump", "frozen"]
    """What the seam is."""
    score: float
    """1 is seamless, 0 certainly not."""
    reason: str
    """One plain sentence."""
    frames: tuple[int, ...] = ()
    """Frames it concerns, counted from 0."""


def judge_seam(motion: Motion, limits: SeamLimits) -> SeamVerdict:
    """Judge the seam of a clip by its own steps."""
    ordinary = median(step.tone[0] for step in motion.steps[1:])
    ends = (motion.frames - 1, 0)
    if ordinary < limits.still:
        return SeamVerdict(
            verdict="frozen", score=0, reason="nothing moves in the clip", frames=ends
        )
    spans = motion.seam.tone[0] / ordinary
    if spans < limits.repeat:
        return SeamVerdict(
            verdict="duplicate-end", score=0, reason="the last frame repeats the first", frames=ends
        )
    if spans > limits.jump:
        return SeamVerdict(
            verdict="jump",
            score=0,
            reason=f"the seam spans {spans:.1f} ordinary steps",
            frames=ends,
        )
    return SeamVerdict(verdict="seamless", score=1, reason="the seam is an ordinary step")
