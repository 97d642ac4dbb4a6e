"""Steps of exposure and of color over a seam, among the changes that the clip makes anyway."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from answerprint.checks.motion.gait import BESIDE, Change, Gait, calmed, departures, ninth_decile
from answerprint.measured.motion import Step

_GRADE_CHANGE: Final = 3.5
"""How many times the usual change of exposure or color is a step of it: flickering light has its own."""
_DEPARTS: Final = 3.0
"""How many times the usual departure from the trend of exposure or color is a step of it; true loops come to 1.7."""
_BESIDE_CALMED: Final = (-3, -2, 2, 3)
"""Steps that the trend of calmed changes is taken from: they share nothing with the one that is told."""
_QUIET_AXIS: Final = 0.3
"""Share of the limit that an axis without noise is measured by."""
_CALM_NOISE: Final = 1.1
"""How much more a calmed change has to show: three steps' noise is in it, where it does not alternate."""
_ALIKE: Final = 0.8
"""Share of how unevenly tiles change that all change by, at least: of 27 planted steps none comes to less than 1.05,
pictures that have nothing in common to 0.7."""
_SAME_PICTURE: Final = (1.5, 1.8)
"""Times the usual change of local contrast, and of what is left once exposure and color are matched, of one picture graded twice."""
_CODED: Final = (3.0, 2.2)
"""The same where a jump is seen in any case: a codec's first frame pops, too. One frame missing comes to 4 and 2.0."""
_EXPLAINED: Final = (0.5, 3.0)
"""Share of the step, and times what is usual, that is left where the grade explains most of it."""


def exposure_strength(steps: Sequence[Step], seam: Step, limit: float) -> float:
    """Return the strength of a step of exposure: by what departs from the trend beside it, as breathing light does not.

    A step of exposure changes all of the picture alike, and less is left once it is matched.
    `steps` are the moving ones of the clip, the seam first; 1 is at the limit, in stops.
    """
    changes = [(step.stops, 0.0) for step in steps]
    departs = abs(departures(changes)[0][0]) if len(changes) >= 2 * BESIDE else 0.0
    if seam.matched >= seam.tone[0] or max(abs(seam.stops), departs) < _ALIKE * seam.uneven:
        return 0.0
    return _departing(changes, limit)


def color_strength(steps: Sequence[Step], seam: Step, limit: float) -> float:
    """Return the strength of a step of color, likewise; the limit in Oklab a and b x 100."""
    usual = ninth_decile([step.tint for step in steps[1:]])
    over_all = seam.tint / max(limit, _GRADE_CHANGE * usual)
    return max(over_all, _departing([step.cast for step in steps], limit))


def is_graded(gait: Gait, seam: Step, *, jumps: bool) -> bool:
    """Tell whether the step over the seam of a clip is an ordinary one once exposure and color are matched.

    `jumps` says whether it jumps in any case: then more may be left, as of a codec's first frame.
    """
    usual = ninth_decile([step.detail_excess for step in gait.steps[1:]])
    detail = seam.detail_excess / max(usual, 0.01)
    beside = median([step.matched for step in gait.beside(0)])
    matched = seam.matched / max(beside, 0.05)
    if detail < _SAME_PICTURE[0] and matched < _SAME_PICTURE[1]:
        return True
    share, most = _EXPLAINED
    explained = seam.matched <= share * seam.tone[0] and matched < most
    return jumps and detail < _CODED[0] and (explained or matched < _CODED[1])


def _departing(changes: Sequence[Change], limit: float) -> float:
    if len(changes) < 2 * BESIDE:
        return math.hypot(*changes[0]) / limit if changes else 0.0
    here, *inside = (math.hypot(*each) for each in departures(changes))
    told = here / max(limit, _DEPARTS * ninth_decile(inside), *inside)
    return max(told, _calmly_departing(changes, limit))


def _calmly_departing(changes: Sequence[Change], limit: float) -> float:
    """Return the same of changes once they are calmed: by their size, and by each axis in its own noise.

    Codecs stir one axis of color and leave the other alone.
    """
    here, *inside = departures(calmed(changes), _BESIDE_CALMED)
    # Next to the seam, half of what it does is told as well.
    axes = [[abs(own) for own in axis] for axis in zip(*inside[1:-1], strict=True)]
    usual = [max(_QUIET_AXIS * limit, _DEPARTS * ninth_decile(axis), *axis) for axis in axes]
    shown = math.hypot(*(own / most for own, most in zip(here, usual, strict=True)))
    return min(math.hypot(*here) / limit, shown) / _CALM_NOISE
