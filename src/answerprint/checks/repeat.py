"""How many frames at the end of a clip show its beginning once more."""

from typing import Final

from answerprint.checks.gait import Gait
from answerprint.checks.join import FEW, Join

_ABRUPT: Final = 0.4
"""Share of a quick step that motion stops and starts again with around a repeat: what eases to rest does so by less."""
_SAME: Final = 0.3
"""Share of what pictures as far apart differ by elsewhere, under which two show the same."""
_QUIET: Final = (0.6, 0.75)
"""Share of the steps beside it, and of the smallest twentieth, that a repeat under noise is smaller than."""
_SILENT: Final = (0.3, 0.4)
"""The same for a repeat that is told by its step alone, under the noise of a good codec."""
_BACK: Final = 0.5
"""Steps that the pictures around such a repeat are short of their distance by; halfway to a whole one."""


def repeated_frames(join: Join) -> int:
    """Return how many frames to drop at the end of the clip so that none is shown twice at the seam."""
    if len(join.gait.moving) < FEW:
        return 0
    return _held(join.gait) or _replayed(join.gait) or _held_in_noise(join)


def _held(gait: Gait) -> int:
    """Count the frames that the picture at the seam stands longer than any other of the clip."""
    longest = max(gait.holds)
    if gait.seam_moves or gait.seam_hold <= longest:
        return 0
    if min(gait.steps[0].tone[0], gait.steps[-1].tone[0]) < _ABRUPT * gait.quick:
        return 0
    extra = gait.seam_hold - sorted(gait.holds)[len(gait.holds) // 2]
    return min(extra, gait.motion.frames - gait.moving[-1])


def _replayed(gait: Gait) -> int:
    """Count the frames at the end that are the first ones over again, two or more in their order."""
    steps = gait.motion.steps
    for count in range(2, min(len(steps[0].tone), len(steps) // 3) + 1):
        again = max(steps[frame].tone[count - 1] for frame in range(count))
        elsewhere = sorted(step.tone[count - 1] for step in steps[count:])
        if again < _SAME * elsewhere[len(elsewhere) // 10]:
            return count
    return 0


def _held_in_noise(join: Join) -> int:
    """Tell a repeated frame whose noise differs: the smallest step of all, and all further pairs one step short."""
    span, seam = join.span, join.motion.seam.tone[0]
    if not join.gait.seam_moves or span is None or span.beyond_neighbours is None:
        return 0
    inside = sorted(step.tone[0] for step in join.gait.steps[1:])
    smallest = inside[len(inside) // 20]
    if _is_quiet(join, seam, smallest, _SILENT):
        return 1
    return int(_is_quiet(join, seam, smallest, _QUIET) and span.beyond_neighbours < _BACK)


def _is_quiet(join: Join, seam: float, smallest: float, shares: tuple[float, float]) -> bool:
    return seam < min(shares[0] * join.ordinary, shares[1] * smallest)
