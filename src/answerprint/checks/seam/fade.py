"""How much of a cross-fade a frame near the seam is."""

from collections.abc import Sequence
from typing import Final

from answerprint.checks.seam.dissolve import Dissolve, find_dissolve
from answerprint.measured.motion import Mixture, Motion, Step

_FLAT: Final = (0.075, 0.02, 0.09)
"""Share of its sharpness that a frame of a cross-fade lacks beyond what others do.

Of other content; of the same; and where frames as far apart have as little in common
anywhere in the clip. Of 107 true loops, coded, turned and with a frame missing, none
has more than the first where a mixture leaves 0.85 or less, three in four of 38
visible fades have; of 75 rendered loops one has. What motion uncovers once in a loop may
be as soft as a fade, but a mixture leaves 0.83 and more of it, in five of those, or
motion carries the two closer together than others as far apart, in two.
"""
_UNRELATED: Final = (1.05, 1.3, 0.85)
"""Times what frames as far apart differ by elsewhere, once motion carries them, from which something is seen double."""
_LEFT: Final = (1.0, 0.8, 0.95)
"""Shares of the limit of a mixture that go with these and with _FLAT."""
_REACH: Final = (0, 0, 5)
"""Steps to either side from which these tell a fade: a frame or two made across a missing step are soft, too."""
_SUDDEN: Final = (5, 0.75, 0.11)
"""Steps to either side, times what such frames differ by elsewhere, and share of sharpness lacking, of a fade whatever a mixture leaves.

Grain leaves nearly all of a frame where little moves. Of 157 true loops the softest comes to 0.07.
"""
_SEEN_DOUBLE: Final = 1.0
"""Difference of the mixed frames, Oklab x 100, once motion carries them, that is seen as a double edge."""

_DISSOLVED: Final = (0.12, 1.4, 0.02)
"""Depth of a dip in the shape of a dissolve, times the deepest elsewhere, and least of that, from which it is one, where a mixture lies in it."""
_WITHIN: Final = (5, 8)
"""Steps to either side of such a mixture."""
_EVENLY: Final = (0.35, 0.65)
"""Share of the later picture in it."""
_NO_NEARER: Final = 0.7
"""Times what frames as far apart differ by elsewhere, once motion carries them, that the mixed ones do at least."""


def strongest_fade(motion: Motion, most_left: float) -> tuple[float, Mixture | None]:
    """Return the strength of a cross-fade at the seam, and the frame near it that is most of one; `most_left` as in `fade_strength`."""
    one = (motion.mixture,) if motion.mixture is not None else ()
    sharp = [step.sharpness for step in motion.steps if step.sharpness is not None]
    dissolve = find_dissolve(sharp) if len(sharp) == len(motion.steps) else None
    found = [
        (fade_strength(mixture, motion.steps, most_left, dissolve), mixture)
        for mixture in (*motion.mixtures, *one)
    ]
    return max(found, key=lambda pair: pair[0], default=(0.0, None))


def fade_strength(
    mixture: Mixture, steps: Sequence[Step], most_left: float, dissolve: Dissolve | None = None
) -> float:
    """Return the strength, 1 at its limit, of a frame that mixes two others and is flatter than both and than any other.

    `steps` are those of the clip, `most_left` is what a mixture may leave of the frame at
    most, `dissolve` the dip of sharpness at the seam.
    """
    return max(
        _flatness(mixture, steps, most_left),
        _dissolved(mixture, dissolve, len(steps)) if dissolve else 0.0,
    )


def _dissolved(mixture: Mixture, dissolve: Dissolve, count: int) -> float:
    """Return the strength of a dip in the shape of a dissolve, in the middle of which both pictures are seen."""
    place = (mixture.frame - dissolve.start) % count
    least, most = _EVENLY
    if not least < mixture.share < most or mixture.reach not in _WITHIN or place >= dissolve.length:
        return 0.0
    if mixture.apart < max(_SEEN_DOUBLE, _NO_NEARER * mixture.usual):
        return 0.0
    depth, times, floor = _DISSOLVED
    return min(dissolve.depth / depth, dissolve.depth / max(times * dissolve.elsewhere, floor))


def _flatness(mixture: Mixture, steps: Sequence[Step], most_left: float) -> float:
    """Return the strength of a fade as the frames beside the mixture and frames elsewhere tell it."""
    usual = max(mixture.usual_dip, _dip_elsewhere(mixture, steps), 0.0)
    dip = mixture.dip - usual
    apart = mixture.apart / mixture.usual if mixture.usual else _UNRELATED[0]
    sudden = mixture.reach == _SUDDEN[0] and apart >= _SUDDEN[1]
    plain = max(dip, 0.0) / _SUDDEN[2] if sudden else 0.0
    if mixture.apart < _SEEN_DOUBLE:
        return plain
    return max(
        plain,
        *(
            dip / flat
            if mixture.left <= share * most_left and apart >= unrelated and mixture.reach >= reach
            else 0.0
            for flat, share, unrelated, reach in zip(_FLAT, _LEFT, _UNRELATED, _REACH, strict=True)
        ),
    )


def _dip_elsewhere(mixture: Mixture, steps: Sequence[Step]) -> float:
    """Return the most that frames whose windows lie apart from the mixture's lack of the sharpness on either side."""
    sharp = [step.sharpness for step in steps if step.sharpness is not None]
    count, reach = len(sharp), mixture.reach
    if count < len(steps):
        return 0.0
    dips = [
        1 - max(sharp[(frame + by) % count] for by in (-1, 0, 1)) / either
        for frame in range(count)
        if min((frame - mixture.frame) % count, (mixture.frame - frame) % count) > 2 * reach
        and (either := min(sharp[frame - reach], sharp[(frame + reach) % count])) > 0
    ]
    return max(dips, default=0.0)
