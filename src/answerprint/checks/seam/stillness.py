"""Whether a clip stands still, be it grainy or not."""

from statistics import median
from typing import Final

from answerprint.checks.motion.gait import Gait
from answerprint.measured.motion import Motion

_STATIC: Final = (1.0, 2.5)
"""Most that a tile's mean may travel, Oklab x 100, where nothing moves, and where noise alone may move it.

Grain on a still picture of 192 x 108 in H.264 comes to 0.98, of 426 x 240 to 0.64.
"""
_WANDERS: Final = 2.6
"""Times the most that a tile changes in one step, from which what it changes in all is no noise."""
_NO_GROWTH: Final = 1.15
"""Pictures further apart differ no more than this many times as much where the difference is noise."""


def is_frozen(gait: Gait, least: float) -> bool:
    """Tell whether nothing moves in the whole clip; steps under `least`, Oklab x 100, are none."""
    motion, (still, noisy) = gait.motion, _STATIC
    growth = median([step.tone[-1] / max(step.tone[0], 1e-6) for step in motion.steps[1:]])
    noise = gait.quick < least or growth < _NO_GROWTH
    return motion.travel < (noisy if noise and not _wanders(motion) else still)


def _wanders(motion: Motion) -> bool:
    """Tell whether some place goes further from where it began than from one frame to the next, as noise does not."""
    return (motion.wander or 0.0) > _WANDERS
