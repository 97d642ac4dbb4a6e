"""Steps that change the light more than the picture: of a flame, a lamp, a fade."""

from collections.abc import Sequence
from typing import Final

from answerprint.measured.motion import Step

_LIGHT: Final = 0.7
"""Share of a step that is left where exposure and color are matched, under which light is much of it.

Of footage and rendered scenes motion leaves 0.9 and more, candlelight on a wall 0.3 to 0.65.
"""
_STOPS: Final = 0.06
"""Change of exposure of most of the picture over a step that is light, whatever moves; a camera that shakes comes to 0.02."""


def light_changes(steps: Sequence[Step]) -> bool:
    """Tell whether light is much of what half of some steps change; no step, or an old report's, says so."""
    told = [step for step in steps if step.matched and step.tone[0]]
    lit = [
        step for step in told if step.matched < _LIGHT * step.tone[0] or abs(step.stops) > _STOPS
    ]
    return 2 * len(lit) > len(told)
