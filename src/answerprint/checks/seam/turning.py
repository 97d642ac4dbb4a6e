"""Whether a clip goes back over its seam the way it came."""

from typing import Final

from answerprint.measured.motion import Mirror

_MIRRORED: Final = 0.33
"""Difference of frames from their mirror images, in that of frames four further, up to which a clip is played back and forth.

Thirty clips of it come to 0.02 to 0.28; of 4,000 places of 110 true loops, where motion
does not slow down, the nearest to a mirror comes to 0.40, unless light that breathes
is all there is: that has but one way to go, and comes back on it.
"""
_PAIRS: Final = 9
"""Pairs of frames that tell it; as much less has to be left where there are fewer, as they are alike by chance."""
_TURNS: Final = 0.5
"""Pace, in that of the steps behind, from which such a turn is seen: what swings to and fro by itself comes to 0.38."""
_SUSPECT: Final = 0.95
"""Strength that a turn is left with in a frame that is shown once: some make loops so, and no step of theirs is wrong."""


def turn_strength(mirror: Mirror | None) -> float:
    """Return the strength, 1 at its limit, of a clip that goes on in reverse, no slower at the turn than behind it.

    Under its limit where the frame it turns at is not there twice.
    """
    if mirror is None:
        return 0.0
    apart = max(mirror.apart * max(1.0, _PAIRS / mirror.pairs), 1e-6)
    found = min(_MIRRORED / apart, mirror.pace / _TURNS)
    return found if mirror.twice else min(found, _SUSPECT)
