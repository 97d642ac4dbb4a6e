"""One region that jumps over a seam while the rest of the picture goes on."""

from collections.abc import Sequence
from typing import Final

from answerprint.measured.motion import Motion

_CONFINED: Final = 3.0
"""How many times as far as the worst of the rest, and as in the other steps, a region stands out that jumps alone."""
_SMOOTH: Final = 2.5
"""Excess of the worst of the rest, Oklab x 100, up to which it goes on smoothly."""
_NEAR: Final = 4.0
"""Ordinary steps that the whole picture may span when only a region of it jumps, unless that is plain."""
_PLAINLY: Final = 5.0
"""How many times as far as all else a region stands out that plainly jumps alone, however far it leads the whole picture."""
_ALONE: Final = 4.0
"""The same where the whole picture does not jump: true loops come to 2.4 with two tiles or more."""
_BEYOND_HABIT: Final = 1.6
"""Times as bad a place that a region which jumps has: in planted ones 2.7 and more, in loops of blinking lights to 1."""
_REGION: Final = (0.016, 0.4)
"""Share of the picture of such a region: three tiles at least, as two may be a codec's, and not most of the picture."""
_HABIT: Final = 3
"""Other steps with as bad a place that make it a habit of the clip."""


def confined(motion: Motion, span: float) -> float:
    """Return how far a jump is confined to one region, 1 from where it is called local; the whole picture spans `span` steps."""
    spot = motion.spot
    if spot is None or not _REGION[0] <= spot.box[2] * spot.box[3] <= _REGION[1]:
        return 0.0
    alone = spot.inside / max(spot.outside, spot.elsewhere, 1e-6)
    if spot.outside > _SMOOTH or (span > _NEAR and alone < _PLAINLY):
        return 0.0
    return min(alone / _CONFINED, _unusual(motion))


def jumping_region(motion: Motion, limit: float) -> float:
    """Return the strength of what one region does that is seen for sure, whatever the whole picture does."""
    spot = motion.spot
    if spot is None:
        return 0.0
    rest = max(spot.outside, spot.elsewhere, 1.0)
    return min(spot.inside / limit, spot.inside / rest / _ALONE)


def third_largest(values: Sequence[float]) -> float:
    """Return what only two of them exceed, which makes it a habit; 0 of less than three."""
    return sorted(values)[-_HABIT] if len(values) >= _HABIT else 0.0


def _unusual(motion: Motion) -> float:
    """Return how far the worst place of the seam goes beyond that of all other steps but two: lights that blink do as much."""
    habit = third_largest([step.excess_peak for step in motion.steps[1:]])
    return motion.seam.excess_peak / max(_BEYOND_HABIT * habit, 1e-6)
